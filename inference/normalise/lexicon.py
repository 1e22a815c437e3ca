"""Which characters follow each other in reports: the table of `bigrams.txt` as scores."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

START = "^"
_LEVELS = "0123456789ABCDEFGHIJ"
_UNSEEN = -4.0


@dataclass(frozen=True, slots=True)
class Lexicon:
    """`pairs` holds log2 P(second | first) of the pairs seen, `single` log2 P of every character.

    A character is written as in the table: digits are `#`, letters `$`, the start of a line `^`, what is rare `~`.
    """

    pairs: dict[str, float]
    single: dict[str, float]

    def score(self, first: str, second: str) -> float:
        """log2 of how likely `second` follows `first`; a pair never seen costs four bits more than `second` alone."""
        seen = self.pairs.get(first + second)
        return seen if seen is not None else self.single.get(second, self.single["~"]) + _UNSEEN

    def knows(self, first: str, second: str) -> bool:
        """Whether the pair was seen."""
        return first + second in self.pairs

    def class_of(self, character: str) -> str:
        """What stands for `character` in the table."""
        if character in ("\n", START):
            return START
        if character.isdecimal():
            return "#"
        if character.isascii() and character.isalpha():
            return "$"
        return character if character in self.single else "~"


@cache
def lexicon() -> Lexicon:
    """The lexicon that ships with the package."""
    counts: dict[str, int] = {}
    for line in (files("gongkai.inference") / "normalise" / "bigrams.txt").read_text(encoding="utf-8").splitlines()[1:]:
        power = 0
        for character in line[1:]:
            if character in _LEVELS:
                power = _LEVELS.index(character)
            else:
                counts[line[0] + character] = 3 << power >> 1
    return _scores(counts)


def _scores(counts: dict[str, int]) -> Lexicon:
    firsts: dict[str, int] = defaultdict(int)
    seconds: dict[str, int] = defaultdict(int)
    for pair, count in counts.items():
        firsts[pair[0]] += count
        seconds[pair[1]] += count
    total = sum(seconds.values())
    single = {character: math.log2(count / total) for character, count in seconds.items()}
    single.setdefault("~", -math.log2(total))
    return Lexicon({pair: math.log2(count / firsts[pair[0]]) for pair, count in counts.items()}, single)
