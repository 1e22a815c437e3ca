"""An analysis as tables for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rich.table import Column, Table

from gongkai.training.analysis.analysis import Analysis
from gongkai.training.analysis.calibration import calibration_error
from gongkai.training.analysis.outcomes import Kind
from gongkai.training.scores import Score

COUNTS = ("gold", "found", "hits", "P", "R", "F1")
CONFUSIONS = 20


def tables(analysis: Analysis) -> Iterator[Table]:
    """Scores by label, by wording, the most frequent confusions, and confidence."""
    yield label_table(analysis)
    yield wording_table(analysis)
    yield confusion_table(analysis)
    yield calibration_table(analysis)


def label_table(analysis: Analysis) -> Table:
    """A row for each label, the most frequent first, over the sums by kind."""
    scores = analysis.scores
    table = Table(Column("label", no_wrap=True), *COUNTS, title=f"{analysis.name}: {scores.texts} texts")
    for row in score_rows(scores.by_label):
        table.add_row(*row)
    table.add_section()
    for kind in analysis.kinds:
        table.add_row(kind, *score_cells(scores.of_kind(kind)))
    texts, false = analysis.without_figures()
    table.caption = f"strict IOB2 F1 over characters (seqeval): {scores.seqeval_f1:.4f}; texts that state no figure: {texts}, false figures in them: {false}"
    return table


def wording_table(analysis: Analysis) -> Table:
    """A row for each class of wording."""
    table = Table(Column("wording", no_wrap=True), *COUNTS, title="by wording")
    for row in score_rows(analysis.by_wording()):
        table.add_row(*row)
    return table


def confusion_table(analysis: Analysis) -> Table:
    """The most frequent pairs of gold and predicted label; a pair of equal labels is another border."""
    errors = analysis.errors()
    table = Table("gold", "predicted", "count", title="errors")
    for gold, found, count in analysis.confusions()[:CONFUSIONS]:
        table.add_row(gold, found, str(count))
    table.caption = ", ".join(f"{kind.value} {errors[kind.value]}" for kind in Kind if kind is not Kind.HIT)
    return table


def calibration_table(analysis: Analysis) -> Table:
    """How often predictions of each confidence are right."""
    bins = analysis.calibration()
    table = Table("confidence", "predicted", "right", "mean confidence", "accuracy", title="confidence")
    for one in bins:
        if one.predicted:
            table.add_row(f"from {one.low:.1f}", str(one.predicted), str(one.right), f"{one.confidence:.3f}", f"{one.accuracy:.3f}")
    table.caption = f"expected calibration error: {calibration_error(bins):.4f}"
    return table


def score_rows(scores: Mapping[str, Score]) -> Iterable[tuple[str, ...]]:
    """Name and cells of each score, the most frequent in the gold first."""
    return ((name, *score_cells(score)) for name, score in sorted(scores.items(), key=lambda item: (-item[1].gold, item[0])))


def score_cells(score: Score) -> tuple[str, ...]:
    """The cells under COUNTS."""
    counts = (score.gold, score.predicted, score.hits)
    return (*map(str, counts), *(f"{rate:.4f}" for rate in (score.precision, score.recall, score.f1)))
