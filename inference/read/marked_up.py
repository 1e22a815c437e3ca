"""What is no text itself, written out as HTML: one way from there on for the tables of web pages, Word and PDF files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True, slots=True)
class MarkedUp:
    """The content of a file as HTML of paragraphs and tables, and what was doubtful about it."""

    html: str
    warnings: tuple[str, ...] = ()


@dataclass(slots=True)
class WrittenCell:
    """A cell that covers `rowspan` by `colspan` places; `html` is its content."""

    html: str
    rowspan: int = 1
    colspan: int = 1


def paragraph(text: str) -> str:
    """Plain text as a paragraph."""
    return f"<p>{escape(text, quote=False)}</p>\n"


def table(rows: Iterable[Sequence[WrittenCell]]) -> str:
    """A table of the cells that begin in each row, left to right."""
    return "<table>\n" + "".join(f"<tr>{''.join(map(_cell, row))}</tr>\n" for row in rows) + "</table>\n"


def _cell(cell: WrittenCell) -> str:
    spans = "".join(f' {name}="{span}"' for name, span in (("rowspan", cell.rowspan), ("colspan", cell.colspan)) if span != 1)
    return f"<td{spans}>{cell.html}</td>"
