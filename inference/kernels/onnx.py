"""The network on onnxruntime: int8 or fp32, on any processor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gongkai.inference.kernels.network import Ids, Scores
from gongkai.model.errors import CheckpointError

if TYPE_CHECKING:
    import onnxruntime as ort

# The fused kernel computes row by row in plain C++ and takes five times as long as the two it replaces.
_SLOWER = ("SkipLayerNormFusion",)


@dataclass(frozen=True, slots=True)
class OnnxNetwork:
    """An ONNX file with input `input_ids` (batch x length) and output `logits` (batch x length x tags)."""

    session: ort.InferenceSession

    @classmethod
    def open(cls, path: Path, threads: int | None = None) -> OnnxNetwork:
        """The network in `path` on `threads` threads (default: one for each core). Raises CheckpointError if the file is none."""
        return cls(open_session(path, threads))

    def run(self, windows: Iterable[Ids]) -> Iterator[Scores]:
        """The scores of each window.

        One window at a time: int8 activations are scaled by the largest of the batch, so windows run together would
        change each other's scores.
        """
        for ids in windows:
            (logits,) = self.session.run(["logits"], {"input_ids": ids[None]})
            yield np.asarray(logits, dtype=np.float32)[0]


def open_session(network: Path, threads: int | None = None) -> ort.InferenceSession:
    """An onnxruntime session on the CPU. Raises CheckpointError if the file is no network."""
    import onnxruntime as ort  # only here: where AMX computes, nobody waits for it

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads or 0
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Idle threads that spin gain little here and take the cores from whoever shares them.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return ort.InferenceSession(str(network), options, providers=["CPUExecutionProvider"], disabled_optimizers=_SLOWER)
    except Exception as error:  # onnxruntime's exceptions share no public base class
        raise CheckpointError(f"{network}: onnxruntime cannot open it ({error}); export it again") from error
