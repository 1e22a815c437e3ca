"""HTML to flat text that remembers where it came from, with the grids of its tables."""

from __future__ import annotations

from dataclasses import dataclass

from gongkai.inference.aligned import AlignedText
from gongkai.inference.read.evidence import looks_like_html
from gongkai.inference.read.grid import GridCell, GridTable
from gongkai.inference.read.outline import outline
from gongkai.inference.read.render import Renderer

__all__ = ["FlatHtml", "GridCell", "GridTable", "flatten_html", "looks_like_html"]


@dataclass(frozen=True, slots=True)
class FlatHtml:
    """A page as text: `aligned` over the HTML source, and the grids with offsets in `aligned.text`.

    A character that the reader inserted (a fence between cells, a line end) has an empty source range.
    """

    aligned: AlignedText
    tables: tuple[GridTable, ...]
    warnings: tuple[str, ...] = ()


def flatten_html(source: str) -> FlatHtml:
    """What a browser would show of `source`: blocks on lines of their own, table rows as `| a | | b |` lines with blank cells kept.

    Whatever is broken is read as well as a browser would, in time linear in the length of the source.
    Raises TooLongError for more text than a document may have, and nothing else.
    """
    items, warnings = outline(source)
    aligned, tables, more = Renderer(source).render(items)
    return FlatHtml(aligned, tables, warnings + more)
