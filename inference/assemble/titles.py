"""How alike a printed title and a statutory wording are, whatever was split, cut, numbered or noted in brackets."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from gongkai.inference.numerals import read_numeral

_BLANKS = re.compile(r"[\s|_]+")
_ENUMERATOR = re.compile(r"^(?:[(（]?[一二三四五六七八九十]{1,2}[)）、.．:]|[(（]?\d{1,2}[)）、.．](?!\d))")
_NOTE = re.compile(r"(?<=..)[(（【\[].*$")
_MARKS = re.compile(r"[()（）\[\]【】“”\"'‘’、,，.．。:：;；/\\·*+-]+")
_OTHER_WORDS = (("档案", "文件"), ("专案", "项目"), ("资讯", "信息"))  # Taiwan's words, also where a title was split between them
_SHORT = 2
_ABRIDGED = 5
_REMEMBERED = 8192
_LISTS, _REMEMBERED_OF_LIST = 64, 2048


@lru_cache(_REMEMBERED)
def ordinal(text: str) -> int | None:
    """The number that a title begins with: 1 of `(一)` and of `1.`, 4 of `四、`; None if it has none."""
    found = _ENUMERATOR.match(_BLANKS.sub("", text))
    if found is None:
        return None
    number = found.group().strip("()（）、.．:")
    value = int(number) if number.isascii() else read_numeral(number)
    return int(value) if value is not None else None


@lru_cache(_REMEMBERED)
def bare(text: str) -> str:
    """The words of a title: no blanks, number, punctuation or note in brackets. A title that is all bracket keeps its words."""
    joined = _BLANKS.sub("", text)
    for theirs, ours in _OTHER_WORDS:
        joined = joined.replace(theirs, ours)
    head = _NOTE.sub("", _ENUMERATOR.sub("", joined)) or joined
    return _MARKS.sub("", head) or _MARKS.sub("", joined) or joined


def similarities(printed: Sequence[str], wordings: Sequence[str]) -> NDArray[np.float64]:
    """Likeness in 0..1 of every printed title (rows) to every wording (columns), of shape (len(printed), len(wordings)).

    1 is the same words. A title that is the beginning or end of a wording counts as a cut one, and a wording inside
    a longer title as one with additions; a title with words left out (逾期不补正不再处理) as an abridged one.
    """
    right = tuple(wordings)
    if not printed or not right:
        return np.zeros((len(printed), len(right)))
    likeness = likeness_to(right)
    return np.concatenate([likeness(bare(text)) for text in printed]).reshape(len(printed), len(right))


@lru_cache(_LISTS)
def likeness_to(wordings: tuple[str, ...]) -> Callable[[str], NDArray[np.float64]]:
    """What says how like the words of a title (`bare`) are to each of `wordings`. The same few hundred titles stand on most pages."""
    right = [bare(wording) for wording in wordings]

    @lru_cache(_REMEMBERED_OF_LIST)
    def likeness(title: str) -> NDArray[np.float64]:
        ratios = process.cdist([title], right, scorer=fuzz.ratio, dtype=np.float32)[0].astype(np.float64) / 100
        row: NDArray[np.float64] = np.maximum(ratios, [_contained(title, wording) for wording in right])
        row.flags.writeable = False
        return row

    return likeness


def _contained(title: str, wording: str) -> float:
    if len(title) <= _SHORT or len(wording) <= _SHORT:
        return 0.0
    if len(title) < len(wording) and (wording.startswith(title) or wording.endswith(title)):
        return 0.7 + 0.25 * len(title) / len(wording)
    if len(wording) < len(title) <= 2 * len(wording) and wording in title:
        return 0.85
    if len(title) >= _ABRIDGED and _in_order(title, wording):
        return 0.7 + 0.2 * len(title) / len(wording)
    return 0.0


def _in_order(title: str, wording: str) -> bool:
    """Whether a title is what is left of a wording after some of its characters are left out."""
    place = -1
    for character in title:
        place = wording.find(character, place + 1)
        if place < 0:
            return False
    return True
