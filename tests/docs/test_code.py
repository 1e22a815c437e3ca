"""What the documents tell people to run is run, and says what they say it says."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

BEFORE = {
    "docs/comparing.md": (
        "gongkai extract 2022.txt --out results/ && gongkai extract 2023.html --out results/ && gongkai batch reports/ --out tables/"
    ),
    "docs/panel.md": (
        "for year in 2021 2022; do gongkai extract 2022.txt --out $year; done && gongkai extract 2023.html --format jsonl > 2023.jsonl"
    ),
}
"""What must be there before the first block of a document."""
PROGRAMS = {
    "sh": ("bash", "-euo", "pipefail", "-c"),
    "python": (sys.executable, "-c"),
    "sql": (sys.executable, "-c", "import sys, duckdb; print(duckdb.sql(sys.argv[1]))"),
}
LONGEST = 240


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_every_block_runs_and_prints_what_it_says(
    guide: str, blocks: Callable[[str], list[Any]], folder: Path, surroundings: dict[str, str]
) -> None:
    """In order and in one folder, as a reader goes through them."""
    if guide in BEFORE:
        _run(["bash", "-ec", BEFORE[guide]], folder, surroundings)
    for block in blocks(guide):
        if block.not_run:
            continue
        printed = _run([*PROGRAMS[block.language], block.code], folder, surroundings, f"{guide}, line {block.line}")
        if block.output is not None:
            assert _like(block.output, printed), f"{guide}, line {block.line}: printed is\n{printed}"


def _run(command: list[str], folder: Path, surroundings: dict[str, str], where: str = "") -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        env=surroundings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
        timeout=LONGEST,
    )
    assert done.returncode == 0, f"{where}: exit code {done.returncode}\n{done.stdout}"
    return done.stdout


def _like(output: str, printed: str) -> bool:
    """Whether `printed` is `output`; a line `…` stands for any lines, `…` within a line for the rest of it. Ends of lines do not count."""
    lines = [re.escape(line.rstrip()).replace("…", ".*") for line in output.rstrip().splitlines()]
    pattern = "".join(r"(?:.*\n)*?" if line == ".*" else line + r"\n" for line in lines)
    return re.fullmatch(pattern, "".join(f"{line.rstrip()}\n" for line in printed.rstrip().splitlines())) is not None


def test_an_output_is_compared() -> None:
    printed = "5 read \nfive\nsix\n\nseven 7\n\n"
    assert _like("5 read\nfive\nsix\n\nseven 7", printed)
    assert _like("5 read\n…\nseven …", printed)
    assert _like("…\nsix\n…", printed)
    assert not _like("5 read\nsix\n…", printed)
    assert not _like("…\nsix", printed)


def test_a_block_that_is_not_run_says_why(guide: str, blocks: Callable[[str], list[Any]]) -> None:
    assert [block.line for block in blocks(guide) if block.not_run is not None and " " not in block.not_run] == []


def test_the_tutorial_shows_what_comes_out(blocks: Callable[[str], list[Any]]) -> None:
    shown = [block for block in blocks("docs/tutorial.md") if "make extract" not in block.code]
    assert len(shown) == 8
    assert [block.line for block in shown if block.output is None or block.not_run] == []
