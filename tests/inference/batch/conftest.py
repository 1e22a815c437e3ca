"""The stubs must be importable by name in other processes, where there is no test runner."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def stubs() -> Iterator[ModuleType]:
    """batch_stub.py, under a name that other processes can import, too."""
    folder = str(Path(__file__).parent)
    sys.path.insert(0, folder)
    yield import_module("batch_stub")
    sys.path.remove(folder)


Pages = Callable[..., Path]


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    """Writes n records to a file; `special` gives other texts at some positions."""

    def written(n: int, special: dict[int, str] | None = None) -> Path:
        path = tmp_path / "pages.jsonl"
        texts = ((special or {}).get(i, f"收到政府信息公开申请{i}件") for i in range(n))
        path.write_text("".join(json.dumps({"id": f"页{i}", "text": text}) + "\n" for i, text in enumerate(texts)), encoding="utf-8")
        return path

    return written
