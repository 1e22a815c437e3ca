"""A labelled page as the titles and cells that its tables are made of."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from enum import Enum
from itertools import pairwise
from typing import NamedTuple

from gongkai.inference.numbers import is_placeholder, read_cell, says_unchanged
from gongkai.model.labels import label_set
from gongkai.model.types import LabelledPage, Span

TITLE_LABELS = frozenset({"section", "block", "row", "column"})
_CELL_LABELS = frozenset({"value", "blank"})
_STRUCTURE = TITLE_LABELS | _CELL_LABELS
_TITLES = TITLE_LABELS - {"section"}  # those whose cell ends where they do
_RULE = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)+\|?\s*")
_Free = Callable[[int, int], bool]  # whether no label stands on these characters
_BETWEEN_CELLS = frozenset(("|", " ", "\t", "\n", ""))  # nothing stands before the page and after it
_LONGEST_NUMBER = 20
_LONGEST_RULE = 2000  # characters; the line is looked at once for every span that stands on it
# What no cell says: words without a number, unless they refer elsewhere.
_PIECE_OF_TITLE = re.compile(r"(?=.*[一-鿿])(?!.*(?:附件|详见|见表|同上|不适用|未统计|若干))[^\d〇零一二两三四五六七八九十百千万亿]+")
# Guidance behind a title may be long; a sentence is none.
_REST_OF_TITLE = re.compile(r"[\u4e00-\u9fff(（][^|\n\t。]{0,160}(?=[|\n\t]|$)")
_FIRST_CELL = re.compile(r"[^|\n。]{0,200}\|")
_WORD, _DIGIT = re.compile(r"[\u4e00-\u9fff]"), re.compile(r"\d")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_COUNTED = re.compile(r"[零〇两]")  # no title consists of it
_NUMERIC_CHUNK = re.compile(r"(?<![^\s|])[+-]?\d[\d,.]*(?![^\s|])")


class Kind(Enum):
    """What a token is in a table."""

    TITLE = "title"
    VALUE = "value"
    BLANK = "blank"


class Token(NamedTuple):
    """Characters `start` to `end` of the page as one piece of a table.

    `label` is the model's label, `score` its probability; a token that the model left unlabelled but whose whole cell is a
    number has score `UNLABELLED`. A value whose text is no number is kept, since it still takes up a cell.
    """

    kind: Kind
    start: int
    end: int
    text: str
    label: str
    score: float


UNLABELLED = 0.5


def tokens_of(page: LabelledPage) -> tuple[Token, ...]:
    """The structural spans of the page as tokens, in order, without the rules of markdown tables (`|---|---|`)."""
    text = page.page.text
    return tuple(
        [
            _token(text[start:end], span, start, end)
            for span, start, end in _whole_spans(page)
            if span.label in _STRUCTURE and not _is_rule(text, start, end)
        ]
    )


def _whole_spans(page: LabelledPage) -> Iterator[tuple[Span, int, int]]:
    """The spans of the page with their places: those of titles and numbers that were labelled only in part as far as their cell goes."""
    text, end, spans = page.page.text, 0, _with_whole_thousands(page)
    limits = [*(span.start for span in spans[1:]), len(text)]
    for span, limit in zip(spans, limits, strict=False):
        start, end = _whole(text, span, end, limit)
        yield span, start, end


def _with_whole_thousands(page: LabelledPage) -> tuple[Span, ...]:
    """The spans of the page, values that touch as one where they are one number with commas in a cell between bars."""
    if not any(a.end == b.start and a.label == b.label == "value" for a, b in pairwise(page.spans)):
        return page.spans
    runs: list[list[Span]] = []
    for span in page.spans:
        last = runs[-1][-1] if runs else None
        if last and last.label == span.label == "value" and last.end == span.start:
            runs[-1].append(span)
        else:
            runs.append([span])
    return tuple(span for run in runs for span in _as_one(page.page.text, run))


def _as_one(text: str, run: list[Span]) -> list[Span]:
    if len(run) > 1 and _in_thousands(text, run[0].start, run[-1].end):
        return [replace(run[0], end=run[-1].end, score=min(span.score for span in run))]
    return run


def _in_thousands(text: str, start: int, end: int) -> bool:
    """Whether the characters are one number with commas that fills a cell between bars."""
    line = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    bars = text[line[0] : line[1] if line[1] >= 0 else len(text)].count("|")
    return bars > 0 and _THOUSANDS.fullmatch(text, start, end) is not None and _fills_cell(text, start, end)


def _whole(text: str, span: Span, first: int, limit: int) -> tuple[int, int]:
    """The place of `span` or more of its cell, within characters `first` to `limit`, which no other span has."""
    if span.label in _TITLES:
        rest = _REST_OF_TITLE.match(text, span.end)
        return span.start, len(text[: rest.end()].rstrip()) if rest and rest.end() <= limit else span.end
    if span.label == "value" and text[span.start : span.end].isdigit() and not _fills_chunk(text, span):
        for number in _NUMERIC_CHUNK.finditer(text, max(first, span.start - _LONGEST_NUMBER), min(limit, span.end + _LONGEST_NUMBER)):
            if number.start() <= span.start and span.end <= number.end():
                return number.span()
    return span.start, span.end


def _fills_chunk(text: str, span: Span) -> bool:
    """Whether the characters next to a span are what stands between cells."""
    return text[max(span.start - 1, 0) : span.start] in _BETWEEN_CELLS and text[span.end : span.end + 1] in _BETWEEN_CELLS


def _is_rule(text: str, start: int, end: int) -> bool:
    """Whether characters stand on a line of nothing but bars and dashes."""
    if text[start] not in "-:":
        return False
    start, end = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    line = text[start : end if end >= 0 else len(text)]
    return len(line) <= _LONGEST_RULE and _RULE.fullmatch(line) is not None


def cells_overlooked(page: LabelledPage, ranges: Sequence[tuple[int, int]]) -> tuple[Token, ...]:
    """Cells inside the table areas `ranges` that the model gave no label, or a figure's: the whole cell is a number, or a stroke that
    is a blank elsewhere on the page, or it is the first of a row of cells between bars and says what their numbers are.
    """
    text = page.page.text
    taken = [span for span in page.spans if span.label in label_set().structure]
    starts, ends = {span.start for span in taken}, [span.end for span in taken]

    def free(start: int, end: int) -> bool:
        if start in starts:  # most cells
            return False
        after = bisect_right(ends, start)  # spans are in order and do not overlap
        return after == len(taken) or taken[after].start >= end

    found = [
        *((Kind.VALUE, "value", *place) for first, last in ranges for place in _numeric_chunks(text, first, last, free)),
        *((Kind.TITLE, "row", *place) for first, last in ranges for place in _first_cells(text, first, last, free)),
        *((Kind.BLANK, "blank", *place) for place in _strokes(page, ranges) if free(*place)),
    ]
    return tuple(Token(kind, start, end, text[start:end], label, UNLABELLED) for kind, label, start, end in found)


def _strokes(page: LabelledPage, ranges: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Signs for nothing that stand alone in their cell and were labelled as blanks more often than left out on this page."""
    text = page.page.text
    said = Counter(page.text_of(span) for span in page.spans if span.label == "blank")
    labelled = {span.start for span in page.spans}
    for sign, count in said.items():
        if not is_placeholder(sign):
            continue
        alone = re.compile(rf"(?<![^\n|\t])[ \u3000]*({re.escape(sign)})[ \u3000]*(?![^\n|\t])")
        places = [match.span(1) for first, last in ranges for match in alone.finditer(text, first, last)]
        places = [place for place in places if place[0] not in labelled and not _is_rule(text, *place)]
        yield from places if len(places) < count else ()


