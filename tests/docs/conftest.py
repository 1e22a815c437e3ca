"""The documents, and a folder with the files that their code blocks name."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml
from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]


def guides() -> list[str]:
    """The tutorial and the how-to guides, by the navigation of the site."""
    nav = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"]
    named: dict[str, Any] = {title: inside for entry in nav for title, inside in entry.items()}
    return [f"docs/{page}" for page in (named["Tutorial"], *(page for entry in named["How to"] for page in entry.values()))]


DOCUMENTS = (
    *("README.md", "README.zh.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"),
    *("model/shipped/README.md", "training/corpus/README.md", "tests/pages/README.md"),
    *sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("docs/*.md")),
)
GUIDES = ("README.md", "README.zh.md", *(page for page in guides() if page in DOCUMENTS))
"""What a reader goes through block by block: README, the tutorial, and the how-to guides of the navigation."""
RUNNABLE = ("sh", "python", "sql")
OUTPUT = "output"
_NOT_RUN = re.compile(r"<!-- not run: (?P<reason>.+?) -->\s*$")
_NONE_RUN = re.compile(r"<!-- none run: (?P<reason>.+?) -->")


@dataclass(frozen=True, slots=True)
class Block:
    """A code block of a document: its language, its line, what must come out (None: whatever), and why it is not run."""

    language: str
    code: str
    line: int
    output: str | None
    not_run: str | None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test with an argument `document` or `guide` runs once for each."""
    for name, several in (("document", DOCUMENTS), ("guide", GUIDES)):
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, several)


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def blocks() -> Callable[[str], list[Block]]:
    """The code blocks of a document that can be run."""
    return blocks_of


def blocks_of(document: str) -> list[Block]:
    """The blocks in `RUNNABLE` languages, in order."""
    text = (ROOT / document).read_text(encoding="utf-8")
    tokens = MarkdownIt().parse(text)
    none = _NONE_RUN.search(text)
    found = []
    for place, token in enumerate(tokens):
        if token.type != "fence" or token.info not in RUNNABLE:
            continue
        said = _NOT_RUN.search(tokens[place - 1].content) if place and tokens[place - 1].type == "html_block" else None
        after = tokens[place + 1] if place + 1 < len(tokens) else None
        output = after.content if after is not None and after.type == "fence" and after.info == OUTPUT else None
        reason = said["reason"] if said else none["reason"] if none else None
        found.append(Block(token.info, token.content, (token.map or [0])[0] + 1, output, reason))
    return found


@pytest.fixture
def surroundings(tmp_path: Path) -> dict[str, str]:
    """What commands see of the world: this environment's programs, an empty home, no network; pip and make do nothing."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("pip", "make"):
        (programs / name).write_text("#!/bin/sh\n")
        (programs / name).chmod(0o755)
    (tmp_path / "home").mkdir()
    path = os.pathsep.join((str(programs), str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "GONGKAI_", "COLUMNS"))}
    return kept | {"PATH": path, "HOME": str(tmp_path / "home"), "LC_ALL": "C.UTF-8", "HF_HUB_OFFLINE": "1", "PYTHONUTF8": "1"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with every file that the documents name."""
    here = tmp_path / "here"
    tutorial = shutil.copytree(ROOT / "docs" / "tutorial", here / "docs" / "tutorial")
    (here / ".venv" / "bin").mkdir(parents=True)
    (here / ".venv" / "bin" / "activate").touch()
    samples = sorted((Path(str(files("gongkai.inference"))) / "samples").glob("*.txt"))
    for name in ("page.txt", "report.txt"):
        shutil.copy(samples[0], here / name)
    years = {year: (tutorial / f"office-{year}.txt").read_text(encoding="utf-8") for year in (2022, 2023)}
    (here / "2022.txt").write_text(years[2022], encoding="utf-8")
    (here / "2023.html").write_text(f"<html><body><pre>{years[2023]}</pre></body></html>", encoding="utf-8")
    for name in ("pages", "reports"):
        (here / name).mkdir()
    for sample in samples[:2]:
        shutil.copy(sample, here / "pages")
    for county in ("甲县", "乙县"):
        text = years[2022].replace("霜桥县人民政府办公室", f"{county}人民政府")
        (here / "reports" / f"{county}.txt").write_text(text, encoding="utf-8")
    for case, suffix in (("g3", "docx"), ("g4", "pdf")):
        shutil.copy(next((ROOT / "tests" / "pages").glob(f"{case}-*/page.{suffix}")), here / f"report.{suffix}")
    shutil.copy(ROOT / "tests" / "pages" / "b6-statistics-of-before-2019" / "page.txt", here / "old-report.txt")
    (here / "organs.csv").write_text("child,parent\n甲县人民政府,丙市\n乙县人民政府,丙市\n", encoding="utf-8")
    _add_containers(here, years[2023])
    _add_corrections(here)
    return here


def _add_containers(here: Path, text: str) -> None:
    """A crawl of one page, and a compressed file of one record."""
    import zstandard

    body = f"<p>{'</p><p>'.join(text.splitlines())}</p>".encode()
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + body
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000000>\r\n"
        "WARC-Date: 2024-01-31T00:00:00Z\r\nWARC-Target-URI: http://a.example/report.html\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(answer)}\r\n\r\n"
    )
    (here / "crawl.warc.gz").write_bytes(gzip.compress(head.encode() + answer + b"\r\n\r\n"))
    record = json.dumps({"id": "a", "text": text}, ensure_ascii=False).encode()
    (here / "more" / "deep").mkdir(parents=True)
    (here / "more" / "deep" / "a.jsonl.zst").write_bytes(zstandard.compress(record + b"\n"))


def _add_corrections(here: Path) -> None:
    """A correction of a cell of each report."""
    for name, report in zip("ab", sorted((here / "reports").iterdir()), strict=True):
        correction = {
            "document": f"reports/{report.name}",
            "sha256": hashlib.sha256(report.read_bytes()).hexdigest(),
            "key": "requests.new_received.natural_person",
            "value": 11,
            "was": 11,
            "action": "accept",
            "by": "Li",
            "at": "2026-01-31T08:00:00Z",
        }
        (here / f"{name}.corrections.jsonl").write_text(json.dumps(correction) + "\n", encoding="utf-8")
