"""A table that is printed twice without a section title between the copies: where the second begins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate, islice

from gongkai.inference.assemble.titles import similarities
from gongkai.inference.assemble.tokens import Kind, Token

_OPENING: Mapping[str, str] = {
    "proactive": "规章",
    "requests": "一、本年新收政府信息公开申请数量",
    "review_litigation": "行政复议",
}
"""A title that every copy of a table has once, at its beginning."""

_SAME = 0.9
_CELLS = 4
_REMEMBERED = 4096


def copies_of(table: str, tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """The tokens of each copy of `table` in order, given those of all of them.

    A copy begins with the column titles before its opening title; what stands between them and the last cell before belongs to
    the copy before.
    """
    openings = list(_openings(table, tokens))
    n_values = [0, *accumulate(token.kind is Kind.VALUE for token in tokens)] if openings else []
    begin = 0
    for place in openings:
        start = _first_of_header(tokens, place)
        if n_values[start] - n_values[begin] >= _CELLS:
            yield list(tokens[begin:start])
            begin = start
    yield list(tokens[begin:])


def _openings(table: str, tokens: Sequence[Token]) -> Iterator[int]:
    """Where the opening title stands, whole and for the second time or later."""
    if table not in _OPENING:
        return
    found = (place for place, token in enumerate(tokens) if token.kind is Kind.TITLE and _opens(table, token.text))
    yield from islice(found, 1, None)


@lru_cache(_REMEMBERED)
def _opens(table: str, title: str) -> bool:
    return float(similarities([title], (_OPENING[table],)).max()) >= _SAME


def _first_of_header(tokens: Sequence[Token], place: int) -> int:
    """The first of the section, block and column titles in front of the title at `place`."""
    while place > 0 and tokens[place - 1].kind is Kind.TITLE and tokens[place - 1].label != "row":
        place -= 1
    return place
