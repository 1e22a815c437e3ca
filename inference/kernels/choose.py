"""Which instructions compute the network on this machine, and why."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from gongkai.inference.kernels.amx import AmxNetwork, why_not
from gongkai.inference.kernels.cpu import cpu_flags, has_exact_int8
from gongkai.inference.kernels.network import Network
from gongkai.inference.kernels.onnx import OnnxNetwork
from gongkai.model.checkpoint import FULL_NETWORK, NETWORK
from gongkai.model.errors import CheckpointError, ConfigError

VARIABLE = "GONGKAI_KERNEL"


class Kernel(StrEnum):
    """What computes the network; AMX and int8 on the same int8 weights but for rounding, fp32 on those that int8 was made from."""

    AMX = "amx"
    INT8 = "int8"
    FP32 = "fp32"


@dataclass(frozen=True, slots=True)
class Choice:
    """What computes the network, and the reason in words."""

    kernel: Kernel
    reason: str


def choose(folder: Path) -> Choice:
    """What computes the network in `folder` here. The environment variable GONGKAI_KERNEL overrules the choice.

    Raises ConfigError if the variable names no kernel.
    """
    if wanted := os.environ.get(VARIABLE):
        return Choice(_named(wanted), f"{VARIABLE} asks for it")
    missing = why_not(folder)
    if missing is None:
        return Choice(Kernel.AMX, "the processor has AMX")
    exact = has_exact_int8(cpu_flags())
    if exact:
        return Choice(Kernel.INT8, f"the processor multiplies int8 exactly; no AMX: {missing}")
    if exact is None:
        return Choice(Kernel.INT8, "the system does not say what the processor can do")
    if (folder / FULL_NETWORK).is_file():
        return Choice(Kernel.FP32, "the processor has no VNNI, so sums of int8 may saturate")
    return Choice(Kernel.INT8, f"the processor has no VNNI, so sums may saturate, but the folder has no {FULL_NETWORK}")


def open_network(folder: Path, threads: int | None = None, kernel: Kernel | None = None, early: bool = True) -> Network:
    """The network of the model in `folder`, on `threads` threads (default: one for each core).

    Unless `early`, every token goes through all layers; it does anyway where the kernel has no early heads.

    Raises CheckpointError if it cannot be opened.
    """
    kernel = kernel or choose(folder).kernel
    if kernel is Kernel.AMX:
        if missing := why_not(folder):
            raise CheckpointError(f"{folder}: cannot be computed on AMX here: {missing}; leave {VARIABLE} to itself")
        return AmxNetwork.open(folder, threads, early)
    return OnnxNetwork.open(folder / (NETWORK if kernel is Kernel.INT8 else FULL_NETWORK), threads)


def _named(name: str) -> Kernel:
    try:
        return Kernel(name)
    except ValueError as error:
        raise ConfigError(f"{VARIABLE}={name!r}: no kernel; there are {', '.join(Kernel)}") from error
