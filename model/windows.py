"""A sequence cut into windows with overlap, and the windows' scores put back together."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]
NEAR = 5
"""A line is near if it begins in the last fifth of a window."""


@dataclass(frozen=True, slots=True)
class Window:
    """Positions `start` to `end` are read together; only `keep_start` to `keep_end` of what comes out counts.

    The kept parts of a sequence's windows are disjoint and cover it.
    """

    start: int
    end: int
    keep_start: int
    keep_end: int


def cut(length: int, size: int, overlap: int, lines: Sequence[int] = ()) -> tuple[Window, ...]:
    """The windows over `length` positions: all `size` long but the last, which is no longer than that.

    Neighbours share at least `overlap` positions, half of them on either side of where the one's kept part ends and the other's
    begins. That is at one of `lines` (positions where a line begins, in order) if one is near, so that few spans are cut.
    Raises ValueError unless 0 <= overlap < size.
    """
    if not 0 <= overlap < size:
        raise ValueError(f"windows of {size} cannot overlap by {overlap}: 0 <= overlap < size must hold")
    windows: list[Window] = []
    start = kept = 0
    while length - start > size:
        last = start + size - overlap // 2
        first = max(kept, start + overlap - overlap // 2, last - size // NEAR) + 1
        border = _last_inside(lines, first, last)
        windows.append(Window(start, start + size, kept, border))
        start, kept = border - (overlap - overlap // 2), border
    return (*windows, Window(start, length, kept, length)) if length else ()


def _last_inside(lines: Sequence[int], first: int, last: int) -> int:
    """The last of `lines` between `first` and `last`; `last` itself if there is none."""
    found = bisect_right(lines, last)
    return lines[found - 1] if found and lines[found - 1] >= first else last


def stitch(windows: Iterable[Window], scores: Iterable[Scores]) -> Scores:
    """The kept rows of each window's scores (shape: window length x classes), one after another."""
    kept = [rows[window.keep_start - window.start : window.keep_end - window.start] for window, rows in zip(windows, scores, strict=True)]
    return np.concatenate(kept)
