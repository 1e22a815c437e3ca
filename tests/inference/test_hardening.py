"""What hostile input, and whoever made it, cannot do."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gongkai.inference.aligned import AlignedText
from gongkai.inference.batch.jobs import Kind, Outcome
from gongkai.inference.batch.parts import Parts
from gongkai.inference.batch.tables import Format, packed
from gongkai.inference.cli import main
from gongkai.inference.normalise import normalise
from gongkai.inference.numbers import read_cell, read_number
from gongkai.inference.read.encoding import decode
from gongkai.inference.read.evidence import looks_like_html
from gongkai.inference.read.html import flatten_html
from gongkai.inference.results import Basis, Cell, Extraction, Figure, Status
from gongkai.inference.write import protected

OFFLINE = """
import sys

def refuse(event, arguments):
    if event == "socket.__new__" and arguments[1] == 1 or event == "socket.connect" and isinstance(arguments[1], str):
        return  # the Unix sockets that join the processes of a run
    if event.startswith("socket.") or event in {"urllib.Request", "http.client.connect", "ftplib.connect", "smtplib.connect"}:
        sys.stderr.write(f"NETWORK {event}\\n")
        raise PermissionError(event)

sys.addaudithook(refuse)
"""
"""What every Python process runs when it starts that finds it as `sitecustomize`; processes of one machine may speak to each other."""


def offline(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """`command` of this Python, whose attempts to reach a network are refused and told of, those of its children, too."""
    (folder / "sitecustomize.py").write_text(OFFLINE, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False, cwd=folder, env=environment)


@pytest.mark.parametrize("command", [("extract",), ("review", "--out", "review"), ("batch", "--out", "tables", "--workers", "1")])
def test_reading_opens_no_socket(tmp_path: Path, command: tuple[str, ...]) -> None:
    """Not even to find out that there is no network."""
    for name in ("a", "b"):
        (tmp_path / f"{name}.html").write_text(
            "<!DOCTYPE html SYSTEM 'http://a.example/x.dtd'><img src=http://a.example/i.png><link href=http://a.example/s.css>"
            "<p>收到政府信息公开申请5件</p>",
            encoding="utf-8",
        )
    done = offline(tmp_path, "-m", "gongkai.inference.cli", command[0], "a.html", "b.html", *command[1:])
    assert done.returncode == 0, done.stderr
    assert "NETWORK" not in done.stderr
    assert len(list((tmp_path / command[2]).rglob("*"))) > 2 if command[1:] else done.stdout.count('"source":') == 2


def test_the_socket_guard_guards(tmp_path: Path) -> None:
    asked = "import socket; socket.create_connection(('127.0.0.1', 9))"
    assert "NETWORK socket.getaddrinfo" in offline(tmp_path, "-c", asked).stderr
    child = f"import multiprocessing as m; p = m.get_context('spawn').Process(target=exec, args=({asked!r},)); p.start(); p.join()"
    assert "NETWORK socket.getaddrinfo" in offline(tmp_path, "-c", child).stderr


STAGES: dict[str, Callable[[str], object]] = {
    "decode": lambda text: decode(text.encode(), "x"),
    "evidence": looks_like_html,
    "html": flatten_html,
    "repairs": lambda text: normalise(AlignedText.identity(text)),
    "number": read_number,
    "cell": lambda text: read_cell.__wrapped__(text, signed=True, decimal=True),
    "formula": protected,
}
PIECES = (
    *(
        "(",
        "（",
        "?",
        "1",
        "1,",
        "1 ",
        "0.",
        "-",
        "均",
        "无",
        "一",
        "百万",
        "<",
        "</",
        "<!--",
        "<table>",
        "<td>",
        "<table><tr><td>",
        "<div>",
    ),
    *('<a b="', "<p ", "<ul><li>", "</p>", "<script>", "<style>", "&", "&amp;", "&#", " ", "\u3000", "\n", "|", "| ", "--", "(guī)"),
    *("規(guī)", "?。", "?主动公", "■", "是■", "【", "第二十条第(", "2021年", "〔2021〕", "=", "\t", "\xa0", "\ufffd", "Ã¤", "規", "增加"),
)


def seconds(stage: Callable[[str], object], text: str) -> float:
    """The least of three, of this process's own time."""
    taken = []
    for _ in range(3):
        begun = time.process_time()
        stage(text)
        taken.append(time.process_time() - begun)
    return min(taken)


