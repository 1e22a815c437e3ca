"""Which printed title is which statutory one: an ordered, fuzzy alignment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from gongkai.inference.assemble.titles import bare, ordinal, similarities
from gongkai.inference.assemble.tokens import Kind, Token

_MOST_PIECES = 4
_ITEM_LISTS = 16
_FAMILIAR = 0.62
_MERGE = 0.03
_OVER_VALUES = 0.04
_SKIP_TITLE = 0.02
_SKIP_ITEM = 0.002
_WRONG_LABEL = 0.12
_NO_NUMBER = 0.25
_OTHER_NUMBER = 0.12
_PASS = -1  # an item that no title is; other steps count the titles that are one item, 0 being a title that is none


@dataclass(frozen=True, slots=True)
class Item:
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
        end = max((title.end for title in self.titles if title.end <= first), default=first)
        object.__setattr__(self, "end_of_title", end)


def is_row(line: Line) -> bool:
    """Whether the title of a line is a row of the form."""
    return line.item is not None and line.item.role == "row"


def align(tokens: Sequence[Token], items: Sequence[Item], end: int) -> tuple[Line, ...]:
    """The tokens of one table as lines, in order. `end` is where the table ends in the page.

    Titles are matched to `items` in order, a title split into up to four pieces as one; what fits nothing is a line without
    item. Cells before the first title make a line without titles.
    """
    titles = [token for token in tokens if token.kind is Kind.TITLE]
    matches = _best_path(_Gains.of(titles, tokens, items)) if titles else []
    return _lines(
        tokens, titles, [(first, last, items[item] if item is not None else None, score) for first, last, item, score in matches], end
    )


@dataclass(frozen=True, slots=True)
class _Gains:
    """`scores[k][i, j]`: what matching titles i..i+k to item j gains; `likeness` the same before prices."""

    count: int
    scores: tuple[NDArray[np.float64], ...]
    likeness: tuple[NDArray[np.float64], ...]

    @classmethod
    def of(cls, titles: Sequence[Token], tokens: Sequence[Token], items: Sequence[Item]) -> _Gains:
        sought, cells = _sought(tuple(items)), _cells_before(tokens)
        prices = _prices(titles, sought)
        scores, likeness = [], []
        for pieces in range(1, min(_MOST_PIECES, len(titles)) + 1):
            texts = ["".join(token.text for token in titles[i : i + pieces]) for i in range(len(titles) - pieces + 1)]
            alike, gain = _alike_and_gain(texts, sought)
            crossed = cells[pieces - 1 :] - cells[: len(texts)]
            price = _MERGE * (pieces - 1) + _OVER_VALUES * (crossed > 0)
            likeness.append(alike)
            scores.append(gain - price[:, None] - prices[: len(texts)])
        return cls(len(titles), tuple(scores), tuple(likeness))

    def by_last_title(self) -> NDArray[np.float64]:
        """`[i, k - 1, j]`: what matching the last k of the first i titles to item j gains, -inf where there are not so many."""
        by_last = np.full((self.count + 1, _MOST_PIECES, self.scores[0].shape[1]), -np.inf)
        for pieces, scores in enumerate(self.scores, 1):
            by_last[pieces:, pieces - 1] = scores
        return by_last


@dataclass(frozen=True, slots=True)
class _Sought:
    """What is the same for all pages that look for the same items: their wordings side by side with the bare length of each, the
    place of each item's first, and each item's role, number (0: none) and whether its title is too short to go without that.
    """

    words: tuple[str, ...]
    lengths: NDArray[np.intp]
    first: NDArray[np.intp]
    roles: NDArray[np.str_]
    numbers: NDArray[np.intp]
    short: NDArray[np.bool_]


@lru_cache(_ITEM_LISTS)
def _sought(items: tuple[Item, ...]) -> _Sought:
    words = tuple(word for item in items for word in item.wordings)
    return _Sought(
        words,
        np.array([len(bare(word)) for word in words]),
        np.cumsum([0, *(len(item.wordings) for item in items[:-1])]),
        np.array(["row" if item.role == "heading" else item.role for item in items]),
        np.array([ordinal(item.wordings[0]) or 0 for item in items]),
        np.array([len(bare(item.wordings[0])) <= 2 for item in items]),
    )


def _alike_and_gain(texts: Sequence[str], sought: _Sought) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How alike each text is to each item, and what matching them gains, both of shape (texts, items).

    A text gains by the share of the wording that it covers, so that the pieces of a title gain most together.
    """
    alike = similarities(texts, sought.words)
    lengths = np.array([len(bare(text)) for text in texts], dtype=np.intp)
    covered = np.minimum(1.0, lengths[:, None] / np.maximum(sought.lengths, 1)[None, :])
    gain = np.where(alike >= _FAMILIAR, (alike - _FAMILIAR + 0.1) * covered, -1.0)
    return _by_item(alike, sought.first), _by_item(gain, sought.first)


