"""What the script of a page knows: every cell with its reasons and its places, the sums, and the figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gongkai.inference.aligned import AlignedText
from gongkai.inference.arithmetic import form_for_sums, sums_of
from gongkai.inference.report.review import words
from gongkai.inference.report.review.grid import Grid, Place
from gongkai.inference.report.review.review import Review
from gongkai.inference.report.words import plain
from gongkai.inference.results import Check, Offsets

_CONTEXT = 22
_MOST_QUOTES = 6
Data = dict[str, Any]


def page_data(review: Review, grids: Iterable[Grid]) -> Data:
    """Plain data, the same for the same review."""
    extraction = review.extraction
    places = [place for grid in grids for line in grid.lines for place in line.places]
    sides = {(sum_.rule, sum_.keys): sum_ for sum_ in sums_of(form_for_sums(extraction.form, {cell.key for cell in extraction.cells}))}
    return {
        "document": extraction.source,
        "sha256": review.digest,
        "words": {key: list(pair) for key, pair in words.all_words().items()},
        "cells": {place.key: _place(review, place) for place in places},
        "order": [place.key for place in places if place.key in review.doubts],
        "sums": [{"rule": words.rule(check.rule), "verdict": str(check.verdict), **_sides(check, sides)} for check in extraction.checks],
        "figures": [_figure(review, place) for place in range(len(review.beside))],
    }


def _place(review: Review, place: Place) -> Data:
    cell = place.cell
    about: Data = {"title": words.cell_titles()[place.key], "value": None, "status": "gap", "confidence": None, "quotes": [], "doubts": []}
    if cell is not None:
        spans = quotes(review.reading.document.flat, cell.spans)
        doubts = [str(doubt) for doubt in review.doubts.get(place.key, ())]
        about |= {
            "value": cell.value,
            "status": str(cell.status),
            "confidence": round(cell.confidence, 4),
            "quotes": spans,
            "doubts": doubts,
        }
    return about


def quotes(shown: AlignedText, places: Sequence[Offsets]) -> list[tuple[str, str, str]]:
    """For every place (in characters of the source) the words before it, its own and those after, each on one line."""
    own = [found for start, end in places[:_MOST_QUOTES] if start < end and (found := shown.own_span(start, end))]
    return [_quote(shown.text, start, end) for start, end in own]


def _quote(text: str, start: int, end: int) -> tuple[str, str, str]:
    before, inside, after = text[max(0, start - _CONTEXT) : start], text[start:end], text[end : end + _CONTEXT]
    return _line(before), _line(inside), _line(after)


def _line(text: str) -> str:
    return plain(" ".join(text.split("\n"))).replace("\t", " ")


def _sides(check: Check, sides: Mapping[tuple[str, tuple[str, ...]], Any]) -> Data:
    """The two sides of a sum as keys; a comparison with the narrative has its number on the right."""
    sum_ = sides.get((check.rule, check.keys))
    if sum_ is None:
        return {"left": list(check.keys), "right": [], "stated": check.right}
    return {"left": list(sum_.left), "right": list(sum_.right), "stated": None}


def _figure(review: Review, place: int) -> Data:
    one = review.beside[place]
    spans = quotes(review.reading.document.flat, [(one.figure.start, one.figure.end)])
    return {
        "label": words.label(one.figure.label),
        "keys": list(one.keys),
        "standing": str(one.standing),
        "value": one.figure.value,
        "quotes": spans,
    }
