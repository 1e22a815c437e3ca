"""Every way in which the numbers of one printed row can stand in its columns without changing their order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, groupby

from gongkai.training.synth.evidence import PrintedRow
from gongkai.training.synth.printing import SIGNS
from gongkai.training.synth.values import Value

MOST_READINGS = 30_000
"""Rows of glued digits that can be read in more ways are given up: nothing in them is determinable at a bounded cost."""

_LETTERS_FOR_ZERO = str.maketrans("Oo〇", "000")
_NUMBER = re.compile(r"(增加|减少|[增减+\-↑↓])?((?:0|[1-9]\d{0,8}|[1-9]\d{0,2}(?:,\d{3}){1,2})(?:\.\d+)?)(?:[件项个]|万元)?(?:\([^)]*\))?")
_NEGATIVE = ("减少", "减", "-", "↓")


@dataclass(frozen=True, slots=True)
class Reading:
    """What stands in the columns of a segment if it takes up what is printed from `start` to `end` (None: blank)."""

    start: int
    end: int
    contents: tuple[Value | None, ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """Columns of one row that sums tie together, with every way to fill them."""

    keys: tuple[str, ...]
    readings: tuple[Reading, ...]


def segments_of(row: PrintedRow, cells: Mapping[str, Value | None]) -> tuple[Segment, ...] | None:
    """The segments of a row, one for each row key (three on the line of reviews), or None if there are too many ways.

    A choice of one reading for each is a reading of the row if every reading begins where the one before it ends.
    """
    groups = [tuple(keys) for _, keys in groupby(row.keys, lambda key: key.rsplit(".", 1)[0])]
    contents = tuple(cells.get(slot.key) for slot in row.slots)
    if not row.glued and (row.full or row.aligned):
        return _settled(groups, contents)
    printed = "".join(slot.text for slot in row.slots).translate(_LETTERS_FOR_ZERO)
    atoms = unicodedata.normalize("NFKC", printed) if row.glued else contents
    segments, left = [], MOST_READINGS
    for number, keys in enumerate(groups):
        readings = []
        for reading in _readings(atoms, len(keys), number == 0, number == len(groups) - 1):
            left -= 1
            if left < 0:
                return None
            readings.append(reading)
        segments.append(Segment(keys, tuple(readings)))
    return tuple(segments)


def _settled(groups: Sequence[tuple[str, ...]], contents: Sequence[Value | None]) -> tuple[Segment, ...]:
    segments, start = [], 0
    for keys in groups:
        end = start + len(keys)
        own = (*contents[start:end], *[None] * (end - max(start, len(contents))))
        segments.append(Segment(keys, (Reading(start, end, own[: len(keys)]),)))
        start = end
    return tuple(segments)


def _readings(atoms: str | Sequence[Value | None], width: int, first: bool, last: bool) -> Iterator[Reading]:
    """The readings of a segment `width` columns wide; the first one of a row begins and the last one ends with the row."""
    size = len(atoms)
    for start in (0,) if first else range(size + 1):
        for end in (size,) if last else range(start, size + 1):
            for pieces in _cuts(atoms[start:end], width):
                for places in combinations(range(width), len(pieces)):
                    standing = dict(zip(places, pieces, strict=True))
                    yield Reading(start, end, tuple(standing.get(column) for column in range(width)))


def _cuts(atoms: str | Sequence[Value | None], most: int) -> Iterator[tuple[Value | None, ...]]:
    """The cells that are printed as `atoms`, at most so many: known ones as they are, glued text in every cut."""
    if not isinstance(atoms, str):
        if len(atoms) <= most:
            yield tuple(atoms)
    elif not atoms:
        yield ()
    elif most:
        for length in range(1, len(atoms) + 1):
            for content in _contents(atoms[:length]):
                yield from ((content, *rest) for rest in _cuts(atoms[length:], most - 1))


def _contents(text: str) -> Iterator[Value | None]:
    """What a piece of glued text can be as the whole of a cell: a number as numbers are printed, a sign for a blank, or nothing."""
    if text in SIGNS:
        yield None
    match = _NUMBER.fullmatch(text)
    if match:
        digits = match[2].replace(",", "")
        value: Value = float(digits) if "." in digits else int(digits)
        yield -value if match[1] in _NEGATIVE else value
