"""Passages scored by label, by value, by cases, and where nothing should be found."""

from __future__ import annotations

from typing import Any

from gongkai.training.passage_scores import PassageScores
from gongkai.training.scores import Score


def figure(label: str, start: int, value: float, basis: str = "printed") -> dict[str, Any]:
    return {"label": label, "start": start, "end": start + 1, "value": value, "basis": basis}


PHONE = {"label": "phone", "start": 8, "end": 9}
GOLDS: list[dict[str, Any]] = [
    {"figures": [figure("reviews", 3, 5), figure("requests_received", 9, 7), figure("litigations", 12, 0, "zero")], "entities": [PHONE]},
    {"figures": [figure("disclosures", 3, 80)], "entities": []},
    {"figures": [], "entities": []},
]
FOUND: list[dict[str, Any]] = [
    {"figures": [figure("reviews", 3, 5), figure("reviews", 3, 5), figure("requests_received", 10, 7)], "entities": []},
    {"figures": [figure("disclosures", 3, 8)], "entities": [PHONE]},
    {"figures": [figure("disclosures", 1, 2), figure("reviews", 5, 1)], "entities": []},
]


def test_labels_are_scored_over_all_texts() -> None:
    scores = PassageScores.of(GOLDS, FOUND)
    assert scores.spans["figures"] == {
        "disclosures": Score(gold=1, predicted=2, hits=1),
        "litigations": Score(gold=1, predicted=0, hits=0),
        "requests_received": Score(gold=1, predicted=1, hits=0),
        "reviews": Score(gold=1, predicted=3, hits=1),
    }
    assert scores.total("entities") == Score(gold=1, predicted=1, hits=0)


def test_values_count_wherever_they_stand_in_the_passage() -> None:
    assert PassageScores.of(GOLDS, FOUND).values == Score(gold=4, predicted=6, hits=2)


def test_cases_are_printed_numbers_of_requests_reviews_and_litigations() -> None:
    assert PassageScores.of(GOLDS, FOUND).cases == Score(gold=2, predicted=4, hits=1)


def test_figures_where_there_are_none_are_false() -> None:
    scores = PassageScores.of(GOLDS, FOUND)
    assert (scores.texts, scores.without, scores.false) == (3, 1, 2)
