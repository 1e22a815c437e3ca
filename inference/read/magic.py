"""What bytes look like that are no text, and what to do about it."""

from __future__ import annotations

from typing import Literal

_PDF = b"%PDF-"
_EXPORT = "export it as .txt or .html and read that"
_SAVE_AS = "open it in an office program and save it as .docx (for example: soffice --convert-to docx FILE), and read that"
_UNLOCK = "open it with its password, save it without one, and read that"
_UNPACK = "unpack it and read the files inside"
_PICTURE = "run text recognition on it and read the text"
_SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (_PDF, "a PDF", "turn it into text first (for example: pdftotext -layout)"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file (.doc, .xls, .wps)", _SAVE_AS),
    (b"{\\rtf", "an RTF document", _EXPORT),
    (b"\x89PNG\r\n\x1a\n", "a PNG picture", _PICTURE),
    (b"\xff\xd8\xff", "a JPEG picture", _PICTURE),
    (b"GIF87a", "a GIF picture", _PICTURE),
    (b"GIF89a", "a GIF picture", _PICTURE),
    (b"II*\x00", "a TIFF picture", _PICTURE),
    (b"MM\x00*", "a TIFF picture", _PICTURE),
    (b"\x1f\x8b\x08", "a gzip archive", _UNPACK),
    (b"Rar!\x1a\x07", "a RAR archive", _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", _UNPACK),
    (b"BZh", "a bzip2 archive", _UNPACK),
    (b"\xfd7zXZ\x00", "an xz archive", _UNPACK),
    (b"SQLite format 3\x00", "an SQLite database", "export its rows as .jsonl and read that"),
    (b"\x7fELF", "a program", "give the page itself"),
)
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_INSIDE_ZIP = ((b"word/", "a Word document (.docx)"), (b"xl/", "an Excel workbook (.xlsx)"), (b"OFD.xml", "an OFD document"))
_WORD_PART = b"word/document"
_PDF_WITHIN = 1024
_LOCKED_OFFICE = "EncryptedPackage".encode("utf-16-le")

Container = Literal["docx", "pdf"]


def container_of(data: bytes) -> Container | None:
    """The format of a file that has text but is none and can be read; None for everything else.

    A PDF may begin with a line of something else, as long as that is no text of its own.
    """
    if data.startswith(_ZIP):
        return "docx" if _WORD_PART in data else None
    head = data[:_PDF_WITHIN]
    place = head.find(_PDF)
    return "pdf" if place >= 0 and (not head[:place].strip(b"\xef\xbb\xbf\r\n\t \x00") or b"\nendobj" in data) else None


def what_else(data: bytes) -> tuple[str, str] | None:
    """What a file is that cannot be read, and the way out, or None if no signature says that it is no text."""
    if data.startswith(_ZIP):
        kind = next((name for part, name in _INSIDE_ZIP if part in data), None)
        return (kind, _EXPORT) if kind else ("a ZIP archive", _UNPACK)
    found = next(((kind, advice) for magic, kind, advice in _SIGNATURES if data.startswith(magic)), None)
    return ("an Office file locked with a password", _UNLOCK) if found and found[1] is _SAVE_AS and _LOCKED_OFFICE in data else found
