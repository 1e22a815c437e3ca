"""One width for every character: plain spaces, ASCII letters, digits and punctuation, ideographs in their usual code point.

Every replacement is one to one, so the map stays as it is. Chinese marks that have no ASCII twin (`。、“”《》〔〕`) stay, as do
circled digits: `①` is a heading, never the number 1.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from gongkai.inference.aligned import AlignedText

_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\u3164\uffa0"
_RANGES = (
    range(0x2E80, 0x2FE0),  # radicals standing for ideographs
    range(0x3280, 0x32B1),  # circled ideographs
    range(0xF900, 0xFB00),  # compatibility ideographs
    range(0xFE30, 0xFE70),  # vertical and small forms
    range(0xFF01, 0xFFF0),  # full and half width
    range(0x2F800, 0x2FA20),
)
_EXTRA = {"\u2215": "/", "\u2212": "-", "\u2010": "-", "\u2011": "-", "\u2236": ":", "\uff0d": "-", "\u0261": "g", "\u0251": "a"}


def _one_to_one(codes: Iterable[int]) -> dict[int, str]:
    pairs = ((code, unicodedata.normalize("NFKC", chr(code))) for code in codes)
    return {code: plain for code, plain in pairs if len(plain) == 1 and plain != chr(code) and not plain.isspace()}


@dataclass(frozen=True, slots=True)
class Replacements:
    """Characters to be replaced one for one: `pattern` finds one of them, `table` says by what."""

    table: Mapping[str, str]
    pattern: re.Pattern[str]

    @classmethod
    def of(cls, table: Mapping[int, str]) -> Replacements:
        """Those of a table of code points. None of them stands for itself."""
        return cls({chr(code): new for code, new in table.items()}, re.compile(f"[{''.join(_ranges(table))}]"))

    def count(self, text: str) -> int:
        """How many characters of `text` would be replaced."""
        return len(self.pattern.findall(text))

    def made(self, text: AlignedText) -> tuple[AlignedText, int]:
        """`text` with all of them replaced, and how many were."""
        new, count = self.pattern.subn(lambda found: self.table[found.group()], text.text)
        return (text.with_text(new), count) if count else (text, 0)


def _ranges(codes: Iterable[int]) -> Iterator[str]:
    """`codes` as ranges of a pattern's class: beyond U+FFFF it would try single characters one after another."""
    ordered = sorted(codes)
    breaks = [0, *(place for place, (a, b) in enumerate(pairwise(ordered), 1) if b > a + 1), len(ordered)]
    for start, end in pairwise(breaks):
        yield f"{re.escape(chr(ordered[start]))}-{re.escape(chr(ordered[end - 1]))}"


_TO_SPACE = Replacements.of({ord(space): " " for space in _SPACES})
_TO_NARROW = Replacements.of(
    {code: plain for part in _RANGES for code, plain in _one_to_one(part).items()} | {ord(a): b for a, b in _EXTRA.items()}
)


def unify_spaces(text: AlignedText) -> tuple[AlignedText, int]:
    """No-break, ideographic, thin and other spaces become plain ones, one for one."""
    return _TO_SPACE.made(text)


def narrow(text: AlignedText) -> tuple[AlignedText, int]:
    """Full-width forms become ASCII, compatibility forms the usual character, one for one."""
    return _TO_NARROW.made(text)
