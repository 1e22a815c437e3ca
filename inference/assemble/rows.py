"""Which printed title is which statutory one: an ordered, fuzzy alignment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gongkai.inference.assemble.titles import bare, likeness_to, ordinal
from gongkai.inference.assemble.tokens import Kind, Token

_MOST_PIECES = 4
_ITEM_LISTS, _REMEMBERED = 16, 2048
_FAMILIAR = 0.62
_MERGE = 0.03
_OVER_VALUES = 0.04
_SKIP_TITLE = 0.02
_SKIP_ITEM = 0.002
_WRONG_LABEL = 0.12
_NO_NUMBER = 0.25
_OTHER_NUMBER = 0.12
_SHORT = 2  # characters: a title of no more is nothing without its number
_PASS = -1  # an item that no title is; other steps count the titles that are one item, 0 being a title that is none


class Item(NamedTuple):
    """A statutory title: `role` is row, heading, column or block; `key` names it (a heading's key is its wording).

    A title that spans the columns of other titles may leave as many empty cells as `spans` says.
    """

    role: str
    key: str
    wordings: tuple[str, ...]
    spans: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """A title of the page with the cells that follow it.

    `item` is what the title is, or None for a title that the form does not have. `titles` are the pieces it was printed in;
    `likeness` in 0..1 says how sure that is. `until` is where the next line begins, or the table ends if it is the `last`.
    """

    item: Item | None
    titles: tuple[Token, ...]
    cells: tuple[Token, ...]
    likeness: float
    until: int
    last: bool = False
    end_of_title: int = field(init=False, repr=False, compare=False)
    """Where the last piece of the title before the first cell ends."""

    def __post_init__(self) -> None:
        first = self.cells[0].start if self.cells else self.until
        end = max([title.end for title in self.titles if title.end <= first], default=first)
        object.__setattr__(self, "end_of_title", end)


def is_row(line: Line) -> bool:
    """Whether the title of a line is a row of the form."""
    return line.item is not None and line.item.role == "row"


def align(tokens: Sequence[Token], items: Sequence[Item], end: int) -> tuple[Line, ...]:
    """The tokens of one table as lines, in order. `end` is where the table ends in the page.

    Titles are matched to `items` in order, a title split into up to four pieces as one; what fits nothing is a line without
    item. Cells before the first title make a line without titles.
    """
    places = [place for place, token in enumerate(tokens) if token.kind is Kind.TITLE]
    matches = _best_path(_Gains.of(tokens, places, items)) if places else []
    return _lines(tokens, [(places[first], items[item] if item is not None else None, score) for first, item, score in matches], end)


@dataclass(frozen=True, slots=True)
class _Gains:
    """`scores[i, k, j + 1]`: what matching the last k of the first i titles to item j gains, -inf where there are not so many.

    `likeness[k - 1][i, j]`: how alike the titles i..i+k together are to item j.
    """

    scores: NDArray[np.float64]
    likeness: list[NDArray[np.float64]]

    @classmethod
    def of(cls, tokens: Sequence[Token], places: Sequence[int], items: Sequence[Item]) -> _Gains:
        """Those of the titles that stand at `places` among the tokens."""
        titles, cells = [tokens[place] for place in places], np.array(places) - np.arange(len(places))  # so many cells before each
        sought = _sought(tuple(items))
        prices = np.array([sought.price(title.label, ordinal(title.text) or 0) for title in titles])
        scores = np.full((len(titles) + 1, 1 + _MOST_PIECES, 1 + len(items)), -np.inf)
        likeness: list[NDArray[np.float64]] = []
        texts = [""] * (len(titles) + 1)
        for pieces in range(1, min(_MOST_PIECES, len(titles)) + 1):
            texts = [text + title.text for text, title in zip(texts, titles[pieces - 1 :], strict=False)]
            alike, gain = np.concatenate([sought.match(bare(text)) for text in texts]).reshape(len(texts), 2, -1).swapaxes(0, 1)
            crossed = cells[pieces - 1 :] - cells[: len(texts)]
            price = _MERGE * (pieces - 1) + _OVER_VALUES * (crossed > 0)
            scores[pieces:, pieces, 1:] = gain - price[:, None] - prices[: len(texts)]
            likeness.append(alike)
        return cls(scores, likeness)


@dataclass(frozen=True, slots=True)
class _Sought:
    """What titles are to the same items, remembered for the pages that follow: the same few hundred stand on most.

    `match` says of the words of a title how alike it is to each item and what matching them gains (shape: 2 x items); `price` what it
    costs each item that the title has this label and this number (0: none).
    """

    match: Callable[[str], NDArray[np.float64]]
    price: Callable[[str, int], NDArray[np.float64]]


@lru_cache(_ITEM_LISTS)
def _sought(items: tuple[Item, ...]) -> _Sought:
    return _Sought(lru_cache(_REMEMBERED)(_match(items)), lru_cache(_REMEMBERED)(_price(items)))


def _match(items: Sequence[Item]) -> Callable[[str], NDArray[np.float64]]:
    """A title gains by the share of the wording that it covers, so that the pieces of a title gain most together."""
    words = tuple(word for item in items for word in item.wordings)
    first = np.cumsum([0, *(len(item.wordings) for item in items[:-1])])
    lengths = np.array([max(len(bare(word)), 1) for word in words])
    likeness = likeness_to(words)

    def match(title: str) -> NDArray[np.float64]:
        alike = likeness(title)
        covered = np.minimum(1.0, len(title) / lengths)
        gain = np.where(alike >= _FAMILIAR, (alike - _FAMILIAR + 0.1) * covered, -1.0)
        best: NDArray[np.float64] = np.maximum.reduceat((alike, gain), first, axis=1)  # of each item's wordings
        return best

    return match


def _price(items: Sequence[Item]) -> Callable[[str, int], NDArray[np.float64]]:
    """The price of a title whose label or missing number speaks against an item."""
    roles = np.array(["row" if item.role == "heading" else item.role for item in items])
    wanted = np.array([ordinal(item.wordings[0]) or 0 for item in items])
    short = np.array([len(bare(item.wordings[0])) <= _SHORT for item in items])

    def price(label: str, number: int) -> NDArray[np.float64]:
        misnumbered = (number > 0) & (wanted > 0) & (number != wanted)
        unnumbered = (number == 0) & (wanted > 0) & short
        prices: NDArray[np.float64] = _WRONG_LABEL * (label != roles) + _NO_NUMBER * unnumbered + _OTHER_NUMBER * misnumbered
        return prices

    return price


def _best_path(gains: _Gains) -> list[tuple[int, int | None, float]]:
    """(first piece of a title, item or None, likeness) for every title, by dynamic programming over both orders.

    `best[i, j]` is what the first i titles and j items gain at most, and `ways[i, k, j]` what they do if the last k titles are one item,
    or the last title is none (k = 0). Within a row, passing over items is a running maximum.
    """
    ways = gains.scores.copy()
    n, m = ways.shape[0] - 1, ways.shape[2] - 1
    passed = _SKIP_ITEM * np.arange(m + 1)
    before = np.full((_MOST_PIECES - 1, m + 1), -np.inf)  # fewer titles than none, so that every title has as many before it
    best = np.concatenate((before, np.zeros((n + 1, m + 1))))
    best[len(before)] = -passed
    reached = np.zeros((n + 1, m + 1))
    running = np.zeros((n + 1, m + 1))
    rows = zip(ways[1:], ways[1:, 1:, 1:], reached[1:], running[1:], best[_MOST_PIECES:], strict=True)
    for i, (way, matched, total, highest, own) in enumerate(rows):
        earlier = best[i : i + _MOST_PIECES]
        np.subtract(earlier[-1], _SKIP_TITLE, out=way[0])
        np.add(matched, earlier[::-1, :-1], out=matched)
        np.add(np.maximum.reduce(way), passed, out=total)
        np.maximum.accumulate(total, out=highest)
        np.subtract(highest, passed, out=own)
    step = np.where(running > reached, _PASS, ways.argmax(axis=1))
    step[0] = _PASS
    return _walk_back(gains, step)


def _walk_back(gains: _Gains, step: NDArray[np.intp]) -> list[tuple[int, int | None, float]]:
    found: list[tuple[int, int | None, float]] = []
    i, j = step.shape[0] - 1, step.shape[1] - 1
    while i or j:
        pieces = int(step[i, j])
        if pieces == _PASS:
            j -= 1
        elif pieces == 0:
            i -= 1
            found.append((i, None, 0.0))
        else:
            i, j = i - pieces, j - 1
            found.append((i, j, float(gains.likeness[pieces - 1][i, j])))
    return found[::-1]


def _lines(tokens: Sequence[Token], matches: Sequence[tuple[int, Item | None, float]], end: int) -> tuple[Line, ...]:
    """The tokens cut into lines, given where each title begins, what it is, and how sure that is."""
    lines: list[Line] = []
    for (begin, item, likeness), (stop, *_) in pairwise([(0, None, 0.0), *matches, (len(tokens), None, 0.0)]):
        if begin < stop:
            until = tokens[stop].start if stop < len(tokens) else end
            lines.append(_line(tokens[begin:stop], item, likeness, until, stop == len(tokens)))
    return _continued(lines)


def _continued(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines with the rest of a title that was wrapped round its cells joined to its beginning.

    Such a rest fits no statutory title, and stands in a bracket that the title before it left open, or is one.
    """
    joined: list[Line] = []
    for line in lines:
        before = joined[-1] if joined else None
        if before is not None and is_row(before) and line.item is None and _runs_on(before, line):
            joined[-1] = replace(
                before, titles=(*before.titles, *line.titles), cells=(*before.cells, *line.cells), until=line.until, last=line.last
            )
        else:
            joined.append(line)
    return tuple(joined)


def _runs_on(before: Line, line: Line) -> bool:
    if before.cells and line.cells:
        return False
    title = "".join(token.text for token in before.titles)
    rest = line.titles[0].text if line.titles else ""
    return title.count("(") > title.count(")") or rest.startswith("(")


def _line(tokens: Sequence[Token], item: Item | None, likeness: float, until: int, last: bool) -> Line:
    titles: list[Token] = []
    cells: list[Token] = []
    for token in tokens:
        (titles if token.kind is Kind.TITLE else cells).append(token)
    return Line(item, tuple(titles), tuple(cells), likeness, until, last)
