"""The rows of a statistics table of before 2019, as the page for checking shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gongkai.inference.report.review.doubt import SURE
from gongkai.inference.report.review.words import Words
from gongkai.inference.report.tables import title_of
from gongkai.inference.results import Extraction, Indicator, Offsets, Verdict

_NUMBERINGS = "、(."  # what a level of numbering ends or begins with: 三、(一)1.
_DEEPEST = 3


@dataclass(frozen=True, slots=True)
class LegacyRow:
    """A row, how deep its numbering is, and whether it is in doubt: of a confidence below `SURE`, or named by a broken sum."""

    indicator: Indicator
    ref: str
    depth: int
    doubtful: bool

    @property
    def places(self) -> tuple[Offsets, ...]:
        """Where it stands in the source: its number first, then its title."""
        return (*self.indicator.spans, self.indicator.name_span)

    @property
    def title(self) -> Words:
        """The title as printed; in English, what the indicator is called by its key, if it is known."""
        key = self.indicator.key
        return Words(self.indicator.name, english(key) if key else self.indicator.name)


def legacy_rows(extraction: Extraction) -> tuple[LegacyRow, ...]:
    """The rows in printed order; `ref` names the row on the page."""
    broken = {key for check in extraction.checks if check.verdict is Verdict.BROKEN for key in check.doubtful or check.keys}
    return tuple(
        LegacyRow(one, f"l{place}", _depth(one), one.confidence < SURE or one.key in broken) for place, one in enumerate(extraction.legacy)
    )


def legacy_refs(rows: Sequence[LegacyRow]) -> dict[str, tuple[str, Words]]:
    """The row and the title of every indicator by its key."""
    return {row.indicator.key: (row.ref, indicator_title(row.indicator.key)) for row in reversed(rows) if row.indicator.key}


def indicator_title(key: str) -> Words:
    """An indicator by the title of the form, in English by its key."""
    return Words(title_of(key), english(key))


def english(key: str) -> str:
    """The key in words.

    >>> english("legacy.received_by_fax")
    'received by fax'
    """
    return key.rpartition(".")[2].replace("_", " ")


def _depth(indicator: Indicator) -> int:
    levels = sum((indicator.number or "").count(sign) for sign in _NUMBERINGS)
    return min(max(levels - 1, 0), _DEEPEST)
