"""Text that remembers where every character came from."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.inference.aligned import AlignedText, Edit

TEXT = st.text("规(guī)章12 \n", max_size=30)


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, list[Edit]]:
    """A text and sorted, disjoint edits of it."""
    text = draw(TEXT)
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    new = st.sampled_from(["", "x", "xyz", "章"])
    return text, [(a, b, draw(new)) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]


def test_identity() -> None:
    aligned = AlignedText.identity("规章3")
    assert aligned.text == "规章3"
    assert [aligned.source_span(i, i + 1) for i in range(3)] == [(0, 1), (1, 2), (2, 3)]
    assert {str(aligned.starts.dtype), str(aligned.ends.dtype)} == {"int32"}


def test_removed_and_replaced_characters() -> None:
    aligned = AlignedText.identity("規(guī)章 3 件").edit([(0, 1, "规"), (1, 6, ""), (7, 8, "")])
    assert aligned.text == "规章3 件"
    assert aligned.source_span(0, 1) == (0, 1)
    assert aligned.source_span(0, 2) == (0, 7)
    assert aligned.source_span(2, 3) == (8, 9)


def test_several_for_one_and_one_for_several() -> None:
    longer = AlignedText.identity("a⑴b").edit([(1, 2, "(1)")])
    assert longer.text == "a(1)b"
    assert [longer.source_span(i, i + 1) for i in range(5)] == [(0, 1), (1, 2), (1, 2), (1, 2), (2, 3)]
    shorter = AlignedText.identity("a&nbsp;b").edit([(1, 7, " ")])
    assert shorter.source_span(1, 2) == (1, 7)


def test_edits_of_edits_still_lead_to_the_source() -> None:
    aligned = AlignedText.identity("a--b").edit([(1, 3, "+")]).edit([(1, 2, "=="), (2, 3, "c")])
    assert aligned.text == "a==c"
    assert aligned.source_span(1, 3) == (1, 3)
    assert aligned.source_span(3, 4) == (3, 4)


def test_own_spans() -> None:
    aligned = AlignedText.identity("abcdef").edit([(1, 3, ""), (4, 5, "xy")])
    assert aligned.text == "adxyf"
    assert aligned.own_span(0, 1) == (0, 1)
    assert aligned.own_span(1, 3) is None
    assert aligned.own_span(2, 4) == (1, 2)
    assert aligned.own_span(4, 5) == (2, 4)
    assert aligned.own_span(0, 6) == (0, 5)


def test_another_text_of_the_same_length() -> None:
    aligned = AlignedText.identity("規章").with_text("规章")
    assert (aligned.text, aligned.source_span(0, 2)) == ("规章", (0, 2))
    with pytest.raises(ValueError, match="must keep 2 characters, got 3"):
        aligned.with_text("规章节")


@pytest.mark.parametrize("edits", [[(2, 2, "x")], [(2, 3, "x"), (1, 2, "y")], [(0, 2, "x"), (1, 3, "y")], [(3, 2, "")]])
def test_edits_that_are_empty_or_out_of_order_are_refused(edits: list[Edit]) -> None:
    with pytest.raises(ValueError, match="empty, out of order or overlaps"):
        AlignedText.identity("abcd").edit(edits)


def test_no_edits_change_nothing() -> None:
    aligned = AlignedText.identity("ab")
    assert aligned.edit([]) is aligned


@given(edited())
def test_edits_do_what_a_string_would_and_keep_order(case: tuple[str, list[Edit]]) -> None:
    text, edits = case
    expected = text
    for start, end, new in reversed(edits):
        expected = expected[:start] + new + expected[end:]
    aligned = AlignedText.identity(text).edit(edits)
    assert aligned.text == expected
    assert len(aligned.starts) == len(aligned.ends) == len(expected)
    assert (np.diff(aligned.starts) >= 0).all()
    assert (np.diff(aligned.ends) >= 0).all()
    assert (aligned.starts < aligned.ends).all()


@given(edited())
def test_characters_that_no_edit_touched_stand_for_themselves(case: tuple[str, list[Edit]]) -> None:
    text, edits = case
    aligned = AlignedText.identity(text).edit(edits)
    for place in (place for place in range(len(text)) if not any(start <= place < end for start, end, _ in edits)):
        own = aligned.own_span(place, place + 1)
        assert own is not None
        assert aligned.text[slice(*own)] == text[place]
        assert aligned.source_span(*own) == (place, place + 1)


@given(edited(), st.data())
def test_a_span_there_and_back_holds_itself(case: tuple[str, list[Edit]], data: st.DataObject) -> None:
    aligned = AlignedText.identity(case[0]).edit(case[1])
    if aligned.text:
        start = data.draw(st.integers(0, len(aligned.text) - 1))
        end = data.draw(st.integers(start + 1, len(aligned.text)))
        own = aligned.own_span(*aligned.source_span(start, end))
        assert own is not None
        assert own[0] <= start < end <= own[1]
