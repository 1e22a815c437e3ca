"""Reports as HTML pages whose tables are damaged in one way each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from random import Random

from gongkai.training.grids.filed import FiledReport
from gongkai.training.synth.grid import Grid, GridRow, Piece
from gongkai.training.synth.layouts.common import unmerged

_HUGE = 1000


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as it is written: `html` inside of `tag`, with `attributes`."""

    html: str
    colspan: int = 1
    rowspan: int = 1
    tag: str = "td"
    attributes: str = ""

    def written(self) -> str:
        """The element."""
        spans = "".join(f' {name}="{span}"' for name, span in (("colspan", self.colspan), ("rowspan", self.rowspan)) if span != 1)
        return f"<{self.tag}{spans}{self.attributes}>{self.html}</{self.tag}>"


Row = list[Cell]
Table = list[Row]
Change = Callable[[Grid, Random], Iterable[Table]]
Finish = Callable[[str, Random], str]


@dataclass(frozen=True, slots=True)
class Damage:
    """How a page is damaged: what becomes of each table, and then of its HTML and of the whole page."""

    tables: Change
    table_html: Finish = lambda html, _: html
    page_html: Finish = lambda html, _: html


def write_html(report: FiledReport, damage: str, rng: Random) -> bytes:
    """The page in UTF-8 with one of the kinds of DAMAGES."""
    chosen = DAMAGES[damage]
    body = "\n".join(
        f"<p>{escape(part, quote=False)}</p>" if isinstance(part, str) else _tables_html(chosen, part, rng) for part in report.parts
    )
    return f"<!DOCTYPE html>\n<html><head><meta charset=utf-8></head><body>\n{chosen.page_html(body, rng)}\n</body></html>\n".encode()


def _tables_html(damage: Damage, grid: Grid, rng: Random) -> str:
    return "\n".join(damage.table_html(_written(table), rng) for table in damage.tables(grid, rng))


def _written(table: Sequence[Row]) -> str:
    rows = "\n".join(f"<tr>{''.join(cell.written() for cell in row)}</tr>" for row in table)
    return f"<table>\n<tbody>\n{rows}\n</tbody>\n</table>"


def _row(row: GridRow) -> Row:
    return [Cell(escape(piece.text, quote=False), piece.colspan, piece.rowspan) for piece in row.pieces]


def _whole(grid: Grid, _: Random) -> list[Table]:
    return [[_row(row) for row in grid.rows]]


def _each(change: Callable[[Piece, Cell, Random], Cell]) -> Change:
    """Tables with every cell changed."""

    def changed(grid: Grid, rng: Random) -> list[Table]:
        return [[[change(piece, cell, rng) for piece, cell in zip(row.pieces, _row(row), strict=True)] for row in grid.rows]]

    return changed


def _heading(piece: Piece, cell: Cell, _: Random) -> Cell:
    return replace(cell, tag="th") if piece.is_title else cell


def _wrong_span(_: Piece, cell: Cell, rng: Random) -> Cell:
    """Merged cells that reach too far or not far enough."""
    if cell.colspan > 1:
        cell = replace(cell, colspan=rng.choice((_HUGE, cell.colspan + 1, cell.colspan - 1, cell.colspan)))
    return replace(cell, rowspan=rng.choice((0, _HUGE, cell.rowspan + 1, cell.rowspan))) if cell.rowspan > 1 else cell


def _broken_line(piece: Piece, cell: Cell, rng: Random) -> Cell:
    if not piece.is_title or len(piece.text) < 3:
        return cell
    place = rng.randrange(1, len(piece.text))
    return replace(cell, html=rng.choice(("<br>", "<br/>\n", "</p><p>")).join((cell.html[:place], cell.html[place:])))


def _from_word(_: Piece, cell: Cell, __: Random) -> Cell:
    """As Word saves a page."""
    text = f"<span lang=EN-US style='font-size:10.5pt;mso-bidi-font-size:11.0pt'>{cell.html or '&nbsp;'}<o:p></o:p></span>"
    content = f"<p class=MsoNormal align=center style='mso-pagination:widow-orphan'>{text}</p>"
    return replace(cell, html=content, attributes=" style='border:solid windowtext 1.0pt;mso-border-alt:solid windowtext .5pt'")


def _input(piece: Piece, cell: Cell, _: Random) -> Cell:
    return cell if piece.is_title else replace(cell, html=f'<input type="text" name="v" value="{cell.html}" readonly>')


def _by_blocks(grid: Grid, _: Random) -> list[Table]:
    """A table for each block; a table of one block stays whole."""
    starts = [number for number, row in enumerate(grid.rows) if row.kind == "block"] or [0]
    return [[_row(row) for row in grid.rows[a:b]] for a, b in zip(starts, [*starts[1:], len(grid.rows)], strict=True)]


