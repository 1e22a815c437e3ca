"""PDF files to text and grids: what is drawn, and what is read of it."""

from __future__ import annotations

import io
import re
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdfium2 import PdfDocument
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from gongkai.inference.read import pdf, sheet
from gongkai.inference.read import ruled as ruling
from gongkai.inference.read.document import Document, document_from_bytes
from gongkai.inference.read.flow import written
from gongkai.inference.read.html import flatten_html
from gongkai.model.errors import BrokenFileError, TooLargeError, UnreadableError

FONT = "STSong-Light"
Draw = Callable[[Any], None]


def printed(*pages: Draw, **options: Any) -> bytes:
    """A file with a page for each function that draws one, in a font of 10 points."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(595, 842), invariant=1, **options)
    for draw in pages:
        canvas.setFont(FONT, 10)
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def read(*pages: Draw) -> Document:
    return document_from_bytes("a.pdf", printed(*pages))


def texts(*placed: tuple[float, float, str]) -> Draw:
    """Strings that begin at x, y (upwards, as PDF counts)."""

    def draw(canvas: Any) -> None:
        for x, y, text in placed:
            canvas.drawString(x, y, text)

    return draw


def both(*draws: Draw) -> Draw:
    def draw(canvas: Any) -> None:
        for one in draws:
            one(canvas)

    return draw


XS, YS = (60, 160, 260, 360), (700, 680, 660, 640)


def ruled(rows: Sequence[Sequence[str]], ys: Sequence[float] = YS) -> Draw:
    """A table of three columns with lines around every cell."""

    def draw(canvas: Any) -> None:
        canvas.grid(list(XS), list(ys[: len(rows) + 1]))
        for row, y in zip(rows, ys, strict=False):
            for text, x in zip(row, XS, strict=False):
                canvas.drawString(x + 5, y - 14, text)

    return draw


def test_lines_give_the_grid_and_blank_cells_stay() -> None:
    document = read(
        both(texts((60, 750, "二、主动公开政府信息情况")), ruled((("信息内容", "数量", "件数"), ("规章", "", "12"), ("文件", "3", ""))))
    )
    assert document.source_text == "二、主动公开政府信息情况\n| 信息内容 | 数量 | 件数 |\n| 规章 | | 12 |\n| 文件 | 3 | |"
    assert document.flat.text == document.source_text
    assert (document.kind, document.encoding, document.warnings) == ("pdf", None, ())
    (grid,) = document.tables
    assert [document.source_text[c.start : c.end] for c in grid.cells] == ["信息内容", "数量", "件数", "规章", "", "12", "文件", "3", ""]


def test_places_without_a_line_between_them_are_one_cell() -> None:
    def draw(canvas: Any) -> None:
        canvas.rect(60, 640, 300, 60)
        canvas.line(60, 680, 360, 680)  # under the title that spans all columns
        canvas.line(160, 660, 360, 660)  # not through the row title
        canvas.line(160, 640, 160, 680)
        canvas.line(260, 640, 260, 680)
        texts((150, 686, "第二十条"), (65, 656, "规章"), (170, 666, "1"), (270, 666, "2"), (170, 646, "3"), (270, 646, "4"))(canvas)

    document = read(draw)
    assert document.source_text == "| 第二十条 |\n| 规章 | 1 | 2 |\n| 3 | 4 |"
    (grid,) = document.tables
    assert [(c.row, c.column, c.rowspan, c.colspan) for c in grid.cells][:2] == [(0, 0, 1, 3), (1, 0, 2, 1)]


def test_lines_may_be_thin_filled_boxes_drawn_piece_by_piece() -> None:
    def draw(canvas: Any) -> None:
        for x in XS:
            for top in YS[1:]:
                canvas.rect(x, top, 0.5, 20, stroke=0, fill=1)
        for y in YS:
            for x in XS[:-1]:
                canvas.rect(x, y, 100, 0.5, stroke=0, fill=1)
        texts((65, 686, "规章"), (165, 686, "0"), (265, 666, "7"), (65, 646, "许可"))(canvas)

    assert read(draw).source_text == "| 规章 | 0 | |\n| | | 7 |\n| 许可 | | |"


def test_open_sides_and_a_frame_around_the_page_are_no_obstacle() -> None:
    def draw(canvas: Any) -> None:
        canvas.rect(20, 20, 555, 802)
        for y in YS[:3]:
            canvas.line(60, y, 360, y)
        for x in XS[1:3]:
            canvas.line(x, YS[0], x, YS[2])
        texts((65, 686, "规章"), (165, 686, "0"), (265, 686, "1"), (65, 666, "许可"), (265, 666, "9"), (60, 600, "完"))(canvas)

    assert read(draw).source_text == "| 规章 | 0 | 1 |\n| 许可 | | 9 |\n完"


def test_titles_one_character_below_the_other_are_read_downwards() -> None:
    def draw(canvas: Any) -> None:
        canvas.grid([60, 80, 100], [700, 640, 620])
        for x, title in ((65, "自然人"), (85, "总计")):
            texts(*((x, 685 - 14 * place, character) for place, character in enumerate(title)))(canvas)
        texts((66, 626, "5"), (86, 626, "5"))(canvas)

    assert read(draw).source_text == "| 自然人 | 总计 |\n| 5 | 5 |"


def test_titles_that_are_turned_are_read_along_their_own_direction() -> None:
    def draw(canvas: Any) -> None:
        canvas.grid([60, 80, 100], [700, 640, 620])
        for x, title in ((74, "自然人"), (94, "总计")):
            canvas.saveState()
            canvas.translate(x, 645)
            canvas.rotate(90)
            canvas.drawString(0, 0, title)
            canvas.restoreState()
        texts((66, 626, "15"), (84, 626, "15"), (60, 580, "五、存在的主要问题及改进情况"))(canvas)

    assert read(draw).source_text == "| 自然人 | 总计 |\n| 15 | 15 |\n五、存在的主要问题及改进情况"


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_page_drawn_on_its_side_is_turned_back(quarters: int) -> None:
    def draw(canvas: Any) -> None:
        canvas.translate(*((842, 0), (842, 842), (0, 842))[quarters - 1])
        canvas.rotate(90 * quarters)
        ruled((("规章", "", "12"), ("文件", "3", "")))(canvas)

    assert read(draw).source_text == "| 规章 | | 12 |\n| 文件 | 3 | |"


def test_a_number_that_fills_its_cell_goes_on_in_the_next_line_others_do_not() -> None:
    def draw(canvas: Any) -> None:
        canvas.grid([60, 160, 182, 260], [700, 660])
        texts((65, 680, "规范性"), (65, 666, "文件"), (163, 686, "123"), (163, 670, "45"), (200, 686, "1"), (200, 670, "2"))(canvas)

    assert read(draw).source_text == "| 规范性文件 | 12345 | 1 2 |"


def page_number(number: int) -> Draw:
    return texts((290, 40, f"- {number} -"))


def test_a_table_goes_on_over_pages_without_page_numbers_and_repeated_titles() -> None:
    head = ("信息内容", "数量", "件数")
    low = (120, 100, 80)
    high = (780, 760, 740)
    first = both(ruled((head, ("规章", "1", "2")), low), texts((200, 820, "某县年度报告")), page_number(1))
    second = both(ruled((head, ("文件", "3", "4")), high), texts((200, 820, "某县年度报告"), (60, 600, "完")), page_number(2))
    document = read(first, second)
    assert document.source_text == "| 信息内容 | 数量 | 件数 |\n| 规章 | 1 | 2 |\n| 文件 | 3 | 4 |\n完"
    assert len(document.tables) == 1


@pytest.mark.parametrize(
    ("last", "first", "expected"),
    [
        (("不予处理的", "1", "2"), ("申请", "", ""), "| 不予处理的申请 | 1 | 2 |\n| 规章 | 5 | 6 |"),
        (("不予处理", "", ""), ("", "1", "2"), "| 不予处理 | 1 | 2 |\n| 规章 | 5 | 6 |"),
        (("(一)予以公开", "1", "2"), ("(二)部分公开", "", ""), "| (一)予以公开 | 1 | 2 |\n| (二)部分公开 | | |\n| 规章 | 5 | 6 |"),
        (("(一)予以公开", "1", "2"), ("其他", "3", ""), "| (一)予以公开 | 1 | 2 |\n| 其他 | 3 | |\n| 规章 | 5 | 6 |"),
    ],
)
def test_a_row_cut_by_the_end_of_a_page_is_put_together(last: Sequence[str], first: Sequence[str], expected: str) -> None:
    document = read(
        both(ruled((last,), (120, 100)), page_number(1)), both(ruled((first, ("规章", "5", "6")), (780, 760, 740)), page_number(2))
    )
    assert document.source_text == expected


def test_numbers_below_each_other_are_a_table_and_a_gap_is_a_blank_cell() -> None:
    head = ((60, 700, "信息内容"), (200, 700, "上一年项目数量"), (310, 700, "本年增/减"), (410, 700, "处理决定数量"))
    rows = ((60, 680, "行政许可"), (230, 680, "12"), (440, 680, "7"), (60, 660, "其他对外管理服务事项"), (232, 660, "0"), (330, 660, "-3"))
    document = read(texts((60, 740, "二、主动公开政府信息情况"), (250, 720, "第二十条第(五)项"), *head, *rows))
    assert document.source_text == (
        "二、主动公开政府信息情况\n| 第二十条第(五)项 |\n| 信息内容 | 上一年项目数量 | 本年增/减 | 处理决定数量 |\n"
        "| 行政许可 | 12 | | 7 |\n| 其他对外管理服务事项 | 0 | -3 | |"
    )


def test_a_column_of_blank_cells_shows_in_its_title() -> None:
    titles = ("自然人", "商业企业", "科研机构", "其他", "总计")
    head = [(200 + 60 * place, 700, title) for place, title in enumerate(titles)]
    document = read(texts(*head, (60, 680, "一、本年新收"), (448, 680, "8"), (60, 660, "二、上年结转"), (268, 660, "1"), (448, 660, "1")))
    assert (
        document.source_text
        == "| | 自然人 | 商业企业 | 科研机构 | 其他 | 总计 |\n| 一、本年新收 | | | | | 8 |\n| 二、上年结转 | | 1 | | | 1 |"
    )


def test_where_the_columns_are_not_certain_the_lines_stay_as_they_are() -> None:
    rows = [(60, 700, "规章"), (200, 700, "1"), (215, 700, "2"), (60, 680, "文件"), (195, 680, "1234567"), (300, 680, "5")]
    document = read(texts(*rows))
    assert document.source_text == "规章 1 2\n文件 1234567 5"
    assert document.tables == ()


def test_lines_of_a_paragraph_are_joined_and_sentences_with_numbers_are_no_table() -> None:
    line = "全年共受理政府信息公开申请并按照规定的时限办理和答复申请人提出的事项总计1"
    document = read(texts((80, 740, "一、总体情况"), (60, 720, line), (60, 704, "2件,均已办结。"), (80, 688, "另收到 2023 年咨询 5")))
    assert document.source_text == f"一、总体情况\n{line}2件,均已办结。\n另收到 2023 年咨询 5"


def test_pages_of_pictures_ask_for_text_recognition() -> None:
    def picture(canvas: Any) -> None:
        canvas.drawInlineImage(_picture(), 0, 0, 595, 842)

    with pytest.raises(BrokenFileError, match=r"^a\.pdf: 2 page\(s\) of pictures without text.*run text recognition \(OCR\)"):
        read(picture, picture)
    document = read(texts((60, 700, "规章")), picture)
    assert document.source_text == "规章"
    assert document.warnings == ("a.pdf: page(s) 2 show pictures without text; text recognition (OCR) could read them",)


def _picture() -> Any:
    image = pytest.importorskip("PIL.Image")
    return image.new("RGB", (4, 4))


def test_locked_and_damaged_files_are_refused_with_a_way_out() -> None:
    data = printed(texts((60, 700, "规章")))
    with pytest.raises(BrokenFileError, match=r"^a\.pdf: no PDF that can be opened .*print it to a new file"):
        document_from_bytes("a.pdf", data[:200])
    with pytest.raises(BrokenFileError, match=r"^a\.pdf: no PDF that can be opened .*; remove the password"):
        document_from_bytes("a.pdf", printed(texts((60, 700, "规章")), encrypt="secret"))


def test_limits_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    data = printed(texts((60, 700, "规章")), texts((60, 700, "规章")))
    monkeypatch.setattr(pdf, "MAX_CHARACTERS", 3)
    with pytest.raises(TooLargeError, match=r"^a\.pdf: at least 4 characters, but the limit is 3; .* split the file"):
        document_from_bytes("a.pdf", data)
    monkeypatch.setattr(pdf, "MAX_PAGES", 1)
    with pytest.raises(TooLargeError, match=r"^a\.pdf: 2 pages, but the limit is 1"):
        document_from_bytes("a.pdf", data)


def test_a_drawing_of_too_many_lines_rules_no_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet, "MAX_PIECES", 2)
    draw = both(ruled((("规章", "1", "2"),)), ruled((("规章", "1", "2"),), (500, 480)))
    assert "规章" in read(draw).source_text


def test_pages_beyond_the_lines_that_are_looked_at_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = ruled((("规章", "1", "2"),))
    pieces = sheet_of(draw).pieces
    assert pieces > 2
    monkeypatch.setattr(pdf, "MAX_PIECES", pieces + 2)
    document = read(draw, draw, texts((60, 700, "文件")))
    assert document.source_text == "| 规章 | 1 | 2 |\n| 规章 | 1 | 2 |\n文件"  # the second by the places of its numbers
    assert [warning for warning in document.warnings if "more lines" in warning] == [
        "a.pdf: page(s) 2 show more lines than are looked at; what is ruled there is read by its places alone"
    ]


def sheet_of(draw: Draw) -> sheet.Sheet:
    with closing(PdfDocument(printed(draw))) as document, closing(document[0]) as page:
        return sheet.read_sheet(page)


@pytest.mark.parametrize(("count", "tables"), [(4, 1), (100, 1), (101, 0)])
def test_a_line_of_very_many_numbers_is_no_row(count: int, tables: int) -> None:
    """Each is looked for in the column of each."""
    rows = texts(*((60 + 30 * i, y, "5") for y in (700, 680) for i in range(count)))
    assert len(read(rows).tables) == tables


def test_more_lines_than_tables_have_rule_none(monkeypatch: pytest.MonkeyPatch) -> None:
    table = ruled((("规章", "说明", "其他"),))
    assert "|" in read(table).source_text
    monkeypatch.setattr(ruling, "MAX_RULES", 2)
    assert "|" not in read(table).source_text


def test_without_the_extra_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    data = printed(texts((60, 700, "规章")))
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    with pytest.raises(UnreadableError, match=r"^a\.pdf: reading a PDF needs packages .* pip install 'gongkai\[files\]'"):
        document_from_bytes("a.pdf", data)


def test_the_same_file_gives_the_same_text() -> None:
    data = printed(both(ruled((("规章", "", "12"), ("文件", "3", ""))), page_number(1)))
    assert document_from_bytes("a.pdf", data).source_text == document_from_bytes("b", data).source_text


def drawn(rows: Sequence[Sequence[str]], ruled: bool) -> sheet.Sheet:
    """A table whose columns are 100 points wide and whose rows are 20 points high, characters 10 points wide."""
    width, height = 100 * len(rows[0]), 20 * len(rows)
    rules = [sheet.Rule(True, 100 + 20 * row, 50, 50 + width) for row in range(len(rows) + 1)]
    rules += [sheet.Rule(False, 50 + 100 * column, 100, 100 + height) for column in range(len(rows[0]) + 1)]
    glyphs = [
        sheet.Glyph(character, 55 + 100 * column + 10 * place, 104 + 20 * row, 65 + 100 * column + 10 * place, 114 + 20 * row)
        for row, cells in enumerate(rows)
        for column, text in enumerate(cells)
        for place, character in enumerate(text)
    ]
    return sheet.Sheet(tuple(glyphs), tuple(rules) if ruled else (), 0, 842, pictures=False, unmapped=0)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_grid_drawn_is_the_grid_read_and_nothing_is_lost_without_lines(data: st.DataObject) -> None:
    columns = data.draw(st.integers(2, 5))
    number = st.sampled_from(("", "0", "7", "12", "-3", "3456"))
    rows = data.draw(st.lists(st.tuples(st.sampled_from(("规章", "行政许可", "其他")), *[number] * (columns - 1)), min_size=2, max_size=6))
    head = ("信息内容", *("甲乙丙丁"[column] * 2 for column in range(columns - 1)))
    expected = "\n".join("|" + "".join(f" {cell} |" if cell else " |" for cell in row) for row in (head, *rows))
    assert flatten_html(written([drawn((head, *rows), ruled=True)])).aligned.text == expected
    loose = flatten_html(written([drawn((head, *rows), ruled=False)])).aligned.text
    assert Counter(re.findall(r"[-\d]+", loose)) == Counter(cell for row in rows for cell in row[1:] if cell)
