"""PDF files: text with its places to paragraphs and tables, page after page."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing

from gongkai.inference.read.flow import written
from gongkai.inference.read.limits import MAX_CHARACTERS, TooLongError, check_size, too_long
from gongkai.inference.read.marked_up import MarkedUp
from gongkai.inference.read.sheet import Sheet, read_sheet
from gongkai.model.errors import BrokenFileError, MissingExtraError, TooLargeError, UnreadableError

MAX_PAGES = 500
"""Pages of a file. A report has a dozen."""
MAX_PIECES = 300_000
"""Pieces of lines and pictures of a file that are looked at. A page of tables has a thousand."""

_PDFIUM = threading.Lock()  # PDFium has one state for all threads


def pdf_markup(name: str, data: bytes) -> MarkedUp:
    """The paragraphs and tables of a PDF file with text, without page numbers and running titles.

    Raises UnreadableError without the packages of the `files` extra, TooLargeError, and BrokenFileError for a file that is damaged,
    locked, or holds pictures instead of text.
    """
    with _PDFIUM:
        sheets = list(_sheets(name, data))
    if not any(map(_has_text, sheets)):
        raise BrokenFileError(
            f"{name}: {len(sheets)} page(s) of pictures without text, as a scanner makes them; run text recognition (OCR) on it and read that"
        )
    return MarkedUp(written(sheets), tuple(_warnings(sheets)))


def _sheets(name: str, data: bytes) -> Iterator[Sheet]:
    try:
        from pypdfium2 import PdfDocument, PdfiumError
    except ImportError as error:
        raise UnreadableError(str(MissingExtraError(f"{name}: reading a PDF", "files"))) from error
    try:
        with closing(PdfDocument(data)) as document:
            if len(document) > MAX_PAGES:
                raise TooLargeError(f"{name}: {len(document):,} pages, but the limit is {MAX_PAGES:,}; split the file into one report each")
            n_characters, pieces_left = 0, MAX_PIECES
            for page in document:
                with closing(page):
                    sheet = read_sheet(page, pieces_left)
                pieces_left = max(0, pieces_left - sheet.pieces)
                n_characters += len(sheet.glyphs)
                check_size(name, n_characters, "characters", MAX_CHARACTERS)
                yield sheet
    except TooLongError as error:
        raise too_long(name) from error
    except PdfiumError as error:
        way_out = (
            "remove the password and read it again"
            if "password" in str(error).lower()
            else "open it in a PDF viewer and print it to a new file"
        )
        raise BrokenFileError(f"{name}: no PDF that can be opened ({error}); {way_out}") from error


def _has_text(sheet: Sheet) -> bool:
    return any(not glyph.is_space for glyph in sheet.glyphs)


def _warnings(sheets: Sequence[Sheet]) -> Iterator[str]:
    scanned = [str(number) for number, sheet in enumerate(sheets, 1) if sheet.pictures and not _has_text(sheet)]
    if scanned:
        yield f"page(s) {', '.join(scanned)} show pictures without text; text recognition (OCR) could read them"
    crowded = [str(number) for number, sheet in enumerate(sheets, 1) if sheet.crowded]
    if crowded:
        yield f"page(s) {', '.join(crowded)} show more lines than are looked at; what is ruled there is read by its places alone"
    unmapped = sum(sheet.unmapped for sheet in sheets)
    if unmapped:
        yield f"{unmapped} character(s) that the file gives no meaning; they may be missing or wrong"
