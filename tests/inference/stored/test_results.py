"""What was written is read back, in every format; what is no result is told of with the way out."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from gongkai.inference.batch.databases import Database
from gongkai.inference.batch.jobs import Kind, Outcome
from gongkai.inference.batch.parts import Parts
from gongkai.inference.batch.tables import Format, packed
from gongkai.inference.results import Basis, Cell, Check, Extraction, Figure, Status, Verdict
from gongkai.inference.stored.records import NotRead, Stored
from gongkai.inference.stored.results import all_extractions, holds_results, read_results
from gongkai.inference.write import to_json, to_jsonl
from gongkai.model.errors import BadRecordError, UnreadableError

KEY = "requests.new_received.total"
REPORT = Extraction(
    source="=甲.txt",  # a spreadsheet would run it
    form="2021",
    agency="甲县人民政府",
    report_year=2022,
    cells=(
        Cell("proactive.fees.amount", 12.5, Status.PLACED, "12.5", ((3, 7),), 0.8123),
        Cell(KEY, 8, Status.PRINTED, "8", ((10, 11),), 0.99),
        Cell("requests.carried_in.total", None, Status.BLANK, "", ((12, 13),), 0.97),
        Cell("requests.carried_out.total", -2, Status.DERIVED, None, (), 0.6),
    ),
    figures=(Figure("requests_received", 8, "件", "8", 1, 2, Basis.PRINTED, 0.99),),
    checks=(
        Check("a = b", (KEY, "requests.carried_in.total"), 8, None, Verdict.UNKNOWN),
        Check("c = d", (KEY, "requests.carried_out.total"), 8, 6, Verdict.BROKEN, (KEY,)),
    ),
    warnings=("one thing", "another"),
)
EMPTY = Extraction("乙.txt", None, None, None)
OUTCOMES = [
    Outcome(0, REPORT.source, Kind.PROCESSED, None, packed(REPORT)),
    Outcome(1, "c.png", Kind.REFUSED, "a picture", None),
    Outcome(2, EMPTY.source, Kind.PROCESSED, None, packed(EMPTY)),
]


def written(folder: Path, kind: Format) -> Path:
    """A folder as `gongkai batch` leaves it, in two shards."""
    target = Database(folder, kind) if kind in (Format.SQLITE, Format.DUCKDB) else Parts(folder, kind)
    target.seal(0, OUTCOMES[:2])
    target.seal(1, OUTCOMES[2:])
    target.finish(OUTCOMES)
    return folder


@pytest.mark.parametrize("kind", list(Format))
def test_a_batch_is_read_back(tmp_path: Path, kind: Format) -> None:
    assert holds_results(written(tmp_path, kind))
    found = list(read_results(tmp_path))
    assert sorted(found, key=lambda one: one.source) == [REPORT, NotRead("c.png", "refused: a picture"), EMPTY]


def test_files_of_extract_are_read_back(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(to_json(REPORT), encoding="utf-8")
    (tmp_path / "b.jsonl").write_text(to_jsonl(EMPTY) + "\n" + to_jsonl(REPORT), encoding="utf-8")
    (tmp_path / "pages.jsonl").write_text('{"id": "1", "text": "a page"}\n', encoding="utf-8")
    assert list(read_results(tmp_path / "a.json")) == [REPORT]
    assert list(read_results(tmp_path / "b.jsonl")) == [EMPTY, REPORT]
    assert list(read_results(tmp_path)) == [REPORT, EMPTY, REPORT]
    assert not holds_results(tmp_path / "pages.jsonl")


def test_a_bad_line_costs_itself_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    wrong = json.dumps({**json.loads(to_jsonl(REPORT)), "cells": [{"key": KEY}]})
    path.write_text(f"{to_jsonl(REPORT)}{{\n{wrong}\n[1]\n{to_jsonl(EMPTY)}", encoding="utf-8")
    first, *bad, last = read_results(path)
    assert (first, last) == (REPORT, EMPTY)
    reasons = [one.reason for one in bad if isinstance(one, NotRead) and one.damaged]
    assert len(reasons) == 3
    assert reasons[0].startswith(f"{path}, line 2: no JSON")
    assert reasons[1].startswith(f"{path}, line 3: not an extraction: cells.0.value: Field required")
    assert reasons[2] == f"{path}, line 4: a JSON list where the object of an extraction must be"
    with pytest.raises(BadRecordError, match="line 2: no JSON"):
        list(all_extractions(path))


def test_nothing_and_foreign_things_are_refused(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text("a page", encoding="utf-8")
    with pytest.raises(UnreadableError, match="none: not there"):
        read_results(tmp_path / "none")
    with pytest.raises(BadRecordError, match=r"page\.txt: holds no results; expected what `gongkai extract` writes"):
        read_results(tmp_path / "page.txt")
    with pytest.raises(BadRecordError, match="holds no results"):
        read_results(tmp_path)


def test_two_kinds_in_one_folder_are_not_read_twice(tmp_path: Path) -> None:
    written(tmp_path, Format.CSV)
    (tmp_path / "a.json").write_text(to_json(REPORT), encoding="utf-8")
    with pytest.raises(BadRecordError, match="several kinds"):
        read_results(tmp_path)


def test_tables_of_something_else_are_refused(tmp_path: Path) -> None:
    written(tmp_path, Format.CSV)
    cells = tmp_path / "cells" / "part-000000.csv"
    cells.write_text("document,price\n0,5\n", encoding="utf-8")
    with pytest.raises(BadRecordError, match=r"cells lacks source, form, .*; expected the tables that `gongkai batch` writes"):
        list(read_results(tmp_path))


def test_a_value_that_is_no_number_is_told_with_its_line(tmp_path: Path) -> None:
    written(tmp_path, Format.CSV)
    cells = tmp_path / "cells" / "part-000000.csv"
    cells.write_text(cells.read_text(encoding="utf-8").replace(",12.5,", ",twelve,", 1), encoding="utf-8")
    with pytest.raises(BadRecordError, match=r"part-000000.csv, line 2: could not convert string to float: 'twelve'"):
        list(read_results(tmp_path))


def test_rows_without_their_document_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, Format.SQLITE) / "gongkai.sqlite"
    with sqlite3.connect(path) as database:
        database.execute("DELETE FROM documents WHERE document = 0")
    database.close()
    with pytest.raises(BadRecordError, match="table cells: rows of document 0 stand where none belong"):
        list(read_results(tmp_path))


@pytest.mark.parametrize("name", ["gongkai.sqlite", "gongkai.duckdb"])
def test_a_damaged_database_is_told_of(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"no database at all, " * 100)
    with pytest.raises(UnreadableError, match=f"{name}: cannot be read .* write it again with `gongkai batch`"):
        list(read_results(tmp_path))


def test_parquet_that_is_damaged_is_told_of(tmp_path: Path) -> None:
    written(tmp_path, Format.PARQUET)
    path = tmp_path / "cells" / "part-000000.parquet"
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(UnreadableError, match=r"cells/part-000000\.parquet: cannot be read"):
        list(read_results(tmp_path))


def test_counts_are_whole_numbers_again_and_amounts_are_not(tmp_path: Path) -> None:
    (found,) = (one for one in read_results(written(tmp_path, Format.PARQUET)) if one == REPORT)
    values = [cell.value for cell in _extraction(found).cells]
    assert [type(value) for value in values] == [float, int, type(None), int]
    assert _extraction(found) == replace(REPORT, entities=(), repairs=())


def _extraction(one: Stored) -> Extraction:
    assert isinstance(one, Extraction)
    return one
