"""From costs to cells: what is certain enough is placed."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest

from gongkai.inference.assemble.candidates import Candidate
from gongkai.inference.assemble.decide import MARGIN, decided
from gongkai.inference.assemble.layout import Slot, Slots
from gongkai.inference.assemble.reading import PrintedRow, TableReading
from gongkai.inference.assemble.search import Floats, Marginals, Stage
from gongkai.inference.assemble.tokens import Kind, Token
from gongkai.inference.results import Status

FIVE = Slot(Token(Kind.VALUE, 3, 4, "5", "value", 0.9), 3)
DASH = Slot(Token(Kind.BLANK, 5, 6, "—", "blank", 0.8), 5)
LEFT = Candidate.of((FIVE, None), (5, "blank"))
RIGHT = Candidate.of((None, FIVE), ("blank", 5))
LOST = Candidate.of((None, None), ("lost", "lost"))


def stay(states: Floats, _: Candidate) -> tuple[Floats, Floats]:
    """Costs nothing."""
    return np.zeros(len(states)), states


def reading(
    *candidates: Candidate, costs: tuple[float, ...], exact: bool = True, titled: bool = True, slots: tuple[Slot, ...] = (FIVE,)
) -> TableReading:
    """The reading of a table with one row `r` of the columns `a` and `b`."""
    row = PrintedRow("r", Slots(slots, open_end=True), titled, 1.0)
    return decided("t", ("a", "b"), [Stage("r", candidates, stay)], Marginals({"r": costs}, exact), {"r": row})


def test_the_only_placement_of_a_titled_row_is_printed() -> None:
    found = reading(LEFT, costs=(0.0,))
    assert [(cell.key, cell.value, cell.status) for cell in found.cells.values()] == [
        ("t.r.a", 5, Status.PRINTED),
        ("t.r.b", None, Status.BLANK),
    ]
    assert found.cells["t.r.a"].confidence == pytest.approx(0.9)
    assert found.warnings == ()


def test_a_row_without_its_title_is_placed() -> None:
    assert reading(LEFT, costs=(0.0,), titled=False).cells["t.r.a"].status is Status.PLACED


@pytest.mark.parametrize("dearer", [MARGIN, MARGIN + 1, inf])
def test_the_cheapest_of_several_is_placed_if_the_others_are_dear(dearer: float) -> None:
    found = reading(LEFT, RIGHT, costs=(0.0, dearer))
    assert (found.cells["t.r.a"].value, found.cells["t.r.a"].status) == (5, Status.PLACED)
    assert found.undecided == frozenset()


def test_a_margin_is_one_however_its_prices_round() -> None:
    assert MARGIN > 5.1 - 3.6
    assert reading(LEFT, RIGHT, costs=(3.6, 5.1)).cells["t.r.a"].value == 5


@pytest.mark.parametrize("dearer", [0.0, 0.5, MARGIN - 0.1])
def test_what_differs_between_cheap_placements_is_left_out(dearer: float) -> None:
    found = reading(LEFT, RIGHT, costs=(0.0, dearer))
    assert found.cells == {}
    assert found.undecided == {"t.r.a", "t.r.b"}
    assert found.warnings == ("t.r: the printed numbers fit several columns equally well; the cells that differ were left out",)


def test_what_is_the_same_in_all_cheap_placements_is_placed() -> None:
    both = Candidate.of((FIVE, DASH), (5, "blank")), Candidate.of((FIVE, None), (5, "lost"))
    found = reading(*both, costs=(0.0, 0.0), slots=(FIVE, DASH))
    assert list(found.cells) == ["t.r.a"]


def test_a_margin_makes_a_placement_surer() -> None:
    near, far = (reading(LEFT, RIGHT, costs=(0.0, dearer)).cells["t.r.a"].confidence for dearer in (MARGIN, MARGIN + 4))
    assert near < far < 0.9


def test_where_the_search_was_cut_short_what_costs_a_margin_more_is_left_aside_all_the_same() -> None:
    assert reading(LEFT, RIGHT, costs=(2.0, 2.0 + MARGIN), exact=False).cells["t.r.a"].value == 5
    assert reading(LEFT, RIGHT, costs=(2.0, 2.0), exact=False).cells == {}


def test_cells_that_fit_in_no_way_are_left_out_and_said_so() -> None:
    found = reading(LOST, costs=(0.0,), slots=(FIVE,) * 3)
    assert found.cells == {}
    assert found.undecided == frozenset()
    assert found.warnings == ("t.r: 3 cells for 2 columns; which stands where does not show, so they were left out",)


def test_a_row_that_is_not_printed_says_nothing() -> None:
    found = decided("t", ("a", "b"), [Stage("r", (LOST,), stay)], Marginals({"r": (0.0,)}, exact=True), {})
    assert (dict(found.cells), found.warnings) == ({}, ())
