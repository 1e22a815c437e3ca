"""The placements of one line: order kept, blanks where the layout says, prices added."""

from __future__ import annotations

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.inference.assemble.candidates import Candidate, number_of, placements, priced
from gongkai.inference.assemble.layout import Slot, Slots
from gongkai.inference.assemble.tokens import Kind, Token


def slot(text: str | None, place: int = 0) -> Slot:
    """A cell that prints `text`, or a blank that only separators show."""
    if text is None:
        return Slot(None, place)
    kind = Kind.BLANK if text == "/" else Kind.VALUE
    return Slot(Token(kind, place, place + len(text), text, "value", 1.0), place)


def line(*texts: str | None, open_end: bool = False) -> Slots:
    """The cells of a line."""
    return Slots(tuple(slot(text, 10 * place) for place, text in enumerate(texts)), open_end)


def states(candidates: tuple[Candidate, ...]) -> list[tuple[int | float | str, ...]]:
    return [candidate.states for candidate in candidates]


def test_a_full_row_has_one_place() -> None:
    (only,) = placements(line("1", "/", "x"), 3, keeps_blanks=False)
    assert only.states == (1, "blank", "unreadable")
    assert only.values == (1, 0, None)
    assert [only.printed(column) for column in range(3)] == [1, None, None]


def test_dropped_blanks_leave_every_place_in_order() -> None:
    assert states(placements(line("1", "2"), 3, keeps_blanks=False)) == [(1, 2, "blank"), (1, "blank", 2), ("blank", 1, 2)]


def test_where_blanks_are_kept_a_missing_cell_is_lost() -> None:
    found = placements(line("1", None), 3, keeps_blanks=True)
    assert states(found) == [(1, "blank", "lost"), (1, "lost", "blank"), ("lost", 1, "blank")]
    assert [candidate.values for candidate in found] == [(1, 0, None), (1, None, 0), (None, 1, 0)]


def test_an_open_end_may_hide_blanks_and_a_loss_is_dearer() -> None:
    found = placements(line("1", "2", open_end=True), 3, keeps_blanks=True)
    assert [(candidate.states, candidate.price) for candidate in found] == [
        ((1, 2, "blank"), 0.0),
        ((1, "lost", 2), 2.0),
        (("lost", 1, 2), 2.0),
    ]


def test_too_many_cells_have_no_place_unless_outer_blanks_are_the_surplus() -> None:
    assert placements(line("1", "2", "3"), 2, keeps_blanks=True) == ()
    assert states(placements(line(None, "1", "2", None), 2, keeps_blanks=True)) == [(1, 2)]
    assert placements(line("1", "/", "2"), 2, keeps_blanks=True) == ()


def test_no_cells_are_all_blank() -> None:
    assert states(placements(line(), 3, keeps_blanks=False)) == [("blank",) * 3]


@pytest.mark.parametrize(
    ("text", "number"), [("12", 12), ("1,234", 1234), ("/", None), ("5件", 5), ("-3", None), ("1.5", None), ("见附件", None)]
)
def test_the_number_of_a_cell(text: str, number: int | None) -> None:
    assert number_of(slot(text)) == number


def test_a_blank_that_only_separators_show_has_no_number() -> None:
    assert number_of(slot(None)) is None


def test_what_is_much_dearer_than_the_cheapest_is_no_candidate() -> None:
    found = placements(line("1", "2"), 3, keeps_blanks=False)
    kept = priced(found, [lambda c: 5.0 * (c.states[0] != 1), lambda c: 1.0 * (c.states[2] != 2)], 3.0)
    assert [(candidate.states, candidate.price) for candidate in kept] == [((1, 2, "blank"), 1.0), ((1, "blank", 2), 0.0)]
    assert priced((), [], 3.0) == ()


@given(st.lists(st.sampled_from(["0", "1", "23", "/", None]), max_size=7), st.integers(1, 7), st.booleans(), st.booleans())
def test_placements_keep_all_cells_in_order_and_are_distinct(texts: list[str | None], columns: int, keeps: bool, open_end: bool) -> None:
    printed = line(*texts, open_end=open_end)
    found = placements(printed, columns, keeps)
    if len(texts) <= columns:
        assert len(found) == comb(columns, len(texts))
    assert len({tuple(id(s) for s in candidate.slots) for candidate in found}) == len(found)
    for candidate in found:
        kept = [s for s in candidate.slots if s is not None]
        tokens = [s.token for s in printed.slots if s.token is not None]
        assert [s.token for s in kept if s.token is not None] == tokens
        assert len(candidate.slots) == len(candidate.states) == len(candidate.values) == columns
