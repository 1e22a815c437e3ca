"""What bytes look like that are no text, and what to do about it."""

from __future__ import annotations

_EXPORT = "export it as .txt or .html and read that"
_UNPACK = "unpack it and read the files inside"
_PICTURE = "run text recognition on it and read the text"
_SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF-", "a PDF", "turn it into text first (for example: pdftotext -layout)"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file (.doc, .xls, .wps)", _EXPORT),
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
_LOOK = 64_000


def what_else(data: bytes) -> tuple[str, str] | None:
    """What a file that begins with `data` is and the way out, or None if no signature says that it is no text."""
    head = data[:_LOOK].lstrip(b"\xef\xbb\xbf\r\n\t ") if data[:16].lstrip().startswith(b"%PDF-") else data[:_LOOK]
    if head.startswith(_ZIP):
        kind = next((name for part, name in _INSIDE_ZIP if part in head), None)
        return (kind, _EXPORT) if kind else ("a ZIP archive", _UNPACK)
    return next(((kind, advice) for magic, kind, advice in _SIGNATURES if head.startswith(magic)), None)