def _in_two(grid: Grid, rng: Random) -> list[Table]:
    """Two tables, cut anywhere between two rows of numbers."""
    places = [n for n in range(1, len(grid.rows)) if grid.rows[n].kind == grid.rows[n - 1].kind == "data"]
    if not places:
        return _whole(grid, rng)
    place = rng.choice(places)
    return [[_row(row) for row in grid.rows[:place]], [_row(row) for row in grid.rows[place:]]]


def _in_three(grid: Grid, rng: Random) -> list[Table]:
    first, *rest = _in_two(grid, rng)
    return [first, *((rest[0][:2], rest[0][2:]) if rest and len(rest[0]) > 2 else rest)]


def _spacer_columns(grid: Grid, rng: Random) -> list[Table]:
    """An empty column behind one or two columns of the table, across all rows."""
    places = set(rng.sample(range(1, grid.width + 1), min(2, grid.width)))
    rows = []
    taken: set[tuple[int, int]] = set()
    for number, row in enumerate(grid.rows):
        cells, column = [], 0
        for piece, cell in zip(row.pieces, _row(row), strict=True):
            while (number, column) in taken:
                column += 1
            taken |= {(number + i, column + j) for i in range(1, piece.rowspan) for j in range(piece.colspan)}
            end = column + piece.colspan
            cells.append(replace(cell, colspan=cell.colspan + sum(column < place < end for place in places)))
            cells += [Cell("&nbsp;", rowspan=piece.rowspan)] if end in places else []
            column = end
        rows.append(cells)
    return [rows]


def _spacer_rows(grid: Grid, rng: Random) -> list[Table]:
    empty = [Cell("&nbsp;", colspan=grid.width)] if rng.random() < 0.5 else [Cell("")] * grid.width
    return [[made for row in grid.rows for made in ([_row(row), empty] if rng.random() < 0.3 else [_row(row)])]]


def _hidden(grid: Grid, rng: Random) -> list[Table]:
    """Last year's numbers in cells that are not shown."""
    gone = Cell("77", attributes=rng.choice((' style="display: none"', " hidden", ' style="DISPLAY:none;width:0"')))
    return [[[cell for shown in _row(row) for cell in ((shown, gone) if rng.random() < 0.2 else (shown,))] for row in grid.rows]]


def _unmerged(grid: Grid, _: Random) -> list[Table]:
    """An empty cell in every place that a merged cell covers, as spreadsheets write it."""
    return [[[Cell(escape(piece.text, quote=False)) for piece in row.pieces] for row in unmerged(grid).rows]]


def _unclosed(html: str, rng: Random) -> str:
    """Ends of cells and rows left out."""
    kept = rng.random() * 0.6
    return re.sub("</(?:td|tr|tbody)>", lambda match: match[0] if rng.random() < kept else "", html)


def _sections(html: str, _: Random) -> str:
    """The first row in a head, the last in a foot that stands at the end."""
    rows = re.findall("<tr>.*?</tr>", html, re.DOTALL)
    head, body, foot = rows[:1], rows[1:-1], rows[-1:]
    parts = (("thead", head), ("tbody", body), ("tfoot", foot))
    return f"<table>{''.join(f'<{name}>{chr(10).join(held)}</{name}>' for name, held in parts)}</table>"


def _laid_out(html: str, _: Random) -> str:
    """Layout tables around the page, with navigation beside it."""
    links = "".join(f"<tr><td><a href=#>{name}</a></td></tr>" for name in ("首页", "政务公开", "办事服务", "互动交流"))
    return (
        f"<table width=1000><tr><td><table>{links}</table></td><td><table><tr><td>当前位置</td><td>政府信息公开年报</td></tr></table>\n"
        f"<table><tr><td>{html}</td></tr></table></td></tr><tr><td colspan=2>主办单位:办公室</td></tr></table>"
    )


def _framed(html: str, _: Random) -> str:
    """A table in the only filled cell of another one."""
    return f"<table border=1><tr><td></td><td>{html}</td><td></td></tr></table>"


DAMAGES: Mapping[str, Damage] = {
    "none": Damage(_whole),
    "th": Damage(_each(_heading)),
    "wrong spans": Damage(_each(_wrong_span)),
    "line breaks": Damage(_each(_broken_line)),
    "word": Damage(_each(_from_word)),
    "inputs": Damage(_each(_input)),
    "a table a block": Damage(_by_blocks),
    "in two": Damage(_in_two),
    "in three": Damage(_in_three),
    "spacer columns": Damage(_spacer_columns),
    "spacer rows": Damage(_spacer_rows),
    "hidden cells": Damage(_hidden),
    "unmerged": Damage(_unmerged),
    "unclosed": Damage(_whole, _unclosed),
    "sections": Damage(_whole, _sections),
    "layout tables": Damage(_whole, page_html=_laid_out),
    "framed": Damage(_whole, _framed),
}
"""What is done to the tables of a page."""
