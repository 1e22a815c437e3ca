"""Marked text keeps its marks through every edit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.inference.aligned import AlignedText, Edit
from gongkai.model.types import LabelledPage, Page, Span
from gongkai.training.synth.marked import Mark, MarkedText

TITLE = MarkedText.of("规章", "row")
VALUE = MarkedText.of("12", "value", "proactive.regulations.made")


def test_parts_one_after_another() -> None:
    joined = MarkedText.join([TITLE, " | ", VALUE, "\n", "无标"])
    assert joined.text == "规章 | 12\n无标"
    assert joined.marks == (Mark(0, 2, "row"), Mark(5, 7, "value", "proactive.regulations.made"))
    assert joined.spans() == (Span(0, 2, "row"), Span(5, 7, "value"))


def test_text_without_a_label_or_characters_has_no_mark() -> None:
    assert MarkedText.of("规章") == MarkedText("规章")
    assert MarkedText.of("", "row") == MarkedText("")
    assert MarkedText.join([]) == MarkedText("")


def test_a_mark_keeps_what_is_left_of_it() -> None:
    joined = MarkedText.join([TITLE, " ", VALUE])
    assert joined.edit([(0, 1, "")]).marks == (Mark(0, 1, "row"), Mark(2, 4, "value", VALUE.marks[0].key))
    assert joined.edit([(0, 2, "")]).marks == (Mark(1, 3, "value", VALUE.marks[0].key),)
    assert joined.edit([(0, 1, "規(guī)")]).marks[0] == Mark(0, 7, "row")


def test_what_is_put_between_marks_belongs_to_neither() -> None:
    edited = MarkedText.join([TITLE, " ", VALUE]).edit([(2, 3, "\n\n")])
    assert edited.marks == (Mark(0, 2, "row"), Mark(4, 6, "value", VALUE.marks[0].key))


def test_an_edit_across_a_border_belongs_to_the_first_mark() -> None:
    edited = MarkedText.join([TITLE, VALUE]).edit([(1, 3, "xy")])
    assert edited.text == "规xy2"
    assert edited.marks == (Mark(0, 3, "row"), Mark(3, 4, "value", VALUE.marks[0].key))


@st.composite
def marked_and_edits(draw: st.DrawFn) -> tuple[MarkedText, list[Edit]]:
    """A marked text and sorted, disjoint edits of it."""
    parts = draw(st.lists(st.tuples(st.sampled_from(["规章", "3", " ", "行政许可"]), st.sampled_from([None, "row", "value"])), max_size=6))
    marked = MarkedText.join([MarkedText.of(text, label) for text, label in parts])
    cuts = sorted(draw(st.sets(st.integers(0, len(marked.text)), max_size=6)))
    return marked, [(a, b, draw(st.sampled_from(["", "x", "xyz"]))) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]


@given(marked_and_edits())
def test_marks_stay_sorted_disjoint_and_inside(case: tuple[MarkedText, list[Edit]]) -> None:
    marked, edits = case
    edited = marked.edit(edits)
    LabelledPage(Page("p", edited.text), edited.spans())  # raises if they are not
    assert edited.text == AlignedText.identity(marked.text).edit(edits).text


@given(marked_and_edits())
def test_characters_that_no_edit_touched_keep_their_label(case: tuple[MarkedText, list[Edit]]) -> None:
    marked, edits = case
    aligned, edited = AlignedText.identity(marked.text).edit(edits), marked.edit(edits)
    for place in range(len(marked.text)):
        own = aligned.own_span(place, place + 1)
        if own and not any(start <= place < end for start, end, _ in edits):
            assert label_at(edited, own[0]) == label_at(marked, place)


def label_at(marked: MarkedText, place: int) -> str | None:
    """The label of one character."""
    return next((mark.label for mark in marked.marks if mark.start <= place < mark.end), None)


@pytest.mark.parametrize("edits", [[], [(0, 1, "规")]])
def test_an_edit_that_changes_nothing_changes_no_mark(edits: list[Edit]) -> None:
    joined = MarkedText.join([TITLE, " ", VALUE])
    assert joined.edit(edits) == joined
