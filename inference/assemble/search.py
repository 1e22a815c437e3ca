"""The cheapest placements of a whole table, exactly: min-marginals by dynamic programming over its lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray

from gongkai.inference.assemble.candidates import Candidate

Floats = NDArray[np.float64]
Step = Callable[[Floats, Candidate], tuple[Floats, Floats]]
"""(states, candidate) → (what taking the candidate costs in each state, the states after it).

States have shape (states, columns, 2): the least and the most that what was read so far leaves in every column. A column from
-inf to inf, of which nothing is known, costs nothing.
"""

_MOST_STATES = 2000
_NARROW = 100


@dataclass(frozen=True, slots=True)
class Stage:
    """One line of the table: its key, its candidates, and what taking one costs and leaves (`step`)."""

    key: str
    candidates: tuple[Candidate, ...]
    step: Step


@dataclass(frozen=True, slots=True)
class Marginals:
    """`costs[key][k]`: the cost of the cheapest whole table in which line `key` takes its candidate k.

    `exact` is False if the search had to be cut short; then it costs at least that, and what may be the cheapest table costs as
    much as the cheapest one that was found. A candidate that is dearer by a margin is so in any case.
    """

    costs: Mapping[str, tuple[float, ...]]
    exact: bool


def weighed(stages: Sequence[Stage], columns: int, margin: float) -> Marginals:
    """`min_marginals` for whoever compares the candidates of each line: where no line has a choice, all costs are 0 without a search."""
    if all(len(stage.candidates) == 1 for stage in stages):
        return Marginals({stage.key: (0.0,) for stage in stages}, exact=True)
    return min_marginals(stages, columns, margin)


def min_marginals(stages: Sequence[Stage], columns: int, margin: float) -> Marginals:
    """The cheapest completion through every candidate of every stage; all columns begin at zero.

    A first narrow search gives a whole table whose cost bounds the second: states dearer than that by `margin` are dropped,
    since nothing hangs on what is dearer. If more than `_MOST_STATES` remain at any line, the search gives up, and the columns are
    looked at one by one.
    """
    narrow = _forward(stages, columns, inf, _NARROW)
    if narrow.exact:
        return Marginals(_marginals(stages, narrow), exact=True)
    known = float(narrow.layers[-1].min())
    wide = _forward(stages, columns, known + margin, _MOST_STATES, give_up=True)
    if wide.exact:
        return Marginals(_marginals(stages, wide), exact=True)
    known = min(known, float(_forward(stages, columns, inf, _MOST_STATES).layers[-1].min()))
    return Marginals(_at_least(stages, columns, known, margin), exact=False)


def _at_least(stages: Sequence[Stage], columns: int, known: float, margin: float) -> Mapping[str, tuple[float, ...]]:
    """What a whole table through each candidate costs at least, but no less than the cheapest table `known`.

    A table costs no less than its lines by themselves, and than its lines with the sums of one of its columns.
    """
    lowest = [min(candidate.price for candidate in stage.candidates) for stage in stages]
    rest = sum(lowest)
    least = {
        stage.key: np.array([max(known, rest - own + candidate.price) for candidate in stage.candidates])
        for stage, own in zip(stages, lowest, strict=True)
    }
    for column in range(columns):
        seen = [_seen_in(stage, column) for stage in stages]
        search = _forward([stage for stage, _ in seen], columns, known + margin, _MOST_STATES, give_up=True)
        if search.exact:
            costs = _marginals([stage for stage, _ in seen], search)
            least = {stage.key: np.maximum(least[stage.key], np.array(costs[stage.key])[same]) for stage, same in seen}
    return {key: tuple(costs.tolist()) for key, costs in least.items()}


def _seen_in(stage: Stage, column: int) -> tuple[Stage, NDArray[np.intp]]:
    """A stage as it looks in one column, with one candidate for all that look alike there, and which one stands for each."""
    places: dict[tuple[int | float | str, float], int] = {}
    same = [places.setdefault((candidate.states[column], candidate.price), len(places)) for candidate in stage.candidates]
    first = {place: candidate for candidate, place in zip(reversed(stage.candidates), reversed(same), strict=True)}

    def step(states: Floats, candidate: Candidate) -> tuple[Floats, Floats]:
        prices, after = stage.step(states, candidate)
        seen = np.full_like(after, inf)
        seen[:, :, 0] = -inf
        seen[:, column] = after[:, column]
        return prices, seen

    return Stage(stage.key, tuple(first[place] for place in range(len(places))), step), np.array(same, dtype=np.intp)


@dataclass(frozen=True, slots=True)
class _Moves:
    """All moves of one stage: from which state, by which candidate, at what price, to which state."""

    before: NDArray[np.intp]
    candidate: NDArray[np.intp]
    price: Floats
    after: NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class _Search:
    """`layers[t]`: the cost of the cheapest way to every state after t stages."""

    layers: list[Floats]
    moves: list[_Moves]
    exact: bool


def _forward(stages: Sequence[Stage], columns: int, bound: float, most: int, give_up: bool = False) -> _Search:
    states: Floats = np.zeros((1, columns, 2))
    costs: Floats = np.zeros(1)
    layers: list[Floats] = [costs]
    moves: list[_Moves] = []
    exact = True
    for stage in stages:
        arrived, found = _moves(stage, states, costs, bound)
        states, costs, found = _merged(arrived, costs, found)
        if len(costs) > most:
            exact = False
            if give_up:
                break
            states, costs, found = _cheapest(states, costs, found, most)
        layers.append(costs)
        moves.append(found)
    return _Search(layers, moves, exact)


def _moves(stage: Stage, states: Floats, costs: Floats, bound: float) -> tuple[Floats, _Moves]:
    """Where every candidate leads from every state, without what costs more than `bound`. `after` counts the arrivals."""
    steps = [stage.step(states, candidate) for candidate in stage.candidates]
    price = np.concatenate([found + candidate.price for (found, _), candidate in zip(steps, stage.candidates, strict=True)])
    before = np.tile(np.arange(len(states)), len(steps))
    candidate = np.repeat(np.arange(len(steps)), len(states))
    kept = costs[before] + price <= bound
    arrived = np.concatenate([after for _, after in steps])[kept]
    return arrived, _Moves(before[kept], candidate[kept], price[kept], np.arange(len(arrived)))


def _merged(arrived: Floats, costs: Floats, moves: _Moves) -> tuple[Floats, Floats, _Moves]:
    """Equal arrivals as one state at the lowest cost."""
    flat = arrived.reshape(len(arrived), -1) + 0.0  # -0.0 and 0.0 are the same bytes after this
    everything, width = flat.tobytes(), flat.itemsize * flat.shape[1]
    rows = [everything[number * width : (number + 1) * width] for number in range(len(flat))]
    places = {row: place for place, row in enumerate(dict.fromkeys(rows))}
    after = np.fromiter(map(places.__getitem__, rows), np.intp, len(rows))
    states = np.empty((len(places), flat.shape[1]))
    states[after] = flat
    lowest = np.full(len(states), inf)
    np.minimum.at(lowest, after, costs[moves.before] + moves.price)
    return states.reshape(len(states), *arrived.shape[1:]), lowest, _Moves(moves.before, moves.candidate, moves.price, after)


def _cheapest(states: Floats, costs: Floats, moves: _Moves, most: int) -> tuple[Floats, Floats, _Moves]:
    chosen = np.sort(np.argsort(costs, kind="stable")[:most])
    place = np.full(len(costs), -1, dtype=np.intp)
    place[chosen] = np.arange(len(chosen))
    after = place[moves.after]
    kept = after >= 0
    return states[chosen], costs[chosen], _Moves(moves.before[kept], moves.candidate[kept], moves.price[kept], after[kept])


def _marginals(stages: Sequence[Stage], search: _Search) -> Mapping[str, tuple[float, ...]]:
    to_go = np.zeros(len(search.layers[-1]))
    costs: dict[str, tuple[float, ...]] = {}
    for stage, layer, moves in zip(reversed(stages), reversed(search.layers[:-1]), reversed(search.moves), strict=True):
        rest = moves.price + to_go[moves.after]
        through = np.full(len(stage.candidates), inf)
        np.minimum.at(through, moves.candidate, layer[moves.before] + rest)
        costs[stage.key] = tuple(through.tolist())
        to_go = np.full(len(layer), inf)
        np.minimum.at(to_go, moves.before, rest)
    return costs
