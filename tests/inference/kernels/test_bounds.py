"""The kernel's buffers between pages that nobody may touch: it reads and writes nothing beside them, whatever the sizes."""

from __future__ import annotations

import ctypes
import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gongkai.inference.kernels.packed import CACHE_LINE, OUTPUTS, Shape

WORDS, POSITIONS, PAGE = 50, 300, mmap.PAGESIZE
Bytes = NDArray[np.uint8]


@pytest.fixture(scope="module", autouse=True)
def _kernel_or_skip() -> None:
    if not pytest.importorskip("gongkai.inference.kernels._amx", reason="the kernel is not compiled here").usable():
        pytest.skip("no AMX here")


@contextmanager
def between_guards(size: int) -> Iterator[Bytes]:
    """`size` bytes that end where a page begins whose every access ends the process; another such page lies before them."""
    libc = ctypes.CDLL(None, use_errno=True)
    pages = -(-size // PAGE)
    room = mmap.mmap(-1, (pages + 2) * PAGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    all_of_it = np.frombuffer(room, dtype=np.uint8)
    first = all_of_it.ctypes.data
    guards = [ctypes.c_void_p(first), ctypes.c_void_p(first + (pages + 1) * PAGE)]
    assert [libc.mprotect(guard, PAGE, 0) for guard in guards] == [0, 0]
    try:
        yield all_of_it[(pages + 1) * PAGE - size : (pages + 1) * PAGE]
    finally:
        assert [libc.mprotect(guard, PAGE, 3) for guard in guards] == [0, 0]


def in_lines(size: int) -> int:
    return -(-size // CACHE_LINE) * CACHE_LINE


def size_of_weights(shape: Shape) -> int:
    def linear(inputs: int, outputs: int) -> int:
        outputs = -(-outputs // OUTPUTS) * OUTPUTS
        return in_lines(inputs * outputs) + 2 * in_lines(4 * outputs)

    hidden, wide, norm = shape.hidden, shape.wide, 2 * in_lines(4 * shape.hidden)
    layer = linear(hidden, 3 * hidden) + linear(hidden, hidden) + linear(hidden, wide) + linear(wide, hidden) + 2 * norm
    heads = 1 + sum(shape.exits >> number & 1 for number in range(1, shape.layers + 1))
    return (
        in_lines(2 * hidden * WORDS) + in_lines(4 * hidden * POSITIONS) + norm + shape.layers * layer + heads * linear(hidden, shape.tags)
    )


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    hidden = draw(st.sampled_from([64, 128, 320, 384, 448]))
    heads = draw(st.sampled_from([heads for heads in range(1, 15) if hidden % heads == 0 and hidden // heads % 32 == 0]))
    wide, tags = draw(st.sampled_from([64, 384, 768, 832])), draw(st.integers(1, 140))
    exits, certain = draw(st.sampled_from([0, 0b10, 0b110])), draw(st.sampled_from([0.0, 0.3, 0.9]))
    return Shape(hidden, draw(st.integers(0, 3)), heads, wide, tags, WORDS, POSITIONS, exits, draw(st.sampled_from([0, 8])), 1e-12, certain)


@settings(max_examples=40, deadline=None)
@given(shape=shapes(), length=st.integers(1, POSITIONS), seed=st.integers(0, 1 << 32))
def test_nothing_beside_the_buffers_is_touched_nor_anything_read_that_was_not_written(shape: Shape, length: int, seed: int) -> None:
    kernel, random = import_module("gongkai.inference.kernels._amx"), np.random.default_rng(seed)
    ids, scores = random.integers(0, WORDS, length), list[Bytes]()
    with between_guards(size_of_weights(shape)) as weights, between_guards(kernel.workspace(shape, length)) as room:
        weights.view(np.float32)[:] = random.normal(0, 0.05, len(weights) // 4)
        for before in (0, 255):
            room[:] = before
            with between_guards(4 * length * shape.tags) as raw:
                kernel.run(shape, weights, ids, room, raw.view(np.float32).reshape(length, shape.tags))
                scores.append(raw.copy())
    assert np.array_equal(scores[0], scores[1])