def _by_item(scores: NDArray[np.float64], first: NDArray[np.intp]) -> NDArray[np.float64]:
    """The best of each item's wordings, which stand side by side from column `first` on."""
    return np.maximum.reduceat(scores, first, axis=1)


def _cells_before(tokens: Sequence[Token]) -> NDArray[np.intp]:
    """How many cells stand before each title."""
    places = np.array([index for index, token in enumerate(tokens) if token.kind is Kind.TITLE], dtype=np.intp)
    return places - np.arange(len(places))


def _prices(titles: Sequence[Token], sought: _Sought) -> NDArray[np.float64]:
    """The price of a title whose label or missing number speaks against an item, of shape (titles, items)."""
    labels = np.array([title.label for title in titles])[:, None]
    numbers = np.array([ordinal(title.text) or 0 for title in titles])[:, None]
    wanted = sought.numbers
    misnumbered = (numbers > 0) & (wanted > 0) & (numbers != wanted)
    unnumbered = (numbers == 0) & (wanted > 0) & sought.short
    prices: NDArray[np.float64] = _WRONG_LABEL * (labels != sought.roles) + _NO_NUMBER * unnumbered + _OTHER_NUMBER * misnumbered
    return prices


def _best_path(gains: _Gains) -> list[tuple[int, int, int | None, float]]:
    """(first title, last title + 1, item or None, likeness) for every title, by dynamic programming over both orders.

    `best[i, j]` is what the first i titles and j items gain at most. Within a row, passing over items is a running maximum.
    """
    n, m = gains.count, gains.scores[0].shape[1]
    passed = _SKIP_ITEM * np.arange(m + 1)
    matched = gains.by_last_title()
    before = np.full((_MOST_PIECES - 1, m + 1), -np.inf)  # fewer titles than none, so that every title has as many before it
    best = np.concatenate((before, np.zeros((n + 1, m + 1))))
    step = np.zeros((n + 1, m + 1), dtype=np.intp)
    best[len(before)], step[0] = -passed, _PASS
    ways = np.full((1 + _MOST_PIECES, m + 1), -np.inf)
    for i in range(1, n + 1):
        here = i + len(before)
        ways[0] = best[here - 1] - _SKIP_TITLE
        ways[1:, 1:] = best[here - _MOST_PIECES : here, :-1][::-1] + matched[i]
        step[i] = ways.argmax(axis=0)
        reached = ways.max(axis=0) + passed
        running = np.maximum.accumulate(reached)
        step[i, running > reached] = _PASS
        best[here] = running - passed
    return _walk_back(gains, step)


def _walk_back(gains: _Gains, step: NDArray[np.intp]) -> list[tuple[int, int, int | None, float]]:
    found: list[tuple[int, int, int | None, float]] = []
    i, j = step.shape[0] - 1, step.shape[1] - 1
    while i or j:
        pieces = int(step[i, j])
        if pieces == _PASS:
            j -= 1
        elif pieces == 0:
            found.append((i - 1, i, None, 0.0))
            i -= 1
        else:
            found.append((i - pieces, i, j - 1, float(gains.likeness[pieces - 1][i - pieces, j - 1])))
            i, j = i - pieces, j - 1
    return found[::-1]


def _lines(
    tokens: Sequence[Token], titles: Sequence[Token], matches: Sequence[tuple[int, int, Item | None, float]], end: int
) -> tuple[Line, ...]:
    place = {id(token): index for index, token in enumerate(tokens)}
    starts = [place[id(titles[first])] for first, *_ in matches]
    lines: list[Line] = []
    begins, stops = [0, *starts], [*starts, len(tokens)]
    for (_, _, item, likeness), begin, stop in zip([(0, 0, None, 0.0), *matches], begins, stops, strict=True):
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
    titles = tuple(token for token in tokens if token.kind is Kind.TITLE)
    cells = tuple(token for token in tokens if token.kind is not Kind.TITLE)
    return Line(item, titles, cells, likeness, until, last)
