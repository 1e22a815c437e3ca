"""The tables of a report as an HTML page has them, merged cells included: what the HTML reader is tested on."""

from __future__ import annotations

import random
from collections.abc import Callable
from html import escape

from gongkai.inference.forms import forms
from gongkai.training.synth.grid import Grid, Piece
from gongkai.training.synth.tables import build_tables
from gongkai.training.synth.values import Report

Cell = Callable[[str], str]
_STYLES = ("", ' style="text-align:center;border:1px solid #000"', ' class="td1" width="120"', ' valign="middle"')
_WRAPS: tuple[Cell, ...] = (
    lambda text: text,
    lambda text: f"<p>{text}</p>",
    lambda text: f'<p style="text-align:center"><span>{text}</span></p>',
    lambda text: f"\n  {text}\n",
)


def tables_html(report: Report, rng: random.Random) -> str:
    """The section titles and tables of `report`: every cell once, with its colspan and rowspan, in one of several house styles."""
    style, wrap = rng.choice(_STYLES), rng.choice(_WRAPS)
    blank = rng.choice(("", "", "&nbsp;", " "))
    parts = []
    numerals = zip("二三四", build_tables(report, rng, ()).items(), strict=True)
    titles = {table.key: table.section for table in forms()["2021"].tables}  # those of 2019 are the same
    for numeral, (table, grid) in numerals:
        parts.append(f"<p>{numeral}、{titles[table]}</p>\n{_table(grid, style, lambda text: wrap(text) if text else wrap(blank))}")
    return "\n".join(parts)


def _table(grid: Grid, style: str, wrap: Cell) -> str:
    rows = "\n".join(f"<tr>{''.join(_cell(piece, style, wrap) for piece in row.pieces)}</tr>" for row in grid.rows)
    return f"<table>\n<tbody>\n{rows}\n</tbody>\n</table>"


def _cell(piece: Piece, style: str, wrap: Cell) -> str:
    spans = "".join(f' {name}="{span}"' for name, span in (("colspan", piece.colspan), ("rowspan", piece.rowspan)) if span > 1)
    return f"<td{spans}{style}>{wrap(escape(piece.text, quote=False))}</td>"
