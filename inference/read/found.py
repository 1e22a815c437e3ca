"""A document that was found but not yet read."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import PurePath
from typing import NoReturn

from gongkai.inference.read.document import Document
from gongkai.model.errors import DocumentError

Load = Callable[[], Document]
Found = tuple[str, str, Load]
"""What the document is called, the stem that its output files should have, and what reads it: picklable, raising DocumentError."""


def refused(name: str, error: DocumentError) -> Found:
    """A document whose loader raises `error`."""
    return name, PurePath(name).stem, partial(refuse, error)


def refuse(error: Exception) -> NoReturn:
    """Raise `error`: the loader of what cannot be read."""
    raise error
