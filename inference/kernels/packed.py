"""The weights of a BERT encoder as the AMX kernel reads them: int8 in tiles, one part after another.

The order and the layout of the parts are those of `parts.h`; who changes one changes the other.
"""

from __future__ import annotations

import json
import mmap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gongkai.model.checkpoint import CONFIG, WEIGHTS
from gongkai.model.errors import CheckpointError
from gongkai.model.exits import EXITS, Exits, exit_name, read_exits

Floats = NDArray[np.float32]
Tensors = Mapping[str, NDArray[Any]]
Bytes = NDArray[np.uint8]
Linear = tuple[NDArray[np.int8], Floats, Floats]
CACHE_LINE, LARGE_PAGE = 64, 1 << 21
OUTPUTS, INPUTS, STEPS, POWER_STEPS, AT_ONCE = 32, 64, 127, 128, 768


class Shape(NamedTuple):
    """The sizes of an encoder, in the order in which the kernel takes them.

    Bit n of `exits` is set if there is a head after n layers, where tokens stop of which it is `certain` (a probability).
    Sums of the wide layers lose `shift` bits, so that none needs more than 16.
    """

    hidden: int
    layers: int
    heads: int
    wide: int
    tags: int
    words: int
    positions: int
    exits: int
    shift: int
    epsilon: float
    certain: float


def unfit(folder: Path) -> str | None:
    """Why the kernel cannot compute the network in `folder`; None if it can."""
    config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    if config.get("architectures") != ["BertForTokenClassification"]:
        return "the network is no BERT with a head for tokens"
    if config.get("hidden_act", "gelu") != "gelu" or config.get("position_embedding_type", "absolute") != "absolute":
        return "the network has another activation or other positions than BERT's"
    hidden, heads, wide = (int(config[name]) for name in ("hidden_size", "num_attention_heads", "intermediate_size"))
    if hidden % 64 or wide % 64 or hidden % heads or hidden // heads % 32:
        return f"its sizes fill no tiles (hidden {hidden}, heads {heads}, intermediate {wide})"
    return None


def packed(folder: Path, early: bool = True) -> tuple[Shape, Bytes]:
    """The shape and the packed weights of the model in `folder`; unless `early`, every token goes through all layers.

    Raises CheckpointError if the weights are not those of its config.
    """
    from safetensors.numpy import load_file

    try:
        shape, tensors = shape_of(folder), load_file(folder / WEIGHTS)
        shape = shape._replace(shift=_shift(tensors, shape))
        exits = read_exits(folder) if early else None
        if exits is not None:
            shape = _with_exits(shape, exits, folder / EXITS)
            tensors |= exits.tensors
        return shape, _joined(list(_parts(tensors, shape)))
    except (KeyError, OSError, ValueError) as error:
        raise CheckpointError(f"{folder / WEIGHTS}: holds no BERT of the shape that {CONFIG} states ({error}); export it again") from error


def shape_of(folder: Path) -> Shape:
    """The sizes that the config in `folder` states."""
    config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    names = ("hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size")
    hidden, layers, heads, wide = (int(config[name]) for name in names)
    words, positions, tags = int(config["vocab_size"]), int(config["max_position_embeddings"]), len(config["id2label"])
    return Shape(hidden, layers, heads, wide, tags, words, positions, 0, 0, float(config["layer_norm_eps"]), 1.0)


def aligned(size: int) -> Bytes:
    """`size` bytes of zeros that begin on a cache line; on a large page, if they fill half of one and the system has such.

    Small pages lie anywhere in memory, and some parts of the second cache have more of them than they can hold.
    """
    line = LARGE_PAGE if size > LARGE_PAGE // 2 else CACHE_LINE
    room = mmap.mmap(-1, size + line, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)  # a fork gets a copy of its own
    if line == LARGE_PAGE:
        with suppress(OSError):  # a system without large pages says so; they are a matter of speed only
            room.madvise(mmap.MADV_HUGEPAGE)
    found = np.frombuffer(room, dtype=np.uint8)
    start = -found.ctypes.data % line
    return found[start : start + size]


def _with_exits(shape: Shape, exits: Exits, path: Path) -> Shape:
    """The shape of the encoder with these early heads. Raises CheckpointError if they are none for it."""
    for layer in exits.layers:
        sizes = exits.tensors[f"{exit_name(layer)}.weight"].shape
        if not 0 < layer < shape.layers or sizes != (shape.tags, shape.hidden):
            raise CheckpointError(
                f"{path}: a head of {' x '.join(map(str, sizes))} behind layer {layer} belongs to another model than {CONFIG} states"
                f" ({shape.tags} tags, {shape.hidden} wide, {shape.layers} layers); export the model again, or remove the file to do without"
            )
    return shape._replace(exits=sum(1 << layer for layer in exits.layers), certain=exits.certain)


