"""The memory of this process, as the system counts it."""

from __future__ import annotations

from pathlib import Path


def memory(kind: str) -> float:
    """Resident memory in MB: what is held now (`VmRSS`), or the most that ever was (`VmHWM`); 0 where the system does not tell."""
    path = Path("/proc/self/status")
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else ()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{kind}:")), 0.0)
