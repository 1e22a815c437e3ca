"""`gongkai samples`: where the sample pages are."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from gongkai.inference.commands.streams import emit
from gongkai.model.errors import UnreadableError


def samples() -> None:
    """Print the paths of the sample pages that come along, one a line."""
    emit("".join(f"{path}\n" for path in sample_paths()))


def sample_paths() -> list[Path]:
    """The sample pages that come with the package, by name. Raises UnreadableError if there are none."""
    folder = Path(str(files("gongkai.inference"))) / "samples"
    paths = sorted(folder.glob("*.txt"))
    if not paths:
        raise UnreadableError(f"{folder}: no sample pages there; install gongkai again")
    return paths
