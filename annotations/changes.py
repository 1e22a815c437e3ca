"""What a person changed of what a model said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from gongkai.model.types import Span


class Kind(StrEnum):
    """What became of a span."""

    KEPT = "kept"
    RELABELLED = "relabelled"
    MOVED = "moved"
    ADDED = "added"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Change:
    """One span before and after; None where there was none, or is none any more."""

    kind: Kind
    before: Span | None
    after: Span | None

    def as_json(self, text: str) -> dict[str, Any]:
        """Kind, place, characters, both labels, and how sure the model was."""
        place = self.after or self.before
        return {
            "change": str(self.kind),
            "start": place.start if place else None,
            "end": place.end if place else None,
            "text": text[place.start : place.end] if place else None,
            "model": self.before.label if self.before else None,
            "person": self.after.label if self.after else None,
            "score": self.before.score if self.before else None,
        }


def changes(before: Sequence[Span], after: Sequence[Span]) -> tuple[Change, ...]:
    """What became of every span, in the order of the text. Both sides are sorted and disjoint.

    The same characters under another label are relabelled; other characters that overlap under the same label are moved. Every
    span occurs once.
    """
    old, new = {(s.start, s.end): s for s in before}, {(s.start, s.end): s for s in after}
    same = [Change(_kind(old[place], new[place]), old[place], new[place]) for place in old.keys() & new.keys()]
    lost = [span for place, span in old.items() if place not in new]
    found = [span for place, span in new.items() if place not in old]
    moved = _moved(lost, found)
    gone, come = {change.before for change in moved}, {change.after for change in moved}
    deleted = [Change(Kind.DELETED, span, None) for span in lost if span not in gone]
    added = [Change(Kind.ADDED, None, span) for span in found if span not in come]
    return tuple(sorted((*same, *moved, *deleted, *added), key=_place))


def count_kinds(found: Iterable[Change]) -> Counter[Kind]:
    """How many spans were kept, relabelled, moved, added and deleted."""
    return Counter(change.kind for change in found)


def _kind(before: Span, after: Span) -> Kind:
    return Kind.KEPT if before.label == after.label else Kind.RELABELLED


def _moved(lost: Sequence[Span], found: Sequence[Span]) -> list[Change]:
    """Pairs of one label that overlap, each span in one pair at most, first come first served."""
    pairs: list[Change] = []
    free = list(found)
    for before in lost:
        after = next((span for span in free if span.label == before.label and span.start < before.end and before.start < span.end), None)
        if after:
            free.remove(after)
            pairs.append(Change(Kind.MOVED, before, after))
    return pairs


def _place(change: Change) -> tuple[int, int, str]:
    span = change.after or change.before
    return (span.start, span.end, change.kind) if span else (0, 0, change.kind)
