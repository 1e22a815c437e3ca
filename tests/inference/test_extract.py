"""From text to extraction with a labeller of two lines: the order of the steps, and every number back at its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from types import GeneratorType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongkai.inference.aligned import AlignedText
from gongkai.inference.extract import NOTHING_FOUND, Extractor
from gongkai.inference.locate import Locator, own_tables
from gongkai.inference.read.document import document_from_html, document_from_text
from gongkai.inference.read.grid import GridCell, GridTable
from gongkai.inference.results import Cell, Entity, Figure, Status
from gongkai.model.errors import CheckpointError
from gongkai.model.types import LabelledPage, Page, Span

PATTERN = re.compile(r"申请(\d+)件|电话[:：](?P<phone>[\d-]+)")


class Fake:
    """Labels 申请N件 and telephone numbers of the normalised text."""

    def label(self, pages: Sequence[Page]) -> list[LabelledPage]:
        return [LabelledPage(page, tuple(self._spans(page.text))) for page in pages]

    def _spans(self, text: str) -> Iterator[Span]:
        for match in PATTERN.finditer(text):
            group = "phone" if match["phone"] else 1
            yield Span(*match.span(group), "phone" if match["phone"] else "requests_received", 0.99)


EXTRACTOR = Extractor(Fake())


def test_a_figure_leads_back_to_the_text_as_given() -> None:
    text = "一、總體情況\n收到政府信息公開申請１２件,電話:0743-821。"
    result = EXTRACTOR(text)
    (figure,) = result.figures
    assert (figure.label, figure.value, figure.unit, figure.text) == ("requests_received", 12, "件", "１２")
    assert text[figure.start : figure.end] == "１２"
    (phone,) = result.entities
    assert text[phone.start : phone.end] == phone.text == "0743-821"
    assert {repair.kind for repair in result.repairs} >= {"traditional", "full_width"}
    assert (result.source, result.form, result.warnings) == ("text", None, ())


def test_a_derived_cell_points_at_its_figure() -> None:
    text = "收到政府信息公開申請5件"
    (cell,) = EXTRACTOR(text).cells
    assert (cell.key, cell.value, cell.status, cell.text) == ("requests.new_received.total", 5, Status.DERIVED, None)
    assert [text[start:end] for start, end in cell.spans] == ["5"]


def test_a_reading_keeps_the_labels_and_the_repaired_text() -> None:
    document = document_from_text("a.txt", "收到政府信息公開申請１２件,電話:0743-821。")
    reading = EXTRACTOR.read(document)
    spans = [(document.source_text[span.start : span.end], span.label) for span in reading.spans]
    assert spans == [("１２", "requests_received"), ("0743-821", "phone")]
    assert reading.repaired.text == "收到政府信息公开申请12件,电话:0743-821。"
    assert reading.extraction == EXTRACTOR.extract(document)
    assert reading.document is document


def test_an_old_statistics_table_is_kept_from_the_figures_and_read_apart() -> None:
    rows = ("收到申請總數 件 1２", "當面申請数 件 2", "传真申请数 件 0", "网络申请数 件 10", "信函申请5件 件 0")
    text = "统计指标 单位 统计数\n" + "\n".join(rows)
    result = EXTRACTOR(text)
    assert result.figures == ()
    assert [(row.key, row.value, row.text) for row in result.legacy[:2]] == [
        ("legacy.received", 12, "1２"),
        ("legacy.received_in_person", 2, "2"),
    ]
    assert [text[slice(*row.name_span)] for row in result.legacy[:2]] == ["收到申請總數", "當面申請数"]
    assert (result.form, NOTHING_FOUND in result.warnings) == (None, False)


def test_html_is_read_as_html_and_located_in_its_source() -> None:
    html = "<!DOCTYPE html><html><body><p>收到政府信息公开<b>申请</b>7件</p><p>二</p></body></html>"
    (figure,) = EXTRACTOR(html).figures
    assert html[figure.start : figure.end] == figure.text == "7"
    assert EXTRACTOR.extract(document_from_html("text", html)) == EXTRACTOR(html)


def test_many_texts_are_read_as_they_are_asked_for() -> None:
    asked: list[str] = []

    def texts() -> Iterator[str]:
        for number in "12":
            asked.append(number)
            yield f"申请{number}件"

    results = EXTRACTOR(texts())
    assert isinstance(results, GeneratorType)
    assert asked == []
    assert next(results).figures[0].value == 1
    assert asked == ["1"]
    assert [result.figures[0].value for result in EXTRACTOR(["申请3件", "申请4件"])] == [3, 4]


def test_the_same_text_says_the_same_in_any_company() -> None:
    alone = EXTRACTOR("申请3件")
    assert list(EXTRACTOR(["申请9件", "申请3件", ""]))[1] == alone


@pytest.mark.parametrize("text", ["", " \n\t\u3000", "🙂" * 50, "\x00\x1b", "\ud800", "<", "|" * 5000, "\r\n" * 50, "你好。" * 60_000])
def test_odd_text_raises_nothing_and_says_so(text: str) -> None:
    result = EXTRACTOR(text)
    assert result.warnings[-1] == NOTHING_FOUND
    assert (result.cells, result.figures) == ((), ())


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="申请收到件0123456789１２\n\u3000 政府(fǔ)務<b>&amp;|\r电话:-🙂", max_size=60))
def test_every_offset_holds_its_text(text: str) -> None:
    result = EXTRACTOR(text)
    located: tuple[Figure | Entity, ...] = (*result.figures, *result.entities)
    for found in located:
        assert text[found.start : found.end] == found.text
    for cell in result.cells:
        assert cell.text is None or text[slice(*cell.spans[0])] == cell.text


def test_a_document_brings_its_name_and_its_warnings() -> None:
    result = EXTRACTOR.extract(document_from_text("甲.txt", " "))
    assert result.source == "甲.txt"
    assert result.warnings == ("甲.txt: the document is empty", NOTHING_FOUND)


def test_a_folder_that_is_no_model_is_told(tmp_path: object) -> None:
    with pytest.raises(CheckpointError, match="no such model folder"):
        Extractor.from_pretrained(f"{tmp_path}/nothing")


def test_cells_come_in_the_order_of_print() -> None:
    keys = ("review_litigation.review.total", "requests.carried_in.total", "requests.new_received.total", "proactive.fees.change")
    cells = tuple(Cell(key, 1, Status.PRINTED, "?", ((0, 1),), 1.0) for key in keys)
    located = Locator("1", AlignedText.identity("1")).cells(cells)
    assert [cell.key for cell in located] == list(reversed(keys))
    assert {cell.text for cell in located} == {"1"}


def test_grids_are_found_again_after_repairs() -> None:
    flat = AlignedText.identity("xx|ab|cd|yy")
    own = flat.edit([(0, 1, ""), (4, 5, "BBB")])
    cells = (GridCell(0, 0, 1, 1, 3, 5, False), GridCell(0, 1, 1, 1, 6, 8, False))
    (span,) = own_tables(flat, (GridTable(1, 2, cells), GridTable(0, 0, ())), own)
    assert own.text[slice(*span)] == "aBBB|cd"