def _first_cells(text: str, first: int, last: int, free: _Free) -> Iterator[tuple[int, int]]:
    """The first cell of every line of cells between bars in which words stand first and numbers later, where it is free."""
    stop = first - 1
    for line in text[first:last].split("\n"):
        start, stop = stop + 1, stop + 1 + len(line)
        if "|" not in line:
            continue
        begin = start + len(line) - len(line.lstrip(" \t|"))
        cell = _FIRST_CELL.match(text, begin, stop)
        end = begin + len(cell.group().rstrip(" \t|")) if cell else begin
        if cell and free(begin, end) and _WORD.search(text, begin, end) and _DIGIT.search(text, cell.end(), stop):
            yield begin, end


def _numeric_chunks(text: str, first: int, last: int, free: _Free) -> Iterator[tuple[int, int]]:
    """Numbers that are free and the whole of a cell."""
    for match in _NUMERIC_CHUNK.finditer(text, first, last):
        if free(*match.span()) and read_cell(match.group(), signed=True, decimal=True) is not None and _fills_cell(text, *match.span()):
            yield match.span()


def _fills_cell(text: str, start: int, end: int) -> bool:
    """Whether nothing else stands between the bars of a line that has any."""
    first, last = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    last = last if last >= 0 else len(text)
    left, right = text.rfind("|", first, start), text.find("|", end, last)
    if left < 0 and right < 0:
        return True
    return not text[max(left + 1, first) : start].strip() and not text[end : right if right >= 0 else last].strip()


def _token(text: str, span: Span, start: int, end: int) -> Token:
    if span.label not in _CELL_LABELS and not says_unchanged(text) and not _COUNTED.fullmatch(text):
        return Token(Kind.TITLE, start, end, text, span.label, span.score)
    if text.isdecimal():
        return Token(Kind.VALUE, start, end, text, "value", span.score)
    if is_placeholder(text):
        return Token(Kind.BLANK, start, end, text, span.label, span.score)
    if _PIECE_OF_TITLE.fullmatch(text) and read_cell(text, signed=True, decimal=True) is None:
        return Token(Kind.TITLE, start, end, text, "row", span.score)
    return Token(Kind.VALUE, start, end, text, "value", span.score)
