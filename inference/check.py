"""The arithmetic of a document as verdicts, with the fewest cells to doubt where it is broken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np

from gongkai.inference.arithmetic import Sum, form_for_sums, sums_of
from gongkai.inference.facts import CELLS_OF, Fact
from gongkai.inference.results import Cell, Check, Status, Verdict

_MOST_DOUBTFUL = 3
_MOST_CELLS = 60
_EPSILON = 1e-6


def check(cells: Mapping[str, Cell], form: str | None, facts: Mapping[str, Fact]) -> tuple[Check, ...]:
    """Every sum of the form of which at least one cell has a value, then every figure of the narrative that a cell repeats.

    A sum with a blank or missing cell is `unknown`. Cells derived from a figure are not held against that figure.
    """
    sums = [rule for rule in sums_of(form_for_sums(form, set(cells))) if any(_value(cells, key) is not None for key in rule.keys)]
    broken = [rule for rule in sums if _verdict(cells, rule) is Verdict.BROKEN]
    holding = [rule for rule in sums if _verdict(cells, rule) is Verdict.HOLDS]
    doubtful = fewest_doubtful(broken, holding, cells)
    return (*(_check(cells, rule, doubtful) for rule in sums), *_against_narrative(cells, facts))


def _value(cells: Mapping[str, Cell], key: str) -> int | float | None:
    return cells[key].value if key in cells else None


def _side(cells: Mapping[str, Cell], keys: Sequence[str]) -> int | float | None:
    values = [_value(cells, key) for key in keys]
    return None if None in values else sum(value for value in values if value is not None)


def _verdict(cells: Mapping[str, Cell], rule: Sum) -> Verdict:
    left, right = _side(cells, rule.left), _side(cells, rule.right)
    if left is None or right is None:
        return Verdict.UNKNOWN
    return Verdict.HOLDS if abs(left - right) < _EPSILON else Verdict.BROKEN


def _check(cells: Mapping[str, Cell], rule: Sum, doubtful: frozenset[str]) -> Check:
    verdict = _verdict(cells, rule)
    doubts = tuple(key for key in rule.keys if key in doubtful) if verdict is Verdict.BROKEN else ()
    return Check(rule.rule, rule.keys, _side(cells, rule.left), _side(cells, rule.right), verdict, doubts)


def fewest_doubtful(broken: Sequence[Sum], holding: Sequence[Sum], cells: Mapping[str, Cell]) -> frozenset[str]:
    """The fewest cells that would have to be wrong for every sum to hold (Fellegi and Holt, JASA 71, 1976).

    A set of cells explains the breaches if changing them alone can satisfy every sum. Of several smallest sets the union is
    named, since nothing says which. Sets of more than three cells are not searched: then every cell of a broken sum is in doubt.
    """
    if not broken:
        return frozenset()
    suspects = sorted({key for rule in broken for key in rule.keys})[:_MOST_CELLS]
    for size in range(1, _MOST_DOUBTFUL + 1):
        explaining = [set(chosen) for chosen in combinations(suspects, size) if _explains(chosen, broken, holding, cells)]
        if explaining:
            return frozenset(set().union(*explaining))
        if len(suspects) > 40 and size == 2:
            break
    return frozenset(suspects)


def _explains(chosen: Sequence[str], broken: Sequence[Sum], holding: Sequence[Sum], cells: Mapping[str, Cell]) -> bool:
    """Whether changes of the chosen cells can satisfy all sums without making a count negative, where they are determined."""
    if any(not set(rule.keys) & set(chosen) for rule in broken):
        return False
    touched = (*broken, *(rule for rule in holding if set(rule.keys) & set(chosen)))
    equations = np.array([_equation(rule, chosen, cells) for rule in touched])
    coefficients, gaps = equations[:, :-1], equations[:, -1]
    changes, _, rank, _ = np.linalg.lstsq(coefficients, gaps, rcond=None)
    if np.abs(coefficients @ changes - gaps).max() > _EPSILON:
        return False
    changed = [(_value(cells, key) or 0) + change for key, change in zip(chosen, changes, strict=True)]
    return bool(rank < len(chosen) or min(changed) > -_EPSILON)


def _equation(rule: Sum, chosen: Sequence[str], cells: Mapping[str, Cell]) -> list[float]:
    """Coefficients of the changes of the chosen cells, then the gap that they must close."""
    left, right = _side(cells, rule.left) or 0, _side(cells, rule.right) or 0
    return [*(float((key in rule.left) - (key in rule.right)) for key in chosen), float(right - left)]


def _against_narrative(cells: Mapping[str, Cell], facts: Mapping[str, Fact]) -> tuple[Check, ...]:
    found = []
    for label, key in CELLS_OF.items():
        cell = cells.get(key)
        if label in facts and cell is not None and cell.value is not None and cell.status is not Status.DERIVED:
            verdict = Verdict.HOLDS if abs(cell.value - facts[label].value) < _EPSILON else Verdict.BROKEN
            found.append(Check(f"table = narrative {label}", (key,), cell.value, facts[label].value, verdict))
    return tuple(found)
