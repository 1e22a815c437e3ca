"""A19: whole lines that one crawler drops."""

from __future__ import annotations

from dataclasses import replace

from gongkai.training.synth.marked import MarkedText


def drop_repeated_lines(marked: MarkedText, seen: set[str] | None = None) -> MarkedText:
    """A19: every distinct line once, as one crawler keeps them; `seen` (which grows) carries lines over from earlier text."""
    seen = set() if seen is None else seen
    edits = []
    position = 0
    for line in marked.text.splitlines(keepends=True):
        words = line.strip()
        if words in seen or not words:
            edits.append((position, position + len(line), ""))
        seen.add(words)
        position += len(line)
    return with_stripped_marks(marked.edit(edits)) if edits else marked


def with_stripped_marks(marked: MarkedText) -> MarkedText:
    """The text with marks that neither begin nor end in whitespace; a mark of nothing else is gone."""
    marks = []
    for mark in marked.marks:
        words = marked.text[mark.start : mark.end]
        if words.strip():
            start = mark.start + len(words) - len(words.lstrip())
            marks.append(replace(mark, start=start, end=start + len(words.strip())))
    return MarkedText(marked.text, tuple(marks))
