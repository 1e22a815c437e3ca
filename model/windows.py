"""A sequence cut into windows with overlap, and the windows' scores put back together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Window:
    """Positions `start` to `end` are read together; only `keep_start` to `keep_end` of what comes out counts.

    The kept parts of a sequence's windows are disjoint and cover it, and each position is kept where it is farthest
    from a border that cuts its context.
    """

    start: int
    end: int
    keep_start: int
    keep_end: int


def cut(length: int, size: int, overlap: int) -> tuple[Window, ...]:
    """The windows over `length` positions: all `size` long, or a single shorter one.

    Neighbours share at least `overlap` positions; the last window is moved back to the end instead of being cut short.
    Raises ValueError unless 0 <= overlap < size.
    """
    if not 0 <= overlap < size:
        raise ValueError(f"windows of {size} cannot overlap by {overlap}: 0 <= overlap < size must hold")
    if length == 0:
        return ()
    last = max(length - size, 0)
    starts = [*range(0, last, size - overlap), last]
    ends = [min(start + size, length) for start in starts]
    borders = [0, *((start + end + 1) // 2 for start, end in zip(starts[1:], ends, strict=False)), length]
    return tuple(map(Window, starts, ends, borders, borders[1:]))


def stitch(windows: Iterable[Window], scores: Iterable[Scores]) -> Scores:
    """The kept rows of each window's scores (shape: window length x classes), one after another."""
    kept = [rows[window.keep_start - window.start : window.keep_end - window.start] for window, rows in zip(windows, scores, strict=True)]
    return np.concatenate(kept)
