"""How large a document may be. A report has a few thousand characters; what is many times larger holds several, and would take minutes."""

from __future__ import annotations

from gongkai.model.errors import TooLargeError

MAX_BYTES = 20 * 1024 * 1024
"""Bytes of a file, pictures and scripts among them (of HTML in memory: characters)."""
MAX_CHARACTERS = 200_000
"""Characters of the text that is shown."""
MAX_TAGS = 500_000
"""Tags of HTML, and of what a Word or PDF file becomes on the way to text."""


def check_size(name: str, size: int, unit: str, limit: int) -> None:
    """See that the document `name`, which has `size` of `unit` at least, has no more than `limit`. Raises TooLargeError."""
    if size > limit:
        raise _too_large(name, size, unit, limit)


def too_long(name: str) -> TooLargeError:
    """The error for the document `name` after a TooLongError."""
    return _too_large(name, MAX_CHARACTERS + 1, "characters", MAX_CHARACTERS)


def _too_large(name: str, size: int, unit: str, limit: int) -> TooLargeError:
    return TooLargeError(
        f"{name}: at least {size:,} {unit}, but the limit is {limit:,}; "
        "a report has a few thousand characters, so split the file into one document each"
    )


class TooLongError(Exception):
    """What is being written out has more than MAX_CHARACTERS."""