def _parts(tensors: Tensors, shape: Shape) -> Iterator[NDArray[Any]]:
    """Everything that the kernel takes, in its order."""
    embeddings = "bert.embeddings."
    yield tensors[f"{embeddings}word_embeddings.weight"].astype(np.float16)
    kind = _floats(tensors, f"{embeddings}token_type_embeddings.weight")[0]
    yield _floats(tensors, f"{embeddings}position_embeddings.weight") + kind
    yield from _norm(tensors, f"{embeddings}LayerNorm")
    for number in range(shape.layers):
        layer = f"bert.encoder.layer.{number}."
        yield from _queries(_linear(tensors, [f"{layer}attention.self.{name}" for name in ("query", "key", "value")]), shape)
        yield from _linear(tensors, [f"{layer}attention.output.dense"])
        yield from _norm(tensors, f"{layer}attention.output.LayerNorm")
        yield from _linear(tensors, [f"{layer}intermediate.dense"])
        yield from _linear(tensors, [f"{layer}output.dense"], AT_ONCE)
        yield from _norm(tensors, f"{layer}output.LayerNorm")
        if shape.exits >> number + 1 & 1:
            yield from _linear(tensors, [exit_name(number + 1)])
    yield from _linear(tensors, ["classifier"])


def _floats(tensors: Tensors, name: str) -> Floats:
    return tensors[name].astype(np.float32)


def _norm(tensors: Tensors, name: str) -> tuple[Floats, Floats]:
    return _floats(tensors, f"{name}.weight"), _floats(tensors, f"{name}.bias")


def _linear(tensors: Tensors, names: Sequence[str], at_once: int | None = None) -> Linear:
    """Linear layers side by side: tiles of int8, the scale of each output, its bias. Outputs are filled up to whole tiles.

    The tiles of `at_once` inputs (default: of all) stand together.
    """
    weights = np.concatenate([_floats(tensors, f"{name}.weight") for name in names])
    bias = np.concatenate([_floats(tensors, f"{name}.bias") for name in names])
    weights = np.pad(weights, ((0, -len(weights) % OUTPUTS), (0, 0)))
    scale = np.maximum(weights.max(axis=1), -weights.min(axis=1)) / np.float32(STEPS)
    if not np.isfinite(scale).all():
        raise ValueError(f"{names[0]} has weights that are no finite numbers")
    np.divide(weights, np.where(scale == 0, 1, scale)[:, None], out=weights)
    steps, inputs = np.rint(weights, out=weights).astype(np.int8), weights.shape[1]
    split = [tiles(steps[:, start : start + (at_once or inputs)]).ravel() for start in range(0, inputs, at_once or inputs)]
    return np.concatenate(split), scale, np.pad(bias, (0, len(weights) - len(bias)))


def _shift(tensors: Tensors, shape: Shape) -> int:
    """How many bits the sums of int8 products in the wide layers can have beyond 16, the sign included."""
    most = 0.0
    for number in range(shape.layers):
        sizes = np.abs(_floats(tensors, f"bert.encoder.layer.{number}.intermediate.dense.weight"))
        with np.errstate(invalid="ignore"):  # `_linear` refuses what is not finite
            steps = STEPS * sizes.sum(axis=1) / np.maximum(sizes.max(axis=1), np.finfo(np.float32).tiny)
        most = max(most, STEPS * float(steps.max() + sizes.shape[1] / 2))  # rounding adds half a step at most
    return max(0, int(most).bit_length() - 15)


def _queries(linear: Linear, shape: Shape) -> Linear:
    """Queries, keys and values, the queries so scaled that their products with keys are powers of two in steps of the kernel."""
    weights, scale, bias = linear
    factor = np.ones(len(scale), dtype=np.float32)
    factor[: shape.hidden] = POWER_STEPS * np.log2(np.e) / np.sqrt(shape.hidden / shape.heads)
    return weights, scale * factor, bias * factor


def tiles(weights: NDArray[np.int8]) -> NDArray[np.int8]:
    """Weights (outputs x inputs) in the order of the tiles: for each 32 outputs, for each 64 inputs, two tiles of 16 outputs.

    A tile has 16 rows, one for each 4 inputs, in which the 4 weights of each output stand together. The 4 inputs of a row are taken in
    turn from each 16 of the 64, as packed activations stand (`quantise` in `rows.h`).
    """
    outputs, inputs = weights.shape
    split = weights.reshape(outputs // OUTPUTS, 2, 16, inputs // INPUTS, 4, 4, 4)
    return np.ascontiguousarray(split.transpose(0, 3, 1, 5, 4, 2, 6))


def _joined(parts: Sequence[NDArray[Any]]) -> Bytes:
    """The parts one after another, each on a cache line."""
    room = aligned(sum(_whole_lines(part.nbytes) for part in parts))
    at = 0
    for part in parts:
        room[at : at + part.nbytes] = np.ascontiguousarray(part).view(np.uint8).ravel()
        at += _whole_lines(part.nbytes)
    return room


def _whole_lines(size: int) -> int:
    return -(-size // CACHE_LINE) * CACHE_LINE
