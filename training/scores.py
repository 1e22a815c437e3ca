"""How good a labeller is on texts whose spans are known. All spans are compared on the source text, exactly: both ends and label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from seqeval.metrics import f1_score
from seqeval.scheme import IOB2

from gongkai.annotations.gold import KINDS
from gongkai.inference.aligned import AlignedText
from gongkai.inference.normalise import normalise
from gongkai.inference.predict import Labeller
from gongkai.model.labels import LabelSet, label_set, split_class
from gongkai.model.types import LabelledPage, Page, Span
from gongkai.training.synth.marked import MarkedText


@dataclass(frozen=True, slots=True)
class Score:
    """Spans of the gold, spans predicted, and how many of them are the same."""

    gold: int = 0
    predicted: int = 0
    hits: int = 0

    @property
    def precision(self) -> float:
        """The share of predicted spans that are right; 0 if none was predicted."""
        return self.hits / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        """The share of gold spans that were found; 0 if there are none."""
        return self.hits / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.hits / (self.gold + self.predicted) if self.gold + self.predicted else 0.0

    def __add__(self, other: Score) -> Score:
        return Score(self.gold + other.gold, self.predicted + other.predicted, self.hits + other.hits)


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores by single label (a joint span counts once for each of its labels), and strict IOB2 F1 over characters' tags."""

    texts: int
    by_label: dict[str, Score]
    seqeval_f1: float

    def of_kind(self, kind: str, labels: LabelSet | None = None) -> Score:
        """All labels of `structure`, `figures` or `entities` together."""
        names = getattr(labels or label_set(), kind)
        return sum((score for name, score in self.by_label.items() if name in names), Score())

    def as_json(self) -> dict[str, Any]:
        """The scores as they stand in metrics.json, rounded to four places."""
        kinds = {kind: score_json(self.of_kind(kind)) for kind in KINDS}
        labels = {name: score_json(score) for name, score in sorted(self.by_label.items())}
        return {"texts": self.texts, "seqeval_f1": round(self.seqeval_f1, 4), **kinds, "by_label": labels}


def gold_of(marked: MarkedText, name: str) -> LabelledPage:
    """A generated or written text as gold."""
    return LabelledPage(Page(name, marked.text), marked.spans())


def predict_spans(labeller: Labeller, text: str) -> tuple[Span, ...]:
    """The spans that `labeller` finds in `text`, on the characters of `text`."""
    aligned = normalise(AlignedText.identity(text)).aligned
    (page,) = labeller.label([Page("", aligned.text)])
    return tuple(Span(*aligned.source_span(span.start, span.end), span.label, span.score) for span in page.spans)


def score_labeller(labeller: Labeller, golds: Sequence[LabelledPage], kinds: Sequence[str] = KINDS) -> Scores:
    """Label every text of `golds` and compare, on the labels of `kinds`.

    Gold that marks narrative only says nothing of `structure`; leave that kind out there.
    """
    wanted = labels_of(kinds)
    pairs = [(only(gold, wanted), only_spans(predict_spans(labeller, gold.page.text), wanted)) for gold in golds]
    return scores_of(pairs)


def scores_of(pairs: Sequence[tuple[LabelledPage, Sequence[Span]]]) -> Scores:
    """The scores of texts whose spans are known (first) and predicted (second)."""
    by_label: dict[str, Score] = {}
    for gold, found in pairs:
        for name, score in compare(gold.spans, found).items():
            by_label[name] = by_label.get(name, Score()) + score
    lengths = [len(gold.page.text) for gold, _ in pairs]
    right = [character_tags(length, gold.spans) for length, (gold, _) in zip(lengths, pairs, strict=True)]
    predicted = [character_tags(length, found) for length, (_, found) in zip(lengths, pairs, strict=True)]
    return Scores(len(pairs), by_label, strict_f1(right, predicted))


def labels_of(kinds: Iterable[str]) -> frozenset[str]:
    """The single labels of `kinds`."""
    return frozenset(name for kind in kinds for name in getattr(label_set(), kind))


def compare(gold: Iterable[Span], predicted: Iterable[Span]) -> dict[str, Score]:
    """The score of every single label that occurs on either side."""
    right, found = _entries(gold), _entries(predicted)
    names = {name for _, _, name in (*right, *found)}
    return {name: _score_of(name, right, found) for name in sorted(names)}


def character_tags(length: int, spans: Iterable[Span]) -> list[str]:
    """IOB2 tags, one for each character."""
    tags = ["O"] * length
    for span in spans:
        tags[span.start] = f"B-{span.label}"
        tags[span.start + 1 : span.end] = [f"I-{span.label}"] * (span.end - span.start - 1)
    return tags


def _entries(spans: Iterable[Span]) -> Counter[tuple[int, int, str]]:
    return Counter((span.start, span.end, name) for span in spans for name in split_class(span.label))


def _score_of(name: str, right: Counter[tuple[int, int, str]], found: Counter[tuple[int, int, str]]) -> Score:
    mine = Counter({entry: count for entry, count in right.items() if entry[2] == name})
    theirs = Counter({entry: count for entry, count in found.items() if entry[2] == name})
    return Score(mine.total(), theirs.total(), (mine & theirs).total())


def only_spans(spans: Iterable[Span], wanted: frozenset[str]) -> tuple[Span, ...]:
    """The spans of which every label is `wanted`."""
    return tuple(span for span in spans if wanted.issuperset(split_class(span.label)))


def only(page: LabelledPage, wanted: frozenset[str]) -> LabelledPage:
    """The page with such spans alone."""
    return LabelledPage(page.page, only_spans(page.spans, wanted))


def strict_f1(gold: list[list[str]], predicted: list[list[str]]) -> float:
    """Strict IOB2 F1; 0 where seqeval would divide by nothing."""
    if not any(tag != "O" for tags in (*gold, *predicted) for tag in tags):
        return 0.0
    # seqeval is not annotated, and what a checker guesses from its defaults is too narrow.
    score: Callable[..., Any] = f1_score
    return float(score(gold, predicted, mode="strict", scheme=IOB2, zero_division=0))


def score_json(score: Score) -> dict[str, float | int]:
    """Counts and rates, rounded to four places."""
    rates = {"precision": score.precision, "recall": score.recall, "f1": score.f1}
    return {"gold": score.gold, "predicted": score.predicted, "hits": score.hits, **{name: round(rate, 4) for name, rate in rates.items()}}
