"""How often values of some confidence are right: bins, their errors, and the picture of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

EDGES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 1.0)
"""Where bins begin and end: narrow ones near 1, where almost all values are."""
SURE = 0.95


@dataclass(frozen=True, slots=True)
class Bin:
    """The values with a confidence from `low` to below `high`: how many, how many right, and the sum of their confidences."""

    low: float
    high: float
    values: int = 0
    right: int = 0
    total: float = 0.0

    @property
    def confidence(self) -> float:
        """The mean confidence; the middle of an empty bin."""
        return self.total / self.values if self.values else (self.low + self.high) / 2

    @property
    def accuracy(self) -> float:
        """The share that is right; 1 in an empty bin."""
        return self.right / self.values if self.values else 1.0


@dataclass(frozen=True, slots=True)
class Reliability:
    """The bins of one kind of value."""

    bins: tuple[Bin, ...]

    @property
    def values(self) -> int:
        """How many values there are."""
        return sum(one.values for one in self.bins)

    @property
    def error(self) -> float:
        """The expected calibration error: the mean distance of confidence and accuracy, weighted by values; 0 without any."""
        return sum(abs(one.total - one.right) for one in self.bins) / max(self.values, 1)

    @property
    def sure(self) -> Bin:
        """All values at `SURE` or more, as one bin."""
        chosen = [one for one in self.bins if one.low >= SURE]
        return Bin(SURE, 1.0, sum(one.values for one in chosen), sum(one.right for one in chosen), sum(one.total for one in chosen))

    def as_json(self) -> dict[str, Any]:
        """Counts and rates; bins that hold something as [low, high, values, right, mean confidence]."""
        return {
            "values": self.values,
            "right": sum(one.right for one in self.bins),
            "error": round(self.error, 5),
            "sure": round(self.sure.values / max(self.values, 1), 5),
            "sure_right": round(self.sure.accuracy, 5),
            "bins": [[one.low, one.high, one.values, one.right, round(one.confidence, 5)] for one in self.bins if one.values],
        }


def reliability(values: Iterable[tuple[float, bool]]) -> Reliability:
    """The bins of values, each given as its confidence and whether it is right."""
    counts: list[list[float]] = [[0, 0, 0.0] for _ in EDGES[1:]]
    for confidence, right in values:
        place = counts[min(bisect_right(EDGES, confidence) - 1, len(counts) - 1)]
        place[0] += 1
        place[1] += right
        place[2] += confidence
    limits = zip(EDGES, EDGES[1:], counts, strict=False)
    return Reliability(tuple(Bin(low, high, int(many), int(right), total) for low, high, (many, right, total) in limits))
