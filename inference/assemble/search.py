"""The cheapest placements of a whole table, exactly: min-marginals by dynamic programming over its lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf

from gongkai.inference.assemble.candidates import Candidate

State = tuple[tuple["int | float", "int | float"], ...]
"""The least and the most that what was read so far leaves in every column."""
Step = Callable[[State, Candidate], tuple[float, State]]
_MOST_STATES = 3000
_NARROW = 150


@dataclass(frozen=True, slots=True)
class Stage:
    """One line of the table: its key, its candidates, and what taking one costs and leaves (`step`)."""

    key: str
    candidates: tuple[Candidate, ...]
    step: Step


@dataclass(frozen=True, slots=True)
class Marginals:
    """`costs[key][k]`: the cost of the cheapest whole table in which line `key` takes its candidate k.

    `exact` is False if the search had to be cut short; then only what a line says by itself can be trusted.
    """

    costs: Mapping[str, tuple[float, ...]]
    exact: bool


def min_marginals(stages: Sequence[Stage], start: State, margin: float) -> Marginals:
    """The cheapest completion through every candidate of every stage, over all paths from `start`.

    A first narrow search gives a whole table whose cost bounds the second: states dearer than that by `margin` are dropped,
    since nothing hangs on what is dearer. If more than `_MOST_STATES` remain, the dearest go and the result says so.
    """
    narrow = _forward(stages, start, inf, _NARROW)
    bound = min(narrow.layers[-1].values()) + margin
    search = _forward(stages, start, bound, _MOST_STATES)
    return Marginals(_backward(stages, search.layers, search.moves), search.exact)


_Move = tuple[State, int, float, State]


@dataclass(frozen=True, slots=True)
class _Search:
    layers: list[dict[State, float]]
    moves: list[list[_Move]]
    exact: bool


def _forward(stages: Sequence[Stage], start: State, bound: float, most: int) -> _Search:
    layers: list[dict[State, float]] = [{start: 0.0}]
    moves: list[list[_Move]] = []
    exact = True
    for stage in stages:
        arrivals: dict[State, float] = {}
        taken: list[_Move] = []
        for state, cost in layers[-1].items():
            for index, candidate in enumerate(stage.candidates):
                price, after = stage.step(state, candidate)
                price += candidate.price
                if cost + price <= bound:
                    taken.append((state, index, price, after))
                    arrivals[after] = min(cost + price, arrivals.get(after, inf))
        if len(arrivals) > most:
            exact = False
            arrivals = dict(sorted(arrivals.items(), key=lambda item: item[1])[:most])
        layers.append(arrivals)
        moves.append(taken)
    return _Search(layers, moves, exact)


def _backward(
    stages: Sequence[Stage], layers: Sequence[Mapping[State, float]], moves: Sequence[Sequence[_Move]]
) -> dict[str, tuple[float, ...]]:
    to_go: dict[State, float] = dict.fromkeys(layers[-1], 0.0)
    costs: dict[str, tuple[float, ...]] = {}
    for stage, layer, taken in zip(reversed(stages), reversed(layers[:-1]), reversed(moves), strict=True):
        through = [inf] * len(stage.candidates)
        before: dict[State, float] = {}
        for state, index, price, after in taken:
            rest = to_go.get(after)
            if rest is None:
                continue
            through[index] = min(through[index], layer[state] + price + rest)
            before[state] = min(price + rest, before.get(state, inf))
        costs[stage.key] = tuple(through)
        to_go = before
    return costs
