"""Runs of GB18030 text that lost a byte, so that every character after it is half of one and half of the next.

`?。ㄋ模﹥灮畔⒐_平臺` was `　（四）優化信息公開平臺`. Bytes put back in step give most characters whole; beside a pair that prints
nothing, and at both ends, only half of a character is known, and the likeliest one in reports that fits is taken if no other comes near.
What stays in doubt is `?`. No digit is ever made up, nor a Chinese numeral but in a heading's brackets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from gongkai.inference.aligned import AlignedText, Edit
from gongkai.inference.normalise.gb import pair_of
from gongkai.inference.normalise.halves import likelihood
from gongkai.inference.normalise.lexicon import START, lexicon
from gongkai.inference.normalise.script import tables
from gongkai.inference.normalise.viterbi import UNSURE, Guess, Pair, Run, read_run
from gongkai.inference.numerals import NUMERAL_CHARS

UNKNOWN = "?"
_WIDE = r"[^\x00-\x7f？\ufffd]"
_RUN = re.compile(rf"[?？\ufffd](?=([!(),:;>=]?{_WIDE}{{1,600}}(?:[!(),:;>=]{_WIDE}{{1,600}}){{0,40}})([?\ufffd@-~]?))")
_NUMERALS = frozenset(NUMERAL_CHARS)
_NARROWED = {"!": "！", "(": "（", ")": "）", ",": "，", ":": "：", ";": "；", ">": "﹥", "=": "﹦"}
# Bits by which a reading must be likelier than the text as it stands, and one character likelier than the next best.
_BETTER = 8.0
_CLEAR = 2.0
# What a character made up from its neighbours alone must reach with both.
_SURE = -8.0
# Plain text costs 5 to 8 bits a character, a slip 15 to 20; so many characters tell.
_STRANGE = -9.5
_HEAD = 12
_BUDGET = 4_000
# A rare character costs its class and as much again for being that one.
_RARE = -12.0


def undo_slips(text: AlignedText) -> tuple[AlignedText, int]:
    """The runs that read better with the byte put back are read so; counted by run. Every other run stays as it is.

    Reading stops after `_BUDGET` characters that look slipped, so that noise of any length takes bounded time.
    """
    edits: list[Edit] = []
    count = 0
    position = 0
    budget = _BUDGET
    while budget > 0 and (match := _RUN.search(text.text, position)):
        position = match.end()
        run = _run(text.text, match)
        if not _looks_slipped(run, match[1]):
            continue
        budget -= len(run.pairs)
        found = [(match.start() + start, match.start() + end, new) for start, end, new in _undone(run, match[1])]
        if found:
            count += 1
            edits += found
            position = found[-1][1]
    return text.edit(edits), count


def _run(text: str, match: re.Match[str]) -> Run:
    known = lexicon()
    before = known.class_of(text[match.start() - 1]) if match.start() else START
    after = known.class_of(text[match.end(2)]) if match.end(2) < len(text) else START
    return Run(tuple(map(_pairs, match[1])), match[2], before, after)


def _looks_slipped(run: Run, body: str) -> bool:
    """Whether the characters are as unlikely neighbours as those of a slip are."""
    head = body[:_HEAD]
    return len(body) > 1 and sum(_floor(run.before, head)) < _STRANGE * len(head)


def _floor(before: str, body: str) -> list[float]:
    return [_plain_score(a, b) for a, b in zip(before + body, body, strict=False)]


@lru_cache(maxsize=1024)
def _undone(run: Run, body: str) -> tuple[Edit, ...]:
    floor = _floor(run.before, body)
    reading = read_run(run, floor)
    if reading is None:
        return ()
    whole = reading.used == len(body)
    plain = sum(floor[: reading.used]) + (_plain_score(body[-1], run.closing) if whole and run.closing else 0.0)
    if reading.score < plain + _BETTER:
        return ()
    return tuple(_edits(0, reading.guesses, run.before, run.after))


def _plain_score(first: str, second: str) -> float:
    known = lexicon()
    kind = known.class_of(second)
    return known.score(known.class_of(first), kind) + (_RARE if kind == "~" else 0.0)


@lru_cache(maxsize=4096)
def _pairs(character: str) -> tuple[Pair, ...]:
    """The bytes that `character` may have been: its own, or its simplified twin's where a mirror changed the script afterwards."""
    always, shared = tables()
    twin = always.get(ord(character)) or shared.get(ord(character))
    spellings = (_NARROWED.get(character, character), twin)
    return tuple(pair for spelling in spellings if spelling and (pair := pair_of(spelling)) is not None)


def _edits(origin: int, guesses: Sequence[Guess], before: str, after: str) -> Iterator[Edit]:
    """One edit for each source character of the run, so that every new character points at the one that held its first byte."""
    settled = [_settled(guesses, i, before, after) for i in range(len(guesses))]
    index = 0
    while index < len(guesses):
        first = index
        while index < len(guesses) and guesses[index].place == guesses[first].place:
            index += 1
        start = origin + guesses[first].place
        end = origin + guesses[index].place if index < len(guesses) else origin + guesses[-1].end
        yield start, end, "".join(settled[first:index])


def _settled(guesses: Sequence[Guess], index: int, before: str, after: str) -> str:
    """The character guessed, or `?` if it is half known and another fits nearly as well."""
    guess = guesses[index]
    left = guesses[index - 1].character if index else before
    right = guesses[index + 1].character if index + 1 < len(guesses) else after
    if not guess.others:
        return guess.character
    if guess.character in _NUMERALS:
        return guess.character if left + right == "()" else UNKNOWN
    rivals = [_fit(left, other, right) for other in guess.others if other != guess.character]
    own = _fit(left, guess.character, right)
    if guess.others == UNSURE:
        return guess.character if own >= _SURE else UNKNOWN
    return guess.character if own >= max(rivals, default=-99.0) + _CLEAR else UNKNOWN


def _fit(left: str, character: str, right: str) -> float:
    return likelihood(left, character) + likelihood(character, right) if character else -99.0
