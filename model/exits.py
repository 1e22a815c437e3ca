"""Early heads: linear layers over the tags behind some of an encoder's layers, where tokens may stop that need no further ones.

They lie beside the weights, in a file of their own, so that those stay what any Hugging Face code opens. Whoever does not know of
them sends every token through all layers. After "Accelerating BERT Inference for Sequence Labeling via Early-Exit" (Li et al., 2021).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gongkai.model.errors import CheckpointError

EXITS = "exits.safetensors"
NEAR = 2
_CERTAIN = "certain"


@dataclass(frozen=True, slots=True)
class Exits:
    """The heads: `NAME.weight` (tags x hidden) and `NAME.bias` (tags) by `exit_name`; behind which `layers`, counted from 1, in order.

    A token stops at the first head that gives it and its `NEAR` neighbours on either side, those that stopped before aside, each a tag of
    at least the probability `certain`: what is looked at by a token in doubt is still computed.
    """

    layers: tuple[int, ...]
    certain: float
    tensors: Mapping[str, NDArray[np.floating]]


def exit_name(layer: int) -> str:
    """The name of the head behind `layer`."""
    return f"exit.{layer}"


def read_exits(folder: Path) -> Exits | None:
    """The early heads of the model in `folder`; None if it has none. Raises CheckpointError if the file is damaged."""
    from safetensors import SafetensorError, safe_open

    path = folder / EXITS
    if not path.is_file():
        return None
    try:
        with safe_open(path, "numpy") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}
            certain = float((file.metadata() or {})[_CERTAIN])
        layers = tuple(sorted({int(name.split(".")[1]) for name in tensors}))
    except (SafetensorError, OSError, KeyError, ValueError, IndexError) as error:
        raise CheckpointError(
            f"{path}: holds no early heads ({error}); export the model again, or remove the file to do without"
        ) from error
    return Exits(layers, certain, tensors)


def write_exits(exits: Exits, folder: Path) -> None:
    """`exits.safetensors`, in fp16."""
    from safetensors.numpy import save_file

    half = {name: np.ascontiguousarray(tensor, dtype=np.float16) for name, tensor in exits.tensors.items()}
    save_file(half, folder / EXITS, metadata={_CERTAIN: repr(exits.certain)})
    (folder / EXITS).chmod(0o644)
