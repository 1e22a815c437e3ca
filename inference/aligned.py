"""Text that remembers where every character came from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Edit = tuple[int, int, str]


@dataclass(frozen=True, slots=True, eq=False)
class AlignedText:
    """`text` made from a source: character i came from source characters `starts[i]` to `ends[i]` (half-open).

    Both arrays are int32 of shape (len(text),) and non-decreasing. A character that stands for several of the source
    covers them all; a source character that was removed belongs to none.
    """

    text: str
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]

    @classmethod
    def identity(cls, text: str) -> AlignedText:
        """`text` as its own source."""
        starts = np.arange(len(text), dtype=np.int32)
        return cls(text, starts, starts + 1)

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """The source characters behind characters `start` to `end` of the text; what was removed inside is inside."""
        return int(self.starts[start]), int(self.ends[end - 1])

    def source_spans(self, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        """`source_span` of each of `spans`."""
        starts, ends = np.array(spans, dtype=np.intp).reshape(-1, 2).T
        return list(zip(self.starts[starts].tolist(), self.ends[ends - 1].tolist(), strict=True))

    def own_span(self, start: int, end: int) -> tuple[int, int] | None:
        """The characters of the text that came from source characters `start` to `end`, or None if none did."""
        first = int(np.searchsorted(self.ends, start, side="right"))
        last = int(np.searchsorted(self.starts, end, side="left"))
        return (first, last) if first < last else None

    def with_text(self, text: str) -> AlignedText:
        """The same places under another `text` of the same length (a 1:1 replacement of characters)."""
        if len(text) != len(self.text):
            raise ValueError(f"a 1:1 replacement must keep {len(self.text)} characters, got {len(text)}")
        return AlignedText(text, self.starts, self.ends)

    def edit(self, edits: Iterable[Edit]) -> AlignedText:
        """Replace characters start..end of the text by a string, for every (start, end, string).

        Edits are sorted and disjoint, and each covers at least one character. Every new character of an edit came from
        all source characters that the edit covers; with an empty string they are removed.
        """
        pieces: list[str] = []
        starts: list[NDArray[np.int32]] = []
        ends: list[NDArray[np.int32]] = []
        position = 0
        for start, end, new in edits:
            if start < position or end <= start:
                raise ValueError(f"edit {start}..{end} is empty, out of order or overlaps the one before it (which ends at {position})")
            first, last = self.source_span(start, end)
            pieces += (self.text[position:start], new)
            starts += (self.starts[position:start], np.full(len(new), first, dtype=np.int32))
            ends += (self.ends[position:start], np.full(len(new), last, dtype=np.int32))
            position = end
        if not pieces:
            return self
        return AlignedText(
            "".join((*pieces, self.text[position:])),
            np.concatenate((*starts, self.starts[position:])),
            np.concatenate((*ends, self.ends[position:])),
        )
