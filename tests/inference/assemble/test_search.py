"""The search and the decision against every combination of placements, counted out one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf, prod
from typing import Protocol

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gongkai.inference.assemble import requests, search
from gongkai.inference.assemble.candidates import Candidate
from gongkai.inference.assemble.decide import MARGIN
from gongkai.inference.assemble.reading import Context, TableReading
from gongkai.inference.assemble.search import Floats, Marginals, Stage, min_marginals, weighed

Numbers = tuple[int, ...]
_EXACTLY = 1e-9


class Printer(Protocol):
    """What prints a table."""

    def requests(self, rows: Mapping[str, Sequence[str]]) -> str:
        """The requests table."""
        ...


def candidate(*states: int | float | str, price: float = 0.0) -> Candidate:
    """A placement that says `states`."""
    return Candidate.of((None,) * len(states), states, price)


def whole_tables(stages: Sequence[Stage], state: Floats) -> Iterator[tuple[float, tuple[int, ...]]]:
    """The cost of every whole table, with the candidate that each stage takes in it."""
    if not stages:
        yield 0.0, ()
        return
    for index, taken in enumerate(stages[0].candidates):
        price, after = stages[0].step(state, taken)
        for cost, rest in whole_tables(stages[1:], after):
            yield float(price[0]) + taken.price + cost, (index, *rest)


def counted(stages: Sequence[Stage], columns: int) -> dict[str, list[float]]:
    """The cheapest whole table through every candidate, by trying all."""
    costs = {stage.key: [inf] * len(stage.candidates) for stage in stages}
    for cost, taken in whole_tables(stages, np.zeros((1, columns, 2))):
        for stage, index in zip(stages, taken, strict=True):
            costs[stage.key][index] = min(costs[stage.key][index], cost)
    return costs


def add(states: Floats, taken: Candidate) -> tuple[Floats, Floats]:
    """Adds up one column."""
    return np.zeros(len(states)), states + (taken.values[0] or 0)


def total(states: Floats, taken: Candidate) -> tuple[Floats, Floats]:
    """A price of 4 for each column that does not add up to its total."""
    stated = np.array([value or 0 for value in taken.values])
    return 4.0 * ((stated < states[:, :, 0]) | (stated > states[:, :, 1])).sum(axis=1), states


def test_the_sum_decides_between_equal_lines() -> None:
    stages = [
        Stage("a", (candidate(1), candidate(2)), add),
        Stage("b", (candidate(3, price=0.5), candidate(5)), add),
        Stage("total", (candidate(5),), total),
    ]
    found = min_marginals(stages, 1, MARGIN)
    assert found.exact
    assert found.costs == {"a": (4.0, 0.5), "b": (0.5, 4.0), "total": (0.5,)}


def test_nothing_is_weighed_where_no_line_has_a_choice() -> None:
    lines = [Stage(key, (candidate(1, price=price),), add) for key, price in (("a", 2.0), ("b", 3.0))]
    assert weighed(lines, 1, 1.0).costs == {"a": (0.0,), "b": (0.0,)}
    choice = Stage("c", (candidate(1, price=1.0), candidate(2, price=4.0)), add)
    assert weighed([*lines, choice], 1, 5.0) == min_marginals([*lines, choice], 1, 5.0)


def test_a_stage_with_one_candidate_costs_what_the_table_costs() -> None:
    found = min_marginals([Stage("only", (candidate(1, price=2.0),), add)], 1, MARGIN)
    assert found == Marginals({"only": (2.0,)}, exact=True)


PRICES = st.sampled_from([0.0, 0.8, 1.5, 2.5, 4.0, 6.0])
CHOICES = st.lists(st.tuples(st.integers(0, 4), PRICES), min_size=1, max_size=4)


@settings(deadline=None)
@given(st.lists(CHOICES, min_size=1, max_size=5), st.integers(0, 10))
def test_min_marginals_are_those_of_all_combinations(choices: list[list[tuple[int, float]]], printed: int) -> None:
    stages = [Stage(str(i), tuple(candidate(value, price=price) for value, price in options), add) for i, options in enumerate(choices)]
    stages.append(Stage("total", (candidate(printed), candidate("blank", price=2.5)), total))
    found, expected = min_marginals(stages, 1, MARGIN), counted(stages, 1)
    cheapest = min(expected["total"])
    assert found.exact
    for key, costs in expected.items():
        for got, cost in zip(found.costs[key], costs, strict=True):
            if cost <= cheapest + MARGIN - _EXACTLY:
                assert got == pytest.approx(cost)
            else:
                assert got >= cheapest + MARGIN - _EXACTLY


@settings(deadline=None)
@given(st.lists(CHOICES, min_size=2, max_size=5), st.integers(0, 10))
def test_a_search_cut_short_takes_nothing_for_dear_that_is_cheap(choices: list[list[tuple[int, float]]], printed: int) -> None:
    stages = [
        Stage(str(i), tuple(candidate(value, value % 2, price=price) for value, price in options), add_both)
        for i, options in enumerate(choices)
    ]
    stages.append(Stage("total", (candidate(printed, 1), candidate("blank", "blank", price=2.5)), total))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "_NARROW", 1)
        patch.setattr(search, "_MOST_STATES", 2)
        found = min_marginals(stages, 2, MARGIN)
    expected = counted(stages, 2)
    cheapest = min(expected["total"])
    for key, costs in expected.items():
        best = min(found.costs[key])
        for got, cost in zip(found.costs[key], costs, strict=True):
            assert got < best + MARGIN or cost >= cheapest + MARGIN - _EXACTLY


def add_both(states: Floats, taken: Candidate) -> tuple[Floats, Floats]:
    """Adds up both columns."""
    return np.zeros(len(states)), states + np.array([[value or 0, value or 0] for value in taken.values])


@dataclass
class _Seen:
    """What the reader of the requests table searched."""

    stages: Sequence[Stage] = ()


def read(context: Context, facts: Mapping[str, int | float]) -> tuple[TableReading, Sequence[Stage]]:
    """The reading of a requests table and the stages that it searched."""
    seen = _Seen()

    def spy(stages: Sequence[Stage], columns: int, margin: float) -> Marginals:
        seen.stages = stages
        return weighed(stages, columns, margin)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(requests, "weighed", spy)
        return requests.read_requests(context, facts), seen.stages


APPLICANTS = st.tuples(*[st.sampled_from([0, 0, 0, 0, 1, 2, 3])] * 6)
RESULTS = ("granted", "denied_third_party", "unavailable_not_held", "other_other")


@st.composite
def tables(draw: st.DrawFn) -> dict[str, list[str]]:
    """Request tables with the blanks of up to four rows dropped, now and then with a printed error."""
    keys = draw(st.lists(st.sampled_from(RESULTS), min_size=1, max_size=2, unique=True))
    results: dict[str, Numbers] = {key: draw(APPLICANTS) for key in keys}
    handled = tuple(map(sum, zip(*results.values(), strict=True)))
    rows = {**results, "handled_total": handled, "new_received": handled}
    printed = {key: [*row, sum(row)] for key, row in rows.items()}
    if draw(st.booleans()):
        wrong = printed[draw(st.sampled_from(sorted(printed)))]
        wrong[draw(st.integers(0, 6))] += 1
    dropped = draw(st.sets(st.sampled_from(sorted(printed))))
    return {key: ["" if key in dropped and number == 0 else str(number) for number in row] for key, row in printed.items()}


@settings(max_examples=20, deadline=None)
@given(rows=tables(), stated=st.booleans())
def test_a_cell_is_placed_just_if_every_cheap_table_says_the_same(
    rows: dict[str, list[str]], stated: bool, printer: Callable[[str, str], Printer], context: Callable[..., Context]
) -> None:
    facts = {"requests_natural_person": int(rows["new_received"][0] or 0)} if stated else {}
    reading, stages = read(context(printer("2021", "pipes").requests(rows)), facts)
    assume(1 < prod(len(stage.candidates) for stage in stages) <= 3000)
    expected = counted(stages, requests.COLUMNS)
    cheapest = min(expected["carried_out"])
    columns = [key.rsplit(".", 1)[1] for key in reading.cells if key.startswith("requests.carried_in.")]
    assert len(columns) == requests.COLUMNS
    for stage in stages[:-1]:  # the last one only closes the sums
        for column, name in enumerate(columns):
            cheap = {
                option.states[column]
                for option, cost in zip(stage.candidates, expected[stage.key], strict=True)
                if cost < cheapest + MARGIN - _EXACTLY
            }
            cell = reading.cells.get(f"requests.{stage.key}.{name}")
            said = None if cell is None else "blank" if cell.value is None else cell.value
            assert said == (next(iter(cheap)) if len(cheap) == 1 else None), (stage.key, name, cheap)
            assert (f"requests.{stage.key}.{name}" in reading.undecided) == (len(cheap) > 1)
