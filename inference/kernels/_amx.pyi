"""The compiled kernel: `amx.c`."""

from typing_extensions import Buffer

from gongkai.inference.kernels.packed import Shape

def usable() -> bool:
    """Whether processor and system can run the kernel."""

def workspace(shape: Shape, length: int, /) -> int:
    """The bytes that a window of `length` tokens needs to be computed in."""

def run(shape: Shape, weights: Buffer, ids: Buffer, workspace: Buffer, logits: Buffer, /) -> None:
    """Write the scores of one window's tokens to `logits` (float32, length x tags). Raises ValueError if anything is of another size."""
