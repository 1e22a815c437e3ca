"""What became of every labelled thing: found, found elsewhere or under another name, missed, or made up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from gongkai.model.labels import split_class
from gongkai.model.types import LabelledPage, Span
from gongkai.training.analysis.wording import Wording, wording_class


class Kind(StrEnum):
    """How gold and prediction stand to each other."""

    HIT = "hit"
    LABEL = "other label"
    BORDER = "other border"
    BOTH = "other label and border"
    MISSED = "missed"
    SPURIOUS = "spurious"


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One label on one place; a joint span is one entry for each of its labels."""

    start: int
    end: int
    label: str
    score: float = 1.0

    def meets(self, other: Entry) -> bool:
        """Whether the two share a character."""
        return self.start < other.end and other.start < self.end

    def at(self, other: Entry) -> bool:
        """Whether the two have the same characters."""
        return (self.start, self.end) == (other.start, other.end)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One entry of the gold, one of the prediction, or a pair of them; never neither.

    `gold_wording` and `found_wording` are the classes of their words, None on the side that is missing.
    """

    kind: Kind
    gold: Entry | None
    found: Entry | None
    gold_wording: Wording | None
    found_wording: Wording | None

    @property
    def place(self) -> tuple[int, int]:
        """The characters that either side labels."""
        sides = [side for side in (self.gold, self.found) if side is not None]
        return min(side.start for side in sides), max(side.end for side in sides)


@dataclass(frozen=True, slots=True)
class Judged:
    """A text with what became of everything in it, in the order of the text."""

    gold: LabelledPage
    found: tuple[Span, ...]
    outcomes: tuple[Outcome, ...]

    @property
    def errors(self) -> tuple[Outcome, ...]:
        """Everything but the hits."""
        return tuple(outcome for outcome in self.outcomes if outcome.kind is not Kind.HIT)


PAIRINGS: tuple[tuple[Kind, Callable[[Entry, Entry], bool]], ...] = (
    (Kind.HIT, lambda gold, found: gold.at(found) and gold.label == found.label),
    (Kind.LABEL, lambda gold, found: gold.at(found)),
    (Kind.BORDER, lambda gold, found: gold.meets(found) and gold.label == found.label),
    (Kind.BOTH, lambda gold, found: gold.meets(found)),
)
"""What pairs gold with prediction, the closest kinship first; each entry is paired once."""


def judge(gold: LabelledPage, found: Iterable[Span]) -> Judged:
    """Hold `found` against the gold spans."""
    spans, text = tuple(found), gold.page.text
    mine, theirs = list(entries(gold.spans)), list(entries(spans))
    pairs: list[tuple[Kind, Entry | None, Entry | None]] = []
    for kind, fits in PAIRINGS:
        for entry in tuple(mine):
            if other := next((candidate for candidate in theirs if fits(entry, candidate)), None):
                mine.remove(entry)
                theirs.remove(other)
                pairs.append((kind, entry, other))
    pairs += [(Kind.MISSED, entry, None) for entry in mine]
    pairs += [(Kind.SPURIOUS, None, entry) for entry in theirs]
    outcomes = (Outcome(kind, one, other, _wording(text, one), _wording(text, other)) for kind, one, other in pairs)
    return Judged(gold, spans, tuple(sorted(outcomes, key=lambda outcome: (outcome.place, outcome.kind))))


def entries(spans: Iterable[Span]) -> Iterator[Entry]:
    """One entry for every label of every span."""
    return (Entry(span.start, span.end, label, span.score) for span in spans for label in split_class(span.label))


def _wording(text: str, entry: Entry | None) -> Wording | None:
    return None if entry is None else wording_class(text[entry.start : entry.end], entry.label)
