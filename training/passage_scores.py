"""Figures and entities of annotated passages held against what the command line says of them, as both are written in JSON.

The records of both sides come in one order. A hit is the same label on the same characters, or, where values are compared, the same
label with the same value in the same passage.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from gongkai.training.scores import Score

Record = dict[str, Any]
Entries = Counter[tuple[Any, ...]]
KINDS = ("figures", "entities")
CASES = ("requests_", "reviews", "litigations")
"""How the labels of applications, reviews and suits begin."""


@dataclass(frozen=True, slots=True)
class PassageScores:
    """What is right in a set of passages.

    `spans` has the scores by label of `figures` and of `entities`; `values` compares label and value of figures; `cases` are the
    printed numbers of applications, reviews and suits. `false` figures were found in the `without` passages that have none.
    """

    texts: int
    spans: dict[str, dict[str, Score]]
    values: Score
    cases: Score
    without: int
    false: int

    @classmethod
    def of(cls, golds: Sequence[Record], found: Sequence[Record]) -> PassageScores:
        """Score `found`, extractions in the order of `golds`."""
        empty = [len(said["figures"]) for gold, said in zip(golds, found, strict=True) if not gold["figures"]]
        return cls(
            texts=len(golds),
            spans={kind: _by_label(_entries(golds, kind, _span), _entries(found, kind, _span)) for kind in KINDS},
            values=_score(_entries(golds, "figures", _value), _entries(found, "figures", _value)),
            cases=_score(_entries(_printed_cases(golds), "figures", _span), _entries(_printed_cases(found), "figures", _span)),
            without=len(empty),
            false=sum(empty),
        )

    def total(self, kind: str) -> Score:
        """All labels of `figures` or of `entities` together."""
        return sum(self.spans[kind].values(), Score())


def _span(item: Record) -> tuple[Any, ...]:
    return item["label"], item["start"], item["end"]


def _value(item: Record) -> tuple[Any, ...]:
    return item["label"], item["value"]


def _printed_cases(records: Sequence[Record]) -> list[Record]:
    return [
        {"figures": [item for item in record.get("figures", ()) if item["basis"] == "printed" and item["label"].startswith(CASES)]}
        for record in records
    ]


def _entries(records: Sequence[Record], kind: str, key: Callable[[Record], tuple[Any, ...]]) -> Entries:
    """How often each (number of the text, label, …) is stated."""
    return Counter((number, *key(item)) for number, record in enumerate(records) for item in record.get(kind, ()))


def _by_label(right: Entries, got: Entries) -> dict[str, Score]:
    return {label: _score(_only(right, label), _only(got, label)) for label in sorted({str(entry[1]) for entry in (*right, *got)})}


def _only(entries: Entries, label: str) -> Entries:
    return Counter({entry: count for entry, count in entries.items() if entry[1] == label})


def _score(right: Entries, got: Entries) -> Score:
    return Score(right.total(), got.total(), (right & got).total())
