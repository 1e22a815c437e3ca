"""The labelling page: every class once, in Chinese, under a key of its own."""

from __future__ import annotations

import colorsys
from xml.etree import ElementTree as Xml

import pytest
from pydantic import ValidationError

from gongkai.annotations.config import PageSettings, chinese_name, labelling_config, missing_labels, page_settings
from gongkai.model.labels import label_set

EDITORS_OWN = set("ruh")


@pytest.fixture(scope="module")
def page() -> Xml.Element:
    return Xml.fromstring(labelling_config())  # noqa: S314 - our own text


def test_every_class_is_a_label_with_its_chinese_name(page: Xml.Element) -> None:
    shown = {label.attrib["alias"]: label.attrib["value"] for label in page.iter("Label")}
    assert set(shown) == set(label_set().classes())
    assert len(set(shown.values())) == len(shown), "two labels would look the same"
    assert (shown["report_year"], shown["reviews+litigations"]) == ("报告年度", "行政复议+行政诉讼")
    assert chinese_name("value") == "单元格数值"


def test_there_is_one_kind_of_region_on_one_plain_text(page: Xml.Element) -> None:
    (control,), (text,), (choices,) = page.iter("Labels"), page.iter("Text"), page.iter("Choices")
    assert (control.attrib["name"], control.attrib["toName"]) == ("label", "text")
    assert (text.attrib["value"], text.attrib["granularity"]) == ("$text", "symbol")
    assert {choice.attrib["alias"]: choice.attrib["value"] for choice in choices} == {
        "done": "完成",
        "doubtful": "存疑",
        "unusable": "不可用",
    }
    assert not list(page.iter("HyperText")), "its offsets are not characters of the text"


def test_keys_are_given_once_and_leave_the_editor_its_own(page: Xml.Element) -> None:
    keys = [label.attrib["hotkey"] for label in page.iter("Label") if "hotkey" in label.attrib]
    assert len(keys) == len(set(keys)) >= 20
    assert not EDITORS_OWN & set(keys)


def test_the_labels_of_tables_have_colours_that_differ(page: Xml.Element) -> None:
    colours = [label.attrib["background"] for label in page.iter("Label") if label.attrib["alias"] in label_set().structure]
    hues = sorted(colorsys.rgb_to_hls(*(int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)))[0] for colour in colours)
    assert len(colours) == 7
    assert len({round(hue, 2) for hue in hues}) >= 6


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"groups": [{"title": "x", "labels": ["row"]}]}, "every class of labels.yaml once"),
        ({"hotkeys": {"nothing": "a"}}, "labels.yaml lacks"),
        ({"hotkeys": {"row": "a", "column": "a"}}, "one key is given to two labels"),
    ],
)
def test_settings_that_do_not_fit_the_label_set_are_refused(change: dict[str, object], message: str) -> None:
    settings = page_settings().model_dump()
    with pytest.raises(ValidationError, match=message):
        PageSettings.model_validate({**settings, **change})


def test_what_a_project_cannot_store_is_named() -> None:
    classes = label_set().classes()
    assert missing_labels(classes) == ()
    assert missing_labels([name for name in classes if name not in ("row", "phone")]) == ("row", "phone")
