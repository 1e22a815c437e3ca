"""What a report must repeat of the same organ's report of the year before.

That this year's `carried_in` is last year's `carried_out`, and that this year's `previous_items` is last year's with its change, is what
the titles of these cells say: 上年结转 and 上一年项目数量. That documents in force are those of last year with those made and without
those repealed follows from 制发, 废止 and 现行有效, but a document may also lapse or come into force later: a breach of this rule
asks for a look, it does not prove an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from gongkai.inference.arithmetic import same
from gongkai.inference.compare.differences import Side, rounded
from gongkai.inference.compare.report import Report
from gongkai.inference.forms import forms
from gongkai.inference.results import Cell, Verdict

CARRIED = "carried_in = last year's carried_out"
IN_FORCE = "in_force = last year's in_force + made - repealed"
ITEMS = "previous_items = last year's previous_items + change"


@dataclass(frozen=True, slots=True)
class Term:
    """A cell of one of the two years, added or (`sign` -1) subtracted."""

    side: Side
    key: str
    sign: int = 1


@dataclass(frozen=True, slots=True)
class YearRule:
    """The cell `key` of the later year B must be the sum of `terms`."""

    rule: str
    key: str
    terms: tuple[Term, ...]

    @property
    def cells(self) -> tuple[Term, ...]:
        """Every cell that the rule speaks of, that of the left side first."""
        return (Term(Side.B, self.key), *self.terms)


@dataclass(frozen=True, slots=True)
class YearCheck:
    """The verdict on one rule: what B states (`left`), and what follows from the other cells (`right`).

    `cells` go with `rule.cells`, None where one was not found. `reason` says why nothing can be told. `doubtful` says whether one of
    the cells is in doubt.
    """

    rule: YearRule
    cells: tuple[Cell | None, ...]
    left: int | float | None
    right: int | float | None
    verdict: Verdict
    reason: str | None
    doubtful: bool


def across_years(a: Report, b: Report) -> tuple[YearCheck, ...]:
    """Every rule whose cells the forms of both reports have, and of which at least one cell has a value. `b` is of the year after `a`."""
    sides = {Side.A: a, Side.B: b}
    return tuple(_check(rule, sides) for rule in year_rules() if _applies(rule, sides) and _spoken_of(rule, sides))


def rules_of_one_form(a: Report, b: Report) -> tuple[str, ...]:
    """The names of the rules of which there are values, but not the cells in the forms of both reports."""
    sides = {Side.A: a, Side.B: b}
    return tuple(dict.fromkeys(rule.rule for rule in year_rules() if not _applies(rule, sides) and _spoken_of(rule, sides)))


@cache
def year_rules() -> tuple[YearRule, ...]:
    """Every rule, one for each cell of the later year that it determines."""
    return tuple(_rules())


def _rules() -> Iterator[YearRule]:
    old, new = forms()["2019"], forms()["2021"]
    for column in new.table("requests").blocks[0].columns:
        carried_out = Term(Side.A, f"requests.carried_out.{column.key}")
        yield YearRule(CARRIED, f"requests.carried_in.{column.key}", (carried_out,))
    for stem in _rows_with(new.table("proactive").keys(), "in_force"):
        terms = (Term(Side.A, f"{stem}.in_force"), Term(Side.B, f"{stem}.made"), Term(Side.B, f"{stem}.repealed", -1))
        yield YearRule(IN_FORCE, f"{stem}.in_force", terms)
    for stem in _rows_with(old.table("proactive").keys(), "previous_items"):
        yield YearRule(ITEMS, f"{stem}.previous_items", (Term(Side.A, f"{stem}.previous_items"), Term(Side.A, f"{stem}.change")))


def _rows_with(keys: tuple[str, ...], column: str) -> Iterator[str]:
    return (key.removesuffix(f".{column}") for key in keys if key.endswith(f".{column}"))


def _applies(rule: YearRule, sides: Mapping[Side, Report]) -> bool:
    return all(term.key in sides[term.side].places for term in rule.cells)


def _spoken_of(rule: YearRule, sides: Mapping[Side, Report]) -> bool:
    return any(sides[term.side].value(term.key) is not None for term in rule.cells)


def _check(rule: YearRule, sides: Mapping[Side, Report]) -> YearCheck:
    left = sides[Side.B].value(rule.key)
    right = _sum(rule.terms, sides)
    known = left is not None and right is not None
    verdict = Verdict.UNKNOWN if left is None or right is None else Verdict.HOLDS if same(left, right) else Verdict.BROKEN
    return YearCheck(
        rule=rule,
        cells=tuple(sides[term.side].cells.get(term.key) for term in rule.cells),
        left=left,
        right=right,
        verdict=verdict,
        reason=None if known else "; ".join(_lacking(rule, sides)),
        doubtful=any(term.key in sides[term.side].doubts for term in rule.cells),
    )


def _sum(terms: tuple[Term, ...], sides: Mapping[Side, Report]) -> int | float | None:
    values = [(term.sign, sides[term.side].value(term.key)) for term in terms]
    known = [sign * value for sign, value in values if value is not None]
    return rounded(sum(known)) if len(known) == len(values) else None


def _lacking(rule: YearRule, sides: Mapping[Side, Report]) -> Iterator[str]:
    for term in rule.cells:
        report = sides[term.side]
        if report.value(term.key) is None:
            yield f"{term.key} of {term.side.upper()} is {'blank' if term.key in report.cells else 'missing'}"
