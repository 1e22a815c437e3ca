"""The house: what is shipped, what imports what, and what reading a page may load."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib.metadata import requires
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
PARTS = ("model", "inference", "annotations", "training", "configs")
HEAVY = ("torch", "transformers", "datasets", "pandas", "accelerate", "seqeval", "docx", "pypdfium2")


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def _shipped_folders() -> set[str]:
    """Every folder under the five parts that holds a file, as an import name."""
    files = (path for part in PARTS for path in (ROOT / part).rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {".".join(("gongkai", *path.parent.relative_to(ROOT).parts)) for path in files}


def test_every_folder_is_shipped_and_every_shipped_folder_exists(project: dict[str, Any]) -> None:
    listed = project["tool"]["setuptools"]["packages"]
    assert len(listed) == len(set(listed))
    assert set(listed) == _shipped_folders(), "pyproject.toml [tool.setuptools] packages and the tree differ"


def test_every_kind_of_file_is_shipped(project: dict[str, Any]) -> None:
    patterns = project["tool"]["setuptools"]["package-data"]["*"]
    files = [path for part in PARTS for path in (ROOT / part).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    left_out = [
        path for path in files if path.suffix not in (".py", ".so", ".pyd") and not any(path.match(pattern) for pattern in patterns)
    ]
    assert left_out == [], "pyproject.toml [tool.setuptools.package-data] names no pattern for these"


def test_a_plain_install_asks_for_no_training_library() -> None:
    plain = [line.split(";")[0].strip().lower() for line in requires("gongkai") or () if "extra ==" not in line]
    assert plain, "gongkai is not installed"
    assert [line for line in plain if line.startswith(HEAVY)] == []


def test_no_folder_carries_the_import_name() -> None:
    assert not (ROOT / "gongkai").exists(), "a root folder called gongkai hides the installed parts from python -m"


@pytest.mark.parametrize(
    "module", ["gongkai.inference.extract", "gongkai.inference.cli", "gongkai.inference.predict", "gongkai.model.checkpoint"]
)
def test_reading_pages_loads_no_training_library(module: str) -> None:
    code = f"import sys, {module}; print(*sorted(set(sys.modules) & set({HEAVY!r})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


def test_imports_point_one_way() -> None:
    """The contracts of pyproject.toml: training → annotations → inference → model, and no torch where pages are read."""
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
