"""What a model says of a page, as Label Studio's predictions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gongkai.annotations.tasks import label_text, region
from gongkai.model.types import Span

if TYPE_CHECKING:
    from gongkai.inference.predict import Labeller, Predictor

Json = dict[str, Any]
PLACES = 4
LOWEST = 10
"""So many of the least certain spans of a page decide when it is labelled."""


def confidence(span: Span) -> float:
    """How likely the span is right, in 0..1."""
    return round(min(max(span.score, 0.0), 1.0), PLACES)


def certainty(spans: Sequence[Span]) -> float:
    """How sure a model is of a page, in 0..1: the mean of its least certain spans. Pages with low values are worth labelling first.

    The mean over all spans would hide ten doubtful figures behind two hundred certain zeros; the lowest alone is mostly noise.
    A page without any span comes first: it is none of ours, or the model is lost.
    """
    lowest = sorted(confidence(span) for span in spans)[:LOWEST]
    return round(sum(lowest) / len(lowest), PLACES) if lowest else 0.0


@dataclass(frozen=True, slots=True)
class Annotator:
    """A model that labels texts; `version` names it and its weights, the same for the same weights."""

    labeller: Labeller
    version: str

    @classmethod
    def of(cls, predictor: Predictor) -> Annotator:
        """The annotator with a checkpoint: its folder's name, and the beginning of its digest."""
        checkpoint = predictor.checkpoint
        name = re.sub(r"[^\w.-]", "_", checkpoint.folder.name)  # the server lists versions with commas between
        return cls(predictor, f"{name}-{checkpoint.digest[:12]}")

    def predict(self, name: str, text: str) -> Json:
        """The prediction for a text: model_version, score and regions."""
        spans = label_text(self.labeller, name, text)
        regions = [region(span, text, confidence(span)) for span in spans]
        return {"model_version": self.version, "score": certainty(spans), "result": regions}
