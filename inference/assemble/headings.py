"""Headings of several rows whose merged cell was read line by line, beside the rows: 三、本年 … 度办理 … 结果."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gongkai.inference.assemble.titles import bare, ordinal
from gongkai.inference.assemble.tokens import Kind, Token

_REACH = 16
_FIRST_WORD = re.compile(r"\S+\s*")


def without_split_headings(tokens: Sequence[Token], headings: Sequence[str]) -> tuple[Token, ...]:
    """The tokens without the pieces of `headings` that stand among the titles and cells of the rows beside them.

    The pieces must be the whole heading in order, the first with its number. Where a piece and the row's own title share a
    token, the title is left.
    """
    left, numbers = tuple(tokens), _numbers(tokens)
    for heading in headings:
        begins = (place for place, number in numbers if number == ordinal(heading) and _begins(left[place], heading))
        pieces = next(filter(None, (_pieces(left, place, heading) for place in begins)), None)
        if pieces is not None:
            shortened = (_after(token, pieces.get(index, 0)) for index, token in enumerate(left))
            left = tuple(token for token in shortened if token.text)
            numbers = _numbers(left)
    return left


def _numbers(tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """The places of the titles that are numbered, and their numbers."""
    titles = ((place, ordinal(token.text)) for place, token in enumerate(tokens) if token.kind is Kind.TITLE)
    return [(place, number) for place, number in titles if number is not None]


def _begins(token: Token, heading: str) -> bool:
    """Whether the first word of a title is the beginning of `heading` and not all of it."""
    word = bare(_first_word(token))
    return 0 < len(word) < len(bare(heading)) and bare(heading).startswith(word)


def _pieces(tokens: Sequence[Token], place: int, heading: str) -> dict[int, int]:
    """How many characters of which tokens are pieces of the heading that begins at `place`; none if they are not all there.

    Pieces that follow each other directly are a split title, which the alignment knows.
    """
    rest, found = bare(heading), {}
    for index in range(place, min(place + _REACH, len(tokens))):
        token = tokens[index]
        word = bare(_first_word(token)) if token.kind is Kind.TITLE else ""
        if word and rest.startswith(word) and (index == place or ordinal(token.text) is None):
            found[index] = len(_first_word(token))
            rest = rest[len(word) :]
        if not rest:
            return found if index - place >= len(found) else {}
    return {}


def _first_word(token: Token) -> str:
    match = _FIRST_WORD.match(token.text)
    return match.group() if match else ""


def _after(token: Token, characters: int) -> Token:
    return token._replace(start=token.start + characters, text=token.text[characters:]) if characters else token
