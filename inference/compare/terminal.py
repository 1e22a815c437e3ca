"""A comparison in the terminal: the two reports, their cells side by side, and what does not fit across years."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TextIO

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gongkai.inference.compare.compare import Comparison
from gongkai.inference.compare.differences import Difference, Side, Standing
from gongkai.inference.compare.places import Place
from gongkai.inference.compare.report import Report
from gongkai.inference.compare.years import YearCheck
from gongkai.inference.messages import translated, word
from gongkai.inference.report.tables import key_titles
from gongkai.inference.report.terminal import MARKS, STYLES, form_word
from gongkai.inference.report.words import number, plain
from gongkai.inference.results import Cell, Verdict

_LEAST_TITLE, _MOST_TITLE, _NUMBER = 16, 44, 8
_VERDICTS = {Verdict.HOLDS: ("✓ ", "green"), Verdict.BROKEN: ("✗ ", "bold red"), Verdict.UNKNOWN: ("? ", "yellow")}


def render(comparison: Comparison, shown: Iterable[Difference], file: TextIO | None = None, width: int | None = None) -> str:
    """The comparison with the differences `shown`, for `file` (default: stdout), in the colours that it can show and as wide as it is."""
    console = Console(file=file or sys.stdout, width=width, highlight=False, emoji=False, markup=False)
    with console.capture() as capture:
        console.print(_whole(comparison, list(shown)))
    return re.sub(" +$", "", capture.get(), flags=re.MULTILINE)


def _whole(comparison: Comparison, shown: list[Difference]) -> Group:
    parts: list[RenderableType] = [Group(_head("A", comparison.a), _head("B", comparison.b))]
    for section, group in groupby(shown, lambda one: one.place.section):
        parts.append(Group(Text(section, style="bold blue"), _table(comparison, list(group))))
    parts.append(Text(word("compare_legend" if shown else "compare_nothing"), style="dim"))
    parts.append(_checks(comparison))
    return Group(*(piece for part in parts for piece in (part, Text())))


def _head(name: str, report: Report) -> Text:
    said = report.extraction
    year = said.report_year or word("no_year")
    head = Text.assemble(f"{name}  ", (f"{plain(said.agency or word('no_agency'))} {year}", "bold"))
    return head.append(f"  {plain(said.source)} · {form_word(said.form)}", style="dim")


def _table(comparison: Comparison, shown: list[Difference]) -> Table:
    grid = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim")
    grid.add_column("", min_width=_LEAST_TITLE, max_width=_MOST_TITLE, overflow="fold")
    for name, report in (("A", comparison.a), ("B", comparison.b)):
        year = report.extraction.report_year or ""
        grid.add_column(f"{name} {year}".strip(), justify="right", overflow="fold", min_width=_NUMBER)
    grid.add_column(word("difference"), justify="right", overflow="fold", min_width=_NUMBER)
    grid.add_column("%", justify="right", no_wrap=True, min_width=_NUMBER)
    above: tuple[str, ...] = ()
    for one in shown:
        titles = _titles(one.place)
        for depth, title in _new(titles, above):
            grid.add_row(Padding(Text(title, style="dim" if depth + 1 < len(titles) else "", overflow="fold"), (0, 0, 0, depth)))
        above = titles
        grid.add_row(Padding(Text(one.place.column), (0, 0, 0, len(titles))), *_numbers(one))
    return grid


def _titles(place: Place) -> tuple[str, ...]:
    return (*((place.block_title,) if place.block_title else ()), *place.headings, place.row)


def _new(titles: tuple[str, ...], above: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """The titles, with their depth, from the first on that does not stand above already."""
    pairs = zip(titles, above, strict=False)
    same = next((place for place, (title, old) in enumerate(pairs) if title != old), min(len(titles), len(above)))
    yield from ((depth, title) for depth, title in enumerate(titles) if depth >= same)


def _numbers(one: Difference) -> tuple[Text, ...]:
    if one.standing is Standing.FORM_A:
        return _cell(one.a, Side.A in one.doubtful), Text("× ", style="dim")
    if one.standing is Standing.FORM_B:
        return Text("× ", style="dim"), _cell(one.b, Side.B in one.doubtful)
    share = "" if one.relative is None else f"{100 * one.relative:+.1f}" if one.relative else "0.0"
    return _cell(one.a, Side.A in one.doubtful), _cell(one.b, Side.B in one.doubtful), _gap(one), Text(share)


def _cell(cell: Cell | None, doubtful: bool) -> Text:
    if cell is None:
        return Text("")
    style = f"{STYLES[cell.status]} dim" if doubtful else STYLES[cell.status]
    return Text(f"{MARKS[cell.status]}{number(cell.value)}{'?' if doubtful else ' '}", style=style.strip())


def _gap(one: Difference) -> Text:
    if one.absolute is None:
        return Text("")
    sign = "+" if one.absolute > 0 else ""
    return Text(f"{sign}{number(one.absolute)}{'?' if one.doubtful else ' '}", style="bold" if one.absolute else "dim")


def _checks(comparison: Comparison) -> Group:
    counts = {verdict: sum(check.verdict is verdict for check in comparison.checks) for verdict in Verdict}
    summary = word("across_years", **{str(verdict): count for verdict, count in counts.items()})
    lines = [Text.assemble(("跨年核对", "bold blue"), (f"  {summary}", "dim"))]
    lines += (line for check in comparison.checks if check.verdict is not Verdict.HOLDS or check.left for line in _check(check))
    lines += (Text.assemble(("! ", "bold yellow"), plain(translated(note))) for note in comparison.notes)
    return Group(*lines)


def _check(check: YearCheck) -> Iterator[Text]:
    """A rule that holds takes one line (none if it says 0 = 0); of any other every cell is shown with its place in its source."""
    sign = {Verdict.HOLDS: "=", Verdict.BROKEN: "≠"}.get(check.verdict)
    sides = f": {number(check.left)} {sign} {number(check.right)}" if sign else ""
    doubt = " ?" if check.doubtful else ""
    yield Text.assemble(_VERDICTS[check.verdict], f"{translated(check.rule.rule)} ({key_titles()[check.rule.key]}){sides}{doubt}")
    if check.verdict is not Verdict.HOLDS:
        for term, cell in zip(check.rule.cells, check.cells, strict=True):
            yield Text(f"    {term.side.upper()} {key_titles()[term.key]}: {_source(cell)}", style="yellow")


def _source(cell: Cell | None) -> str:
    if cell is None:
        return word("not_found")
    where = ", ".join(f"{start}-{end}" for start, end in cell.spans[:3])
    value = word("blank") if cell.value is None else f"{number(cell.value)} {word(str(cell.status))}"
    return f"{value} {word('at', places=where)}" if where else value
