"""Everything that is said of a model on one set of texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from gongkai.inference.predict import Labeller
from gongkai.model.labels import label_set
from gongkai.training.analysis.calibration import Bin, calibration_error, histogram
from gongkai.training.analysis.outcomes import Entry, Judged, Kind, Outcome, judge
from gongkai.training.analysis.texts import GoldSet
from gongkai.training.scores import Score, Scores, labels_of, only, only_spans, predict_spans, score_json, scores_of

NOTHING = "–"
CONTEXT = 24


@dataclass(frozen=True, slots=True)
class Analysis:
    """A model held against one set. `judged` are its texts in order, limited to the kinds of label that the set marks."""

    name: str
    kinds: tuple[str, ...]
    judged: tuple[Judged, ...]
    scores: Scores

    def by_wording(self) -> dict[str, Score]:
        """The score of each class of wording that occurs: a prediction counts for the class of the words that it labels."""
        found: dict[str, Score] = {}
        for outcome in self.outcomes():
            hit = int(outcome.kind is Kind.HIT)
            if outcome.gold_wording is not None:
                found[outcome.gold_wording] = found.get(outcome.gold_wording, Score()) + Score(1, 0, hit)
            if outcome.found_wording is not None:
                found[outcome.found_wording] = found.get(outcome.found_wording, Score()) + Score(0, 1, 0)
        return found

    def errors(self) -> dict[str, int]:
        """How many outcomes are of each kind."""
        counts = Counter(outcome.kind for outcome in self.outcomes())
        return {kind.value: counts[kind] for kind in Kind}

    def confusions(self) -> list[tuple[str, str, int]]:
        """Gold label, predicted label and how often, the most frequent first; `–` where a side has nothing.

        Equal labels mean that only the border differs.
        """
        pairs = Counter((_label(one.gold), _label(one.found)) for one in self.outcomes() if one.kind is not Kind.HIT)
        return [(gold, found, count) for (gold, found), count in sorted(pairs.items(), key=lambda item: (-item[1], item[0]))]

    def calibration(self) -> tuple[Bin, ...]:
        """All predictions by confidence."""
        return histogram(self.judged)

    def without_figures(self) -> tuple[int, int]:
        """How many texts state no figure, and how many figures were predicted in them."""
        figures = label_set().figures
        empty = [one for one in self.judged if not any(outcome.gold and outcome.gold.label in figures for outcome in one.outcomes)]
        return len(empty), sum(outcome.found is not None and outcome.found.label in figures for one in empty for outcome in one.outcomes)

    def worst(self, most: int) -> list[Judged]:
        """The texts that cost most, the worst first, and none without an error."""
        wrong = [one for one in self.judged if one.errors]
        return sorted(wrong, key=lambda one: -sum(map(cost, one.errors)))[:most]

    def outcomes(self) -> Iterable[Outcome]:
        """The outcomes of all texts."""
        return (outcome for one in self.judged for outcome in one.outcomes)

    def as_json(self, most: int) -> dict[str, Any]:
        """Everything, with the `most` worst texts, rounded to four places."""
        bins = self.calibration()
        texts, false = self.without_figures()
        return {
            **self.scores.as_json(),
            "by_wording": {name: score_json(score) for name, score in sorted(self.by_wording().items())},
            "outcomes": self.errors(),
            "confusions": [{"gold": gold, "predicted": found, "count": count} for gold, found, count in self.confusions()],
            "without_figures": {"texts": texts, "false_figures": false},
            "calibration": {"error": round(calibration_error(bins), 4), "bins": [_bin_json(one) for one in bins]},
            "worst": [_judged_json(one) for one in self.worst(most)],
        }


def analyse(labeller: Labeller, gold: GoldSet) -> Analysis:
    """Label every text of `gold` and hold the labels of its kinds against it."""
    wanted = labels_of(gold.kinds)
    pairs = [(only(page, wanted), only_spans(predict_spans(labeller, page.page.text), wanted)) for page in gold.pages]
    return Analysis(gold.name, gold.kinds, tuple(judge(page, found) for page, found in pairs), scores_of(pairs))


def cost(error: Outcome) -> float:
    """What an error weighs: a figure that is made up for certain, or missed, weighs 1; a doubtful one less.

    A wrong label is both missed and made up. A border is half of that.
    """
    sure = error.found.score if error.found else 0.0
    weights = {Kind.MISSED: 1.0, Kind.SPURIOUS: sure, Kind.LABEL: 1.0 + sure, Kind.BOTH: 1.0 + sure, Kind.BORDER: (1.0 + sure) / 2}
    return weights.get(error.kind, 0.0)


def _label(entry: Entry | None) -> str:
    return entry.label if entry else NOTHING


def _bin_json(one: Bin) -> dict[str, float | int]:
    return {
        "from": one.low,
        "predicted": one.predicted,
        "right": one.right,
        "confidence": round(one.confidence, 4),
        "accuracy": round(one.accuracy, 4),
    }


def _judged_json(one: Judged) -> dict[str, Any]:
    return {"id": one.gold.page.id, "errors": [_error_json(one.gold.page.text, error) for error in one.errors]}


def _error_json(text: str, error: Outcome) -> dict[str, Any]:
    start, end = error.place
    return {
        "kind": error.kind.value,
        "gold": _entry_json(text, error.gold),
        "predicted": _entry_json(text, error.found),
        "context": text[max(0, start - CONTEXT) : end + CONTEXT],
    }


def _entry_json(text: str, entry: Entry | None) -> dict[str, Any] | None:
    if entry is None:
        return None
    words = text[entry.start : entry.end]
    return {"label": entry.label, "start": entry.start, "end": entry.end, "text": words, "confidence": round(entry.score, 4)}
