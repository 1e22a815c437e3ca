"""Files that may be compressed, opened as bytes; what comes out of one is counted while it is inflated."""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path
from typing import Any, BinaryIO

from gongkai.model.errors import MissingExtraError, TooLargeError, UnreadableError

MAX_RATIO = 200
"""Bytes that one compressed byte may become over a whole file. Report pages reach 5 to 30; a bomb reaches 1,000."""
FREE = 256 * 1024 * 1024
"""Inflated bytes of a file that are not held against the ratio."""
_WINDOW = 128 * 1024 * 1024  # what `zstd --long` writes and every decoder takes


def open_counted(path: str) -> io.BufferedReader:
    """The bytes of `path`, inflated if its name ends in .gz or .zst.

    Reading raises TooLargeError if a file inflates to more than MAX_RATIO times its size, UnreadableError if it is damaged, and
    opening raises OSError as `open` does, or MissingExtraError for .zst without its package.
    """
    file = Path(path).open("rb")  # noqa: SIM115 - the reader that is given back closes it
    suffix = Path(path).suffix.lower()
    if suffix == ".gz":
        return io.BufferedReader(_Counted(path, file, gzip.GzipFile(fileobj=file)))
    if suffix == ".zst":
        return io.BufferedReader(_Counted(path, file, _zstd(file)))
    return file


def allowance(compressed: int) -> int:
    """How many bytes may come out of `compressed` bytes."""
    return max(FREE, MAX_RATIO * compressed)


def _zstd(file: BinaryIO) -> Any:
    try:
        import zstandard
    except ImportError as error:
        file.close()
        raise MissingExtraError("reading .zst files", "batch") from error
    return zstandard.ZstdDecompressor(max_window_size=_WINDOW).stream_reader(file, read_across_frames=True)


class _Counted(io.RawIOBase):
    """What `stream` inflates of `file`, up to the allowance for the bytes consumed so far."""

    def __init__(self, path: str, file: BinaryIO, stream: Any) -> None:
        self._path, self._file, self._stream = path, file, stream
        self._n_out = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        data = self._read(len(view))
        self._n_out += len(data)
        if self._n_out > allowance(self._file.tell()):
            raise TooLargeError(
                f"{self._path}: inflates to more than {MAX_RATIO} times its size, as bombs do; "
                f"what stands before byte {self._n_out:,} is read, unpack the rest yourself if you trust it"
            )
        view[: len(data)] = data
        return len(data)

    def _read(self, size: int) -> bytes:
        try:
            data: bytes = self._stream.read1(size)  # what is there now: damage behind it must not cost it
            return data
        except (EOFError, zlib.error, OSError) as error:
            raise self._damaged(error) from error
        except Exception as error:
            if type(error).__module__.partition(".")[0] != "zstandard":
                raise
            raise self._damaged(error) from error

    def _damaged(self, error: Exception) -> UnreadableError:
        return UnreadableError(
            f"{self._path}: damaged after {self._n_out:,} inflated bytes ({error}); what stands before is read, fetch the file again"
        )

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
            self._file.close()
        super().close()
