"""Cells that are not printed but follow: from the sums that the form demands, and from the narrative."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from gongkai.inference.arithmetic import Sum
from gongkai.inference.facts import CELLS_OF, Fact
from gongkai.inference.groups import group_keys, is_group, sums_with_groups
from gongkai.inference.results import Cell, Offsets, Status

_FROM_SUMS = 0.97
_FROM_NARRATIVE = 0.97
_HANDLED = "requests.handled_total.total"


@dataclass(frozen=True, slots=True)
class _Forced:
    """A value that follows for `key` from what stands at `sources`, with the confidence of the weakest of them."""

    key: str
    value: int | float
    sources: tuple[Offsets, ...]
    confidence: float


def derive(cells: Mapping[str, Cell], facts: Mapping[str, Fact], form: str, undecided: frozenset[str]) -> dict[str, Cell]:
    """The cells with what follows added. Nothing printed is changed, and a blank becomes a number only if sums demand one.

    First the narrative speaks for cells that no table shows, then sums are applied until nothing new follows.
    `undecided` are cells whose number is printed but whose place is open; sums do not decide them.
    """
    known = dict(cells)
    for forced in _from_narrative(known, facts):
        if forced.key not in known and not _breaks(known, forced, form):
            known[forced.key] = _cell(forced, _FROM_NARRATIVE)
    while (after := _next(known, form, undecided)) != known:
        known = after
    return {key: cell for key, cell in known.items() if not is_group(key)}


def _cell(forced: _Forced, factor: float) -> Cell:
    return Cell(forced.key, forced.value, Status.DERIVED, None, forced.sources, forced.confidence * factor)


def _from_narrative(known: Mapping[str, Cell], facts: Mapping[str, Fact]) -> Iterator[_Forced]:
    for label, key in CELLS_OF.items():
        if label in facts and key != _HANDLED:
            yield _stated(key, facts[label])
    if "requests_handled" in facts and _handled_agrees(known, facts):
        yield _stated(_HANDLED, facts["requests_handled"])
    yield from (_stated(key, fact) for key, fact in group_keys(facts))


def _stated(key: str, fact: Fact) -> _Forced:
    return _Forced(key, fact.value, tuple((figure.start, figure.end) for figure in fact.figures), fact.confidence)


def _handled_agrees(known: Mapping[str, Cell], facts: Mapping[str, Fact]) -> bool:
    """Whether received + carried in = handled + carried out with what is printed or stated; verbs alone mislead."""

    def value(label: str) -> int | float | None:
        cell = known.get(CELLS_OF[label])
        if cell is not None:
            return cell.value or 0
        return facts[label].value if label in facts else None

    received = value("requests_received")
    if received is None:
        return False
    return received + (value("requests_carried_in") or 0) == facts["requests_handled"].value + (value("requests_carried_out") or 0)


def _next(known: Mapping[str, Cell], form: str, undecided: frozenset[str]) -> dict[str, Cell]:
    """What is known after one round through the sums."""
    after = dict(known)
    for rule in sums_with_groups(form):
        for forced in _forced_by(rule, after):
            if forced.key not in undecided and not _breaks(after, forced, form):
                after[forced.key] = _cell(forced, _FROM_SUMS)
    return after


def _forced_by(rule: Sum, known: Mapping[str, Cell]) -> Iterator[_Forced]:
    if all(map(known.__contains__, rule.keys)):
        yield from _blank_whole(rule, known)
        return
    missing = [key for key in rule.keys if key not in known]
    stated = _stated_of(rule, known)
    if not stated:
        return
    left, right = _total(rule.left, known), _total(rule.right, known)
    if len(missing) == 1:
        gap = left - right if missing[0] in rule.right else right - left
        if gap >= 0:
            yield _follows(missing[0], gap, stated)
    elif (side := _side_of(missing, rule)) and _all_stated(_other(side, rule), known) and left == right:
        yield from (_follows(key, 0, stated) for key in missing)


def _stated_of(rule: Sum, known: Mapping[str, Cell]) -> list[Cell]:
    """The cells of a sum that have a number."""
    return [known[key] for key in rule.keys if key in known and known[key].value is not None]


def _side_of(keys: list[str], rule: Sum) -> tuple[str, ...] | None:
    """The side of the rule that has all the keys."""
    return next((side for side in (rule.left, rule.right) if set(keys) <= set(side)), None)


def _other(side: tuple[str, ...], rule: Sum) -> tuple[str, ...]:
    return rule.right if side is rule.left else rule.left


def _all_stated(keys: tuple[str, ...], known: Mapping[str, Cell]) -> bool:
    """Whether every cell of one side has a number, so that cells missing on the other have to share what is left of it."""
    return all(key in known and known[key].value is not None for key in keys)


def _blank_whole(rule: Sum, known: Mapping[str, Cell]) -> Iterator[_Forced]:
    """A whole that is printed blank above parts that are not all zero."""
    whole = known[rule.left[0]]
    if len(rule.left) == 1 and whole.value is None and whole.status is Status.BLANK and (parts := _total(rule.right, known)) > 0:
        yield _follows(whole.key, parts, _stated_of(rule, known))


def _total(keys: tuple[str, ...], known: Mapping[str, Cell]) -> int | float:
    return sum(known[key].value or 0 for key in keys if key in known)


def _follows(key: str, value: int | float, stated: list[Cell]) -> _Forced:
    spans = tuple(dict.fromkeys(span for cell in stated for span in cell.spans))
    return _Forced(key, value, spans, min(cell.confidence for cell in stated))


@cache
def _sums_by_key(form: str) -> dict[str, list[Sum]]:
    """The sums that each key is in."""
    found: dict[str, list[Sum]] = defaultdict(list)
    for rule in sums_with_groups(form):
        for key in dict.fromkeys(rule.keys):
            found[key].append(rule)
    return dict(found)


def _breaks(known: Mapping[str, Cell], forced: _Forced, form: str) -> bool:
    """Whether a value would break a sum that it completes."""
    trial = {**known, forced.key: _cell(forced, 1.0)}
    for rule in _sums_by_key(form).get(forced.key, ()):
        if all(key in trial for key in rule.keys):
            left, right = _total(rule.left, trial), _total(rule.right, trial)
            open_whole = len(rule.left) == 1 and trial[rule.left[0]].value is None
            if left != right and not open_whole:
                return True
    return False
