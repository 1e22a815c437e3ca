"""`gongkai compare`: pages and results by name, formats, exit codes."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from gongkai.inference.cli import main
from gongkai.inference.extract import Extractor
from gongkai.model.types import LabelledPage, Page, Span

PAGE = """甲县人民政府{year}年政府信息公开工作年度报告
三、收到和处理政府信息公开申请情况
一、本年新收政府信息公开申请数量 | {new} | 0 | 0 | 0 | 0 | 0 | {new}
二、上年结转政府信息公开申请数量 | {came} | 0 | 0 | 0 | 0 | 0 | {came}
四、结转下年度继续办理 | {left} | 0 | 0 | 0 | 0 | 0 | {left}
"""


class Fake:
    """Labels organ, section, rows and numbers of `PAGE`."""

    def label(self, pages: Sequence[Page]) -> list[LabelledPage]:
        return [LabelledPage(page, tuple(self._spans(page.text))) for page in pages]

    def _spans(self, text: str) -> list[Span]:
        patterns = {"agency": "甲县人民政府", "section": "(?m)^三、.*$", "row": "(?m)^[一二四]、[^ ]*", "value": r"(?<=\| )\d+"}
        return sorted(Span(*found.span(), label, 0.99) for label, pattern in patterns.items() for found in re.finditer(pattern, text))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with the reports of two years, and an extractor that needs no model."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr(Extractor, "from_pretrained", lambda *_: Extractor(Fake()))
    for year, new, came, left in ((2022, 8, 1, 3), (2023, 12, 2, 0)):
        (tmp_path / f"{year}.txt").write_text(PAGE.format(year=year, new=new, came=came, left=left), encoding="utf-8")
    return tmp_path


def test_two_pages_in_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "2022.txt", "2023.txt"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert ["A", "甲县人民政府", "2022", "2022.txt", "·", "no", "form"] in [line.split() for line in out.splitlines()]
    assert ["总计", "8", "12", "+4", "+50.0"] in [line.split() for line in out.splitlines()]
    assert "across years: holds 5, broken 2, cannot be told 0" in out
    assert "商业企业" not in out
    assert main(["compare", "2022.txt", "2023.txt", "--all"]) == 0
    assert ["商业企业", "0", "0", "0"] in [line.split() for line in capsys.readouterr().out.splitlines()]


def test_a_page_against_results_into_a_file(folder: Path) -> None:
    assert main(["extract", "2022.txt", "--format", "json", "--out", "results"]) == 0
    assert main(["compare", "results/2022.json", "2023.txt", "--format", "json", "--out", "new/difference.json"]) == 0
    record = json.loads((folder / "new" / "difference.json").read_text(encoding="utf-8"))
    assert {one["key"]: one["difference"] for one in record["differences"] if one["key"].endswith(".total")} == {
        "requests.new_received.total": 4,
        "requests.carried_in.total": 1,
        "requests.handled_total.total": 8,  # derived: 8 + 1 - 3, and 12 + 2 - 0
        "requests.carried_out.total": -3,
    }


@pytest.mark.parametrize("which", ["甲县人民政府@2022", "2022.txt", "2022"])
def test_one_of_several_results_is_named(folder: Path, which: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["extract", "2022.txt", "2023.txt", "--format", "jsonl", "--out", "out"]) == 0
    lines = [path.read_text(encoding="utf-8") for path in sorted((folder / "out").iterdir())]
    (folder / "all.jsonl").write_text("".join(lines), encoding="utf-8")
    capsys.readouterr()
    assert main(["compare", f"all.jsonl#{which}", "all.jsonl#2023", "--format", "csv"]) == 0
    assert "check,requests.carried_in.total,carried_in = last year's carried_out,3,,,,,2,,,,,-1,,broken," in capsys.readouterr().out


def test_what_is_not_one_document_is_told_with_the_way_out(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["extract", "2022.txt", "2023.txt", "--format", "jsonl", "--out", "out"]) == 0
    capsys.readouterr()
    for name, message in {
        "out": "out: 2 documents; name one with out#WHICH: 甲县人民政府@2022, 甲县人民政府@2023",
        "out#乙县": "out#乙县: no document of that name; name one with out#WHICH: 甲县人民政府@2022, 甲县人民政府@2023",
        "none.txt": "none.txt: not there; check the name",
        "2022.txt#3": "2022.txt#3: no document of that name; name one with 2022.txt#WHICH: 2022.txt",
    }.items():
        assert main(["compare", "2023.txt", name]) == 2
        assert capsys.readouterr().err == f"gongkai: {message}\n"
