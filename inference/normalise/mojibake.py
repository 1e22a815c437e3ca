"""UTF-8 text that was read as GBK: `鏀垮姟鍏紑` was `政务公开`, `?斂鍔″叕寮?` the same with its first and last byte lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from gongkai.inference.aligned import AlignedText, Edit
from gongkai.inference.normalise.gb import pair_of
from gongkai.inference.normalise.halves import likelihood
from gongkai.inference.normalise.lexicon import START, lexicon
from gongkai.inference.normalise.script import tables

_LEADS = (*range(0xE4, 0xEA), 0xEF, 0xE3, 0xE2)
# What the first two bytes of a three-byte character print, in reports almost never meant.
_OPENERS = "".join(bytes((lead, trail)).decode("gbk", "ignore") for lead in _LEADS for trail in (*range(0x80, 0xC0),))
_RUN = re.compile(rf"\??[^\x00-\x7f](?<=[{re.escape(_OPENERS)}])|\?[^\x00-\x7f](?=[{re.escape(_OPENERS)}?])")
_UNKNOWN = -1
_LEAST = 2

Byte = tuple[int, int]
"""A byte's value, or -1 for one lost, and the position of the character that printed it."""


def undo_utf8_as_gbk(text: AlignedText) -> tuple[AlignedText, int]:
    """Runs that are UTF-8 of known characters are decoded, the rest stays as it is; counted by run.

    One byte of a character may be lost (`?`) at either end; the likeliest character of reports that fits stands for it.
    """
    edits: list[Edit] = []
    count = 0
    position = 0
    while match := _RUN.search(text.text, position):
        found = list(_decoded(text.text, match.start()))
        wide = sum(len(new) for _, _, new in found) >= _LEAST
        count += wide
        edits += found if wide else []
        position = found[-1][1] if wide else match.start() + 1
    return text.edit(edits), count


def _decoded(text: str, start: int) -> Iterator[Edit]:
    """An edit for each character of the run at `start`, up to the last whose bytes end with a character of the text."""
    before = lexicon().class_of(text[start - 1]) if start else START
    pending: list[tuple[int, int, str]] = []
    held: list[Byte] = []
    position = start
    while position < len(text) and len(pending) < 400:
        held += _bytes(text[position], position)
        position += 1
        while len(held) >= 3:
            unit, held = held[:3], held[3:]
            character = _character(tuple(value for value, _ in unit), before)
            if character is None:
                return
            pending.append((unit[0][1], unit[2][1] + 1, character))
            before = character
        if not held:
            yield from _disjoint(pending)
            pending = []
        if text[position - 1] == "?" and not held and position - 1 > start:
            return


def _bytes(character: str, position: int) -> list[Byte]:
    if character == "?":
        return [(_UNKNOWN, position)]
    pair = pair_of(character)
    return [(0, position)] * 3 if pair is None else [(pair[0], position), (pair[1], position)]


def _disjoint(units: list[tuple[int, int, str]]) -> Iterator[Edit]:
    """Units that share a source character become one edit."""
    index = 0
    while index < len(units):
        start, end, characters = units[index]
        index += 1
        while index < len(units) and units[index][0] < end:
            end = units[index][1]
            characters += units[index][2]
            index += 1
        yield start, end, characters


@lru_cache(maxsize=8192)
def _character(unit: tuple[int, ...], before: str) -> str | None:
    """The known character of three bytes, of which one may be lost."""
    if unit.count(_UNKNOWN) > 1:
        return None
    if _UNKNOWN not in unit:
        return _known(bytes(unit))
    place = unit.index(_UNKNOWN)
    values = range(0xE4, 0xEA) if place == 0 else range(0x80, 0xC0)
    fits = [c for value in values if (c := _known(bytes((*unit[:place], value, *unit[place + 1 :])))) is not None]
    return max(fits, key=lambda c: (likelihood(before, c), c), default=None)


def _known(data: bytes) -> str | None:
    """The character of three bytes of UTF-8 if reports use it."""
    try:
        character = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if len(character) != 1:
        return None
    always, _ = tables()
    plain = chr(ord(character) - 0xFEE0) if "\uff01" <= character <= "\uff5e" else always.get(ord(character), character)
    return character if plain in lexicon().single or plain.isdecimal() or character == "\u3000" else None
