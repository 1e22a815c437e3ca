"""The narrative held against itself: what it counts one by one adds up to the whole that it states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gongkai.inference.arithmetic import same
from gongkai.inference.facts import Fact, facts_of
from gongkai.inference.results import Check, Figure, Verdict

PARTS_RULE = "narrative: sum of the parts of "
"""What a rule is called that holds a whole of the narrative against its parts; the label of the whole follows."""

_OUTCOMES = ("upheld", "corrected", "other", "pending")
_PARTS: Mapping[str, tuple[str, ...]] = {
    "requests_received": ("requests_natural_person", "requests_organization"),
    "requests_handled": (
        "requests_granted",
        "requests_partially_granted",
        "requests_denied",
        "requests_unavailable",
        "requests_rejected",
        "requests_other_handling",
    ),
    "reviews": tuple(f"reviews_{outcome}" for outcome in _OUTCOMES),
    "litigations": tuple(f"litigations_{outcome}" for outcome in _OUTCOMES),
}


def check_parts(figures: Sequence[Figure]) -> tuple[Check, ...]:
    """A verdict on every whole of which the narrative gives two parts or more, with the places of all of them.

    Parts that stay below the whole prove nothing, since some may not be told; there is no check then. `left` is the whole.
    """
    facts, stated = facts_of(figures), {figure.label for figure in figures}
    return tuple(check for whole in _PARTS if whole in facts for check in _check(whole, facts, stated))


def _check(whole: str, facts: Mapping[str, Fact], stated: set[str]) -> Iterator[Check]:
    told = [facts[part] for part in _PARTS[whole] if part in facts]
    value, total = facts[whole].value, sum(fact.value for fact in told)
    if len(told) < 2 or len(told) != len(stated & set(_PARTS[whole])) or (total < value and not same(total, value)):
        return
    places = sorted({(figure.start, figure.end) for fact in (facts[whole], *told) for figure in fact.figures})
    verdict = Verdict.HOLDS if same(total, value) else Verdict.BROKEN
    yield Check(f"{PARTS_RULE}{whole}", (), value, total, verdict, spans=tuple(places))
