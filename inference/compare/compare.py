"""Two reports compared: their differences, and the checks across years where they are of one organ and of years in a row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gongkai.inference.compare.differences import Difference, differences
from gongkai.inference.compare.report import Report, organ_name, report_of
from gongkai.inference.compare.years import IN_FORCE, YearCheck, across_years, rules_of_one_form
from gongkai.inference.results import Extraction, Verdict


@dataclass(frozen=True, slots=True)
class Comparison:
    """Report `a` and report `b`. `notes` say what was not checked, and why."""

    a: Report
    b: Report
    differences: tuple[Difference, ...]
    checks: tuple[YearCheck, ...]
    notes: tuple[str, ...]


def compare(a: Extraction, b: Extraction, same_organ: bool = False) -> Comparison:
    """Hold `b` against `a`.

    The checks across years are made where `b` is of the year after `a` and both name the same organ; `same_organ` says that they are
    of one, whatever they name.
    """
    first, second = report_of(a), report_of(b)
    obstacle = _obstacle(a, b, same_organ)
    checks = () if obstacle else across_years(first, second)
    notes = (obstacle,) if obstacle else (*_of_one_form(first, second), *_no_proof(checks))
    return Comparison(first, second, differences(first, second), checks, notes)


def _of_one_form(a: Report, b: Report) -> Iterator[str]:
    for rule in rules_of_one_form(a, b):
        yield f"not checked: {rule}; the form of only one of the two years has these cells"


def _no_proof(checks: tuple[YearCheck, ...]) -> Iterator[str]:
    if any(check.rule.rule == IN_FORCE and check.verdict is Verdict.BROKEN for check in checks):
        yield "documents also lapse, or come into force after the year they were made in: a broken rule of in_force asks for a look"


def _obstacle(a: Extraction, b: Extraction, same_organ: bool) -> str | None:
    """Why nothing can be checked across years; None if it can."""
    missing = [side for side, one in (("A", a), ("B", b)) if one.report_year is None]
    if a.report_year is None or b.report_year is None:
        return f"nothing is checked across years: the report year of {', '.join(missing)} is not known"
    if b.report_year != a.report_year + 1:
        problem = f"nothing is checked across years: B ({b.report_year}) is not of the year after A ({a.report_year})"
        return f"{problem}; name the earlier report first" if b.report_year == a.report_year - 1 else problem
    return None if same_organ else _other_organ(a, b)


def _other_organ(a: Extraction, b: Extraction) -> str | None:
    nameless = [side for side, one in (("A", a), ("B", b)) if not one.agency]
    if nameless:
        return f"nothing is checked across years: the organ of {', '.join(nameless)} is not known; say --same-organ if it is one"
    if organ_name(a.agency or "") != organ_name(b.agency or ""):
        return f"nothing is checked across years: A is of {a.agency}, B of {b.agency}; say --same-organ if the two are one"
    return None
