"""What a labelled page is. Offsets are characters of `Page.text`, half-open, everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from gongkai.model.errors import AnnotationError


@dataclass(frozen=True, slots=True)
class Page:
    """One text to be labelled. All offsets of its spans count characters (code points) of `text`."""

    id: str
    text: str


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Characters `start` to `end` (half-open) carry `label`.

    `label` is a class of the label set; a joint class is written with `+` (`reviews+litigations`).
    `score` is the probability of the span in 0..1; a person's span has 1.0.
    """

    start: int
    end: int
    label: str
    score: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise AnnotationError(f"span {self.label} [{self.start}, {self.end}): offsets must satisfy 0 <= start < end")

    def shifted(self, by: int) -> Span:
        """The same span `by` characters later."""
        return Span(self.start + by, self.end + by, self.label, self.score)


@dataclass(frozen=True, slots=True)
class LabelledPage:
    """A page with its spans: sorted, disjoint, inside the text.

    Raises AnnotationError if the spans overlap, are out of order or leave the text.
    """

    page: Page
    spans: tuple[Span, ...]

    def __post_init__(self) -> None:
        position = 0
        for span in self.spans:
            if span.start < position:
                raise AnnotationError(f"page {self.page.id}: span {span} overlaps or precedes the one before it (which ends at {position})")
            position = span.end
        if position > len(self.page.text):
            raise AnnotationError(f"page {self.page.id}: a span ends at {position}, the text has {len(self.page.text)} characters")

    def text_of(self, span: Span) -> str:
        """The characters of `span`."""
        return self.page.text[span.start : span.end]


def moved(spans: Iterable[Span], place: Callable[[int, int], tuple[int, int] | None]) -> tuple[Span, ...]:
    """Sorted `spans` on the characters of another text, where `place` puts their ends (None: nowhere); sorted and disjoint again.

    Characters that two of them share there (a repair made several of one) belong to the first; what nothing is left of is dropped.
    """
    found: list[Span] = []
    for span in spans:
        start, end = place(span.start, span.end) or (0, 0)
        start = max(start, found[-1].end if found else 0)
        if start < end:
            found.append(replace(span, start=start, end=end))
    return tuple(found)
