"""HTML source cut into tags and text, each with its place.

Written by hand rather than on `html.parser`: that one keeps lines and columns instead of offsets, takes quadratic time on
unclosed comments, and recovers differently from one Python patch release to the next. Every function here is linear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

_TAG = re.compile(r"</?([A-Za-z][^\s/>\0]*+)((?:=\s*+\"[^\"]*+\"|=\s*+'[^']*+'|[^>=]++|=)*+)>")
_BARE_TAG = re.compile(r"</?([A-Za-z][^\s/>\0]*+)([^>]*+)>")
_TAG_OPEN = re.compile(r"</?[A-Za-z]")
_COMMENT_END = re.compile(r"--!?>")
_ATTRIBUTE = re.compile(r"([^\s/>=][^\s/>=]*+)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s>]*+)))?")
_CDATA = "<![CDATA["

DROPPED_RAW = frozenset({"script", "style", "title", "noscript", "iframe", "noframes", "noembed"})
"""Elements whose content is no markup and is never shown."""
_SWALLOWING = frozenset({"script", "style"})


@dataclass(frozen=True, slots=True)
class Text:
    """Character data at source characters `start` to `end`, entities not decoded."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Tag:
    """A start or end tag at source characters `start` to `end`; `name` is in lower case."""

    name: str
    start: int
    end: int
    closing: bool
    self_closing: bool
    rest: str

    def attributes(self) -> dict[str, str]:
        """Name to value, entities decoded; of a repeated attribute the first counts, as in a browser."""
        found: dict[str, str] = {}
        for match in _ATTRIBUTE.finditer(self.rest):
            value = next((group for group in match.groups()[1:] if group is not None), "")
            found.setdefault(match[1].lower(), unescape(value))
        return found

    def place_of(self, attribute: str) -> tuple[int, int] | None:
        """The source characters of the value of `attribute`, or None if it has none."""
        first = self.end - 1 - len(self.rest)
        for match in _ATTRIBUTE.finditer(self.rest):
            group = next((number for number in (2, 3, 4) if match[number]), None)
            if match[1].lower() == attribute:
                return (first + match.start(group), first + match.end(group)) if group else None
        return None


def tokenise(source: str) -> Iterator[Text | Tag]:
    """Tags and text of `source` in order; comments, declarations and the content of `DROPPED_RAW` elements are left out."""
    return _Tokeniser(source).tokens()


class _Tokeniser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.tag_pattern = _TAG
        self.last_bracket = source.rfind(">")
        self.unclosed: set[str] = set()
        self.cdata_open = False

    def tokens(self) -> Iterator[Text | Tag]:
        position, end = 0, len(self.source)
        while position < end:
            bracket = self._next_bracket(position)
            if bracket > position:
                yield from self._data(position, bracket)
            if bracket >= end:
                return
            tag = self._tag(bracket) if _TAG_OPEN.match(self.source, bracket) else None
            if tag is not None:
                yield tag
                position = self._after(tag)
                continue
            position = self._declaration(bracket)
            if position == bracket:
                yield Text(bracket, bracket + 1)
                position += 1

    def _next_bracket(self, position: int) -> int:
        found = self.source.find("<", position)
        return len(self.source) if found < 0 or found > self.last_bracket else found

    def _data(self, start: int, end: int) -> Iterator[Text]:
        """Text; the end marker of a CDATA section is left out."""
        marker = self.source.find("]]>", start, end) if self.cdata_open else -1
        if marker < 0:
            yield Text(start, end)
            return
        self.cdata_open = False
        if marker > start:
            yield Text(start, marker)
        if marker + 3 < end:
            yield Text(marker + 3, end)

    def _tag(self, start: int) -> Tag | None:
        match = self.tag_pattern.match(self.source, start)
        if match is None and self.tag_pattern is _TAG:
            # The only brackets left are inside quotes: a quote was never closed, so quotes mean nothing from here on.
            self.tag_pattern = _BARE_TAG
            match = _BARE_TAG.match(self.source, start)
        if match is None:
            return None
        rest = match[2]
        return Tag(match[1].lower(), start, match.end(), self.source[start + 1] == "/", rest.endswith("/"), rest)

    def _after(self, tag: Tag) -> int:
        """Where reading goes on: behind the tag, or behind the content of an element whose content is no markup."""
        if tag.closing or tag.name not in DROPPED_RAW or tag.name in self.unclosed:
            return tag.end
        match = re.compile(rf"</{tag.name}(?=[\s/>])", re.IGNORECASE).search(self.source, tag.end)
        if match:
            return match.start()
        self.unclosed.add(tag.name)
        return len(self.source) if tag.name in _SWALLOWING else tag.end

    def _declaration(self, start: int) -> int:
        """The end of a comment, declaration or bogus tag at `start`; `start` itself if there is none."""
        source = self.source
        if source.startswith("<!--", start):
            return self._comment(start)
        if source.startswith(_CDATA, start):
            self.cdata_open = True
            return start + len(_CDATA)
        if source.startswith(("<!", "<?", "</"), start):
            return source.find(">", start) + 1
        return start

    def _comment(self, start: int) -> int:
        for short in ("<!-->", "<!--->"):
            if self.source.startswith(short, start):
                return start + len(short)
        match = None if "comment" in self.unclosed else _COMMENT_END.search(self.source, start + 4)
        if match:
            return match.end()
        # A comment that never ends would swallow the page; it is read as one that ends with its first bracket.
        self.unclosed.add("comment")
        return self.source.find(">", start) + 1
