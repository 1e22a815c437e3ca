"""The pages in a ZIP archive, which is not trusted: what is inflated is counted, and nothing is ever unpacked to disk."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from zipfile import BadZipFile, ZipFile, ZipInfo

from gongkai.inference.read.compressed import MAX_RATIO, allowance
from gongkai.inference.read.document import document_from_bytes, unreadable
from gongkai.inference.read.found import Found, refuse, refused
from gongkai.inference.read.limits import MAX_BYTES
from gongkai.model.errors import DocumentError, NotTextError, TooLargeError, UnreadableError

MAX_ENTRIES = 100_000
"""Entries of one archive that are read."""
MAX_DIRECTORY = 32 * 1024 * 1024
"""Bytes of the archive's directory, which is held in memory: an entry with a long name takes about 300."""
_END, _END64 = b"PK\x05\x06", b"PK\x06\x06"
_TAIL = 1 << 17  # the end record with the longest comment, and the one of large archives before it
_UTF8_NAME = 0x800
_ENCRYPTED = 0x1
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_DAMAGE = (BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError)


def read_zip(path: str, suffixes: frozenset[str], tell: Callable[[str], object]) -> Iterator[Found]:
    """The entries of `path` with one of `suffixes`, in the order of the archive, called `<path>/<entry>`.

    An entry that is encrypted, damaged, larger than a document may be, or an archive itself is refused alone; what comes after
    MAX_RATIO times the archive's size has been inflated is refused together. Entries of other suffixes are counted and told of.
    """
    try:
        if (size := _directory_size(path)) > MAX_DIRECTORY:
            raise TooLargeError(f"{path}: a directory of {size:,} bytes, but the limit is {MAX_DIRECTORY:,}; unpack it into a folder")
        with ZipFile(path) as archive:
            yield from _entries(path, archive, suffixes, tell)
    except TooLargeError as error:
        yield refused(path, error)
    except Exception as error:  # noqa: BLE001 - zipfile lets out whatever its parsing of damaged directories meets
        yield refused(path, unreadable(path, error) if isinstance(error, OSError) else _no_archive(path, error))


def _directory_size(path: str) -> int:
    """What the end of the archive says of its directory, which is what zipfile would read into memory."""
    with Path(path).open("rb") as file:
        file.seek(max(0, file.seek(0, 2) - _TAIL))
        tail = file.read()
    end, end64 = tail.rfind(_END), tail.rfind(_END64)
    size = int.from_bytes(tail[end + 12 : end + 16], "little") if end >= 0 else 0
    return int.from_bytes(tail[end64 + 40 : end64 + 48], "little") if size == 0xFFFFFFFF and end64 >= 0 else size


def _entries(path: str, archive: ZipFile, suffixes: frozenset[str], tell: Callable[[str], object]) -> Iterator[Found]:
    entries = [entry for entry in archive.infolist() if not entry.filename.endswith("/")]  # `is_dir` needs a name, and some have none
    if len(entries) > MAX_ENTRIES:
        raise TooLargeError(f"{path}: {len(entries):,} entries, but the limit is {MAX_ENTRIES:,}; unpack it into a folder")
    left = allowance(Path(path).stat().st_size)
    n_skipped = 0
    for entry in entries:
        name = entry_name(entry)
        if PurePosixPath(name).suffix.lower() not in suffixes:
            n_skipped += 1
            continue
        found, n_read = _entry(f"{path}/{name}", archive, entry)
        left -= n_read
        if left < 0:
            raise TooLargeError(f"{path}: inflates to more than {MAX_RATIO} times its size; the entries from {name} on are left out")
        yield found
    if n_skipped:
        tell(f"{path}: {n_skipped} entries with other suffixes than {' '.join(sorted(suffixes))} left out")


def _entry(name: str, archive: ZipFile, entry: ZipInfo) -> tuple[Found, int]:
    """The document and how many bytes were inflated for it."""
    stem = PurePosixPath(name).stem
    try:
        if entry.flag_bits & _ENCRYPTED:
            raise NotTextError(f"{name}: encrypted; unpack the archive with its password")
        with archive.open(entry) as stream:
            data = stream.read(MAX_BYTES + 1)
    except DocumentError as error:
        return (name, stem, partial(refuse, error)), 0
    except _DAMAGE as error:
        return (name, stem, partial(refuse, _damaged(name, error))), 0
    return (name, stem, partial(document_from_bytes, name, data)), len(data)


def _no_archive(path: str, error: Exception) -> UnreadableError:
    return UnreadableError(f"{path}: damaged or no ZIP archive ({error}); none of its entries is read, fetch it again")


def _damaged(name: str, error: Exception) -> UnreadableError:
    return UnreadableError(f"{name}: the archive is damaged there ({error}); the other entries are not affected, fetch it again")


def entry_name(entry: ZipInfo) -> str:
    """The entry's name, for people only: archives made in China write GB18030 without saying so, which zipfile reads as code page 437."""
    name = entry.filename
    if not entry.flag_bits & _UTF8_NAME:
        raw = name.encode("cp437", errors="replace")
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return _CONTROL.sub("\ufffd", name)
