"""An analysis as one HTML page that needs nothing else: the worst texts in context, over all scores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise

from jinja2 import Environment, StrictUndefined, Template

from gongkai.inference.report.words import plain
from gongkai.model.labels import label_set
from gongkai.training.analysis.analysis import Analysis
from gongkai.training.analysis.calibration import calibration_error
from gongkai.training.analysis.outcomes import Entry, Judged, Kind, Outcome
from gongkai.training.analysis.tables import COUNTS, score_cells, score_rows

AROUND = 120
"""Characters shown on either side of an error; what lies farther from any is left out."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters of a text that are shown alike: `kind` is that of the outcome they belong to, empty for text without labels.

    `label` is set on the last piece of an outcome, for the tag behind it. A piece that is `cut` stands for text left out.
    """

    text: str
    kind: str = ""
    label: str = ""
    cut: bool = False


def report(analyses: Sequence[Analysis], model: str, digest: str, worst: int) -> str:
    """The page on `analyses` of the model called `model`, with the `worst` texts of each set."""
    return _template().render(
        model=plain(model),
        digest=digest,
        analyses=[_section(analysis, worst) for analysis in analyses],
        counts=COUNTS,
        kinds=tuple(Kind)[1:],
    )


def pieces(judged: Judged, around: int = AROUND) -> Iterator[Piece]:
    """The text of `judged` near its errors, cut where what is said of it changes."""
    text = judged.gold.page.text
    position = 0
    for start, end in _shown(judged.errors, len(text), around):
        if start > position:
            yield Piece(f"… {start - position} …", cut=True)
        yield from _labelled(text, start, end, [one for one in judged.outcomes if one.place[0] < end and start < one.place[1]])
        position = end
    if position < len(text):
        yield Piece(f"… {len(text) - position} …", cut=True)


def _shown(errors: Sequence[Outcome], length: int, around: int) -> list[tuple[int, int]]:
    """The ranges of a text that show all errors, with what is round them; disjoint and in order."""
    ranges: list[tuple[int, int]] = []
    for error in errors:
        start, end = max(0, error.place[0] - around), min(length, error.place[1] + around)
        if ranges and start <= ranges[-1][1]:
            ranges[-1] = (ranges[-1][0], max(end, ranges[-1][1]))
        else:
            ranges.append((start, end))
    return ranges


def _labelled(text: str, start: int, end: int, outcomes: Sequence[Outcome]) -> Iterator[Piece]:
    """Characters `start` to `end` as pieces; where outcomes share characters, those of an error are shown."""
    borders = sorted({start, end, *(edge for one in outcomes for edge in one.place if start < edge < end)})
    for left, right in pairwise(borders):
        here = [one for one in outcomes if one.place[0] < right and left < one.place[1]]
        here.sort(key=lambda one: one.kind is Kind.HIT)
        kind = here[0].kind.value.replace(" ", "-") if here else ""
        ending = " · ".join(dict.fromkeys(_says(one) for one in here if one.place[1] == right))
        yield Piece(plain(text[left:right]), kind, ending)


def _says(outcome: Outcome) -> str:
    gold, found = (_named(side) for side in (outcome.gold, outcome.found))
    if outcome.kind is Kind.HIT:
        return gold
    return {Kind.MISSED: f"{gold} ✗", Kind.SPURIOUS: f"✗ {found}", Kind.BORDER: f"{gold} ↔"}.get(outcome.kind, f"{gold} → {found}")


def _named(entry: Entry | None) -> str:
    return label_set().names()[entry.label] if entry else ""


def _section(analysis: Analysis, worst: int) -> dict[str, object]:
    texts, false = analysis.without_figures()
    bins = analysis.calibration()
    return {
        "name": plain(analysis.name),
        "texts": analysis.scores.texts,
        "seqeval": f"{analysis.scores.seqeval_f1:.4f}",
        "kinds": [(kind, *score_cells(analysis.scores.of_kind(kind))) for kind in analysis.kinds],
        "labels": list(score_rows(analysis.scores.by_label)),
        "wordings": list(score_rows(analysis.by_wording())),
        "confusions": analysis.confusions(),
        "errors": analysis.errors(),
        "without": (texts, false),
        "bins": bins,
        "most": max((one.predicted for one in bins), default=0) or 1,
        "calibration_error": f"{calibration_error(bins):.4f}",
        "worst": [
            (plain(one.gold.page.id), list(pieces(one)), [_row(one, error) for error in one.errors]) for one in analysis.worst(worst)
        ],
    }


def _row(judged: Judged, error: Outcome) -> tuple[str, ...]:
    sides = [(_cell(judged, side), side.label if side else "") for side in (error.gold, error.found)]
    confidence = f"{error.found.score:.3f}" if error.found else ""
    return (error.kind.value, str(error.place[0]), *sides[0], *sides[1], confidence)


def _cell(judged: Judged, entry: Entry | None) -> str:
    return plain(judged.gold.page.text[entry.start : entry.end]) if entry else ""


@cache
def _template() -> Template:
    source = (files("gongkai.training.analysis") / "report.html.j2").read_text(encoding="utf-8")
    return Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True).from_string(source)
