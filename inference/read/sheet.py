"""One page of a PDF file as what is drawn on it: characters with their boxes, and ruling lines.

Coordinates are points, x to the right and y downwards as the page is read: pages that are turned are turned back.
"""

from __future__ import annotations

import ctypes
import math
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from gongkai.inference.read.limits import MAX_CHARACTERS, TooLongError

if TYPE_CHECKING:
    from pypdfium2 import PdfObject, PdfPage

MAX_PIECES = 100_000
"""Pictures and pieces of lines of a page that are looked at (a rectangle has five); a page with more is a drawing, and its lines rule
no table."""
_MOST_WITH_GAPS = 2 * MAX_CHARACTERS  # PDFium makes up characters where it sees gaps
_A4 = (0.0, 0.0, 595.0, 842.0)
_THIN = 2.5
_STRAIGHT = 1.0
_SHORTEST = 3.0
_NO_CHARACTERS = frozenset({"Cc", "Cn", "Cs", "Zl", "Zp"})
Box = tuple[float, float, float, float]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Glyph:
    """A character in the box `x0`, `y0` to `x1`, `y1`; `turn` counts the quarters by which it is turned clockwise.

    A space is one only where the file has one; gaps are no characters.
    """

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    turn: int = 0

    @property
    def is_space(self) -> bool:
        """Whether nothing is seen of it."""
        return self.text == " "

    @property
    def middle(self) -> Point:
        """The middle of the box."""
        return (self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2

    @property
    def size(self) -> float:
        """Its height along its own upright, in points."""
        return max(self.x1 - self.x0 if self.turn % 2 else self.y1 - self.y0, 0.1)

    def turned(self, quarters: int) -> Glyph:
        """The glyph on a page turned back by `quarters`."""
        return replace(_turned(self, quarters), turn=(self.turn - quarters) % 4)


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line at `at` from `start` to `end`: y and a range of x if it is `level`, x and a range of y if it is upright."""

    level: bool
    at: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """The characters and ruling lines of a page, `top` and `bottom` of it, and whether it shows pictures.

    `pieces` counts the pieces of its lines and its pictures; of a `crowded` page, which has more than are looked at, no rules are known.
    """

    glyphs: tuple[Glyph, ...]
    rules: tuple[Rule, ...]
    top: float
    bottom: float
    pictures: bool
    unmapped: int
    pieces: int = 0
    crowded: bool = False


def read_sheet(page: PdfPage, most: int = MAX_PIECES) -> Sheet:
    """What is drawn on `page`, its lines if they have no more than `most` pieces (never more than MAX_PIECES).

    Characters that the file gives no meaning are counted in `unmapped` and left out. Raises TooLongError.
    """
    drawn, unmapped = _glyphs(page)
    turns = Counter(glyph.turn for glyph in drawn if not glyph.is_space)
    quarters = turns.most_common(1)[0][0] if turns else 0
    glyphs = tuple(glyph.turned(quarters) for glyph in drawn)
    paths, pictures, pieces = _paths(page, min(most, MAX_PIECES))
    rules = tuple(rule for path in paths for rule in _rules(path, quarters))
    left, lower, right, upper = page.get_cropbox() or _A4
    corners = _place((left, upper), quarters), _place((right, lower), quarters)
    top, bottom = sorted(y for _, y in corners)
    return Sheet(glyphs, rules, top, bottom, pictures, unmapped, pieces, pieces > min(most, MAX_PIECES))


def _glyphs(page: PdfPage) -> tuple[list[Glyph], int]:
    """The characters in the order of the file, in the file's own coordinates but for the direction of y."""
    import pypdfium2.raw as pdfium

    text = page.get_textpage()
    found: list[Glyph] = []
    unmapped = 0
    if (n_characters := text.count_chars()) > _MOST_WITH_GAPS:
        raise TooLongError
    for index in range(n_characters):
        if pdfium.FPDFText_IsGenerated(text, index) == 1:
            continue
        character = _character(pdfium.FPDFText_GetUnicode(text, index))
        unmapped += pdfium.FPDFText_HasUnicodeMapError(text, index) == 1
        box = pdfium.FS_RECTF()
        if character and pdfium.FPDFText_GetLooseCharBox(text, index, box):
            turn = round(pdfium.FPDFText_GetCharAngle(text, index) / (math.pi / 2)) % 4
            found.append(Glyph(character, box.left, -box.top, box.right, -box.bottom, turn))
    text.close()
    return found, unmapped


def _character(code: int) -> str:
    """The character of a code, radicals that stand for whole characters as these; nothing for what is none."""
    if not 0x20 <= code < 0x110000 or unicodedata.category(chr(code)) in _NO_CHARACTERS:
        return ""
    character = " " if chr(code).isspace() else chr(code)
    whole = 0x2E80 <= code <= 0x2FDF or 0xF900 <= code <= 0xFAFF
    return unicodedata.normalize("NFKC", character)[:1] if whole else character


def _turned(glyph: Glyph, quarters: int) -> Glyph:
    first, second = _place((glyph.x0, -glyph.y0), quarters), _place((glyph.x1, -glyph.y1), quarters)
    (x0, x1), (y0, y1) = sorted((first[0], second[0])), sorted((first[1], second[1]))
    return replace(glyph, x0=x0, y0=y0, x1=x1, y1=y1)


def _place(point: Point, quarters: int) -> Point:
    """A point of the file (y upwards) on the page as it is read, whose text is turned clockwise by `quarters` in the file."""
    x, y = point
    return ((x, -y), (-y, -x), (-x, y), (y, x))[quarters]


def _paths(page: PdfPage, most: int) -> tuple[list[list[Point]], bool, int]:
    """The points of every drawn line and rectangle in the coordinates of the file, whether there is a picture, and the pieces of both.

    With more than `most` pieces it is all one picture.
    """
    import pypdfium2.raw as pdfium

    found: list[list[Point]] = []
    pictures = False
    pieces = 0
    for drawn in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_IMAGE]):
        is_picture = pdfium.FPDFPageObj_GetType(drawn) == pdfium.FPDF_PAGEOBJ_IMAGE
        pieces += 1 if is_picture else pdfium.FPDFPath_CountSegments(drawn)
        if pieces > most:
            return [], True, pieces
        if is_picture:
            pictures = True
            continue
        matrices = list(_matrices(drawn))
        found += [[_moved(point, matrices) for point in line] for line in _lines(drawn)]
    return found, pictures, pieces


