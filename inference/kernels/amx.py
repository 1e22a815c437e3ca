"""The network on AMX, by the compiled `_amx` (see `encoder.h`)."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from types import ModuleType

import numpy as np

from gongkai.inference.kernels.network import Ids, Scores
from gongkai.inference.kernels.packed import Bytes, Shape, aligned, packed, unfit


def why_not(folder: Path) -> str | None:
    """Why the network in `folder` is not computed on AMX here; None if it can be."""
    kernel = _kernel()
    if kernel is None:
        return "the compiled kernel is missing: install gongkai from a wheel, or where there is a C compiler"
    if not kernel.usable():
        return "processor, system or compiler have no AMX"
    return unfit(folder)


class AmxNetwork:
    """A BERT of int8 weights on AMX. Several threads share the windows of a text; a window is computed by one."""

    def __init__(self, shape: Shape, weights: Bytes, threads: int | None = None) -> None:
        kernel = _kernel()
        if kernel is None or not kernel.usable():
            raise RuntimeError("AMX cannot be used here; ask why_not() first")
        self._kernel, self._shape, self._weights = kernel, shape, weights
        self._threads = threads or len(os.sched_getaffinity(0))
        self._own = threading.local()
        self._pool: ThreadPoolExecutor | None = None

    @classmethod
    def open(cls, folder: Path, threads: int | None = None, early: bool = True) -> AmxNetwork:
        """The network in `folder` on `threads` threads (default: one for each core); `early` heads are used if it has some.

        Raises CheckpointError if it is none.
        """
        return cls(*packed(folder, early), threads)

    def run(self, windows: Iterable[Ids]) -> Iterator[Scores]:
        """The scores of each window."""
        if self._threads == 1:
            return map(self._scores, windows)
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="amx")
        return self._pool.map(self._scores, windows)

    def _scores(self, ids: Ids) -> Scores:
        scores = np.empty((len(ids), self._shape.tags), dtype=np.float32)
        self._kernel.run(self._shape, self._weights, np.ascontiguousarray(ids, dtype=np.int64), self._workspace(len(ids)), scores)
        return scores

    def _workspace(self, length: int) -> Bytes:
        """Room for a window of `length` tokens, each thread's own and kept."""
        needed = self._kernel.workspace(self._shape, length)
        room: Bytes | None = getattr(self._own, "room", None)
        if room is None or len(room) < needed:
            room = self._own.room = aligned(needed)
        return room


def _kernel() -> ModuleType | None:
    try:
        return import_module("gongkai.inference.kernels._amx")
    except ImportError:
        return None
