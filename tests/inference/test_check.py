"""Verdicts on sums, and the fewest cells to doubt, against an integer solver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from ortools.sat.python import cp_model

from gongkai.inference.arithmetic import Sum, sums_of
from gongkai.inference.check import check, fewest_doubtful
from gongkai.inference.facts import Fact
from gongkai.inference.results import Basis, Cell, Check, Figure, Status, Verdict

PARTS = ("upheld", "corrected", "other", "pending")
APPLICANTS = ("natural_person", "business", "research", "social_org", "legal_service", "other")


def table(values: Mapping[str, int | None], status: Status = Status.PRINTED) -> dict[str, Cell]:
    """Cells by key; None is a blank one."""
    return {key: Cell(key, value, Status.BLANK if value is None else status, None, (), 1.0) for key, value in values.items()}


def review(*values: int | None) -> dict[str, Cell]:
    """The review row: four parts and their total."""
    return table({f"review_litigation.review.{column}": value for column, value in zip((*PARTS, "total"), values, strict=True)})


def requests_row(row: str, *values: int) -> dict[str, Cell]:
    """A row of the requests table."""
    return table({f"requests.{row}.{column}": value for column, value in zip((*APPLICANTS, "total"), values, strict=True)})


def fact(label: str, value: int) -> dict[str, Fact]:
    """What one figure states."""
    return {label: Fact(label, value, (Figure(label, value, None, "x", 0, 1, Basis.PRINTED, 0.8),))}


def the_check(cells: dict[str, Cell], rule: str) -> Check:
    """The only check of a rule."""
    (found,) = [one for one in check(cells, "2021", {}) if one.rule == rule]
    return found


def names(found: Check) -> set[str]:
    """The doubtful cells by column."""
    return {key.rsplit(".", 1)[1] for key in found.doubtful}


def test_a_sum_that_holds() -> None:
    found = the_check(review(2, 1, 0, 0, 3), "total = sum of outcomes")
    assert (found.left, found.right, found.verdict, found.doubtful) == (3, 3, Verdict.HOLDS, ())


def test_a_sum_that_is_broken_doubts_each_cell_that_could_be_wrong() -> None:
    found = the_check(review(2, 1, 0, 0, 5), "total = sum of outcomes")
    assert (found.left, found.right, found.verdict) == (5, 3, Verdict.BROKEN)
    assert names(found) == {*PARTS, "total"}


def test_a_cell_that_would_have_to_be_less_than_nothing_is_not_doubted() -> None:
    found = the_check(review(0, 0, 1, 0, 0), "total = sum of outcomes")
    assert names(found) == {"other", "total"}


@pytest.mark.parametrize("cells", [review(2, None, 0, 0, 2), {key: c for key, c in review(2, 0, 0, 0, 2).items() if "other" not in key}])
def test_a_blank_or_missing_cell_leaves_a_sum_unknown(cells: dict[str, Cell]) -> None:
    found = the_check(cells, "total = sum of outcomes")
    assert (found.verdict, found.doubtful) == (Verdict.UNKNOWN, ())


def test_sums_of_which_nothing_is_known_are_not_named() -> None:
    assert check({}, None, {}) == ()
    assert check(review(None, None, None, None, None), "2021", {}) == ()


def test_the_cell_that_explains_two_breaches_is_the_one_in_doubt() -> None:
    zeros = (0,) * 7
    cells: dict[str, Cell] = {}
    for row in {key.split(".")[1] for rule in sums_of("2021") for key in rule.keys if key.startswith("requests.")}:
        cells |= requests_row(row, *zeros)
    for row in ("granted", "handled_total", "new_received"):
        cells |= requests_row(row, 5, 0, 0, 0, 0, 0, 5)
    assert all(one.verdict is Verdict.HOLDS for one in check(cells, "2021", {}))
    cells |= requests_row("granted", 4, 0, 0, 0, 0, 0, 5)
    broken = [one for one in check(cells, "2021", {}) if one.verdict is Verdict.BROKEN]
    assert {one.rule for one in broken} == {"handled_total = sum of results", "total = sum of applicants"}
    assert {one.doubtful for one in broken} == {("requests.granted.natural_person",)}


def test_the_form_says_which_rows_are_results() -> None:
    cells = table({"requests.other_handling.total": 1, "requests.handled_total.total": 1})
    (rule,) = [one for one in check(cells, None, {}) if one.rule == "handled_total = sum of results"]
    assert "requests.other_handling.total" in rule.keys


@pytest.mark.parametrize(("stated", "verdict"), [(5, Verdict.HOLDS), (6, Verdict.BROKEN)])
def test_a_figure_is_held_against_the_cell_it_repeats(stated: int, verdict: Verdict) -> None:
    found = check(table({"requests.new_received.total": 5}), "2021", fact("requests_received", stated))[-1]
    assert found == Check("table = narrative requests_received", ("requests.new_received.total",), 5, stated, verdict, spans=((0, 1),))


def test_a_derived_or_blank_cell_is_not_held_against_the_narrative() -> None:
    derived = table({"requests.new_received.total": 5}, Status.DERIVED)
    blank = table({"requests.new_received.total": None})
    for cells in (derived, blank, {}):
        assert not any(one.rule.startswith("table") for one in check(cells, "2021", fact("requests_received", 6)))


@pytest.mark.parametrize(("stated", "verdict"), [(3, Verdict.HOLDS), (4, Verdict.BROKEN)])
def test_a_figure_of_a_group_is_held_against_the_sum_of_its_rows(stated: int, verdict: Verdict) -> None:
    rows = ("rejected_petition", "rejected_repeated", "rejected_publications", "rejected_excessive", "rejected_confirmation")
    keys = tuple(f"requests.{row}.total" for row in rows)
    found = check(table(dict(zip(keys, (1, 0, 2, 0, 0), strict=True))), "2021", fact("requests_rejected", stated))[-1]
    assert (found.keys, found.left, found.right, found.verdict) == (keys, 3, stated, verdict)
    fewer = check(table(dict(zip(keys[:4], (1, 0, 2, 0), strict=True))), "2021", fact("requests_rejected", stated))
    assert not any(one.rule.startswith("table") for one in fewer)


def test_suits_are_held_against_both_of_their_rows() -> None:
    cells = table({"review_litigation.litigation_direct.total": 2, "review_litigation.litigation_after_review.total": 1})
    found = check(cells, "2021", fact("litigations", 2))[-1]
    assert (found.left, found.right, found.verdict) == (3, 2, Verdict.BROKEN)


GRID = (
    *(Sum(f"row {row}", (f"{row}t",), (f"{row}1", f"{row}2")) for row in "abt"),
    *(Sum(f"column {column}", (f"t{column}",), (f"a{column}", f"b{column}")) for column in "12t"),
)
"""Two rows and two columns with their totals."""


def holds(rule: Sum, cells: Mapping[str, Cell]) -> bool:
    """Whether a sum of known cells holds."""
    return sum(cells[key].value or 0 for key in rule.left) == sum(cells[key].value or 0 for key in rule.right)


def explains(chosen: Sequence[str], cells: Mapping[str, Cell]) -> bool:
    """Whether other counts in the chosen cells let every sum of the grid hold."""
    model = cp_model.CpModel()
    numbers: dict[str, cp_model.LinearExprT] = {key: int(cell.value or 0) for key, cell in cells.items()}
    numbers |= {key: model.new_int_var(0, 1000, key) for key in chosen}
    for rule in GRID:
        if set(rule.keys) & set(chosen):
            model.add(sum(numbers[key] for key in rule.left) == sum(numbers[key] for key in rule.right))
        elif not holds(rule, cells):
            return False
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    return bool(solver.solve(model) in (cp_model.OPTIMAL, cp_model.FEASIBLE))


@settings(max_examples=100, deadline=None)
@example((0, 0, 0, 3), {"tt": 4, "t1": 2, "t2": 2})  # three columns that share no cell, but a row that holds
@given(
    st.tuples(*[st.integers(0, 4)] * 4),
    st.dictionaries(st.sampled_from([r + c for r in "abt" for c in "12t"]), st.integers(0, 6), max_size=3),
)
def test_the_fewest_doubtful_are_those_that_the_solver_finds(inner: tuple[int, int, int, int], errors: dict[str, int]) -> None:
    a1, a2, b1, b2 = inner
    true = {"a1": a1, "a2": a2, "at": a1 + a2, "b1": b1, "b2": b2, "bt": b1 + b2, "t1": a1 + b1, "t2": a2 + b2, "tt": sum(inner)}
    cells = table({**true, **errors})
    broken = [rule for rule in GRID if not holds(rule, cells)]
    holding = [rule for rule in GRID if holds(rule, cells)]
    suspects = sorted({key for rule in broken for key in rule.keys})
    by_size = ([set(chosen) for chosen in combinations(suspects, size) if explains(chosen, cells)] for size in range(1, 4))
    smallest = next((found for found in by_size if found), None)
    assume(not broken or smallest is not None)
    assert fewest_doubtful(broken, holding, cells) == set().union(*(smallest or []))


def test_nothing_broken_nothing_doubtful() -> None:
    assert fewest_doubtful([], GRID, {}) == frozenset()


def test_where_more_than_three_cells_are_wrong_every_cell_of_a_broken_sum_is_in_doubt() -> None:
    sums = [Sum(str(n), (f"{n}t",), (f"{n}a", f"{n}b")) for n in range(4)]
    cells = table({key: 5 for rule in sums for key in rule.keys})
    assert fewest_doubtful(sums, [], cells) == {key for rule in sums for key in rule.keys}
