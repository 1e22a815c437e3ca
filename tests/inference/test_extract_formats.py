"""`gongkai extract --format xlsx` and `--format parquet`, read back by the libraries that people read them with."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from pyarrow import parquet

from gongkai.inference.batch.card import card
from gongkai.inference.batch.tables import TABLES
from gongkai.inference.cli import main

pytestmark = pytest.mark.usefixtures("without_model")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, number in (("a", 5), ("b", 7)):
        (tmp_path / f"{name}.txt").write_text(f"收到申请{number}件", encoding="utf-8")
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below `folder` with its bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def sheets(path: Path) -> dict[str, Any]:
    """The sheets of a workbook by name, in their order."""
    workbook = openpyxl.load_workbook(path)
    return dict(zip(workbook.sheetnames, workbook.worksheets, strict=True))


def test_one_workbook_for_all(folder: Path) -> None:
    assert main(["extract", "a.txt", "b.txt", "none.txt", "--format", "xlsx", "--out", "new/all.xlsx"]) == 1
    workbook = sheets(folder / "new" / "all.xlsx")
    assert list(workbook) == ["a", "b", "documents", "cells", "figures", "legacy", "checks"]
    assert [row[3] for row in workbook["figures"].iter_rows(min_row=2, values_only=True)] == [5, 7]
    assert sorted(path.name for path in (folder / "new").iterdir()) == ["all.xlsx"]


def test_one_workbook_for_each(folder: Path) -> None:
    assert main(["extract", "a.txt", "b.txt", "--format", "xlsx", "--out", "out"]) == 0
    assert sorted(path.name for path in (folder / "out").iterdir()) == ["a.xlsx", "b.xlsx"]
    assert sheets(folder / "out" / "b.xlsx")["figures"]["D2"].value == 7


def test_parquet_is_a_folder_of_tables(folder: Path) -> None:
    assert main(["extract", "a.txt", "b.txt", "--format", "parquet", "--out", "out"]) == 0
    figures = parquet.read_table(folder / "out" / "figures")
    assert figures.select(["document", "source", "label", "value"]).to_pylist() == [
        {"document": 0, "source": "a.txt", "label": "requests_received", "value": 5.0},
        {"document": 1, "source": "b.txt", "label": "requests_received", "value": 7.0},
    ]
    assert sorted(path.name for path in (folder / "out").iterdir()) == ["README.md", "cells", "checks", "documents", "figures", "legacy"]


@pytest.mark.parametrize(("kind", "where"), [("xlsx", "a folder or a file .xlsx"), ("parquet", "a folder")])
def test_what_is_no_text_needs_a_place(kind: str, where: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["extract", "a.txt", "--format", kind]) == 2
    assert f"{kind} is no text: name {where} to write to" in " ".join(capsys.readouterr().err.replace("│", " ").split())


@pytest.mark.parametrize(("kind", "out"), [("xlsx", "out.xlsx"), ("parquet", "out")])
def test_a_run_that_reads_nothing_leaves_what_stands_there(kind: str, out: str, folder: Path) -> None:
    assert main(["extract", "a.txt", "--format", kind, "--out", out]) == 0
    before = contents(folder)
    assert main(["extract", "missing.txt", "--format", kind, "--out", out]) == 1
    assert contents(folder) == before


def test_a_file_where_a_folder_is_wanted(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["extract", "a.txt", "--format", "xlsx", "--out", "b.txt/out.xlsx"]) == 2
    assert "b.txt: cannot write results there (it is a file, no folder)" in capsys.readouterr().err


def test_the_card_names_every_column() -> None:
    for table, columns in TABLES.items():
        (section,) = re.findall(rf"\*\*{table}\*\*: (.*?)\n\n(?:\*\*|\| status|##)", card(), re.DOTALL)
        assert [column for column in columns if f"`{column}`" not in section] == []
        assert f"config_name: {table}\n  data_files: {table}/*.parquet" in card()


@pytest.mark.slow
def test_datasets_opens_the_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HOME", str(folder / "home"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert main(["extract", "a.txt", "b.txt", "--format", "parquet", "--out", "out"]) == 0
    from datasets import load_dataset

    cells: Any = load_dataset(str(folder / "out"), split="train", cache_dir=str(folder / "cache"))
    assert [(row["row"], row["column"], row["value"], row["status"]) for row in cells] == [
        ("new_received", "total", 5.0, "derived"),
        ("new_received", "total", 7.0, "derived"),
    ]
    figures: Any = load_dataset(str(folder / "out"), "figures", split="train", cache_dir=str(folder / "cache"))
    assert figures["value"][:] == [5.0, 7.0]
