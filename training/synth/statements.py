"""What a mark of the narrative says: its value and basis, carried in the mark's key until the page is whole."""

from __future__ import annotations

from dataclasses import dataclass

from gongkai.inference.results import Basis
from gongkai.model.labels import split_class
from gongkai.training.synth.marked import Mark, MarkedText
from gongkai.training.synth.numerals import Number, whole

_PREFIX = "="


@dataclass(frozen=True, slots=True)
class Statement:
    """Characters `start` to `end` of a page state `value` for the figure `label`."""

    label: str
    value: Number
    basis: Basis
    start: int
    end: int


def statement_key(value: Number, basis: Basis) -> str:
    """The key of a mark that states `value`: `=5 printed`. No cell key begins with `=`."""
    return f"{_PREFIX}{value} {basis}"


def stated(key: str | None) -> tuple[Number, Basis] | None:
    """Value and basis of a key made by `statement_key`, or None for a cell key or no key."""
    if key is None or not key.startswith(_PREFIX):
        return None
    value, _, basis = key.removeprefix(_PREFIX).partition(" ")
    return whole(float(value)), Basis(basis)


def statements(text: MarkedText) -> tuple[Statement, ...]:
    """Every figure that the marks state, one per label of a joint class."""
    found = []
    for mark in text.marks:
        said = stated(mark.key)
        if said:
            found += [Statement(label, said[0], said[1], mark.start, mark.end) for label in split_class(mark.label)]
    return tuple(found)


def without_statements(text: MarkedText) -> MarkedText:
    """The same text and marks, with keys on cells only."""
    return MarkedText(text.text, tuple(Mark(m.start, m.end, m.label, None if stated(m.key) else m.key) for m in text.marks))
