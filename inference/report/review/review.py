"""What a page for checking shows, worked out once from a reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from gongkai.inference.extract import Reading
from gongkai.inference.report.review.beside import Beside, figures_beside
from gongkai.inference.report.review.doubt import Doubt, doubts_of
from gongkai.inference.report.review.unplaced import Unplaced, unplaced
from gongkai.inference.results import Extraction


@dataclass(frozen=True, slots=True)
class Review:
    """What the page shows of a reading, worked out once: doubts by cell, figures beside cells, numbers without a place."""

    reading: Reading
    beside: tuple[Beside, ...]
    doubts: Mapping[str, tuple[Doubt, ...]]
    unplaced: tuple[Unplaced, ...]

    @property
    def extraction(self) -> Extraction:
        """What the document says."""
        return self.reading.extraction

    @property
    def lost(self) -> int:
        """How many printed numbers found no place, without those of a table that is printed again."""
        return sum(len(one.places) for one in self.unplaced if not one.again)

    @property
    def digest(self) -> str:
        """SHA-256 of the source text in UTF-8, hexadecimal: corrections name the text that they were made on by it."""
        return sha256(self.reading.document.source_text.encode("utf-8", "surrogatepass")).hexdigest()


def review_of(reading: Reading) -> Review:
    """The review of a reading."""
    beside = figures_beside(reading.extraction)
    return Review(reading, beside, doubts_of(reading.extraction, beside), unplaced(reading))
