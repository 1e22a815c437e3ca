"""What comes back is checked: nothing that does not fit its text passes."""

from __future__ import annotations

from typing import Any

import pytest

from gongkai.annotations.regions import read_result
from gongkai.model.types import Span

TEXT = "收到申请5件,未发生复议诉讼。"


def made(**changes: Any) -> dict[str, Any]:
    value = {"start": 4, "end": 5, "text": "5", "labels": ["requests_received"]} | changes.pop("value", {})
    return {"id": "r1", "from_name": "label", "to_name": "text", "type": "labels", "value": value} | changes


@pytest.mark.parametrize(
    ("item", "fault"),
    [
        (made(value={"labels": ["nothing"]}), "region r1: the label 'nothing' is not in the label set"),
        (made(value={"labels": []}), "region r1: has no label"),
        (made(value={"labels": "reviews"}), "region r1: has no label"),
        (made(value={"end": 99}), "region r1: its place [4, 99) is not inside the text of 15 characters"),
        (made(value={"start": 5, "end": 4}), "region r1: its place [5, 4) is not inside the text of 15 characters"),
        (made(value={"start": "4"}), "region r1: its place ['4', 5) is not inside the text of 15 characters"),
        (made(value={"start": True}), "region r1: its place [True, 5) is not inside the text of 15 characters"),
        (made(value={"text": "WRONG"}), "region r1: characters 4 to 5 are '5', the region says 'WRONG'"),
        (made(value={"text": None}), "region r1: characters 4 to 5 are '5', the region says 'None'"),
        (made(from_name="other"), "region r1: is no label on the text (from 'other', type 'labels')"),
        (made(type="relation"), "region r1: is no label on the text (from 'label', type 'relation')"),
        ({"id": "r1"}, "a region without a value: {'id': 'r1'}"),
        ("r1", "a region without a value: r1"),
        ({"from_name": "verdict", "value": {"choices": ["perhaps"]}}, "the verdict on the document is ['perhaps']; it must be one of"),
        (made(origin="manual", value={"start": 14, "end": 15, "text": "\n"}), "region r1: covers nothing but white space at 14"),
    ],
)
def test_what_does_not_fit_is_named(item: Any, fault: str) -> None:
    text = TEXT if not isinstance(item, dict) or item.get("origin") != "manual" else TEXT[:-1] + "\n"
    reading = read_result([item], text)
    assert reading.spans == ()
    assert len(reading.faults) == 1
    assert reading.faults[0].startswith(fault)


def test_regions_that_overlap_are_a_fault() -> None:
    reading = read_result([made(), made(id="r2", value={"start": 3, "end": 6, "text": "请5件", "labels": ["value"]})], TEXT)
    assert reading.faults == ("regions overlap: value [3, 6) and requests_received [4, 5)",)


def test_labels_on_the_same_characters_are_one_class_however_they_were_given() -> None:
    place = {"start": 7, "end": 14, "text": "未发生复议诉讼"}
    one_by_one = [made(value={**place, "labels": ["litigations"]}), made(value={**place, "labels": ["reviews"]})]
    both = [made(value={**place, "labels": ["reviews", "litigations"]})]
    joint = [made(value={**place, "labels": ["reviews+litigations"]})]
    for result in (one_by_one, both, joint):
        assert read_result(result, TEXT).spans == (Span(7, 14, "reviews+litigations"),)


def test_a_combination_without_a_class_is_remarked() -> None:
    reading = read_result([made(value={"labels": ["phone", "requests_received"]})], TEXT)
    assert (reading.spans, reading.faults) == ((Span(4, 5, "requests_received"),), ())
    assert reading.notes == ("[4, 5): phone+requests_received is no class, read as requests_received",)


def test_white_space_that_the_mouse_took_along_is_left_out() -> None:
    text = " \t5件\r\n"
    drawn = {"start": 0, "end": 6, "text": text, "labels": ["value"]}
    assert read_result([made(value=drawn, origin="manual")], text).spans == (Span(2, 4, "value"),)
    assert read_result([made(value=drawn, origin="prediction")], text).spans == (Span(0, 6, "value"),)


def test_the_verdict_is_no_region() -> None:
    reading = read_result(
        [made(), {"from_name": "verdict", "to_name": "text", "type": "choices", "value": {"choices": ["doubtful"]}}], TEXT
    )
    assert (reading.verdict, reading.spans) == ("doubtful", (Span(4, 5, "requests_received"),))


def test_the_line_ends_of_a_region_drawn_by_hand_are_as_the_editor_writes_them() -> None:
    text = "自然\r\n人\n5"
    drawn = {"start": 0, "end": 6, "text": "自然\\n\\n人\\n", "labels": ["column"]}
    assert read_result([made(value=drawn, origin="manual")], text).spans == (Span(0, 5, "column"),)
