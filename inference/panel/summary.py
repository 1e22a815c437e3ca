"""The README of a panel: what it came to, what its tables are, and what to mind."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

from gongkai.inference.panel.panel import Summary
from gongkai.inference.panel.rates import RATES
from gongkai.inference.panel.tables import Format
from gongkai.inference.report.words import counted
from gongkai.inference.results import Verdict

_MOST_STRANGERS = 20


def readme(summary: Summary, kind: Format, plots: tuple[str, ...]) -> str:
    """The README in Markdown; the same panel gives the same text."""
    tables = (files("gongkai.inference.panel") / "tables.md").read_text(encoding="utf-8")
    parts = ["# A panel of annual reports on government information", *_numbers(summary), *_checks(summary), *_rates(summary)]
    if plots and summary.parents:
        parts.append(
            f"The plots of outcomes, reviews and suits leave out {counted(summary.parents, 'organ')} for the years in which organs below report: "
            "their numbers hold those of their children, and would count twice."
        )
    parts += [f"![{name.partition('.')[0]}](plots/{name})" for name in plots]
    return "\n\n".join([*parts, tables.replace("SUFFIX", str(kind)).strip()]) + "\n"


def totals(summary: Summary) -> str:
    """The panel in one line."""
    several = f"{summary.doubles} with several documents ({summary.disputed} of them disputed)"
    left = counted(summary.left_out, "document")
    return f"{counted(summary.organs, 'organ')}, {counted(summary.organ_years, 'report')}, {several}, {left} left out"


def _numbers(summary: Summary) -> Iterator[str]:
    yield f"{totals(summary)}."
    counts = "".join(f"| {year} | {n} |\n" for year, n in sorted(summary.trends.reports.items()))
    yield f"| year | organs |\n| --- | --- |\n{counts.rstrip()}"


def _checks(summary: Summary) -> Iterator[str]:
    yield "## Checks"
    rules = dict.fromkeys(rule for rule, _ in sorted(summary.verdicts))
    lines = [_line(rule, [summary.verdicts[rule, str(verdict)] for verdict in Verdict]) for rule in rules]
    if summary.sums:
        lines.append(_line("parent = sum of children", [summary.sums[str(verdict)] for verdict in Verdict]))
    yield _table(("rule", *Verdict), lines) if lines else "No organ has reports of two years in a row."
    if summary.strangers:
        more = ", …" if len(summary.strangers) > _MOST_STRANGERS else ""
        names = ", ".join(summary.strangers[:_MOST_STRANGERS])
        yield f"The hierarchy names {counted(len(summary.strangers), 'organ')} that no report bears: {names}{more}"


def _rates(summary: Summary) -> Iterator[str]:
    yield "## Rates"
    yield "The median organ, and how many organs have the rate. Where a cell that it needs is missing, blank or disputed there is none."
    years = summary.trends.years()
    by_rate = {rate.name: summary.trends.rate(rate.name) for rate in RATES}
    yield _table(
        ("rate", *map(str, years)),
        [
            _line(name, [f"{at[year].middle:.3f} ({at[year].reports})" if year in at else "" for year in years])
            for name, at in by_rate.items()
        ],
    )


def _table(head: tuple[str, ...], lines: list[str]) -> str:
    return "\n".join([_line(head[0], list(head[1:])), "|" + " --- |" * len(head), *lines])


def _line(first: str, rest: list[object] | list[int] | list[str]) -> str:
    return f"| {' | '.join([first, *map(str, rest)])} |"
