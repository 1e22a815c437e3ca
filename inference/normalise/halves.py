"""Characters of reports by the bytes they have in GB18030, for characters of which only half is known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from gongkai.inference.normalise.gb import is_pair, pair_of, printed
from gongkai.inference.normalise.lexicon import START, lexicon
from gongkai.inference.normalise.script import tables

Half = tuple[str, int]
# In Chinese text punctuation is full width; the lexicon has it half width, and no indent of a paragraph.
_WIDE = {c: chr(ord(c) + 0xFEE0) for c in ",:;()!%-?"}
INDENT = " "
NUMERALS = "一二三四五六七八九十"
_RARE = -9.0


@dataclass(frozen=True, slots=True)
class Halves:
    """`whole`: both bytes → character; `by_lead`, `by_trail`: one byte → every (character, the other byte).

    Characters are those of the lexicon, in simplified script, whichever script the bytes were.
    """

    whole: Mapping[tuple[int, int], str]
    by_lead: Mapping[int, tuple[Half, ...]]
    by_trail: Mapping[int, tuple[Half, ...]]


@cache
def halves() -> Halves:
    """The characters of the lexicon, in both scripts."""
    whole: dict[tuple[int, int], str] = {}
    leads: dict[int, list[Half]] = defaultdict(list)
    trails: dict[int, list[Half]] = defaultdict(list)
    for character, spelling in _spellings():
        pair = pair_of(spelling)
        if pair is not None and pair not in whole:
            whole[pair] = character
            leads[pair[0]].append((character, pair[1]))
            trails[pair[1]].append((character, pair[0]))
    return Halves(whole, {k: tuple(v) for k, v in leads.items()}, {k: tuple(v) for k, v in trails.items()})


def _spellings() -> list[tuple[str, str]]:
    """(character of the lexicon, how a page may have written it): itself first, so that a simplified reading wins."""
    known = sorted(c for c in lexicon().single if c not in "#$~^")
    always, shared = tables()
    traditional = [(simplified, chr(code)) for code, simplified in (always | shared).items() if simplified in lexicon().single]
    return [(INDENT, "\u3000"), *((c, _WIDE.get(c, c)) for c in known), *traditional]


def likelihood(first: str, second: str) -> float:
    """log2 of how likely `second` follows `first`; an indent opens a line, and a numeral in brackets a heading."""
    known = lexicon()
    if second == INDENT:
        return -1.0 if first == START else -12.0
    if second not in known.single:
        return known.single["~"] + _RARE
    heading = (first == "(" and second in NUMERALS) or (first in NUMERALS and second == ")")
    score = known.score(known.class_of(START if first == INDENT else first), second)
    return max(score, -3.0) if heading else score


@cache
def _silent(hidden: int) -> frozenset[int]:
    """The first bytes that make, behind the byte `hidden`, a pair that prints nothing."""
    return frozenset(lead for lead in range(0x100) if is_pair(hidden, lead) and not printed(hidden, lead))


@cache
def _followers(first: str) -> tuple[tuple[tuple[int, int], str, float], ...]:
    """Characters seen behind `first`, each as (its two bytes, character, likelihood)."""
    knows = lexicon().knows
    return tuple(
        (pair, character, likelihood(first, character))
        for pair, character in halves().whole.items()
        if knows(first, character) or (first == "(" and character in NUMERALS)
    )


@cache
def behind_hidden(hidden: int, trail: int) -> tuple[str, ...]:
    """The characters that end with `trail` and whose first byte makes, behind the byte `hidden`, a pair that prints nothing."""
    silent = _silent(hidden)
    return tuple(character for character, lead in halves().by_trail.get(trail, ()) if lead in silent)


@cache
def between_hidden(first: str, hidden: int) -> tuple[tuple[str, int, float], ...]:
    """Characters seen behind `first` whose first byte, behind the byte `hidden`, prints nothing; likeliest first.

    Each as (character, its other byte, likelihood).
    """
    silent = _silent(hidden)
    found = [(character, pair[1], score) for pair, character, score in _followers(first) if pair[0] in silent]
    return tuple(sorted(found, key=lambda f: (-f[2], f[0])))