def _matrices(drawn: PdfObject) -> Iterator[Any]:
    """From the object's own coordinates outwards."""
    inner: PdfObject | None = drawn
    while inner is not None:
        yield inner.get_matrix()
        inner = inner.container


def _moved(point: Point, matrices: Iterable[Any]) -> Point:
    for matrix in matrices:
        x, y = matrix.on_point(*point)
        point = (float(x), float(y))
    return point


def _lines(drawn: PdfObject) -> list[list[Point]]:
    """The corners of every connected line of a path; a curve is no line and ends one."""
    import pypdfium2.raw as pdfium

    lines: list[list[Point]] = []
    for index in range(pdfium.FPDFPath_CountSegments(drawn)):
        segment = pdfium.FPDFPath_GetPathSegment(drawn, index)
        x, y = ctypes.c_float(), ctypes.c_float()
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        point = (x.value, y.value)
        if pdfium.FPDFPathSegment_GetType(segment) != pdfium.FPDF_SEGMENT_LINETO or not lines:
            lines.append([point])
        else:
            lines[-1].append(point)
        if pdfium.FPDFPathSegment_GetClose(segment):
            lines[-1].append(lines[-1][0])
    return lines


def _rules(path: Sequence[Point], quarters: int) -> Iterator[Rule]:
    """The level and upright lines of a path: its own, or the one that a thin rectangle is."""
    points = [_place(point, quarters) for point in path]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    width, height = max(xs) - min(xs), max(ys) - min(ys)
    if min(width, height) <= _THIN:
        if max(width, height) >= _SHORTEST:
            level = width >= height
            start, end = (min(xs), max(xs)) if level else (min(ys), max(ys))
            yield Rule(level, (min(ys) + max(ys)) / 2 if level else (min(xs) + max(xs)) / 2, start, end)
        return
    for (x0, y0), (x1, y1) in pairwise(points):
        if abs(y0 - y1) <= _STRAIGHT and abs(x0 - x1) >= _SHORTEST:
            yield Rule(True, (y0 + y1) / 2, min(x0, x1), max(x0, x1))
        elif abs(x0 - x1) <= _STRAIGHT and abs(y0 - y1) >= _SHORTEST:
            yield Rule(False, (x0 + x1) / 2, min(y0, y1), max(y0, y1))
