"""Edits of marked text that `MarkedText.edit` has no word for: what is put between two characters, and 1:1 replacement."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import accumulate

from gongkai.training.synth.marked import MarkedText

Insertion = tuple[int, str]


def insert(text: MarkedText, insertions: Iterable[Insertion]) -> MarkedText:
    """Strings put before the characters at their places (one per place). Inside a mark they are inside; at its borders outside."""
    chosen = sorted({place: string for place, string in insertions if string}.items())
    if not chosen:
        return text
    places = [place for place, _ in chosen]
    grown = [0, *accumulate(len(string) for _, string in chosen)]
    pieces: list[str] = []
    position = 0
    for place, string in chosen:
        pieces += (text.text[position:place], string)
        position = place
    marks = tuple(
        replace(mark, start=mark.start + grown[bisect_right(places, mark.start)], end=mark.end + grown[bisect_left(places, mark.end)])
        for mark in text.marks
    )
    return MarkedText("".join((*pieces, text.text[position:])), marks)


def translate(text: MarkedText, table: Mapping[int, int | str]) -> MarkedText:
    """Every character replaced by one other, as `table` says."""
    return MarkedText(text.text.translate(table), text.marks)


def remove(text: MarkedText, places: Iterable[int]) -> MarkedText:
    """The characters at `places` taken out; a mark of which nothing is left is gone."""
    return trimmed(text.edit((place, place + 1, "") for place in sorted(set(places))))


def trimmed(text: MarkedText) -> MarkedText:
    """No mark begins or ends with blank; a mark of blanks is gone."""
    marks = []
    for mark in text.marks:
        words = text.text[mark.start : mark.end]
        start = mark.start + len(words) - len(words.lstrip())
        end = start + len(words.strip())
        if start < end:
            marks.append(mark if (start, end) == (mark.start, mark.end) else replace(mark, start=start, end=end))
    return MarkedText(text.text, tuple(marks))


def touched(text: MarkedText, start: int, end: int) -> bool:
    """Whether a mark shares a character with start..end."""
    return any(mark.start < end and start < mark.end for mark in text.marks)


def places(pattern: re.Pattern[str], text: MarkedText) -> list[tuple[int, int]]:
    """Where `pattern` occurs."""
    return [match.span() for match in pattern.finditer(text.text)]
