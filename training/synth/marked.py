"""Text with labelled spans that survive editing: what every stage of the generator passes to the next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gongkai.inference.aligned import AlignedText, Edit
from gongkai.model.types import Span


@dataclass(frozen=True, slots=True)
class Mark:
    """Characters `start` to `end` (half-open) carry `label`; `key` is the cell that a value or blank stands in, if any.

    Where nothing separates the cells of a row, one mark has the keys of all of them, joined by `+`.
    """

    start: int
    end: int
    label: str
    key: str | None = None


@dataclass(frozen=True, slots=True)
class MarkedText:
    """`text` with sorted, disjoint `marks`."""

    text: str
    marks: tuple[Mark, ...] = ()

    @classmethod
    def of(cls, text: str, label: str | None = None, key: str | None = None) -> MarkedText:
        """All of `text` under one label, or plain text without one."""
        return cls(text, (Mark(0, len(text), label, key),) if label and text else ())

    @classmethod
    def join(cls, parts: Iterable[MarkedText | str]) -> MarkedText:
        """The parts one after another."""
        texts: list[str] = []
        marks: list[Mark] = []
        position = 0
        for part in parts:
            marked = part if isinstance(part, MarkedText) else cls(part)
            marks += (Mark(m.start + position, m.end + position, m.label, m.key) for m in marked.marks)
            texts.append(marked.text)
            position += len(marked.text)
        return cls("".join(texts), tuple(marks))

    def edit(self, edits: Iterable[Edit]) -> MarkedText:
        """Replace characters start..end by a string, for every (start, end, string): sorted, disjoint, not empty.

        A mark keeps what is left of it; a mark of which nothing is left is gone. What is inserted before a character
        (`(i, i + 1, new + text[i])`) becomes part of the mark of that character only if the edit lies wholly inside it.
        """
        edited = AlignedText.identity(self.text).edit(edits)
        marks = []
        for mark in self.marks:
            span = edited.own_span(mark.start, mark.end)
            if span is not None:
                marks.append(Mark(*span, mark.label, mark.key))
        return MarkedText(edited.text, _disjoint(marks))

    def keys(self) -> set[str]:
        """The cells of which something stands in the text."""
        return {key for mark in self.marks if mark.key for key in mark.key.split("+")}

    def spans(self) -> tuple[Span, ...]:
        """The marks as spans."""
        return tuple(Span(m.start, m.end, m.label) for m in self.marks)


def _disjoint(marks: list[Mark]) -> tuple[Mark, ...]:
    """The marks with overlaps (from an edit across a border) given to the first of the two."""
    kept: list[Mark] = []
    for mark in marks:
        start = max(mark.start, kept[-1].end) if kept else mark.start
        if start < mark.end:
            kept.append(Mark(start, mark.end, mark.label, mark.key))
    return tuple(kept)
