"""A run that is killed again and again writes what an undisturbed one writes, byte for byte."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from gongkai.inference.batch.run import LEDGER

STUB = Path(__file__).with_name("batch_stub.py")


def digests(out: Path) -> dict[str, str]:
    """Every file of an output but the ledger."""
    files = sorted(path for path in out.rglob("*") if path.is_file() and not path.name.startswith(LEDGER))
    return {str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def run(source: Path, out: Path, kind: str, after: int = -1, seconds: float = 0.0) -> int:
    """The exit code of one run; -9 if it was killed, some seconds after so many documents more."""
    program = [sys.executable, str(STUB), str(source), str(out), kind, str(after), str(seconds)]
    return subprocess.run(program, check=False, timeout=280).returncode


def kill_and_go_on(source: Path, out: Path, kind: str, n_kills: int) -> int:
    """Run until the end, killed up to `n_kills` times on the way, each within the next 40 documents; how often it was killed.

    The moments are random, too: while a document is written down, between two, or while a part is written.
    """
    rng = random.Random(f"{kind} {n_kills}")
    killed = 0
    while (run(source, out, kind, rng.randint(1, 40), rng.random() / 100) if killed < n_kills else run(source, out, kind)) != 0:
        killed += 1
        assert killed <= n_kills, "the run failed by itself"
    return killed


def orphans(out: Path) -> list[int]:
    """Processes of runs into `out` that are still there."""
    return [process.pid for process in psutil.process_iter(["cmdline"]) if str(out) in (process.info["cmdline"] or ())]


def test_a_kill_changes_nothing(tmp_path: Path, pages: Callable[..., Path]) -> None:
    source = pages(130)
    assert run(source, tmp_path / "whole", "parquet") == 0
    assert run(source, tmp_path / "killed", "parquet", 60, 0.001) == -9
    assert run(source, tmp_path / "killed", "parquet") == 0
    assert digests(tmp_path / "killed") == digests(tmp_path / "whole")
    assert len(digests(tmp_path / "whole")) == 16  # three parts of five tables, and their card


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kind", ["parquet", "jsonl", "csv", "sqlite"])
def test_many_kills(tmp_path: Path, pages: Callable[..., Path], kind: str) -> None:
    """The whole measure, 100 kills over 2,000 pages, is asked for with GONGKAI_KILLS=100."""
    n_kills = int(os.environ.get("GONGKAI_KILLS", "6"))
    source = pages(20 * n_kills)
    assert run(source, tmp_path / "whole", kind) == 0
    assert kill_and_go_on(source, tmp_path / "killed", kind, n_kills) >= n_kills // 2
    assert digests(tmp_path / "killed") == digests(tmp_path / "whole")
    assert orphans(tmp_path / "killed") == []


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it takes as long as the deadline")
def test_workers_leave_when_the_run_is_killed(tmp_path: Path, pages: Callable[..., Path]) -> None:
    """Even one that is caught in a call which never lets another thread run."""
    program = [sys.executable, str(STUB), str(pages(1, {0: "HANG"})), str(tmp_path / "out"), "jsonl", "-1", "0", "poisoned"]
    with subprocess.Popen(program, env={**os.environ, "GONGKAI_HANGING": str(tmp_path / "hanging")}) as parent:
        process = psutil.Process(parent.pid)
        while not (tmp_path / "hanging").exists():
            assert parent.poll() is None
            time.sleep(0.05)
        children = process.children()
        parent.kill()
    _, alive = psutil.wait_procs(children, timeout=5)
    assert alive == []
