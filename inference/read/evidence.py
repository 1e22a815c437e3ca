"""Is a text HTML, or plain text with tags left over in it? In the one its tags lay it out, in the other its newlines do."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from gongkai.inference.read.markup import Tag, Text, tokenise
from gongkai.inference.read.outline import BLOCKS

SAMPLE = 1_000_000
"""Characters that are looked at."""

_STRUCTURE = BLOCKS | {"table", "td", "th", "tr"}
_CELLS = frozenset({"td", "th"})
_STARTS = re.compile(r"\ufeff?\s*(?:<\?xml[^>]*>\s*|<!--.{0,2000}?-->\s*)*(?:<!doctype\s+html|<html[\s>])", re.IGNORECASE | re.DOTALL)
_ENDED_BY_NEXT = frozenset({"p", "li", "td", "th", "tr", "dt", "dd", "option"})
_LINES_PER_MARK = 3
_FEW_BREAKS = 3


@dataclass(frozen=True, slots=True)
class MarkupEvidence:
    """What speaks for HTML.

    `document`: it begins as an HTML document does; `inside`, `outside`: characters (without white space) in and out of closed
    structural elements; `marks`: structural elements with text of their own; `breaks`: `<br>` tags; `soft_lines`: lines that
    only newlines separate.
    """

    document: bool
    inside: int
    outside: int
    marks: int
    breaks: int
    soft_lines: int

    def is_html(self) -> bool:
        """Whether tags lay out the text."""
        mostly_inside = self.inside > 0 and self.inside >= self.outside
        if self.document:
            return mostly_inside or self.inside + self.outside == 0
        by_tags = _LINES_PER_MARK * (self.marks + self.breaks) >= self.soft_lines
        return by_tags and ((mostly_inside and self.marks > 0) or self.breaks >= _FEW_BREAKS)


def looks_like_html(text: str) -> bool:
    """True for an HTML document or fragment whose tags lay out its text; false for plain text with stray tags between its lines."""
    return "<" in text and markup_evidence(text).is_html()


def markup_evidence(text: str) -> MarkupEvidence:
    """Weigh the tags of the first `SAMPLE` characters of `text`."""
    document = _STARTS.match(text) is not None
    counter = _Counter(document)
    counter.read(tokenise(text[:SAMPLE]), text)
    return counter.evidence()


class _Counter:
    """Keeps, for every open structural element, the characters of text in it that no closed element holds yet."""

    def __init__(self, document: bool) -> None:
        self.document = document
        self.inside = self.marks = self.breaks = self.soft_lines = 0
        self.names: list[str] = []
        self.pending: list[int] = [0]
        self.open_count: dict[str, int] = {}

    def read(self, tokens: Iterable[Text | Tag], text: str) -> None:
        for token in tokens:
            if isinstance(token, Text):
                lines = [size for line in text[token.start : token.end].splitlines() if (size := len("".join(line.split())))]
                self.pending[-1] += sum(lines)
                self.soft_lines += max(0, len(lines) - 1)
            elif token.name == "br":
                self.breaks += 1
            elif token.name in _STRUCTURE:
                self._tag(token)

    def evidence(self) -> MarkupEvidence:
        """What was counted. An element of a document may lack its end (the page was cut off); one of a fragment may not."""
        outside = self.pending[0]
        for pending in self.pending[1:]:
            if self.document:
                self.inside += pending
            else:
                outside += pending
        return MarkupEvidence(self.document, self.inside, outside, self.marks, self.breaks, self.soft_lines)

    def _tag(self, tag: Tag) -> None:
        if tag.closing:
            if self.open_count.get(tag.name):
                self._close(tag.name)
        elif not tag.self_closing:
            if tag.name in _ENDED_BY_NEXT and self.names and self.names[-1] == tag.name:
                self._close(tag.name)
            self.names.append(tag.name)
            self.pending.append(0)
            self.open_count[tag.name] = self.open_count.get(tag.name, 0) + 1

    def _close(self, name: str) -> None:
        while self.names:
            closed = self.names.pop()
            self.open_count[closed] -= 1
            own = self.pending.pop()
            self.inside += own
            self.marks += own > 0
            if closed == name:
                return
