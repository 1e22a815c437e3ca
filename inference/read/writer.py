"""Flat text written piece by piece, each with its place in the source."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from html import unescape
from html.entities import html5

import numpy as np

from gongkai.inference.aligned import AlignedText
from gongkai.inference.read.limits import MAX_CHARACTERS, TooLongError

Piece = tuple[str, int, int]
"""A string and the source range that it came from. Of equal lengths: character by character; otherwise each from all of it."""

_SPECIAL = re.compile(r"[ \t\n\r\f]+|&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[A-Za-z][A-Za-z0-9]{1,31};?)")
_LINE_END = re.compile(r"\r\n?|\n")
_COLLAPSIBLE = " \t\n\r\f"
_BLANK = "".join(chr(code) for code in range(0x3001) if chr(code).isspace()) + "\u200b\u200c\u200d\u2060\ufeff\xad"
_NARROW_SIGNS = frozenset(".()")
_WIDE_QUOTES = frozenset("“”‘’…—·")


def decoded_pieces(source: str, start: int, end: int) -> Iterator[Piece]:
    """Source characters `start` to `end` with entities decoded; runs of white space are pieces of their own."""
    position = start
    for match in _SPECIAL.finditer(source, start, end):
        piece = _special_piece(match)
        if piece is None:
            continue
        if match.start() > position:
            yield source[position : match.start()], position, match.start()
        if piece[0]:
            yield piece
        position = piece[2]
    if position < end:
        yield source[position:end], position, end


def _special_piece(match: re.Match[str]) -> Piece | None:
    """White space, or the entity that `match` begins with; None for an ampersand that is just text."""
    found = match[0]
    if found[0] != "&":
        return found, match.start(), match.end()
    if found[1] == "#":
        return unescape(found), match.start(), match.end()
    name = found[1:]
    known = next((name[:size] for size in range(len(name), 1, -1) if name[:size] in html5), None)
    return None if known is None else (html5[known], match.start(), match.start() + 1 + len(known))


def align(pieces: Sequence[Piece]) -> AlignedText:
    """The pieces one behind the other."""
    lengths = np.fromiter((len(text) for text, _, _ in pieces), dtype=np.int64, count=len(pieces))
    first = np.fromiter((start for _, start, _ in pieces), dtype=np.int64, count=len(pieces))
    last = np.fromiter((end for _, _, end in pieces), dtype=np.int64, count=len(pieces))
    one_to_one = np.repeat(last - first == lengths, lengths)
    inside = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    starts = np.repeat(first, lengths) + np.where(one_to_one, inside, 0)
    ends = np.where(one_to_one, starts + 1, np.repeat(last, lengths))
    return AlignedText("".join(text for text, _, _ in pieces), starts.astype(np.int32), ends.astype(np.int32))


class FlatWriter:
    """Collects flat text: collapses white space, ends lines, and fences the cells of a table row.

    A character that stands for nothing in the source (a separator, a line end) has an empty source range there. Raises TooLongError.
    """

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self.length = 0
        self._source_end = 0
        self._fresh = True
        self._lines = 0
        self._space: Piece | None = None
        self._soft = False
        self._in_cell = False
        self._cell_at = (0, 0)

    def aligned(self) -> AlignedText:
        """Everything written so far."""
        return align(self.pieces)

    def data(self, source: str, start: int, end: int, pre: bool) -> None:
        """Write character data of the source; white space is kept if `pre` holds and no cell is open."""
        for piece in decoded_pieces(source, start, end):
            if piece[0].strip(_COLLAPSIBLE):
                self._text(piece)
            elif pre and not self._in_cell:
                self._kept_space(piece)
            else:
                self._hold_space((" ", piece[1], piece[2]), "\n" in piece[0] or "\r" in piece[0])

    def block(self) -> None:
        """End the line if there is anything on it; inside a cell, a space, which is nothing between two Chinese characters."""
        if self._in_cell:
            self._hold_space((" ", self._source_end, self._source_end), True)
        elif self.length:
            self._lines = max(self._lines, 1)
            self._fresh, self._space = True, None

    def newline(self) -> None:
        """End the line even if it is empty; inside a cell, a space."""
        if self._in_cell:
            self.block()
        elif self.length:
            self._lines += 1
            self._fresh, self._space = True, None

    def insert(self, text: str) -> None:
        """Write characters that stand for nothing in the source."""
        self._flush_lines()
        self._append((text, self._source_end, self._source_end))

    def open_cell(self) -> None:
        """What is written from here on is the content of a cell."""
        self.insert(" ")
        self._cell_at = (len(self.pieces), self.length)
        self._in_cell, self._fresh, self._space = True, True, None

    def close_cell(self) -> tuple[int, int]:
        """End the cell with its fence; returns where its content is in the flat text."""
        first_piece, start = self._cell_at
        self._trim_end(first_piece)
        self._in_cell, self._space = False, None
        end = self.length
        self.insert("|" if start == end else " |")
        return start, end

    def _text(self, piece: Piece) -> None:
        text, start, end = piece
        if self._in_cell and self._fresh:
            kept = text.lstrip(_BLANK)
            if not kept:
                return
            if len(text) == end - start:
                start = end - len(kept)
            text = kept
        self._flush_lines()
        self._flush_space(text[0])
        self._append((text, start, end))
        self._fresh = False

    def _kept_space(self, piece: Piece) -> None:
        r"""White space of preformatted text: line ends become `\n`, the rest stays."""
        text, start, end = piece
        if len(text) != end - start:
            self._text((text.replace("\r", "\n"), start, end))
            return
        position = 0
        for match in _LINE_END.finditer(text):
            if match.start() > position:
                self._text((text[position : match.start()], start + position, start + match.start()))
            self._text(("\n", start + match.start(), start + match.end()))
            self._fresh, position = True, match.end()
        if position < len(text):
            self._text((text[position:], start + position, end))

    def _hold_space(self, space: Piece, soft: bool) -> None:
        """Keep a space back until text follows on the line; a `soft` one comes from a line break of the source or of a cell."""
        if self._fresh:
            return
        if self._space is None:
            self._space, self._soft = space, soft
        else:
            self._soft = self._soft and (soft or space[1] < space[2])

    def _flush_space(self, following: str) -> None:
        space, self._space = self._space, None
        if space is None:
            return
        # A line break of the source between two Chinese characters is nothing (CSS Text 3, segment break transformation).
        if not (self._soft and _is_closed(self.pieces[-1][0][-1]) and _is_closed(following)):
            self._append(space)

    def _flush_lines(self) -> None:
        if self._lines:
            self._append(("\n" * self._lines, self._source_end, self._source_end))
            self._lines = 0

    def _append(self, piece: Piece) -> None:
        self.pieces.append(piece)
        self.length += len(piece[0])
        self._source_end = piece[2]
        if self.length > MAX_CHARACTERS:
            raise TooLongError

    def _trim_end(self, first_piece: int) -> None:
        while len(self.pieces) > first_piece:
            text, start, end = self.pieces[-1]
            kept = text.rstrip(_BLANK)
            if kept == text:
                return
            self.length -= len(text) - len(kept)
            self.pieces.pop()
            if kept:
                self.pieces.append((kept, start, start + len(kept) if len(text) == end - start else end))
                return


def _is_closed(character: str) -> bool:
    """Whether no space is due beside a character: a Chinese one, or a sign of an enumerator that was set narrow."""
    return character in _NARROW_SIGNS or _is_wide(character)


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF" or character in _WIDE_QUOTES
