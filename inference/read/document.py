"""One document as it is given, and as the text that everything else reads."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Literal

from gongkai.inference.aligned import AlignedText
from gongkai.inference.read.encoding import decode
from gongkai.inference.read.evidence import markup_evidence
from gongkai.inference.read.html import FlatHtml, GridTable, flatten_html
from gongkai.inference.read.limits import MAX_BYTES, MAX_CHARACTERS, MAX_TAGS, TooLongError, check_size, too_long
from gongkai.inference.read.magic import Container, container_of
from gongkai.inference.read.marked_up import MarkedUp
from gongkai.model.errors import UnreadableError

HTML_SUFFIXES = frozenset({".html", ".htm", ".xhtml", ".shtml"})
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Document:
    """A document called `name`.

    `source_text` is the text as given (of bytes: decoded, without byte order mark; newlines as they were). A Word or PDF file is
    no text: its `source_text` is what the reader writes out of it. `flat` is the shown text for HTML, and `source_text` itself for
    everything else, with `tables` in its coordinates. `encoding` is None for what was not decoded from bytes of text.
    """

    name: str
    source_text: str
    flat: AlignedText
    tables: tuple[GridTable, ...]
    kind: Literal["text", "html", "docx", "pdf"]
    encoding: str | None
    warnings: tuple[str, ...]


def document_from_text(name: str, text: str) -> Document:
    """Plain text; its newlines lay it out. Raises TooLargeError."""
    check_size(name, len(text), "characters", MAX_CHARACTERS)
    text, warnings = _checked(name, text)
    return Document(name, text, AlignedText.identity(text), (), "text", None, warnings)


def document_from_html(name: str, html: str) -> Document:
    """HTML, whole or in part. Raises TooLargeError."""
    check_size(name, len(html), "characters", MAX_BYTES)
    html, warnings = _checked(name, html)
    return _html_document(name, html, None, warnings)


def document_from_bytes(name: str, data: bytes) -> Document:
    """A file's bytes: Word or PDF by what they begin with, HTML if `name` ends like it or its tags lay out the text, else plain text.

    Raises TooLargeError, NotTextError, BrokenFileError for a Word or PDF file that cannot be opened, and UnreadableError without the
    packages that such a file needs.
    """
    check_size(name, len(data), "bytes", MAX_BYTES)
    container = container_of(data)
    if container is not None:
        return _written_document(name, container, _marked_up(name, container, data))
    decoded = decode(data, name)
    if _is_html(name, decoded.text):
        return _html_document(name, decoded.text, decoded.encoding, decoded.warnings)
    check_size(name, len(decoded.text), "characters", MAX_CHARACTERS)
    flat = AlignedText.identity(decoded.text)
    return Document(name, decoded.text, flat, (), "text", decoded.encoding, decoded.warnings)


def document_from_path(path: str | os.PathLike[str]) -> Document:
    """The file at `path`. Raises UnreadableError, TooLargeError (before reading it) or NotTextError."""
    name = os.fsencode(path).decode("utf-8", errors="replace")
    return document_from_bytes(name, read_bytes(path, name))


def read_bytes(path: str | os.PathLike[str], name: str) -> bytes:
    """The content of a file of at most MAX_BYTES, called `name` in errors."""
    try:
        status = Path(path).stat()
        if stat.S_ISDIR(status.st_mode):
            raise UnreadableError(
                f"{name}: this is a folder, not a file; name the files in it, or give the folder to a command that takes folders"
            )
        check_size(name, status.st_size, "bytes", MAX_BYTES)
        with Path(path).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise unreadable(name, error) from error
    check_size(name, len(data), "bytes", MAX_BYTES)
    return data


def unreadable(name: str, error: Exception) -> UnreadableError:
    """The error for a path that the system would not open."""
    if isinstance(error, FileNotFoundError):
        reason = "there is no such file; check the path"
    elif isinstance(error, PermissionError):
        reason = "no permission to read it; change its permissions or run as a user who may"
    else:
        reason = f"it cannot be opened ({getattr(error, 'strerror', None) or error}); check the path and the disk"
    return UnreadableError(f"{name}: {reason}")


def _html_document(name: str, html: str, encoding: str | None, warnings: tuple[str, ...]) -> Document:
    flat = _flattened(name, html)
    notes = tuple(f"{name}: {warning}" for warning in flat.warnings)
    if html.strip() and not flat.aligned.text:
        notes += (f"{name}: the page shows no text",)
    return Document(name, html, flat.aligned, flat.tables, "html", encoding, warnings + notes)


def _flattened(name: str, html: str) -> FlatHtml:
    check_size(name, html.count("<"), "tags", MAX_TAGS)
    try:
        return flatten_html(html)
    except TooLongError as error:
        raise too_long(name) from error


def _marked_up(name: str, container: Container, data: bytes) -> MarkedUp:
    # Only here: a folder of text needs neither of them.
    if container == "docx":
        from gongkai.inference.read.word import docx_markup

        return docx_markup(name, data)
    from gongkai.inference.read.pdf import pdf_markup

    return pdf_markup(name, data)


def _written_document(name: str, kind: Container, content: MarkedUp) -> Document:
    """The document of a file that is no text: what the reader writes out is its source text, and offsets count in that."""
    flat = _flattened(name, content.html)
    text, warnings = _checked(name, flat.aligned.text)
    notes = tuple(f"{name}: {warning}" for warning in (*content.warnings, *flat.warnings))
    return Document(name, text, AlignedText.identity(text), flat.tables, kind, None, notes + warnings)


def _is_html(name: str, text: str) -> bool:
    """By its tags; a page that is named HTML needs fewer of them, but a page without any is plain text whatever its name."""
    if "<" not in text:
        return False
    evidence = markup_evidence(text)
    named = PurePath(name).suffix.lower() in HTML_SUFFIXES
    return evidence.is_html() or (named and (evidence.document or evidence.marks + evidence.breaks > 0))


def _checked(name: str, text: str) -> tuple[str, tuple[str, ...]]:
    """The text with lone surrogates (no characters, and not writable) replaced one for one, and warnings."""
    text, n_lone = _LONE_SURROGATE.subn("\ufffd", text)
    warnings: tuple[str, ...] = (f"{name}: {n_lone} lone surrogate(s), each replaced by U+FFFD",) if n_lone else ()
    if not text.strip():
        warnings += (f"{name}: the document is empty",)
    return text, warnings