@pytest.mark.parametrize("name", STAGES)
def test_time_grows_no_faster_than_the_text(name: str) -> None:
    """Four times the text may take eight times as long; a quadratic step takes sixteen times."""
    stage = STAGES[name]
    stage("规章")  # what is loaded once
    for piece in PIECES:
        size = 3000
        short = seconds(stage, (piece * size)[:size])
        long = seconds(stage, (piece * size * 4)[: size * 4])
        if long > 0.02 and long > 8 * short:  # once more, larger: something else may have had the processor
            short, long = seconds(stage, (piece * size * 4)[: size * 4]), seconds(stage, (piece * size * 16)[: size * 16])
            assert long <= 8 * max(short, 0.002), (
                f"{name} takes {short:.3f} s for {size * 4} characters of {piece!r}, {long:.3f} s for 4 times as many"
            )


@pytest.mark.parametrize("tag", ["<div>", "<table><tr><td>", "<ul><li>", "<b>", "<p><table>", "<span style='display:none'>"])
def test_depth_is_bounded(tag: str) -> None:
    begun = time.process_time()
    flat = flatten_html(tag * 50_000 + "规章")
    assert flat.aligned.text.count("规章") == (0 if "none" in tag else 1)
    assert time.process_time() - begun < 20


def test_a_page_of_numbers_without_end_gives_none() -> None:
    assert read_number("9" * 17) is None
    assert read_cell("9" * 10_000) is None
    assert read_number("9" * 16) is not None


TABLES = ("documents", "cells", "figures")
ATTACK = '=HYPERLINK("http://a.example")'


def test_formulas_in_csv_are_text_and_numbers_stay_numbers(tmp_path: Path) -> None:
    cells = tuple(
        Cell(f"proactive.permits.{column}", value, Status.PRINTED, text, ((0, 2),), 1.0)
        for column, value, text in (("change", -2, "-2"), ("previous_items", 3, "+3"), ("decisions", 1, ATTACK))
    )
    figure = Figure("disclosures", 1, "@SUM(A1)", "-1+1", 0, 4, Basis.PRINTED, 1.0)
    extraction = Extraction("=cmd|' /C calc'!A0", "2019", ATTACK, 2020, cells, (figure,), warnings=("+1+1",))
    Parts(tmp_path, Format.CSV).seal(0, [Outcome(0, extraction.source, Kind.PROCESSED, None, packed(extraction))])
    read = {
        table: list(csv.DictReader((tmp_path / table / "part-000000.csv").read_text(encoding="utf-8").splitlines())) for table in TABLES
    }
    assert [(row["value"], row["text"]) for row in read["cells"]] == [("-2", "-2"), ("3", "+3"), ("1", f"'{ATTACK}")]
    assert (read["figures"][0]["unit"], read["figures"][0]["text"]) == ("'@SUM(A1)", "'-1+1")
    assert (read["documents"][0]["source"], read["documents"][0]["agency"]) == ("'=cmd|' /C calc'!A0", f"'{ATTACK}")
    assert read["documents"][0]["warnings"] == "'+1+1"


HOSTILE = (
    "../../escape",
    "/etc/passwd",
    "C:\\x",
    "a\0b",
    "..",
    ".",
    "con",
    "cells/part-000000.csv",
    "a\n",
    "\u202etxt.exe",
    "-rf",
    "x" * 400,
)


@pytest.mark.usefixtures("without_model")
@pytest.mark.parametrize("command", [("extract",), ("extract", "--format", "csv"), ("extract", "--format", "xlsx"), ("review",)])
def test_files_are_called_by_what_is_safe_of_a_name(tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "a").mkdir()
    records = (json.dumps({"id": name, "text": f"<{name}> 收到申请5件"}) for name in HOSTILE)
    (tmp_path / "in.jsonl").write_text("\n".join(records), encoding="utf-8")
    assert main([*command, str(tmp_path / "in.jsonl"), "--out", str(tmp_path / "a" / "out")]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "in.jsonl"]
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["out"]
    written = [path.relative_to(tmp_path / "a" / "out") for path in (tmp_path / "a" / "out").rglob("*") if path.is_file()]
    assert len(written) >= len(HOSTILE)
    assert all(re.fullmatch(r"[\w.][\w.-]{0,140}|-rf\.\w+", path.name) for path in written), written


@pytest.mark.parametrize("name", ["../../escape", "/etc/passwd", "C:\\x", "a\0b", "..", "cells/part-000000.csv"])
def test_no_path_is_made_of_what_a_document_says(tmp_path: Path, name: str) -> None:
    out = tmp_path / "a" / "out"
    out.mkdir(parents=True)
    for kind in (Format.CSV, Format.JSONL, Format.PARQUET):
        Parts(out, kind).seal(0, [Outcome(0, name, Kind.PROCESSED, None, packed(Extraction(name, "2021", name, 2021)))])
    assert {path.name for path in out.parent.rglob("*") if path.is_file()} == {
        "part-000000.csv",
        "part-000000.jsonl",
        "part-000000.parquet",
    }
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
