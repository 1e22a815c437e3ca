"""Pinyin in brackets behind characters, as mirrors against copying put it: `規(guī)章`, `關(guan) 於(yu) `, `政(zheng)(zheng)府`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from gongkai.inference.aligned import AlignedText, Edit
from gongkai.inference.normalise.annotated import lost_character
from gongkai.inference.normalise.syllables import LETTER, TONED_LETTERS, syllable

HAN = "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
_BRACKET = rf"[(（]{LETTER}{{1,8}}[)）]"
# The bracket is looked for before the character in front of it: that is on every line, a bracket is not.
_ANNOTATION = re.compile(rf"[(（](?<=[{HAN}][(（]){LETTER}{{1,8}}[)）](?:{_BRACKET})*")
_ONE = re.compile(rf"[(（]({LETTER}{{1,8}})[)）]")
_TONED = rf"{LETTER}{{0,5}}[{TONED_LETTERS}\u0300-\u030c]{LETTER}{{0,5}}"
_HALF = re.compile(rf"(?<=[{HAN}])(?:[(（]({_TONED})(?!{LETTER}|[)）])|({_TONED})[)）])")
_TONE = re.compile(rf"[{TONED_LETTERS}\u0300-\u030c]")
_LOST = re.compile(rf"[?？\ufffd]({_TONED})[)）]")
# Fewer toneless brackets than this on a page may well be words of their own: `长度(an)`.
_FEW = 3


@dataclass(frozen=True, slots=True)
class _Annotation:
    start: int
    end: int
    readings: tuple[str, ...]
    toned: bool


def remove_pinyin(text: AlignedText) -> tuple[AlignedText, int]:
    """Annotations are removed, with the space behind them where the page always has one; counted by bracket.

    A bracket is one if it stands behind a Chinese character and holds a Mandarin syllable in small letters that has a tone
    mark, or has none but is one of several: `(一)`, `(km)`, `(APP)` and a lone `(an)` stay.
    """
    if "(" not in text.text and "（" not in text.text and not _TONE.search(text.text):
        return text, 0
    whole = _annotations(text.text)
    edits = _removals(text.text, whole) + _half_removals(text.text)
    return text.edit(sorted(edits)), sum(len(a.readings) for a in whole) + len(edits) - len(whole)


def _annotations(text: str) -> list[_Annotation]:
    found = [a for match in _ANNOTATION.finditer(text) if (a := _annotation(match)) is not None]
    toneless = [a for a in found if not a.toned]
    many = len(found) > _FEW and len({a.readings[0] for a in found}) >= _FEW
    return found if many or not toneless else [a for a in found if a.toned]


def _annotation(match: re.Match[str]) -> _Annotation | None:
    read = [syllable(letters) for letters in _ONE.findall(match.group())]
    known = [r for r in read if r is not None]
    if len(known) < len(read):
        return None
    return _Annotation(match.start(), match.end(), tuple(plain for plain, _ in known), any(toned for _, toned in known))


def _removals(text: str, found: list[_Annotation]) -> list[Edit]:
    spaced = sum(text.startswith(" ", a.end) for a in found)
    with_space = len(found) >= _FEW and spaced >= 0.6 * len(found)
    return [(_doubled_from(text, a), a.end + (with_space and text.startswith(" ", a.end)), "") for a in found]


def _doubled_from(text: str, annotation: _Annotation) -> int:
    """Where the removal starts: one character earlier in `政政(zheng)(zheng)`, where the character was doubled with its reading."""
    start = annotation.start
    twice = len(annotation.readings) == 2 and annotation.readings[0] == annotation.readings[1]
    return start - 1 if twice and start >= 2 and text[start - 1] == text[start - 2] else start


def _half_removals(text: str) -> list[Edit]:
    """Annotations that lost one bracket; a tone mark makes them certain."""
    if not _TONE.search(text):
        return []
    return [(*match.span(), "") for match in _HALF.finditer(text) if syllable(match[1] or match[2]) is not None]


def restore_annotated(text: AlignedText) -> tuple[AlignedText, int]:
    """`?zhí)行` had its character and bracket eaten by a byte slip: put back where the word leaves no choice, else left."""
    if not _LOST.search(text.text):
        return text, 0
    edits = list(_restorations(text.text, _LOST.finditer(text.text)))
    return text.edit(edits), len(edits)


def _restorations(text: str, matches: Iterable[re.Match[str]]) -> Iterable[Edit]:
    for match in matches:
        read = syllable(match[1])
        character = lost_character(text[: match.start()][-2:], match[1], text[match.end() : match.end() + 2]) if read else None
        if character is not None:
            yield match.start(), match.end(), character
