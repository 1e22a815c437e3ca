"""The readers that are held against each other: one model, one assembler, five ways of running the network."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gongkai.inference.extract import Extractor
from gongkai.inference.kernels.choose import Kernel, open_network
from gongkai.inference.kernels.network import Ids, Network, Scores
from gongkai.inference.kernels.onnx import OnnxNetwork
from gongkai.inference.predict import Labeller, Predictor
from gongkai.model.checkpoint import load_checkpoint
from gongkai.model.types import LabelledPage, Page, Span

OURS, WHOLE, PIPELINE, FULL, INT8 = "gongkai", "gongkai, all layers", "transformers pipeline", "onnxruntime fp32", "onnxruntime int8"
READERS = (OURS, WHOLE, PIPELINE, FULL, INT8)
STRIDE = 64
"""What neighbouring windows of the pipeline share."""


@dataclass(slots=True)
class Meter:
    """Seconds spent in the network, and the lengths of the windows that it was given, special tokens included."""

    seconds: float = 0.0
    windows: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Metered:
    """A network whose work is counted by `meter`."""

    network: Network
    meter: Meter

    def run(self, windows: Iterable[Ids]) -> Iterator[Scores]:
        """The scores of all windows, once all are there."""
        given = list(windows)
        begun = time.perf_counter()
        found = list(self.network.run(given))
        self.meter.seconds += time.perf_counter() - begun
        self.meter.windows += map(len, given)
        return iter(found)


@dataclass(frozen=True, slots=True)
class PipelineLabeller:
    """Hugging Face's own `pipeline("token-classification")` in fp32, with its windows and its way of joining tags to spans."""

    pipeline: Callable[[str], list[dict[str, Any]]]
    meter: Meter

    def label(self, pages: Sequence[Page]) -> list[LabelledPage]:
        """Every page with the spans that the pipeline gives it."""
        return [LabelledPage(page, tuple(self._spans(page.text))) for page in pages]

    def _spans(self, text: str) -> Iterator[Span]:
        begun = time.perf_counter()
        found = self.pipeline(text) if text.strip() else []
        self.meter.seconds += time.perf_counter() - begun
        end = 0
        for group in found:
            start, piece = max(end, group["start"]), text[max(end, group["start"]) : group["end"]]
            if piece.strip():
                start += len(piece) - len(piece.lstrip())
                end = start + len(piece.strip())
                yield Span(start, end, group["entity_group"], min(1.0, float(group["score"])))


def open_reader(name: str, folder: Path, threads: int, full: Path | None = None) -> tuple[Extractor, Meter]:
    """The reader `name` with the model in `folder` on `threads` threads; `full` is the fp32 network, for the reader of that name."""
    meter = Meter()
    labeller = _pipeline(folder, threads, meter) if name == PIPELINE else _predictor(name, folder, threads, full, meter)
    return Extractor(labeller, load_checkpoint(folder).calibration), meter


def _predictor(name: str, folder: Path, threads: int, full: Path | None, meter: Meter) -> Labeller:
    if name == FULL:
        if full is None:
            raise ValueError("the fp32 network is missing")
        bare = Predictor.from_folder(folder, threads, kernel=Kernel.INT8)
        return Predictor(bare.checkpoint, Metered(OnnxNetwork.open(full, threads), meter), bare.settings)
    bare = Predictor.from_folder(folder, threads, kernel=Kernel.INT8 if name == INT8 else None)
    network = open_network(folder, threads, early=False) if name == WHOLE else bare.network
    return Predictor(bare.checkpoint, Metered(network, meter), bare.settings)


def _pipeline(folder: Path, threads: int, meter: Meter) -> PipelineLabeller:
    import torch
    import transformers

    torch.set_num_threads(threads)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    warnings.simplefilter("ignore")  # one a span: the pipeline does not know words of one character
    network = transformers.AutoModelForTokenClassification.from_pretrained(folder, dtype=torch.float32)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    pipeline: Any = transformers.pipeline(
        "token-classification", model=network, tokenizer=tokenizer, stride=STRIDE, aggregation_strategy="simple"
    )
    return PipelineLabeller(pipeline, meter)
