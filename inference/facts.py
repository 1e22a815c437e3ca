"""What the narrative says without contradiction, and which cells that speaks of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from gongkai.inference.forms import forms
from gongkai.inference.results import Basis, Figure

CELLS_OF: Mapping[str, str] = {
    "requests_received": "requests.new_received.total",
    "requests_carried_in": "requests.carried_in.total",
    "requests_handled": "requests.handled_total.total",
    "requests_carried_out": "requests.carried_out.total",
    "requests_granted": "requests.granted.total",
    "requests_partially_granted": "requests.partially_granted.total",
    "requests_natural_person": "requests.new_received.natural_person",
    "reviews": "review_litigation.review.total",
    "reviews_upheld": "review_litigation.review.upheld",
    "reviews_corrected": "review_litigation.review.corrected",
    "reviews_other": "review_litigation.review.other",
    "reviews_pending": "review_litigation.review.pending",
}
"""The cell that a figure states by itself."""

GROUPS_OF: Mapping[str, str] = {
    "requests_denied": "denied_",
    "requests_unavailable": "unavailable_",
    "requests_rejected": "rejected_",
    "requests_other_handling": "other_",
}
"""The prefix of the rows whose totals add up to a figure."""

LITIGATION_ROWS = ("litigation_direct", "litigation_after_review")
OUTCOMES = {"": "total", "_upheld": "upheld", "_corrected": "corrected", "_other": "other", "_pending": "pending"}
_ORGANISATIONS = ("business", "research", "social_org", "legal_service", "other")
_ADDED = (*GROUPS_OF, "requests_organization")  # each ground and kind of applicant counts by itself where no total is printed
_ONE_LIST = 40  # characters between the members of a list, with what they are called
_REVIEW_PARTS = ("reviews_upheld", "reviews_corrected", "reviews_other", "reviews_pending")


@dataclass(frozen=True, slots=True)
class Fact:
    """One number of the narrative and the figures that state it."""

    label: str
    value: int | float
    figures: tuple[Figure, ...]

    @property
    def confidence(self) -> float:
        """That of the surest of its statements."""
        return max(figure.confidence for figure in self.figures)


def facts_of(figures: Sequence[Figure]) -> dict[str, Fact]:
    """One fact for every label whose statements all give the same value.

    Several different values are parts where they add up to a stated whole (1 withdrawn, 2 dismissed of 3 reviews), else the
    narrative contradicts itself and says nothing.
    """
    by_label: dict[str, list[Figure]] = defaultdict(list)
    for figure in figures:
        if figure.value is not None:
            by_label[figure.label].append(figure)
    facts = {label: fact for label, stated in by_label.items() if (fact := _agreed(label, stated))}
    return {**facts, **_summed_parts(by_label, facts)}


def _agreed(label: str, stated: Sequence[Figure]) -> Fact | None:
    values = {_counted(one) for one in _lists(stated)} if label in _ADDED else {figure.value for figure in stated}
    value = next(iter(values))
    return Fact(label, value, tuple(stated)) if len(values) == 1 and value is not None else None


def _lists(stated: Sequence[Figure]) -> list[list[Figure]]:
    """Printed numbers of one label that stand in one list (国家秘密1件、过程性信息2件) together; what stands alone by itself."""
    lists: list[list[Figure]] = []
    for figure in stated:
        before = lists[-1][-1] if lists else None
        near = before is not None and 0 <= figure.start - before.end <= _ONE_LIST
        if before is not None and near and before.basis is figure.basis is Basis.PRINTED:
            lists[-1].append(figure)
        else:
            lists.append([figure])
    return lists


def _counted(members: Sequence[Figure]) -> int | float | None:
    """What a list comes to: its first number if the rest add up to that, else the sum. Of two alike nobody knows which it is."""
    first, *rest = (figure.value or 0 for figure in members)
    if len(rest) == 1 and first == rest[0] != 0:
        return None
    return first if not rest or first == sum(rest) else first + sum(rest)


def _summed_parts(by_label: Mapping[str, Sequence[Figure]], facts: Mapping[str, Fact]) -> dict[str, Fact]:
    whole = facts.get("reviews")
    parts = [label for label in _REVIEW_PARTS if label in by_label]
    sums = {label: sum(figure.value or 0 for figure in by_label[label]) for label in parts}
    if whole is None or sum(sums.values()) != whole.value:
        return {}
    return {label: Fact(label, sums[label], tuple(by_label[label])) for label in parts}


def keys_of(label: str, cells: Collection[str]) -> tuple[str, ...]:
    """The cells that add up to a figure of `label`; of a group of rows those that the page has. None for labels that no cell repeats."""
    if label in CELLS_OF:
        return (CELLS_OF[label],)
    if label in GROUPS_OF:
        return tuple(key for key in _totals(GROUPS_OF[label]) if key in cells)
    if label == "requests_organization":
        return tuple(f"requests.new_received.{column}" for column in _ORGANISATIONS)
    outcome = label.removeprefix("litigations")
    if outcome != label and outcome in OUTCOMES:
        return tuple(f"review_litigation.{row}.{OUTCOMES[outcome]}" for row in LITIGATION_ROWS)
    return ()


@cache
def _totals(prefix: str) -> tuple[str, ...]:
    keys = (key for form in forms().values() for key in form.table("requests").keys())
    return tuple(dict.fromkeys(key for key in keys if key.startswith(f"requests.{prefix}") and key.endswith(".total")))
