"""Corrections of a page that a fixed labeller reads wrongly, through the functions and the command line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gongkai.annotations.corrections import Correction
from gongkai.annotations.gold import read_gold
from gongkai.annotations.relabel import Relabelled, labelled, relabel
from gongkai.annotations.tasks import digest
from gongkai.inference.cli import main
from gongkai.inference.extract import Extractor
from gongkai.inference.read.document import Document, document_from_text
from gongkai.inference.results import Cell, Status
from gongkai.model.types import LabelledPage, Page, Span

PAGE = """二、主动公开政府信息情况
第二十条第(一)项
信息内容 | 本年制发件数 | 本年废止件数 | 现行有效件数 |
规章 | 3 | 1 | 12 |
行政规范性文件 | 1 | / | 40 |
三、收到和处理政府信息公开申请情况
"""
MADE, REPEALED, IN_FORCE = (f"proactive.regulations.{name}" for name in ("made", "repealed", "in_force"))
NORMATIVE = "proactive.normative_documents"


def spans_of(text: str, *marked: tuple[str, str]) -> tuple[Span, ...]:
    """Spans over the words in turn, each searched after the one before it."""
    found, position = [], 0
    for words, label in marked:
        position = text.index(words, position)
        found.append(Span(position, position + len(words), label))
        position += len(words)
    return tuple(found)


TITLES = (("二、主动公开政府信息情况", "section"), ("第二十条第(一)项", "block"))
COLUMNS = tuple((name, "column") for name in ("信息内容", "本年制发件数", "本年废止件数", "现行有效件数"))
RIGHT = spans_of(
    PAGE,
    *TITLES,
    *COLUMNS,
    *(("规章", "row"), ("3", "value"), ("1", "value"), ("12", "value")),
    *(("行政规范性文件", "row"), ("1", "value"), ("/", "blank"), ("40", "value")),
    ("三、收到和处理政府信息公开申请情况", "section"),
)


@dataclass(frozen=True, slots=True)
class Fixed:
    """Labels every page with the same spans."""

    spans: tuple[Span, ...]

    def label(self, pages: Sequence[Page]) -> list[LabelledPage]:
        return [LabelledPage(page, self.spans) for page in pages]


def correction(key: str, value: float | None, document: Document) -> Correction:
    return Correction(document.name, digest(document.source_text), key, value, None, "correct", "x", datetime(2026, 1, 1, tzinfo=UTC))


def relabelled(spans: Sequence[Span], **values: float | None) -> Relabelled:
    document = document_from_text("a.txt", PAGE)
    reading = Extractor(Fixed(tuple(spans))).read(document)
    keys = {"made": MADE, "repealed": REPEALED, "in_force": IN_FORCE, "n_made": f"{NORMATIVE}.made", "n_repealed": f"{NORMATIVE}.repealed"}
    wanted = {keys[name]: correction(keys[name], value, document) for name, value in values.items()}
    return relabel(reading, wanted)


def test_a_page_that_is_read_rightly_stays_as_it_is() -> None:
    found = relabelled(RIGHT, made=3, in_force=12, n_repealed=None)
    assert found.page.spans == RIGHT
    assert (found.placed, found.unplaced) == ((MADE, IN_FORCE, f"{NORMATIVE}.repealed"), {})


def test_a_number_that_was_cut_is_made_whole() -> None:
    cut = [span if PAGE[span.start : span.end] != "12" else Span(span.start, span.start + 1, "value") for span in RIGHT]
    found = relabelled(cut, in_force=12)
    assert found.page.spans == RIGHT
    assert found.placed == (IN_FORCE,)


def test_a_number_that_was_overlooked_is_found_where_it_is_printed_once() -> None:
    without = [span for span in RIGHT if PAGE[span.start : span.end] != "40"]
    document = document_from_text("a.txt", PAGE)
    reading = Extractor(Fixed(tuple(without))).read(document)
    key = f"{NORMATIVE}.in_force"
    found = relabel(reading, {key: correction(key, 40, document)})
    assert found.page.spans == RIGHT
    assert found.placed == (key,)


def test_a_number_that_is_printed_nowhere_is_said_so() -> None:
    found = relabelled(RIGHT, in_force=99)
    assert found.page.spans == RIGHT
    assert found.unplaced == {IN_FORCE: "99 is printed nowhere in the table where no other cell was read from it"}


def test_a_number_that_another_cell_was_read_from_is_not_taken() -> None:
    found = relabelled(RIGHT, in_force=3)
    assert found.unplaced == {IN_FORCE: "3 is printed nowhere in the table where no other cell was read from it"}


def test_a_blank_where_a_number_is_read_is_no_label() -> None:
    found = relabelled(RIGHT, in_force=None)
    assert found.page.spans == RIGHT
    assert found.unplaced == {IN_FORCE: "'12' is printed where the cell was read, and nobody says whose number that is"}


def test_a_title_keeps_what_stands_beside_the_number() -> None:
    text = "规章 3 件"
    assert labelled([Span(0, 6, "row")], (3, 4), "value", text) == [Span(0, 2, "row"), Span(3, 4, "value"), Span(5, 6, "row")]
    assert labelled([Span(3, 6, "value")], (3, 4), "value", text) == [Span(3, 4, "value")]


def test_the_fixture_is_read_as_the_page_says() -> None:
    cells = {cell.key: cell for cell in Extractor(Fixed(RIGHT))(PAGE).cells}
    place = RIGHT[9].start
    assert PAGE[place : place + 2] == "12"
    assert cells[IN_FORCE] == Cell(IN_FORCE, 12, Status.PRINTED, "12", ((place, place + 2),), cells[IN_FORCE].confidence)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_command_writes_labels_and_cells(tmp_path: Path, capsys: pytest.CaptureFixture[str], newline: str) -> None:
    text = PAGE.replace("\n", newline)
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "a.txt").write_bytes(text.encode())
    line = {"document": "a.txt", "sha256": digest(text), "action": "correct", "was": None, "by": "x", "at": "2026-01-01T00:00:00Z"}
    lines = [{**line, "key": MADE, "value": 3}, {**line, "key": IN_FORCE, "value": 99}, {**line, "key": REPEALED, "value": None}]
    path = tmp_path / "c.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in lines), encoding="utf-8")
    command = ["corrections", str(path), "--pages", str(tmp_path / "pages")]
    command += ["--labels", str(tmp_path / "labels.jsonl"), "--cells", str(tmp_path / "cells.jsonl")]
    assert main(command) == 0
    said = capsys.readouterr()
    assert said.out.startswith("1 documents, 3 corrected cells, ")
    assert f"a.txt: {IN_FORCE} is no label: 99 is printed nowhere" in said.err
    (page,) = read_gold(tmp_path / "labels.jsonl")
    assert page.page.text == text
    assert "value" in {span.label for span in page.spans if page.text_of(span) == "3"}
    (record,) = map(json.loads, (tmp_path / "cells.jsonl").read_text(encoding="utf-8").splitlines())
    assert record["cells"] == {MADE: 3, IN_FORCE: 99, REPEALED: None}
    assert (record["text"], record["sha256"], record["partial"]) == (text, digest(text), True)


def test_corrections_of_another_text_are_left_over_aloud(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_text("another text", encoding="utf-8")
    line = {"document": "a.txt", "sha256": digest(PAGE), "key": MADE, "value": 3, "action": "correct", "at": "2026-01-01T00:00:00Z"}
    (tmp_path / "c.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    cells = tmp_path / "cells.jsonl"
    assert main(["corrections", str(tmp_path / "c.jsonl"), "--pages", str(tmp_path / "a.txt"), "--cells", str(cells)]) == 1
    assert "a.txt: not among the pages, or its text is another one than was corrected" in capsys.readouterr().err
    assert cells.read_text(encoding="utf-8") == ""
    assert main(["corrections", str(tmp_path / "c.jsonl"), "--pages", str(tmp_path / "a.txt")]) == 2
