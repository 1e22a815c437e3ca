"""`gongkai panel`: the folder that it writes, plots, and what it refuses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from gongkai.inference.cli import main
from gongkai.inference.commands import panel as command
from gongkai.inference.panel import plots
from gongkai.inference.panel.tables import TABLES
from gongkai.inference.panel.trends import Trends
from gongkai.inference.results import Extraction

Make = Callable[..., Extraction]
Write = Callable[[Iterable[Extraction]], Path]
NEW, IN, OUT = "requests.new_received.total", "requests.carried_in.total", "requests.carried_out.total"
REVIEWS = {f"review_litigation.review.{end}": n for end, n in (("upheld", 2), ("corrected", 1), ("other", 0), ("pending", 1), ("total", 4))}


@pytest.fixture
def two_years(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, report: Make, results: Write) -> Path:
    monkeypatch.chdir(tmp_path)
    reports = [report(f"{name}县", year, {NEW: 5, IN: 2, OUT: 2, **REVIEWS}) for name in "甲乙" for year in (2022, 2023)]
    return results(reports)


def test_a_panel_has_tables_a_readme_and_plots(two_years: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["panel", str(two_years), "--out", "panel"]) == 0
    out, err = capsys.readouterr()
    assert (out, err) == ("", "2 organs, 4 reports, 0 with several documents (0 of them disputed), 0 documents left out\n")
    assert sorted(path.name for path in Path("panel").iterdir()) == sorted(
        [*(f"{name}.csv" for name in TABLES), "README.md", "plots"],
    )
    assert sorted(path.name for path in Path("panel/plots").iterdir()) == ["requests.svg", "reviews.svg"]
    text = Path("panel/README.md").read_text(encoding="utf-8")
    assert "| carried_in = last year's carried_out | 2 | 0 | 0 |" in text
    assert "| review_reversal | 0.333 (2) | 0.333 (2) |" in text
    assert "| disclosure |  |  |" in text
    assert "![reviews](plots/reviews.svg)" in text


def test_plots_say_of_how_many_reports_they_speak(two_years: Path) -> None:
    assert main(["panel", str(two_years), "--out", "panel"]) == 0
    words = " ".join(ElementTree.parse(Path("panel/plots/requests.svg")).getroot().itertext())  # noqa: S314 - our own file
    for wanted in ("本年新收政府信息公开申请数量", "甲县", "乙县", "2 of 2"):
        assert wanted in words
    reviews = " ".join(ElementTree.parse(Path("panel/plots/reviews.svg")).getroot().itertext())  # noqa: S314 - our own file
    assert "8 cases" in reviews
    assert "corrected" in reviews


def test_a_panel_made_again_leaves_nothing_of_the_old_one(two_years: Path) -> None:
    assert main(["panel", str(two_years), "--out", "panel"]) == 0
    first = {path.name: path.read_bytes() for path in Path("panel").rglob("*.*")}
    assert main(["panel", str(two_years), "--out", "panel"]) == 0
    assert {path.name: path.read_bytes() for path in Path("panel").rglob("*.*")} == first
    assert main(["panel", str(two_years), "--out", "panel", "--format", "parquet", "--plots", "png"]) == 0
    names = {path.suffix for path in Path("panel").rglob("*.*")}
    assert names == {".parquet", ".png", ".md"}


def test_drafts_of_a_killed_run_are_in_nobodys_way(two_years: Path) -> None:
    Path("panel").mkdir()
    for name in ("cells.csv.tmp", "sums.parquet.tmp", "README.md.tmp"):
        Path("panel", name).write_text("half", encoding="utf-8")
    assert main(["panel", str(two_years), "--out", "panel", "--plots", "none"]) == 0
    assert not list(Path("panel").glob("*.tmp"))


def test_many_organs_are_drawn_as_their_middle_half(tmp_path: Path, report: Make, results: Write) -> None:
    path = results([report(f"{number}县", year, {NEW: 10 * number}) for number in range(1, 10) for year in (2021, 2022)])
    assert main(["panel", str(path), "--out", str(tmp_path / "panel")]) == 0
    words = " ".join(ElementTree.parse(tmp_path / "panel" / "plots" / "requests.svg").getroot().itertext())  # noqa: S314 - our own file
    assert "middle half of the organs" in words
    assert "1县" not in words


def test_nothing_known_draws_nothing(tmp_path: Path) -> None:
    assert plots.draw(Trends(), tmp_path, plots.Plots.SVG) == ()
    assert plots.draw(Trends(), tmp_path, plots.Plots.NONE) == ()


def test_without_matplotlib_the_tables_are_written_all_the_same(
    two_years: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "can_plot", lambda: False)
    assert main(["panel", str(two_years), "--out", "panel"]) == 0
    assert capsys.readouterr().err.startswith("no plots: they need matplotlib, pip install 'gongkai[plots]'\n")
    assert not Path("panel/plots").exists()
    assert main(["panel", str(two_years), "--out", "asked", "--plots", "svg"]) == 2
    assert capsys.readouterr().err == "gongkai: drawing plots needs packages that are not installed: pip install 'gongkai[plots]'\n"
    assert not Path("asked").exists()


def test_damaged_records_are_told_and_cost_the_exit_code(two_years: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with two_years.open("a", encoding="utf-8") as file:
        file.write("[]\n")
    assert main(["panel", str(two_years), "--out", "panel", "--plots", "none"]) == 1
    assert "results.jsonl, line 5: a JSON list where the object of an extraction must be\n" in capsys.readouterr().err


def test_a_file_that_is_no_text_is_named(two_years: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("binary.json").write_bytes(b"\x80\x81")
    assert main(["panel", str(two_years), "binary.json", "--out", "panel", "--plots", "none"]) == 1
    assert "binary.json: cannot be read ('utf-8' codec" in capsys.readouterr().err


def test_what_cannot_become_a_panel_is_refused(two_years: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("page.txt").write_text("a page", encoding="utf-8")
    Path("empty.jsonl").write_text("", encoding="utf-8")
    Path("long.csv").write_text("child,parent\n" + "甲" * 200_000, encoding="utf-8")
    Path("wide.csv").write_text("甲" * 200_000, encoding="utf-8")
    Path("full").mkdir()
    Path("full/thesis.doc").write_text("mine", encoding="utf-8")
    for arguments, message in (
        (["none.jsonl"], "none.jsonl: not there"),
        (["page.txt"], "page.txt: holds no results; expected what `gongkai extract` writes as json or jsonl"),
        (["empty.jsonl"], "empty.jsonl: holds no results"),
        ([two_years.name, "--hierarchy", "none.csv"], "none.csv"),
        ([two_years.name, "--hierarchy", "long.csv"], "long.csv, after line 1: field larger than field limit"),
        ([two_years.name, "--hierarchy", "wide.csv"], "wide.csv: has no columns child and parent in its first line"),
        ([two_years.name, "--out", "full"], "full: holds thesis.doc, which is no part of a panel; name a new folder with --out"),
    ):
        assert main(["panel", "--out", "panel", *arguments]) == 2
        err = capsys.readouterr().err
        assert err.startswith("gongkai: ")
        assert message in err
    assert not Path("panel").exists() or list(Path("panel").iterdir()) == []
    assert Path("full/thesis.doc").read_text(encoding="utf-8") == "mine"


def test_the_readme_names_every_column(two_years: Path) -> None:
    assert main(["panel", str(two_years), "--out", "panel", "--plots", "none"]) == 0
    text = Path("panel/README.md").read_text(encoding="utf-8")
    for name, columns in TABLES.items():
        (section,) = re.findall(rf"\*\*{name}\.csv\*\*: (.*?)\n\n", text, re.DOTALL)
        assert [column for column in columns if f"`{column}`" not in section] == []
