"""Office files are ZIP archives: what may be inflated of one, and what may not."""

from __future__ import annotations

import io
import zlib
from zipfile import BadZipFile, ZipFile

from gongkai.inference.read.limits import check_size
from gongkai.model.errors import BrokenFileError, TooLargeError

MAX_ENTRIES = 5_000
"""Entries of an archive. A report with a hundred pictures has a few hundred."""
MAX_INFLATED = 200 * 1024 * 1024
"""Bytes of all entries together, inflated."""
MAX_XML = 32 * 1024 * 1024
"""Bytes of the entries that are no pictures: all that is parsed. A report has a few hundred thousand."""
_CHUNK = 1 << 20


def check_archive(name: str, data: bytes) -> None:
    """Inflate every entry once, counting, so that whoever opens the archive next finds it whole, unlocked and of a sane size.

    Raises TooLargeError as soon as a limit is passed, whatever the archive says of its sizes, and BrokenFileError for an archive
    that is damaged or locked.
    """
    try:
        with ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES:
                raise TooLargeError(f"{name}: an archive of {len(entries):,} entries, but the limit is {MAX_ENTRIES:,}; save it again")
            if any(entry.flag_bits & 1 for entry in entries):
                raise BrokenFileError(f"{name}: the archive is locked with a password; remove the password and read it again")
            _inflate(name, archive)
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
        raise BrokenFileError(f"{name}: the file is damaged ({error}); open it in an office program and save it again") from error


def _inflate(name: str, archive: ZipFile) -> None:
    n_bytes = n_xml = 0
    for entry in archive.infolist():
        with archive.open(entry) as stream:
            while chunk := stream.read(_CHUNK):
                n_bytes += len(chunk)
                n_xml += len(chunk) if entry.filename.endswith((".xml", ".rels")) else 0
                if n_bytes > MAX_INFLATED:
                    raise TooLargeError(f"{name}: more than {MAX_INFLATED:,} bytes once inflated; leave out its pictures and save it again")
                check_size(name, n_xml, "bytes of text and tables", MAX_XML)
