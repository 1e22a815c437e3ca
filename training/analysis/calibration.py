"""How sure the model says it is, against how often it is right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gongkai.training.analysis.outcomes import Judged, Kind

BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """The predictions with a confidence from `low` (to the next bin's): how many, how many of them right, the sum of their confidences."""

    low: float
    predicted: int = 0
    right: int = 0
    total: float = 0.0

    @property
    def confidence(self) -> float:
        """The mean confidence; the middle of the bin if it is empty."""
        return self.total / self.predicted if self.predicted else self.low + 0.5 / BINS

    @property
    def accuracy(self) -> float:
        """The share that is right; 0 if there are none."""
        return self.right / self.predicted if self.predicted else 0.0


def histogram(judged: Iterable[Judged]) -> tuple[Bin, ...]:
    """All predictions by confidence, in ten bins of equal width."""
    counts = [[0, 0, 0.0] for _ in range(BINS)]
    for one in judged:
        for outcome in one.outcomes:
            if outcome.found is not None:
                place = counts[min(int(outcome.found.score * BINS), BINS - 1)]
                place[0] += 1
                place[1] += outcome.kind is Kind.HIT
                place[2] += outcome.found.score
    return tuple(Bin(number / BINS, int(predicted), int(right), total) for number, (predicted, right, total) in enumerate(counts))


def calibration_error(bins: Iterable[Bin]) -> float:
    """The mean distance of confidence and accuracy, weighted by predictions (expected calibration error); 0 without any."""
    bins = tuple(bins)
    predicted = sum(one.predicted for one in bins)
    return sum(abs(one.total - one.right) for one in bins) / predicted if predicted else 0.0
