"""The int8 network against fp32 of the same weights: what differs, and what it costs."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from transformers import PreTrainedModel

from gongkai.inference.kernels.onnx import OnnxNetwork
from gongkai.inference.predict import Predictor
from gongkai.model.types import LabelledPage, Span
from gongkai.training.export import to_onnx
from gongkai.training.scores import Score, character_tags, labels_of, only, only_spans, predict_spans, scores_of
from gongkai.training.train import kinds_in

Found = list[tuple[Span, ...]]


def precisions(network: PreTrainedModel, int8: Predictor, sets: Mapping[str, Sequence[LabelledPage]]) -> dict[str, Any]:
    """By set: texts, spans that only one of the two finds, characters that they tag differently, and the F1 of each."""
    with tempfile.TemporaryDirectory() as scratch:
        exported = Path(scratch) / "model.onnx"
        to_onnx(network, exported)
        fp32 = replace(int8, network=OnnxNetwork.open(exported, 1))
        return {name: _compare(name, golds, (int8, fp32)) for name, golds in sets.items() if golds}


def _compare(name: str, golds: Sequence[LabelledPage], readers: tuple[Predictor, Predictor]) -> dict[str, Any]:
    wanted = labels_of(kinds_in(name))
    small, full = ([only_spans(predict_spans(reader, gold.page.text), wanted) for gold in golds] for reader in readers)
    spans = [
        ({(s.start, s.end, s.label) for s in one}, {(s.start, s.end, s.label) for s in other})
        for one, other in zip(small, full, strict=True)
    ]
    return {
        "texts": len(golds),
        "characters": sum(len(gold.page.text) for gold in golds),
        "tags_differ": sum(_differing(golds, small, full)),
        "spans": sum(len(one | other) for one, other in spans),
        "spans_differ": sum(len(one ^ other) for one, other in spans),
        "f1_int8": _f1(golds, small, wanted),
        "f1_fp32": _f1(golds, full, wanted),
    }


def _differing(golds: Sequence[LabelledPage], small: Found, full: Found) -> list[int]:
    """Of each text, how many characters have another tag."""
    counts = []
    for gold, one, other in zip(golds, small, full, strict=True):
        tags = (character_tags(len(gold.page.text), spans) for spans in (one, other))
        counts.append(sum(left != right for left, right in zip(*tags, strict=True)))
    return counts


def _f1(golds: Sequence[LabelledPage], found: Found, wanted: frozenset[str]) -> float:
    scores = scores_of([(only(gold, wanted), spans) for gold, spans in zip(golds, found, strict=True)])
    return round(sum(scores.by_label.values(), Score()).f1, 4)
