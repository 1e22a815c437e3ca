"""The statistics forms as data."""

from __future__ import annotations

from pathlib import Path

import pytest

from gongkai.inference.legacy import form as legacy_form
from gongkai.inference.legacy.form import LegacyForm, legacy_forms, legacy_titles, level_of, numbering_of
from gongkai.inference.legacy.rows import UNITS
from gongkai.model.errors import ConfigError


def test_every_form_has_its_indicators_and_sums() -> None:
    newer, older = legacy_forms()
    assert (newer.form, older.form) == ("2014", "2008")
    assert sum(row.key is not None for row in newer.rows) == 58
    assert sum(row.key is not None for row in older.rows) == 34
    received = newer.arithmetic()[0]
    assert received.left == ("legacy.received",)
    assert received.right == ("legacy.received_in_person", "legacy.received_by_fax", "legacy.received_online", "legacy.received_by_letter")


def test_every_unit_is_one_that_rows_are_found_by() -> None:
    assert {unit for form in legacy_forms() for row in form.rows for unit in row.units} <= UNITS


def test_titles_are_those_of_the_newest_form() -> None:
    assert legacy_titles()["legacy.received"] == "收到申请数"
    assert legacy_titles()["legacy.refused_privacy"] == "涉及个人隐私"
    assert legacy_titles()["legacy.received_by_email"] == "电子邮件申请数"


def test_a_row_stands_under_the_headings_before_it() -> None:
    form = legacy_forms()[0]
    titles = {row.key: place for place, row in enumerate(form.rows) if row.key}

    def above(key: str) -> list[str]:
        return [form.rows[place].numbering for place in form.above(titles[key])]

    assert above("received_by_fax") == ["三、", "(一)", "2."]
    assert above("refused_privacy") == ["三、", "(三)", "4."]
    assert above("complaints") == ["六、"]


@pytest.mark.parametrize(
    ("title", "numbering", "level"),
    [("三、依申请公开情况", "三、", 0), ("(二)申请办结数", "(二)", 1), ("8.告知", "8.", 2), ("其中:(1)x", "(1)", 3), ("申请总数", "", 4)],
)
def test_numberings(title: str, numbering: str, level: int) -> None:
    assert numbering_of(title) == numbering
    assert level_of(numbering) == level


@pytest.mark.parametrize(
    ("rows", "sums", "words"),
    [
        ([{"key": "a", "title": "甲", "units": ["件"]}] * 2, [], "a key stands twice"),
        ([{"key": "a", "title": "甲"}], [], "every key has units"),
        ([{"key": "a", "title": "甲", "units": ["件"]}], [["a", "b"]], "sums of unknown keys b"),
    ],
)
def test_a_form_that_contradicts_itself_is_refused(rows: list[dict[str, object]], sums: list[list[str]], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        LegacyForm.model_validate({"form": "x", "rows": rows, "sums": sums})


def test_a_broken_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms" / "legacy.yaml").write_text("forms: [{form: x}]", encoding="utf-8")
    monkeypatch.setattr(legacy_form, "files", lambda _: tmp_path)
    legacy_forms.cache_clear()
    try:
        with pytest.raises(ConfigError, match=r"configs/forms/legacy\.yaml"):
            legacy_forms()
    finally:
        legacy_forms.cache_clear()
