"""Printed numbers that found no place in a table, with the reason where one was given."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby

from rapidfuzz import fuzz, process

from gongkai.inference.assemble.titles import bare
from gongkai.inference.extract import Reading
from gongkai.inference.forms import forms
from gongkai.inference.results import Cell, Indicator, Offsets
from gongkai.model.types import Span

_DIGITS = re.compile(r"\d")
_WHERE = re.compile(r"(?P<where>(?:proactive|requests|review_litigation)(?:\.\w+)?): (?P<why>.+)", re.DOTALL)
_ALIKE = 85
_SAME = 95
_TITLE_REACH = 200
_MOST_PIECES = 4


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning: the table or row that it speaks of (`requests.granted`), if one, and what it says."""

    where: str | None
    why: str


@dataclass(frozen=True, slots=True)
class Unplaced:
    """Numbers that no cell took: where they stand in the source, the row title before them, and why, if that was said.

    `again` are numbers of a table that the page prints more than once and that was read where it stands elsewhere.
    """

    places: tuple[Offsets, ...]
    title: str
    reason: Warned | None
    again: bool = False


@dataclass(frozen=True, slots=True)
class _Run:
    """Numbers under one title, one after the other, and which of them became cells."""

    title: str
    spans: tuple[Span, ...]
    texts: tuple[str, ...]
    taken: tuple[bool, ...]


def warned(warning: str) -> Warned:
    """A warning of the assembler, split where it begins with the key of a table or a row.

    >>> warned("requests.granted: 3 cells for 7 columns").where
    'requests.granted'
    """
    match = _WHERE.fullmatch(warning)
    return Warned(match["where"], match["why"]) if match else Warned(None, warning)


def unplaced(reading: Reading) -> tuple[Unplaced, ...]:
    """What the model took for cells and what prints a number, but is the text of no cell, in the order of the source.

    Numbers that are printed again come last, all together.
    """
    runs = list(_runs(reading))
    warnings = [warned(warning) for warning in reading.extraction.warnings]
    read_elsewhere = _read_by_content(runs)
    new: list[Unplaced] = []
    again: list[Offsets] = []
    for run in runs:
        lost = [(place, (span.start, span.end)) for place, span in enumerate(run.spans) if not run.taken[place]]
        known = [offsets for place, offsets in lost if place in read_elsewhere[run.title, run.texts]]
        again += known
        if rest := tuple(offsets for _, offsets in lost if offsets not in known):
            new.append(Unplaced(rest, run.title, _reason(run.title, warnings)))
    return (*new, Unplaced(tuple(again), "", None, again=True)) if again else tuple(new)


def _runs(reading: Reading) -> Iterator[_Run]:
    text = reading.document.source_text
    read: tuple[Cell | Indicator, ...] = (*reading.extraction.cells, *reading.extraction.legacy)
    taken = {one.spans[0] for one in read if one.text is not None and one.spans}
    values = [(_title_before(reading, number), span) for number, span in enumerate(reading.spans) if _is_number(text, span)]
    for title, group in groupby(values, key=lambda item: item[0]):
        spans = tuple(span for _, span in group)
        own = tuple(any(span.start < end and start < span.end for start, end in taken) for span in spans)
        yield _Run(title, spans, tuple(text[span.start : span.end].strip() for span in spans), own)


def _is_number(text: str, span: Span) -> bool:
    return span.label == "value" and _DIGITS.search(text, span.start, span.end) is not None


def _read_by_content(runs: Sequence[_Run]) -> defaultdict[tuple[str, tuple[str, ...]], set[int]]:
    """For every title with its numbers, which of the numbers became a cell somewhere on the page."""
    found: defaultdict[tuple[str, tuple[str, ...]], set[int]] = defaultdict(set)
    for run in runs:
        found[run.title, run.texts] |= {place for place, taken in enumerate(run.taken) if taken}
    return found


def _title_before(reading: Reading, number: int) -> str:
    """The row title that stands last before the span `number`, as repaired; empty if something else comes first.

    A title in pieces is joined where the pieces together are a title of the law and the last of them is not.
    """
    pieces = [_repaired(reading, span) for span in _pieces(reading.spans, number)]
    joined = ["".join(reversed(pieces[:count])) for count in range(1, min(len(pieces), _MOST_PIECES) + 1)]
    if not joined or _likeness(joined[0]) >= _SAME:
        return joined[0] if joined else ""
    best = max(joined, key=_likeness)
    return best if _likeness(best) >= _SAME else joined[0]


def _pieces(spans: Sequence[Span], number: int) -> Iterator[Span]:
    """From the last piece back to the first."""
    begun = False
    for span in reversed(spans[:number]):
        if span.label == "row" and spans[number].start - span.end <= _TITLE_REACH:
            begun = True
            yield span
        elif begun or span.label not in ("value", "blank", "junk"):
            return


def _repaired(reading: Reading, span: Span) -> str:
    own = reading.repaired.own_span(span.start, span.end)
    return "".join(reading.repaired.text[slice(*own)].split()) if own else ""


def _reason(title: str, warnings: Sequence[Warned]) -> Warned | None:
    rows = _rows_like(title) if title else ()
    about = (one for one in warnings if one.where in rows or (title and f"'{title[:40]}'" in one.why))
    whole_tables = (one for one in warnings if one.where in {row.split(".")[0] for row in rows})
    return next(about, None) or next(whole_tables, None)


def _rows_like(title: str) -> tuple[str, ...]:
    """The rows whose wording the title resembles most, as `table.row`."""
    wordings = _wordings()
    alike = process.extract(bare(title), wordings.keys(), scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=1)
    return wordings[alike[0][0]] if alike else ()


@cache
def _likeness(title: str) -> float:
    return max(float(fuzz.ratio(bare(title), wording)) for wording in _wordings())


@cache
def _wordings() -> dict[str, tuple[str, ...]]:
    """The rows of both forms by their bare wordings."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    rows = (
        (f"{table.key}.{row.key}", row)
        for form in forms().values()
        for table in form.tables
        for block in table.blocks
        for row in block.rows
    )
    for key, row in rows:
        for wording in row.wordings():
            found[bare(wording)].append(key)
    return {wording: tuple(dict.fromkeys(keys)) for wording, keys in found.items()}
