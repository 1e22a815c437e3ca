"""An extraction in the terminal: the statutory tables as printed, what does not add up, figures and warnings.

Every status has a mark besides its colour, so that the view says the same without colours.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from typing import TextIO

from rich import box
from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gongkai.inference.messages import Language, chinese, language, translated, word
from gongkai.inference.report.review import words as review_words
from gongkai.inference.report.review.doubt import SURE
from gongkai.inference.report.review.unplaced import warned
from gongkai.inference.report.tables import BlockView, RowView, TableView, table_views, title_of
from gongkai.inference.report.words import check_line, number, plain, squeezed, stacked
from gongkai.inference.results import Basis, Cell, Extraction, Figure, Indicator, Status, Verdict
from gongkai.model.labels import label_set

MARKS = {Status.PRINTED: "", Status.PLACED: "·", Status.DERIVED: "=", Status.BLANK: "—"}
STYLES = {Status.PRINTED: "", Status.PLACED: "cyan", Status.DERIVED: "italic magenta", Status.BLANK: "dim"}
_FORMS = {None: "no_form", "mixed": "mixed"}
_TITLE_CELLS = 44  # a title column no wider than this keeps the numbers near their titles
_LEAST_TITLE = 16
_NUMBER_CELLS = 5  # mark, three digits, doubt
_INDENT = 2
_SHALLOW = 3  # tables of few columns can afford their titles unbroken


def render(extraction: Extraction, file: TextIO | None = None, width: int | None = None) -> str:
    """Everything that the extraction says, for `file` (default: stdout) in the colours that it can show and as wide as it is."""
    console = Console(file=file or sys.stdout, width=width, highlight=False, emoji=False, markup=False)
    with console.capture() as capture:
        console.print(_whole(extraction))
    return re.sub(" +$", "", capture.get(), flags=re.MULTILINE)


def _whole(extraction: Extraction) -> Group:
    parts: list[RenderableType] = [_head(extraction)]
    parts += (_table(view) for view in table_views(extraction))
    if extraction.cells:
        parts.append(Text(word("legend"), style="dim"))
    parts += (part for part in _listings(extraction) if part)
    return Group(*(piece for part in parts for piece in (part, Text())))


def _listings(extraction: Extraction) -> tuple[Group | None, ...]:
    return _legacy(extraction), _checks(extraction), _figures(extraction), _entities(extraction), _warnings(extraction)


def _head(extraction: Extraction) -> Text:
    head = Text(plain(extraction.agency or word("no_agency")), style="bold")
    year = f"  {extraction.report_year}" if extraction.report_year else ""
    repairs = sum(repair.count for repair in extraction.repairs)
    mended = f" · {word('repairs', count=repairs)}" if repairs else ""
    head.append(f"{year}\n", style="bold")
    return head.append(f"{plain(extraction.source)} · {form_word(extraction.form)}{mended}", style="dim not bold")


def form_word(form: str | None) -> str:
    """Which form a document has, in words."""
    return word(_FORMS.get(form, "form"), form=form)


def _table(view: TableView) -> Group:
    title = Text(view.section, style="bold blue")
    if not view.blocks:
        return Group(title, Text(word("nothing_found"), style="dim"))
    width = min(_TITLE_CELLS, max(map(_title_width, view.blocks)))
    return Group(title, *(piece for block in view.blocks for piece in (Text(), _block(block, width))))


def _title_width(block: BlockView) -> int:
    return max(cell_len(block.title or ""), *(cell_len(row.title) + _INDENT * row.depth for row in block.rows))


def _block(block: BlockView, width: int) -> Table:
    """A grid whose titles take up to `width` of what the numbers leave; the titles of many columns stand two characters a line."""
    titles = block.columns if len(block.columns) <= _SHALLOW else tuple(map(stacked, block.columns))
    grid = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim")
    grid.add_column(Text(block.title or "", style="not dim"), min_width=min(width, _LEAST_TITLE), max_width=width, overflow="fold")
    rows = [tuple(map(_cell, row.cells)) for row in block.rows]
    for place, title in enumerate(titles):
        least = max(_NUMBER_CELLS, *(row[place].cell_len for row in rows if row))
        grid.add_column(title, justify="right", vertical="bottom", overflow="fold", min_width=least)
    for row, cells in zip(block.rows, rows, strict=True):
        grid.add_row(_title(row), *cells)
    return grid


def _title(row: RowView) -> RenderableType:
    return Padding(Text(row.title, style="" if row.cells else "dim", overflow="fold"), (0, 0, 0, _INDENT * row.depth))


def _cell(cell: Cell | None) -> Text:
    """Mark, value and doubt; the last place is kept free for the doubt, so that numbers stay in line."""
    if cell is None:
        return Text("")
    unsure = cell.confidence < SURE
    style = f"{STYLES[cell.status]} dim" if unsure else STYLES[cell.status]
    return Text(f"{MARKS[cell.status]}{number(cell.value)}{'?' if unsure else ' '}", style=style.strip())


def _checks(extraction: Extraction) -> Group | None:
    if not extraction.checks:
        return None
    counts = {verdict: sum(check.verdict is verdict for check in extraction.checks) for verdict in Verdict}
    lines: list[Text] = [_section("勾稽关系", word("arithmetic", **{str(verdict): count for verdict, count in counts.items()}))]
    for check in extraction.checks:
        if check.verdict is Verdict.BROKEN:
            lines.append(Text.assemble(("✗ ", "bold red"), check_line(check, _rule(check.rule))))
            lines += (Text(f"    {word('doubtful', cell=title_of(key))}", style="yellow") for key in check.doubtful)
    return Group(*lines)


def _legacy(extraction: Extraction) -> Group | None:
    """The rows of a statistics table of before 2019, in printed order."""
    rows = [(squeezed(indicator.name, _TITLE_CELLS), _amount(indicator)) for indicator in extraction.legacy]
    return _listing("统计表", word("legacy", count=len(rows)), rows) if rows else None


def _amount(indicator: Indicator) -> Text:
    unsure = indicator.confidence < SURE
    shown = f"{MARKS[indicator.status]}{number(indicator.value)}{plain(indicator.unit) if indicator.value is not None else ''}"
    return Text(f"{shown}{'?' if unsure else ' '}", style="dim" if unsure else STYLES[indicator.status])


def _figures(extraction: Extraction) -> Group | None:
    names = label_set().figures
    rows = [(names.get(figure.label, figure.label), _value(figure), _wording(figure)) for figure in extraction.figures]
    return _listing("正文数据", word("figures", count=len(rows)), rows) if rows else None


def _value(figure: Figure) -> Text:
    unit = plain(figure.unit or "")
    mark = "" if figure.basis is Basis.PRINTED else MARKS[Status.DERIVED]
    unsure = figure.confidence < SURE
    return Text(f"{mark}{number(figure.value)}{unit}{'?' if unsure else ' '}", style="dim" if unsure else "")


def _wording(figure: Figure) -> Text:
    return Text("" if figure.basis is Basis.PRINTED else squeezed(figure.text), style="dim")


def _entities(extraction: Extraction) -> Group | None:
    names = label_set().entities
    found = dict.fromkeys((names.get(entity.label, entity.label), squeezed(entity.text)) for entity in extraction.entities)
    return _listing("名称与日期", word("entities"), [(name, Text(text)) for name, text in found]) if found else None


def _listing(title: str, note: str, rows: Iterable[tuple[str, *tuple[Text, ...]]]) -> Group:
    lines = list(rows)
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    for place in range(1, len(lines[0])):
        grid.add_column(justify="right" if place == 1 and len(lines[0]) > 2 else "left", overflow="fold")
    for name, *texts in lines:
        grid.add_row(Text(name), *texts)
    return Group(_section(title, note), grid)


def _warnings(extraction: Extraction) -> Group | None:
    lines: Iterator[Text] = (Text.assemble(("! ", "bold yellow"), plain(_told(warning))) for warning in extraction.warnings)
    return Group(_section("注意", word("warnings")), *lines) if extraction.warnings else None


def _told(warning: str) -> str:
    """A warning in the language chosen; in Chinese the row that it speaks of is called by its title."""
    told = warned(warning)
    row = review_words.row_titles().get(told.where or "")
    return translated(warning) if row is None or language() is Language.EN else f"{row.zh}：{chinese(told.why)}"


def _rule(text: str) -> str:
    return text if language() is Language.EN else review_words.rule(text).zh


def _section(title: str, note: str) -> Text:
    return Text.assemble((title, "bold blue"), (f"  {note}", "dim"))
