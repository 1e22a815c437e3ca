"""The arithmetic of a document as verdicts, with the fewest cells to doubt where it is broken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from gongkai.inference.arithmetic import EPSILON, Sum, form_for_sums, same, sums_of
from gongkai.inference.facts import Fact, keys_of
from gongkai.inference.forms import keys_of_form
from gongkai.inference.results import Cell, Check, Status, Verdict

_MOST_DOUBTFUL = 3
_MOST_TRIED = 3000
NARRATIVE_RULE = "table = narrative "
"""What a rule is called that holds a cell against a figure of the narrative; the label of the figure follows."""


_Values = Mapping[str, "int | float | None"]


class Valued(Protocol):
    """What a sum is of: a cell, or an indicator of a statistics table."""

    @property
    def value(self) -> int | float | None:
        """Its number, or None if it is blank."""
        ...


def check(cells: Mapping[str, Cell], form: str | None, facts: Mapping[str, Fact]) -> tuple[Check, ...]:
    """Every sum of the form of which at least one cell has a value, then every figure of the narrative that cells repeat.

    A sum with a blank or missing cell is `unknown`. Cells derived from a figure are not held against that figure.
    """
    return (
        *check_sums(sums_of(form_for_sums(form, set(cells))), cells),
        *_against_narrative(cells, facts, form_for_sums(form, set(cells))),
    )


def check_sums(rules: Iterable[Sum], cells: Mapping[str, Valued]) -> tuple[Check, ...]:
    """Every one of `rules` of which at least one cell has a value. A sum with a blank or missing cell is `unknown`."""
    values = _values(cells)
    stated = {key for key, value in values.items() if value is not None}
    checks = [(rule, _check(values, rule)) for rule in rules if not stated.isdisjoint(rule.keys)]
    broken = [rule for rule, check in checks if check.verdict is Verdict.BROKEN]
    if not broken:
        return tuple(check for _, check in checks)
    doubtful = fewest_doubtful(broken, [rule for rule, check in checks if check.verdict is Verdict.HOLDS], cells)
    return tuple(_with_doubts(check, doubtful) if check.verdict is Verdict.BROKEN else check for _, check in checks)


def _values(cells: Mapping[str, Valued]) -> _Values:
    return {key: cell.value for key, cell in cells.items()}


def _side(values: _Values, keys: Sequence[str]) -> int | float | None:
    found = [value for value in map(values.get, keys) if value is not None]
    return sum(found) if len(found) == len(keys) else None


def _check(values: _Values, rule: Sum) -> Check:
    """The verdict on a rule, without doubts."""
    left, right = _side(values, rule.left), _side(values, rule.right)
    return Check(rule.rule, rule.keys, left, right, _verdict(left, right))


def _verdict(left: float | None, right: float | None) -> Verdict:
    if left is None or right is None:
        return Verdict.UNKNOWN
    return Verdict.HOLDS if same(left, right) else Verdict.BROKEN


def _with_doubts(check: Check, doubtful: frozenset[str]) -> Check:
    return replace(check, doubtful=tuple(key for key in check.keys if key in doubtful))


def fewest_doubtful(broken: Sequence[Sum], holding: Sequence[Sum], cells: Mapping[str, Valued]) -> frozenset[str]:
    """The fewest cells that would have to be wrong for every sum to hold (Fellegi and Holt, JASA 71, 1976).

    A set of cells explains the breaches if changing them alone can satisfy every sum. Of several smallest sets the union is
    named, since nothing says which. Breaches that no sum ties together are explained apart, and so are those that share no cell
    where more than three cells would be needed together. Where that is too few as well, or too many sets had to be tried, every
    cell of the broken sums is in doubt.
    """
    values = _values(cells)
    return frozenset().union(*(_doubtful(part, holding, values) for part in _connected(broken, holding)))


def _connected(broken: Sequence[Sum], holding: Sequence[Sum] = ()) -> list[list[Sum]]:
    """The broken rules in groups that share no cell, and that no holding rule ties together."""
    groups: list[tuple[set[str], list[Sum]]] = []
    for rule in (*broken, *holding):
        keys, rules = set(rule.keys), [rule] if rule in broken else []
        sharing = [group for group in groups if keys & group[0]]
        groups = [group for group in groups if group not in sharing]
        groups.append((keys.union(*(known for known, _ in sharing)), [*(other for _, known in sharing for other in known), *rules]))
    return [rules for _, rules in groups if rules]


def _doubtful(broken: Sequence[Sum], holding: Sequence[Sum], values: _Values) -> set[str]:
    together = _fewest(broken, holding, values)
    if together is not None:
        return together
    apart = ((part, _fewest(part, holding, values)) for part in _connected(broken))
    return {key for part, found in apart for key in (_keys(part) if found is None else found)}


def _keys(rules: Iterable[Sum]) -> set[str]:
    return {key for rule in rules for key in rule.keys}


def _fewest(broken: Sequence[Sum], holding: Sequence[Sum], values: _Values) -> set[str] | None:
    """The union of the smallest sets that explain the breaches together; None if there is none of up to three cells."""
    for size in range(1, _MOST_DOUBTFUL + 1):
        tried = _hitting(broken, holding, size)
        if tried is None:
            break
        explaining = [chosen for chosen in tried if _explains(sorted(chosen), broken, holding, values)]
        if explaining:
            return set().union(*explaining)
    return None


def _hitting(broken: Sequence[Sum], holding: Sequence[Sum], size: int) -> list[frozenset[str]] | None:
    """Every set of `size` cells with one in each broken rule; what it has beyond that shares a rule with the rest. None if too many."""
    sets = {frozenset[str]()}
    for _ in range(size):
        sets = {chosen | {key} for chosen in sets for key in _next_cells(chosen, broken, holding) if key not in chosen}
        if len(sets) > _MOST_TRIED:
            return None
    return sorted((chosen for chosen in sets if all(chosen.intersection(rule.keys) for rule in broken)), key=sorted)


def _next_cells(chosen: frozenset[str], broken: Sequence[Sum], holding: Sequence[Sum]) -> Iterable[str]:
    open_rule = next((rule for rule in broken if not chosen.intersection(rule.keys)), None)
    if open_rule is not None:
        return open_rule.keys
    return (key for rule in (*broken, *holding) if chosen.intersection(rule.keys) for key in rule.keys)


def _explains(chosen: Sequence[str], broken: Sequence[Sum], holding: Sequence[Sum], values: _Values) -> bool:
    """Whether changes of the chosen cells can satisfy all sums without making a count negative, where they are determined."""
    if any(not set(rule.keys) & set(chosen) for rule in broken):
        return False
    touched = (*broken, *(rule for rule in holding if set(rule.keys) & set(chosen)))
    equations = np.array([_equation(rule, chosen, values) for rule in touched])
    coefficients, gaps = equations[:, :-1], equations[:, -1]
    changes, _, rank, _ = np.linalg.lstsq(coefficients, gaps, rcond=None)
    if np.abs(coefficients @ changes - gaps).max() > EPSILON:
        return False
    changed = [(values.get(key) or 0) + change for key, change in zip(chosen, changes, strict=True)]
    return bool(rank < len(chosen) or min(changed) > -EPSILON)


def _equation(rule: Sum, chosen: Sequence[str], values: _Values) -> list[float]:
    """Coefficients of the changes of the chosen cells, then the gap that they must close."""
    left, right = _side(values, rule.left) or 0, _side(values, rule.right) or 0
    return [*(float((key in rule.left) - (key in rule.right)) for key in chosen), float(right - left)]


def _against_narrative(cells: Mapping[str, Cell], facts: Mapping[str, Fact], form: str) -> Iterator[Check]:
    """Every fact that cells read off a table repeat: one cell, or all rows of a group, or both rows of suits, by their sum."""
    for label, fact in facts.items():
        keys = keys_of(label, keys_of_form(form))
        values = [cells[key].value for key in keys if key in cells and cells[key].status is not Status.DERIVED]
        read = [value for value in values if value is not None]
        if keys and len(read) == len(keys):
            verdict = Verdict.HOLDS if same(sum(read), fact.value) else Verdict.BROKEN
            spans = tuple((figure.start, figure.end) for figure in fact.figures)
            yield Check(f"{NARRATIVE_RULE}{label}", keys, sum(read), fact.value, verdict, spans=spans)
