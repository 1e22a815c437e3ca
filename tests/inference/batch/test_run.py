"""What a run writes, and when it goes on."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import duckdb
import pyarrow.parquet as pq
import pytest

from gongkai.inference.batch import Format, Limits, Settings, run_batch
from gongkai.inference.batch.jobs import Kind
from gongkai.inference.batch.run import LEDGER
from gongkai.inference.batch.tables import TABLES
from gongkai.inference.extract import Extractor
from gongkai.inference.read.document import document_from_text
from gongkai.inference.write import to_jsonl
from gongkai.model.errors import GongkaiError, OutputError, UnreadableError

SETTINGS = Settings(Format.JSONL, 1, Limits(30, 512), shard=2)
FIGURE = "收到政府信息公开申请{}件"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three pages and a picture that calls itself one."""
    source = tmp_path / "in"
    (source / "sub").mkdir(parents=True)
    for name, number in (("b.txt", 2), ("a.txt", 1), ("sub/c.txt", 3)):
        (source / name).write_text(FIGURE.format(number), encoding="utf-8")
    (source / "d.txt").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    return source


def test_every_format_says_the_same(tmp_path: Path, folder: Path, stubs: ModuleType) -> None:
    for kind in Format:
        counts = run_batch([str(folder)], tmp_path / kind, stubs.stub, Settings(kind, 1, Limits(30, 512), shard=2))
        assert counts == {Kind.PROCESSED: 3, Kind.REFUSED: 1, Kind.FAILED: 0}
    expected = [(0, 1.0), (1, 2.0), (3, 3.0)]  # by name within a folder, its files before its subfolders
    assert [(row["document"], row["value"]) for row in pq.read_table(tmp_path / "parquet/figures").to_pylist()] == expected
    with (tmp_path / "csv/figures/part-000000.csv").open(encoding="utf-8", newline="") as file:
        assert [(int(row["document"]), float(row["value"])) for row in csv.DictReader(file)] == expected[:2]
    query = "SELECT document, value FROM figures ORDER BY rowid"
    assert sqlite3.connect(tmp_path / "sqlite/gongkai.sqlite").execute(query).fetchall() == expected
    with duckdb.connect(str(tmp_path / "duckdb/gongkai.duckdb"), read_only=True) as database:
        assert database.execute(query).fetchall() == expected
        assert database.execute("SELECT count(*) FROM checks").fetchone() == (6,)
    lines = [json.loads(line) for line in (tmp_path / "jsonl/documents/part-000001.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [list(line) for line in lines] == [list(TABLES["documents"])] * 2
    assert (lines[0]["outcome"], lines[1]["outcome"], lines[1]["warnings"]) == ("refused", "processed", None)
    assert "a PNG picture" in lines[0]["reason"]


def test_an_input_that_is_not_there_begins_no_run(tmp_path: Path, folder: Path, stubs: ModuleType) -> None:
    with pytest.raises(UnreadableError, match=r"inn: not there; check the name"):
        run_batch([str(folder), f"{folder}n"], tmp_path / "out", stubs.stub, SETTINGS)
    assert not (tmp_path / "out").exists()
    run_batch([str(folder / "a.txt")], tmp_path / "out", stubs.stub, SETTINGS)
    (folder / "a.txt").unlink()  # what is read already is not asked for again
    assert run_batch([str(folder / "a.txt")], tmp_path / "out", stubs.stub, SETTINGS)[Kind.PROCESSED] == 1


def test_a_file_in_the_place_of_a_table_is_told_of(tmp_path: Path, folder: Path, stubs: ModuleType) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/cells").touch()
    with pytest.raises(OutputError, match=r"out/cells: cannot write results there \(it is a file, no folder\); choose another folder"):
        run_batch([str(folder)], tmp_path / "out", stubs.stub, Settings(Format.CSV, 1, Limits(30, 512)))


def test_the_lines_are_those_of_the_command_for_one_document(tmp_path: Path, pages: Callable[..., Path], stubs: ModuleType) -> None:
    run_batch([str(pages(3))], tmp_path / "out", stubs.stub, SETTINGS)
    extractor: Extractor = stubs.stub()
    expected = "".join(to_jsonl(extractor.extract(document_from_text(f"页{i}", FIGURE.format(i)))) for i in range(3))
    parts = sorted((tmp_path / "out/extractions").iterdir())
    assert [part.name for part in parts] == ["part-000000.jsonl", "part-000001.jsonl"]
    assert "".join(part.read_text(encoding="utf-8") for part in parts) == expected


def test_a_finished_run_is_not_begun_again(tmp_path: Path, pages: Callable[..., Path], stubs: ModuleType) -> None:
    source = pages(3)
    run_batch([str(source)], tmp_path / "out", stubs.stub, SETTINGS)
    counts = run_batch([str(source)], tmp_path / "out", stubs.broken, SETTINGS)
    assert counts == {Kind.PROCESSED: 3, Kind.REFUSED: 0, Kind.FAILED: 0}


def test_another_run_does_not_go_on_with_this_one(tmp_path: Path, pages: Callable[..., Path], stubs: ModuleType) -> None:
    source = pages(3)
    run_batch([str(source)], tmp_path / "out", stubs.stub, SETTINGS)
    other = Settings(Format.CSV, 1, Limits(30, 512), shard=2)
    with pytest.raises(OutputError, match='was begun with format = "jsonl", now it is "csv"'):
        run_batch([str(source)], tmp_path / "out", stubs.stub, other)


def test_input_that_changed_is_told_of(tmp_path: Path, pages: Callable[..., Path], stubs: ModuleType) -> None:
    source = pages(3, {2: "FAULT"})

    def stop(_: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_batch([str(source)], tmp_path / "out", stubs.poisoned, SETTINGS, stop)
    source.write_text('{"id": "乙", "text": ""}\n', encoding="utf-8")
    with pytest.raises(OutputError, match="document 0 was 页0 when the run was begun and is 乙 now"):
        run_batch([str(source)], tmp_path / "out", stubs.stub, SETTINGS)


def test_two_runs_at_once_into_one_folder_are_refused(tmp_path: Path, pages: Callable[..., Path], stubs: ModuleType) -> None:
    source = pages(2)
    other = sqlite3.connect(tmp_path / LEDGER)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("CREATE TABLE x (y)")
    with pytest.raises(OutputError, match="another run may be writing there"):
        run_batch([str(source)], tmp_path, stubs.stub, SETTINGS)
    other.close()


def test_output_inside_the_input_is_refused(folder: Path, stubs: ModuleType) -> None:
    for given in (str(folder), str(folder / "**/*.txt")):
        with pytest.raises(OutputError, match="lies inside the input"):
            run_batch([given], folder / "sub/out", stubs.stub, SETTINGS)


def test_a_model_that_cannot_be_loaded_ends_the_run(tmp_path: Path, pages: Callable[..., Path], stubs: ModuleType) -> None:
    with pytest.raises(GongkaiError, match="a worker cannot start: ValueError: no such model"):
        run_batch([str(pages(2))], tmp_path / "out", stubs.broken, SETTINGS)


def test_patterns(tmp_path: Path, folder: Path, stubs: ModuleType) -> None:
    told: list[str] = []
    counts = run_batch([str(folder / "[ab].txt"), str(folder / "*.html")], tmp_path / "out", stubs.stub, SETTINGS, told.append)
    assert counts[Kind.PROCESSED] == 2
    assert told == [f"{folder / '*.html'}: no file matches this pattern"]
