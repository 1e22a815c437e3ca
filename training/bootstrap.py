"""Whether one model is better than another on the same documents, and how sure that is: a paired bootstrap over documents."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
RESAMPLES = 2000
SEED = 20190415


@dataclass(frozen=True, slots=True)
class Difference:
    """A rate of two models on the same documents, in 0..1.

    `low` and `high` bound 95 % of the resampled differences after − before; `lower` is the share of resamples in which the second
    model is below the first.
    """

    before: float
    after: float
    low: float
    high: float
    lower: float

    @property
    def change(self) -> float:
        """How much higher the second rate is."""
        return self.after - self.before


def paired_difference(before: Counts, after: Counts, resamples: int = RESAMPLES) -> Difference:
    """The difference of two rates whose counts (shape: documents x 2: hits, out of) are of the same documents in the same order.

    The same counts give the same answer. Raises ValueError if the shapes differ.
    """
    if before.shape != after.shape or before.ndim != 2:
        raise ValueError(f"counts of shape {before.shape} and {after.shape} are not of the same documents")
    # Every resample draws as many documents as there are, with replacement; how often each was drawn is its weight.
    documents = len(before)
    weights = (
        np.random.default_rng(SEED).multinomial(documents, np.full(documents, 1 / max(documents, 1)), resamples) if documents else None
    )
    changes = np.zeros(resamples) if weights is None else rates(weights @ after) - rates(weights @ before)
    low, high = np.quantile(changes, (0.025, 0.975))
    first, second = (float(rates(counts.sum(axis=0))) for counts in (before, after))
    return Difference(first, second, float(low), float(high), float((changes < 0).mean()))


def rates(counts: Counts) -> NDArray[np.float64]:
    """Hits / out of for every row; 1 where nothing was to be hit."""
    hits, outof = counts[..., 0].astype(float), counts[..., 1].astype(float)
    found: NDArray[np.float64] = np.divide(hits, outof, out=np.ones_like(hits), where=outof > 0)
    return found
