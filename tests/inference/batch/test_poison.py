"""Pages that hang, burst or crash their reader cost themselves and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from gongkai.inference.batch import Format, Limits, Settings, run_batch
from gongkai.inference.batch.jobs import Kind

REASONS = {
    "HANG": "no result within 5 s; give it more with --deadline if it is worth it",
    "BOMB": "needs more than 256 MB of memory besides the model's; give it more with --memory if it is worth it",
    "CRASH": "its reader died twice (Segmentation fault); please report it with the document",
    "LEAVE": "its reader died twice (exit code 3); please report it with the document",
    "FAULT": "IndexError: out of range; this is a fault in gongkai, please report it with the document",
}


@pytest.mark.skipif(not Path("/proc").exists(), reason="the memory ceiling is Linux's")
@pytest.mark.parametrize(("n_pages", "n_poison"), [(50, 5), pytest.param(1000, 50, marks=[pytest.mark.slow, pytest.mark.timeout(1800)])])
def test_poison_costs_its_page_only(tmp_path: Path, pages: Callable[..., Path], stubs: ModuleType, n_pages: int, n_poison: int) -> None:
    poison = {i * (n_pages // n_poison) + i % 7: list(REASONS)[i % len(REASONS)] for i in range(n_poison)}
    source = pages(n_pages, poison)
    told: list[str] = []
    counts = run_batch([str(source)], tmp_path / "out", stubs.poisoned, Settings(Format.JSONL, 2, Limits(5, 256), shard=64), told.append)
    assert counts == {Kind.PROCESSED: n_pages - n_poison, Kind.REFUSED: 0, Kind.FAILED: n_poison}
    documents = records(tmp_path / "out/documents")
    assert [row["document"] for row in documents] == list(range(n_pages))
    reasons = {row["document"]: row["reason"] for row in documents if row["reason"]}
    assert reasons == {position: f"页{position}: {REASONS[kind]}" for position, kind in poison.items()}
    assert sorted(line for line in told if line.startswith("页")) == sorted(reasons.values())
    read = records(tmp_path / "out/extractions")
    assert [record["source"] for record in read] == [f"页{i}" for i in range(n_pages) if i not in poison]
    assert [record["figures"][0]["value"] for record in read] == [i for i in range(n_pages) if i not in poison]


def records(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for part in sorted(folder.iterdir()) for line in part.read_text(encoding="utf-8").splitlines()]
