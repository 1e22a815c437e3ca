"""What is to be done with a document, and what became of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from gongkai.inference.extract import Extractor
from gongkai.inference.read.found import Load
from gongkai.inference.results import Extraction

MakeExtractor = Callable[[], Extractor]
"""Called once in each worker. It must be picklable: a function of a module, or a `functools.partial` of one."""
Render = Callable[[Extraction], bytes]
"""What a worker makes of an extraction. It must be picklable, too."""


class Kind(StrEnum):
    """What became of a document: read; refused, for it is none that can be read; or failed, for it took too much or broke the reader."""

    PROCESSED = "processed"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may take: `seconds` of time, and `megabytes` of memory beyond what the loaded model takes."""

    seconds: float = 120
    megabytes: int = 1024


@dataclass(frozen=True, slots=True)
class Job:
    """The document at `position` of the input, counted from 0. Values below `min_confidence` are left out."""

    position: int
    name: str
    load: Load
    min_confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the document at `position`: the rendered extraction if it was processed, otherwise the reason."""

    position: int
    name: str
    kind: Kind
    reason: str | None = None
    content: bytes | None = None
