"""Digits with nothing between them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.inference.assemble.glued import glued_placements, prints_zeros, run_of_digits
from gongkai.inference.assemble.layout import Slot, Slots
from gongkai.inference.assemble.tokens import Kind, Token


def line(*texts: str, start: int = 0, gap: int = 0) -> Slots:
    """The cells of a line, `gap` characters apart."""
    slots = []
    for text in texts:
        slots.append(Slot(Token(Kind.VALUE, start, start + len(text), text, "value", 1.0), start))
        start += len(text) + gap
    return Slots(tuple(slots), open_end=True)


def numbers(printed: Slots, columns: int, *, zeros: bool = True) -> list[tuple[int | float | str, ...]]:
    return [candidate.states for candidate in glued_placements(printed, columns, zeros)]


def test_digits_are_cut_without_leading_zeros() -> None:
    assert numbers(line("3317"), 3) == [(3, 3, 17), (3, 31, 7), (33, 1, 7)]
    assert numbers(line("000"), 3) == [(0, 0, 0)]
    assert numbers(line("0105"), 3) == [(0, 10, 5)]


def test_where_blanks_may_hide_only_digits_that_are_no_fewer_numbers_are_cut() -> None:
    assert numbers(line("000"), 3, zeros=False) == [(0, 0, 0)]
    assert numbers(line("123"), 3, zeros=False) == []
    assert numbers(line("00"), 3, zeros=False) == []


def test_a_cell_of_each_digit_is_one_run() -> None:
    assert run_of_digits(line("3", "31", "7")) == "3317"
    assert numbers(line("0", "0", "0"), 3) == [(0, 0, 0)]


@pytest.mark.parametrize("printed", [line(), line("3", "4", gap=1), line("3.5"), line("一二"), line("1" * 25)])
def test_anything_else_is_no_run(printed: Slots) -> None:
    assert run_of_digits(printed) == ""
    assert numbers(printed, 2) == []


def test_too_many_cuts_are_hopeless() -> None:
    assert numbers(line("1" * 24), 12) == []


def test_a_row_of_zeros_shows_that_zeros_are_printed() -> None:
    assert prints_zeros([line("12012"), line("000")], 3)
    assert not prints_zeros([line("12012"), line("00"), line("0000")], 3)


def test_a_row_that_cannot_add_up_shows_that_zeros_are_left_out() -> None:
    assert not prints_zeros([line("12"), line("000")], 3)
    assert not prints_zeros([line("125"), line("000")], 3)


def test_a_long_row_that_adds_up_shows_no_less_than_a_short_one() -> None:
    row = ("15", "381", "4", "385", "12", "385", "1182")  # the true one is behind thousands of other cuts
    assert prints_zeros([line(*row), line("0" * 7)], 7)
    assert not prints_zeros([line(*row[:-1], "1183"), line("0" * 7)], 7)


@given(st.lists(st.integers(0, 99), min_size=2, max_size=6))
def test_numbers_before_their_sum_can_be_cut_so_that_they_add_up(values: list[int]) -> None:
    assert prints_zeros([line("".join(map(str, (*values, sum(values))))), line("0" * (len(values) + 1))], len(values) + 1)


@given(st.lists(st.integers(0, 99), min_size=1, max_size=6), st.integers(0, 50))
def test_the_true_cut_is_among_them_and_every_cut_gives_back_the_digits(values: list[int], start: int) -> None:
    digits = "".join(map(str, values))
    found = glued_placements(line(digits, start=start), len(values), zeros_printed=True)
    assert tuple(values) in [candidate.states for candidate in found]
    for candidate in found:
        tokens = [slot.token for slot in candidate.slots if slot is not None and slot.token is not None]
        assert "".join(token.text for token in tokens) == digits
        assert tokens[0].start == start
        assert all(token.end - token.start == len(token.text) for token in tokens)
        assert all(a.end == b.start for a, b in pairwise(tokens))
