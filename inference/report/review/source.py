"""The source as it is shown: pieces of text with their labels, and what each piece was read as."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from gongkai.inference.aligned import AlignedText
from gongkai.inference.results import Offsets
from gongkai.model.types import Span

LINES = "lines"
_UNSEEN = re.compile(
    r"\n(?:[ \t]*\n)+|[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters of the shown text that share their label and everything that was read from them (`refs`)."""

    text: str
    start: int
    label: str | None = None
    refs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Glyphs:
    """Characters to print as they are, or by `name` what is not: a control character (`U+202E`), which must not act on the page,
    or several empty `lines`, which would push the text apart.
    """

    text: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class _Mark:
    """Characters of the shown text under a label or a reference."""

    start: int
    end: int
    label: str | None = None
    ref: str | None = None


def pieces_of(shown: AlignedText, spans: Sequence[Span], refs: Mapping[str, Sequence[Offsets]]) -> tuple[Piece, ...]:
    """`shown` as pieces that join to it. `spans` and `refs` (name → places) are in characters of its source."""
    labels = [_Mark(*own, label=span.label) for span in spans for own in _own(shown, [(span.start, span.end)])]
    read = [_Mark(*own, ref=ref) for ref, places in refs.items() for own in _own(shown, places)]
    return tuple(_cut(shown.text, [*labels, *read]))


def _own(shown: AlignedText, places: Iterable[Offsets]) -> Iterator[Offsets]:
    return (own for start, end in places if start < end and (own := shown.own_span(start, end)))


def _cut(text: str, marks: Sequence[_Mark]) -> Iterator[Piece]:
    opening: defaultdict[int, list[_Mark]] = defaultdict(list)
    for mark in marks:
        opening[mark.start].append(mark)
    active: list[_Mark] = []
    edges = sorted({0, len(text), *(edge for mark in marks for edge in (mark.start, mark.end))})
    for start, end in pairwise(edges):
        active = [*(mark for mark in active if mark.end > start), *opening[start]]
        label = next((mark.label for mark in active if mark.label), None)
        yield Piece(text[start:end], start, label, tuple(dict.fromkeys(mark.ref for mark in active if mark.ref)))


def glyphs_of(text: str) -> tuple[Glyphs, ...]:
    r"""`text` with every control character and change of direction set apart under its name.

    >>> glyphs_of("5\u202e6")
    (Glyphs(text='5', name=None), Glyphs(text='\u202e', name='U+202E'), Glyphs(text='6', name=None))
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return tuple(_glyphs(text))


def _glyphs(text: str) -> Iterator[Glyphs]:
    position = 0
    for match in _UNSEEN.finditer(text):
        if match.start() > position:
            yield Glyphs(text[position : match.start()])
        yield Glyphs(match.group(), LINES if match.group()[0] == "\n" else f"U+{ord(match.group()):04X}")
        position = match.end()
    if position < len(text):
        yield Glyphs(text[position:])
