"""Whether a new model may take the place of the current one: floors that it must reach, and the current model itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gongkai.inference.extract import Extractor
from gongkai.training.accuracy.floors import load_floors, measured_slice, shortfalls
from gongkai.training.bootstrap import Counts, Difference, paired_difference
from gongkai.training.pinned import Counted, GoldDocument, count

MARGIN = 0.001
"""A tenth of a point: what a model may lose without being called worse, unless the loss is certain."""
LIKELY = 0.8
"""A larger loss counts if at least this share of resamples shows one; in fewer, it may be the draw of documents."""

MEASURES: Mapping[str, Callable[[Counted], tuple[int, int]]] = {
    "cell recall": lambda found: (found.right, found.printed),
    "cell precision": lambda found: (found.right, found.read),
    "figure F1": lambda found: (2 * found.hits, found.stated + found.found),
}


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure on one set of documents, for the current model and the candidate."""

    set: str
    measure: str
    documents: int
    difference: Difference

    def loss(self) -> str | None:
        """Why the candidate is worse here, in numbers; None if it is not.

        It is worse if it lost more than MARGIN and that is LIKELY no accident of the documents, or if any loss is certain (95 %).
        """
        found = self.difference
        if found.high < 0 or (found.change < -MARGIN and found.lower >= LIKELY):
            return (
                f"{self.set}: {self.measure} falls from {_points(found.before)} to {_points(found.after)} "
                f"({_signed(found.change)}, 95 % between {_signed(found.low)} and {_signed(found.high)}, {self.documents} documents)"
            )
        return None

    def as_json(self) -> dict[str, Any]:
        """The numbers, rounded to six places."""
        numbers = {name: round(value, 6) for name, value in asdict(self.difference).items()}
        return {"set": self.set, "measure": self.measure, "documents": self.documents, **numbers}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate found. `reasons` says why the candidate is refused; without any it may be promoted."""

    measured: tuple[Measured, ...]
    reasons: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing speaks against the candidate."""
        return not self.reasons


def judge(current: Extractor, candidate: Extractor, documents: Sequence[GoldDocument]) -> Verdict:
    """Hold `candidate` against `current` on `documents`."""
    before = [count(current, document) for document in documents]
    after = [count(candidate, document) for document in documents]
    measured = tuple(_measure(documents, before, after))
    return Verdict(measured, tuple(reason for one in measured if (reason := one.loss())))


def below_floors(model: Path) -> tuple[str, ...]:
    """Every floor of `configs/floors.json` that the model in a folder misses, in numbers."""
    floors = load_floors()
    return tuple(
        f"severity {one.severity}: {one.rate.replace('_', ' ')} {_points(one.found)} is below the floor of {_points(one.floor)} "
        f"({floors.pages} pages)"
        for one in shortfalls(floors, measured_slice(floors, model))
    )


def _measure(documents: Sequence[GoldDocument], before: Sequence[Counted], after: Sequence[Counted]) -> list[Measured]:
    """Every measure on pinned gold and on generated pages, where the documents say anything of it."""
    found = []
    for name, wanted in (("pinned gold", True), ("generated pages", False)):
        chosen = [place for place, document in enumerate(documents) if (document.group == "gold") is wanted]
        for measure, of in MEASURES.items():
            old, new = (_counts([counted[place] for place in chosen], of) for counted in (before, after))
            if old[:, 1].sum() + new[:, 1].sum():
                found.append(Measured(name, measure, len(chosen), paired_difference(old, new)))
    return found


def _counts(counted: Sequence[Counted], of: Callable[[Counted], tuple[int, int]]) -> Counts:
    return np.array([of(found) for found in counted], dtype=np.int64).reshape(-1, 2)


def _points(rate: float) -> str:
    return f"{100 * rate:.2f} %"


def _signed(rate: float) -> str:
    return f"{100 * rate:+.2f}"
