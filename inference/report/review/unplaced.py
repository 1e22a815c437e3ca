"""Printed numbers that found no place in a table, with the reason where one was given."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby

from gongkai.inference.assemble.titles import similarities
from gongkai.inference.forms import forms
from gongkai.inference.results import Extraction, Offsets
from gongkai.model.types import Span

_DIGITS = re.compile(r"\d")
_WHERE = re.compile(r"(?P<where>(?:proactive|requests|review_litigation)(?:\.\w+)?): (?P<why>.+)", re.DOTALL)
_ALIKE = 0.8
_TITLE_REACH = 200


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning: the table or row that it speaks of (`requests.granted`), if one, and what it says."""

    where: str | None
    why: str


@dataclass(frozen=True, slots=True)
class Unplaced:
    """Numbers under one printed title that no cell took: where they stand, the title before them, and why, if that was said."""

    places: tuple[Offsets, ...]
    title: str
    reason: Warned | None


def warned(warning: str) -> Warned:
    """A warning of the assembler, split where it begins with the key of a table or a row.

    >>> warned("requests.granted: 3 cells for 7 columns").where
    'requests.granted'
    """
    match = _WHERE.fullmatch(warning)
    return Warned(match["where"], match["why"]) if match else Warned(None, warning)


def unplaced(text: str, spans: Sequence[Span], extraction: Extraction) -> tuple[Unplaced, ...]:
    """Spans of `text` that the model took for cells and that print a number, but that no cell has as its own text."""
    taken = [cell.spans[0] for cell in extraction.cells if cell.text is not None and cell.spans]
    lost = [(_title_before(text, spans, number), span) for number, span in enumerate(spans) if _is_lost(text, span, taken)]
    warnings = [warned(warning) for warning in extraction.warnings]
    return tuple(
        Unplaced(tuple((span.start, span.end) for _, span in run), title, _reason(title, warnings))
        for title, run in groupby(lost, key=lambda item: item[0])
    )


def _is_lost(text: str, span: Span, taken: Sequence[Offsets]) -> bool:
    if span.label != "value" or not _DIGITS.search(text, span.start, span.end):
        return False
    return not any(span.start < end and start < span.end for start, end in taken)


def _title_before(text: str, spans: Sequence[Span], number: int) -> str:
    """The pieces of the row title that stand last before the span `number`, joined; empty if another title comes first."""
    return "".join("".join(text[span.start : span.end].split()) for span in reversed(list(_pieces(spans, number))))


def _pieces(spans: Sequence[Span], number: int) -> Iterator[Span]:
    """From the last piece back to the first."""
    begun = False
    for span in reversed(spans[:number]):
        if span.label == "row" and spans[number].start - span.end <= _TITLE_REACH:
            begun = True
            yield span
        elif begun or span.label not in ("value", "blank", "junk"):
            return


def _reason(title: str, warnings: Sequence[Warned]) -> Warned | None:
    rows = _rows_like(title) if title else ()
    about = (warning for warning in warnings if warning.where in rows or (title and f"'{title[:40]}'" in warning.why))
    tables = (warning for warning in warnings if warning.where in {row.split(".")[0] for row in rows})
    return next(about, None) or next(tables, None)


def _rows_like(title: str) -> tuple[str, ...]:
    """The rows whose wording the title resembles most, as `table.row`."""
    rows = _rows()
    likeness = similarities([title], [wording for wording, _ in rows])[0]
    best = float(likeness.max())
    return tuple({key for (_, key), score in zip(rows, likeness, strict=True) if best >= _ALIKE and score == best})


@cache
def _rows() -> tuple[tuple[str, str], ...]:
    return tuple(
        (wording, f"{table.key}.{row.key}")
        for form in forms().values()
        for table in form.tables
        for block in table.blocks
        for row in block.rows
        for wording in row.wordings()
    )
