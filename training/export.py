"""A trained network to a checkpoint folder: fp16 safetensors to train on, an int8 ONNX network to read with."""

from __future__ import annotations

import copy
import json
import math
import shutil
import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from onnxruntime.quantization import QuantType, quantize_dynamic
from transformers import PreTrainedModel

from gongkai.inference.kernels.onnx import open_session
from gongkai.model.calibration import CALIBRATION
from gongkai.model.checkpoint import LABELS, NETWORK, TOKENIZER, TOKENIZER_CONFIG, WEIGHTS, write_labels
from gongkai.model.errors import CheckpointError
from gongkai.model.exits import EXITS
from gongkai.model.network import usable_positions
from gongkai.training.card_calibration import DIAGRAM
from gongkai.training.export_full import write_full_network

# fp32 ONNX and torch differ by rounding only; more means that the export is wrong.
TOLERANCE = 1e-2
OPSET = 17


@dataclass(frozen=True, slots=True)
class Agreement:
    """The exported networks against torch in fp32: largest difference of logits, and the share of equal tags."""

    fp32_difference: float
    int8_agreement: float


class _Logits(torch.nn.Module):
    """The network as a function of ids alone: one window at a time needs no padding, so nothing is masked."""

    def __init__(self, network: PreTrainedModel) -> None:
        super().__init__()
        self.network = network

    def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.network(input_ids=input_ids).logits
        return logits


def export_network(network: PreTrainedModel, tokenizer: Path, tags: tuple[str, ...], folder: Path) -> None:
    """Write configuration, fp16 weights, tokenizer, labels, int8 and fp32 networks of `network` into `folder`.

    A calibration and early heads that lie there are taken away: they belong to other weights.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in (CALIBRATION, DIAGRAM, EXITS):
        (folder / name).unlink(missing_ok=True)
    network.train(False)
    half = copy.deepcopy(network)
    torch.nn.Module.half(half)
    half.save_pretrained(folder)
    # The writer of safetensors makes files that only their owner may read.
    (folder / WEIGHTS).chmod(0o644)
    if tokenizer != folder / TOKENIZER:
        for name in (TOKENIZER, TOKENIZER_CONFIG):
            if (source := tokenizer.with_name(name)).exists():
                shutil.copyfile(source, folder / name)
    state_positions(folder / TOKENIZER_CONFIG, usable_positions(network))
    write_labels(folder, tags)
    with tempfile.TemporaryDirectory() as scratch:
        exported = Path(scratch) / "model.onnx"
        to_onnx(network, exported)
        quantise(exported, folder / NETWORK)
    write_full_network(network, folder)


def state_positions(path: Path, positions: int) -> None:
    """Say in a `tokenizer_config.json` how long a window the encoder takes, where it says nothing or too much."""
    content = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    if content.get("model_max_length", math.inf) > positions:
        content["model_max_length"] = positions
        path.write_text(json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def to_onnx(network: PreTrainedModel, path: Path, folded: bool = True) -> None:
    """The network in fp32: input `input_ids` (int64, batch x length), output `logits` (float32, batch x length x tags).

    Unless `folded`, its weights have the names and shapes that they have in `network`.
    """
    wrapper = _Logits(network).train(False)
    axes = {"input_ids": {0: "batch", 1: "length"}, "logits": {0: "batch", 1: "length"}}
    with warnings.catch_warnings(), torch.no_grad():
        # The tracing exporter is deprecated but needs no further package and writes the smaller graph.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            wrapper,
            (torch.ones(2, 8, dtype=torch.long),),
            str(path),
            input_names=["input_ids"],
            output_names=["logits"],
            dynamic_axes=axes,
            opset_version=OPSET,
            do_constant_folding=folded,
            dynamo=False,
        )
    # Exporting may leave the inner network in training mode.
    network.train(False)


def quantise(source: Path, target: Path) -> None:
    """int8 weights, one scale for each output channel; activations are quantised as they come."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        quantize_dynamic(str(source), str(target), per_channel=True, weight_type=QuantType.QInt8)


def check_export(network: PreTrainedModel, folder: Path, windows: Sequence[NDArray[np.int64]]) -> Agreement:
    """Run `windows` (token ids, special ones included) through torch, fp32 ONNX and the int8 network of `folder`.

    Raises CheckpointError if the fp32 export does not compute what torch computes.
    """
    with tempfile.TemporaryDirectory() as scratch:
        exported = Path(scratch) / "model.onnx"
        to_onnx(network, exported)
        full = _run(exported, windows)
    small = _run(folder / NETWORK, windows)
    with torch.no_grad():
        torch_logits = [network(input_ids=torch.from_numpy(window)[None]).logits[0].float().numpy() for window in windows]
    difference = max(float(np.abs(one - other).max()) for one, other in zip(torch_logits, full, strict=True))
    if difference > TOLERANCE:
        raise CheckpointError(f"{folder}: the ONNX export differs from the network by {difference:.3f}; check the encoder's export")
    same = [one.argmax(-1) == other.argmax(-1) for one, other in zip(torch_logits, small, strict=True)]
    return Agreement(difference, float(np.concatenate(same).mean()))


def sizes(folder: Path) -> dict[str, int]:
    """Bytes of the two large files."""
    return {name: (folder / name).stat().st_size for name in (WEIGHTS, NETWORK, TOKENIZER, LABELS)}


def _run(path: Path, windows: Sequence[NDArray[np.int64]]) -> list[NDArray[np.float32]]:
    """The logits of each window, by the network in `path`."""
    session = open_session(path, 1)
    return [np.asarray(session.run(["logits"], {"input_ids": window[None]})[0], dtype=np.float32)[0] for window in windows]
