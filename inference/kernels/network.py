"""What a network is to whoever reads pages with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]
Scores = NDArray[np.float32]


class Network(Protocol):
    """A token classifier. The scores of a window depend on nothing but its ids: not on other windows, nor on the number of threads."""

    def run(self, windows: Iterable[Ids]) -> Iterator[Scores]:
        """For each window (its ids, special tokens included) the score of every tag for each token (shape: length x tags), in order."""
        ...
