"""What the processor says that it can do."""

from __future__ import annotations

import platform
from pathlib import Path

_CPU = Path("/proc/cpuinfo")
INT8 = ("avx2", "avx512f", "avx512_vnni", "avx_vnni", "amx_int8", "asimddp", "i8mm")
"""Instructions that matter to int8, by their names in Linux."""
EXACT = frozenset(("avx512_vnni", "avx_vnni", "asimddp"))
"""Those whose sums of products do not saturate."""


def cpu_flags() -> frozenset[str]:
    """What the processor says it can do; nothing where the system does not tell."""
    try:
        lines = _CPU.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return frozenset()
    # All cores of a machine have the same list.
    found = next((line for line in lines if line.lower().startswith(("flags", "features"))), "")
    return frozenset(found.partition(":")[2].split())


def has_exact_int8(flags: frozenset[str]) -> bool | None:
    """Whether int8 products add up exactly; None where the system does not tell."""
    if flags:
        return bool(EXACT & flags)
    return True if platform.machine() in ("arm64", "aarch64") and platform.system() == "Darwin" else None
