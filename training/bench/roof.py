"""What the machine could do: its measured rate of multiplying matrices, and the operations that windows need."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from gongkai.inference.kernels.onnx import open_session
from gongkai.inference.kernels.packed import Shape

SIZE, REPEATS = 2048, 8


def operations(shape: Shape, windows: Iterable[int]) -> float:
    """Additions and multiplications of matrix products in windows of so many tokens: linear layers, attention, head."""
    layer = 8 * shape.hidden * shape.hidden + 4 * shape.hidden * shape.wide
    linear = shape.layers * layer + 2 * shape.hidden * shape.tags
    return sum(linear * length + 4 * shape.layers * shape.hidden * length * length for length in map(float, windows))


def rates(scratch: Path) -> dict[str, float]:
    """Operations per second of large products on one core, int8 and fp32; int8 the better of two libraries."""
    import torch

    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    left, right = (rng.integers(0, 100, (SIZE, SIZE)) for _ in range(2))
    small = [torch.from_numpy(one.astype(np.int8)) for one in (left, right)]
    full = [torch.from_numpy(one.astype(np.float32)) for one in (left, right)]
    return {
        "int8": max(_rate(_product(scratch, left, right)), _rate(lambda: torch.ops.aten._int_mm(*small))),  # noqa: SLF001
        "fp32": _rate(lambda: torch.mm(*full)),
    }


def _product(scratch: Path, left: Any, right: Any) -> Callable[[], object]:
    """A product of uint8 by int8 on onnxruntime, the kind that quantised networks are made of."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["left", "right"], ["product"])],
        "product",
        [helper.make_tensor_value_info("left", TensorProto.UINT8, left.shape)],
        [helper.make_tensor_value_info("product", TensorProto.INT32, left.shape)],
        [numpy_helper.from_array(right.astype(np.int8), "right")],
    )
    path = scratch / "product.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)
    session, given = open_session(path, threads=1), {"left": left.astype(np.uint8)}
    return lambda: session.run(None, given)


def _rate(multiply: Callable[[], object]) -> float:
    multiply()
    fastest = min(_seconds(multiply) for _ in range(REPEATS))
    return 2.0 * SIZE**3 / fastest


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
