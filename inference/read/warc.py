"""The pages in a WARC file, as crawlers write them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from gongkai.inference.read.compressed import MAX_RATIO, allowance
from gongkai.inference.read.document import document_from_bytes, unreadable
from gongkai.inference.read.found import Found, refused
from gongkai.inference.read.limits import MAX_BYTES
from gongkai.model.errors import MissingExtraError, TooLargeError, UnreadableError

if TYPE_CHECKING:
    from warcio.recordloader import ArcWarcRecord

WARCS = (".warc", ".warc.gz")
"""How the names of WARC files end."""
_CHUNK = 1 << 20
_REASON = 60
_RECORDS = frozenset({"response", "resource", "conversion"})
_PAGES = frozenset({"text/html", "application/xhtml+xml", "text/plain"})


def read_warc(path: str, tell: Callable[[str], object]) -> Iterator[Found]:
    """The HTML and text pages of `path` that a server answered with 200, in order, called by their addresses.

    Transfer and content codings are undone, of one page up to the limit of a document. Other responses are counted and told of.
    Raises MissingExtraError without warcio.
    """
    if find_spec("warcio") is None:
        raise MissingExtraError("reading WARC files", "batch")
    try:
        yield from _pages(path, tell)
    except OSError as error:
        yield refused(path, unreadable(path, error))
    except Exception as error:  # noqa: BLE001 - warcio lets out whatever its parsing of damaged headers meets
        yield refused(
            path, UnreadableError(f"{path}: damaged or no WARC ({_shown(str(error))}); what stands before is read, fetch the file again")
        )


def _shown(text: str) -> str:
    """Words of the file, or of an error that may quote it, fit to be printed."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text[:_REASON])


def _pages(path: str, tell: Callable[[str], object]) -> Iterator[Found]:
    from warcio.archiveiterator import ArchiveIterator

    n_skipped = n_out = 0
    with open(path, "rb") as file:  # noqa: PTH123 - a path as the user gave it
        for record in ArchiveIterator(file):
            if record.format != "warc":  # warcio takes any first line for the head of its forerunner, ARC
                raise ValueError("its first line is no head of a record")
            if record.rec_type not in _RECORDS:
                continue
            if not _is_page(record):
                n_skipped += 1
                continue
            data = record.content_stream().read(MAX_BYTES + 1)
            n_out += len(data)
            if n_out > allowance(file.tell()):
                yield refused(path, TooLargeError(f"{path}: inflates to more than {MAX_RATIO} times its size; the rest is left out"))
                return
            name = _address(record, path)
            if _is_cut(record):
                yield refused(name, UnreadableError(f"{name}: cut off, {path} ends within this page; fetch that file again"))
                break
            if cut := record.rec_headers.get_header("WARC-Truncated"):
                yield refused(name, UnreadableError(f"{name}: the crawler cut this page off ({_shown(cut)}); fetch the page again"))
                continue
            yield name, PurePosixPath(urlsplit(name).path).stem or "page", partial(document_from_bytes, name, data)
    if n_skipped:
        tell(f"{path}: {n_skipped} response(s) that are no page of text or HTML, or no success, left out")


def _is_cut(record: ArcWarcRecord) -> bool:
    """Whether the file ends before the record does, whose length is in its head; what is left of the record is passed over."""
    while record.raw_stream.read(_CHUNK):
        pass
    return getattr(record.raw_stream, "limit", 0) > 0


def _is_page(record: ArcWarcRecord) -> bool:
    headers = record.http_headers
    if headers is None:
        return _kind(record.rec_headers.get_header("Content-Type")) in _PAGES
    return bool(headers.get_statuscode() == "200") and _kind(headers.get_header("Content-Type")) in _PAGES


def _kind(content_type: str | None) -> str:
    """The media type alone; a page that does not say what it is counts as HTML, which is then found out."""
    return (content_type or "text/html").partition(";")[0].strip().lower()


def _address(record: ArcWarcRecord, path: str) -> str:
    address = record.rec_headers.get_header("WARC-Target-URI") or record.rec_headers.get_header("WARC-Record-ID") or path
    return address.strip("<>").encode("utf-8", errors="replace").decode()
