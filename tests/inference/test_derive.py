"""Cells that follow: by literal cases, and against an integer solver."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ortools.sat.python import cp_model

from gongkai.inference.arithmetic import sums_of
from gongkai.inference.derive import derive
from gongkai.inference.facts import Fact
from gongkai.inference.forms import forms
from gongkai.inference.results import Basis, Cell, Figure, Status

NOTHING: frozenset[str] = frozenset()
REVIEW = "review_litigation.review"
PARTS = ("upheld", "corrected", "other", "pending")
MOST = 1000


def cell(key: str, value: int | None, place: int = 0, confidence: float = 0.9) -> Cell:
    """A printed cell, or a blank one."""
    return Cell(key, value, Status.BLANK if value is None else Status.PRINTED, str(value), ((place, place + 1),), confidence)


def table(values: Mapping[str, int | None]) -> dict[str, Cell]:
    """Printed cells by key."""
    return {key: cell(key, value, place) for place, (key, value) in enumerate(values.items())}


def fact(label: str, value: int, place: int = 500) -> dict[str, Fact]:
    """What one figure states."""
    return {label: Fact(label, value, (Figure(label, value, None, "x", place, place + 1, Basis.PRINTED, 0.8),))}


def derived(cells: Mapping[str, Cell]) -> dict[str, int | float | None]:
    """The derived cells by key."""
    return {key: found.value for key, found in cells.items() if found.status is Status.DERIVED}


def review(**values: int | None) -> dict[str, Cell]:
    """Cells of the review row."""
    return table({f"{REVIEW}.{column}": value for column, value in values.items()})


def test_the_last_part_of_a_whole_follows() -> None:
    found = derive(review(upheld=2, corrected=1, other=0, total=5), {}, "2021", NOTHING)
    assert derived(found) == {f"{REVIEW}.pending": 2}
    made = found[f"{REVIEW}.pending"]
    assert made.text is None
    assert made.confidence == pytest.approx(0.9 * 0.97)
    assert set(made.spans) == {(0, 1), (1, 2), (2, 3), (3, 4)}


def test_the_whole_follows_from_its_parts() -> None:
    assert derived(derive(review(upheld=2, corrected=1, other=0, pending=0), {}, "2021", NOTHING)) == {f"{REVIEW}.total": 3}


def test_under_a_whole_that_is_used_up_the_rest_is_zero() -> None:
    assert derived(derive(review(upheld=2, total=2), {}, "2021", NOTHING)) == {f"{REVIEW}.{part}": 0 for part in PARTS[1:]}
    assert derived(derive(review(total=0), {}, "2021", NOTHING)) == {f"{REVIEW}.{part}": 0 for part in PARTS}


def test_what_does_not_follow_is_left_open() -> None:
    assert derived(derive(review(upheld=1, total=3), {}, "2021", NOTHING)) == {}


def test_a_part_is_never_less_than_nothing() -> None:
    assert derived(derive(review(upheld=2, corrected=1, other=0, total=1), {}, "2021", NOTHING)) == {}


def test_a_printed_error_derives_nothing_and_changes_nothing() -> None:
    cells = review(upheld=2, corrected=1, other=0, pending=0, total=9)
    assert derive(cells, {}, "2021", NOTHING) == cells


def test_an_undecided_cell_is_not_decided_by_sums() -> None:
    assert derived(derive(review(total=0), {}, "2021", frozenset({f"{REVIEW}.upheld"}))) == {f"{REVIEW}.{part}": 0 for part in PARTS[1:]}


def test_blank_parts_count_as_nothing_and_stay_blank() -> None:
    found = derive(review(upheld=3, corrected=None, other=None, pending=None), {}, "2021", NOTHING)
    assert derived(found) == {f"{REVIEW}.total": 3}
    assert found[f"{REVIEW}.other"].status is Status.BLANK


def test_a_blank_whole_above_numbers_follows_and_above_zeros_stays_blank() -> None:
    assert derived(derive(review(upheld=3, corrected=0, other=0, pending=0, total=None), {}, "2021", NOTHING)) == {f"{REVIEW}.total": 3}
    assert derived(derive(review(upheld=0, corrected=0, other=0, pending=0, total=None), {}, "2021", NOTHING)) == {}


def test_all_blank_derives_nothing() -> None:
    assert derived(derive(review(**dict.fromkeys((*PARTS[:3], "total"))), {}, "2021", NOTHING)) == {}


def test_the_narrative_states_cells_that_no_table_shows() -> None:
    found = derive({}, fact("requests_received", 5), "2021", NOTHING)
    assert derived(found) == {"requests.new_received.total": 5}
    assert found["requests.new_received.total"].spans == ((500, 501),)
    assert found["requests.new_received.total"].confidence == pytest.approx(0.8 * 0.97)


def test_the_narrative_does_not_speak_over_a_printed_cell() -> None:
    cells = table({"requests.new_received.total": None})
    assert derive(cells, fact("requests_received", 5), "2021", NOTHING) == cells


def test_a_statement_that_breaks_a_sum_is_not_used() -> None:
    cells = review(upheld=1, corrected=1, other=0, pending=0)
    assert derived(derive(cells, fact("reviews", 5), "2021", NOTHING)) == {f"{REVIEW}.total": 2}


def test_handled_is_used_only_if_it_balances() -> None:
    handled = "requests.handled_total.total"
    balanced = derive(
        {}, {**fact("requests_received", 6), **fact("requests_handled", 5), **fact("requests_carried_out", 1)}, "2021", NOTHING
    )
    assert derived(balanced)[handled] == 5
    assert handled not in derived(derive({}, {**fact("requests_received", 6), **fact("requests_handled", 5)}, "2021", NOTHING))
    assert handled not in derived(derive({}, fact("requests_handled", 5), "2021", NOTHING))


def test_no_requests_denied_is_a_zero_in_every_row_of_the_group() -> None:
    found = derived(derive({}, fact("requests_denied", 0), "2021", NOTHING))
    assert {key: value for key, value in found.items() if key.startswith("requests.denied_") and key.endswith(".total")} == {
        f"requests.{row}.total": 0 for row in forms()["2021"].table("requests").blocks[0].result_rows() if row.startswith("denied_")
    }
    assert derived(derive({}, fact("requests_denied", 2), "2021", NOTHING)) == {}


def test_other_handling_follows_the_rows_of_the_form() -> None:
    old, new = (derived(derive({}, fact("requests_other_handling", 0), form, NOTHING)) for form in ("2019", "2021"))
    assert {key for key in old if key.endswith(".total")} == {"requests.other_handling.total"}
    assert len([key for key in new if key.endswith(".total")]) == 3


def test_no_litigation_is_a_zero_in_both_rows_and_their_parts() -> None:
    found = derived(derive({}, fact("litigations", 0), "2021", NOTHING))
    assert found == {
        f"review_litigation.{row}.{column}": 0 for row in ("litigation_direct", "litigation_after_review") for column in (*PARTS, "total")
    }
    assert derived(derive({}, fact("litigations", 3), "2021", NOTHING)) == {}


@st.composite
def known_parts(draw: st.DrawFn) -> dict[str, int]:
    """Some cells of a consistent requests table of the 2019 form."""
    block = forms()["2019"].table("requests").blocks[0]
    applicants = [column.key for column in block.columns[:-1]]
    number = st.sampled_from([0, 0, 0, 0, 1, 3])
    rows = {row: [draw(number) for _ in applicants] for row in draw(st.sets(st.sampled_from(block.result_rows()), max_size=3))}
    handled = [sum(row[column] for row in rows.values()) for column in range(6)]
    carried = [draw(number) for _ in applicants]
    rows |= {"handled_total": handled, "carried_out": carried, "carried_in": carried, "new_received": handled}
    whole = {row.key: [*rows.get(row.key, [0] * 6), sum(rows.get(row.key, [0]))] for row in block.rows}
    lost_rows = draw(st.sets(st.sampled_from(sorted(whole)), max_size=6))
    lost_columns = draw(st.sets(st.sampled_from([*applicants, "total"]), max_size=3))
    every = {
        f"requests.{row}.{column.key}": value for row, values in whole.items() for column, value in zip(block.columns, values, strict=True)
    }
    lost = draw(st.sets(st.sampled_from(sorted(every)), max_size=10))
    return {key: value for key, value in every.items() if not ({*key.split(".")} & (lost_rows | lost_columns) or key in lost)}


def another_solution(known: Mapping[str, int], claims: Mapping[str, int | float | None]) -> dict[str, int] | None:
    """Non-negative numbers that keep every sum and all of `known` and differ from `claims` somewhere, or None if there are none."""
    model = cp_model.CpModel()
    sums = [rule for rule in sums_of("2019") if rule.keys[0].startswith("requests.")]
    numbers = {key: model.new_int_var(known.get(key, 0), known.get(key, MOST), key) for rule in sums for key in rule.keys}
    for rule in sums:
        model.add(sum(numbers[key] for key in rule.left) == sum(numbers[key] for key in rule.right))
    differs = []
    for key, value in claims.items():
        differs.append(model.new_bool_var(f"not {key}"))
        model.add(numbers[key] != int(value or 0)).only_enforce_if(differs[-1])
    model.add_bool_or(differs)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solved = solver.solve(model)
    assert solved in (cp_model.OPTIMAL, cp_model.FEASIBLE, cp_model.INFEASIBLE)
    return None if solved == cp_model.INFEASIBLE else {key: solver.value(numbers[key]) for key in claims}


@settings(max_examples=25, deadline=None)
@given(known_parts())
def test_what_is_derived_has_one_value_in_all_solutions_of_the_sums(known: dict[str, int]) -> None:
    found = derived(derive(table(known), {}, "2019", NOTHING))
    assert not set(found) & set(known)
    assert not found or another_solution(known, found) is None


def test_the_solver_finds_other_solutions_where_there_are_some() -> None:
    assert another_solution({"requests.granted.total": 2}, {"requests.granted.business": 1}) is not None


@settings(max_examples=25, deadline=None)
@given(known_parts())
def test_deriving_again_adds_nothing_and_keeps_what_was_there(known: dict[str, int]) -> None:
    once = derive(table(known), {}, "2019", NOTHING)
    assert derive(once, {}, "2019", NOTHING) == once
    assert {key: once[key] for key in known} == table(known)
