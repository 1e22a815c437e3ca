"""What a page for checking is made of: grids, pieces of the source, figures beside cells, numbers without a place, words."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.inference.aligned import AlignedText
from gongkai.inference.forms import Block, forms
from gongkai.inference.report.review import words
from gongkai.inference.report.review.beside import Standing, figures_beside
from gongkai.inference.report.review.doubt import Doubt
from gongkai.inference.report.review.fingerprint import fingerprint
from gongkai.inference.report.review.grid import Grid, grid_of
from gongkai.inference.report.review.review import Review
from gongkai.inference.report.review.source import Glyphs, glyphs_of, pieces_of
from gongkai.inference.report.review.unplaced import Warned, warned
from gongkai.inference.report.tables import table_views
from gongkai.inference.results import Basis, Cell, Extraction, Figure, Status
from gongkai.model.labels import label_set
from gongkai.model.types import Span


def filled(form: str) -> Extraction:
    cells = tuple(Cell(key, 1, Status.PRINTED, "1", ((0, 1),), 0.99) for key in forms()[form].keys())
    return Extraction("a", form, None, None, cells)


def grids(extraction: Extraction) -> list[Grid]:
    return [grid_of(block) for view in table_views(extraction) for block in view.blocks]


def widths(grid: Grid) -> list[int]:
    """How many columns every line takes up, with what reaches into it from above."""
    lines = [[*line] for line in grid.head] + [[*line.headings] for line in grid.lines]
    places = [0] * len(grid.head) + [len(line.places) for line in grid.lines]
    totals = list(places)
    for number, line in enumerate(lines):
        for heading in line:
            for below in range(number, number + heading.rows):
                totals[below] += heading.columns
    return totals


@pytest.mark.parametrize("form", ["2019", "2021"])
def test_titles_and_places_fill_every_grid_without_gap_or_overlap(form: str) -> None:
    for grid in grids(filled(form)):
        assert len(set(widths(grid))) == 1, grid.title


def test_the_requests_table_is_drawn_as_the_law_draws_it() -> None:
    grid = grids(filled("2021"))[4]
    assert [[(one.text, one.columns, one.rows) for one in line][-3:] for line in grid.head] == [
        [("(本列数据的勾稽关系为:第一项加第二项之和,等于第三项加第四项之和)", 3, 3), ("申请人情况", 7, 1)],
        [("自然人", 1, 2), ("法人或其他组织", 5, 1), ("总计", 1, 2)],
        [("社会公益组织", 1, 1), ("法律服务机构", 1, 1), ("其他", 1, 1)],
    ]
    beginnings = {one.text: (one.columns, one.rows) for line in grid.lines for one in line.headings}
    assert beginnings["一、本年新收政府信息公开申请数量"] == (3, 1)
    assert beginnings["三、本年度办理结果"] == (1, 22)
    assert beginnings["(三)不予公开"] == (1, 8)
    assert beginnings["(六)其他处理"] == (1, 3)
    assert beginnings["(七)总计"] == (2, 1)
    assert grid.lines[0].places[6].key == "requests.new_received.total"


def test_reviews_and_suits_stand_on_one_line() -> None:
    grid = grids(filled("2021"))[5]
    assert [(one.text, one.columns) for one in grid.head[0]] == [("行政复议", 5), ("行政诉讼", 10)]
    assert [one.text for one in grid.head[1]][4:] == ["总计", "未经复议直接起诉", "复议后起诉"]
    assert [place.key for place in grid.lines[0].places][4:6] == [
        "review_litigation.review.total",
        "review_litigation.litigation_direct.upheld",
    ]


def test_a_gap_has_a_key() -> None:
    only = Extraction("a", "2021", None, None, (Cell("requests.carried_out.total", 1, Status.PRINTED, "1", ((0, 1),), 0.9),))
    (grid,) = grids(only)
    assert [(place.key, place.cell) for place in grid.lines[0].places][:1] == [("requests.new_received.natural_person", None)]


def test_pieces_know_their_label_and_what_was_read_from_them() -> None:
    shown = AlignedText.identity("共5件")
    pieces = pieces_of(shown, [Span(1, 2, "value")], {"c0": [(1, 2)], "c1": [(1, 2)], "f0": [(0, 2)]})
    assert [(piece.text, piece.start, piece.label, piece.refs) for piece in pieces] == [
        ("共", 0, None, ("f0",)),
        ("5", 1, "value", ("f0", "c0", "c1")),
        ("件", 2, None, ()),
    ]


def test_pieces_of_html_are_those_of_the_shown_text() -> None:
    shown = AlignedText.identity("<b>5</b>").edit([(0, 3, ""), (4, 8, "")])
    (piece,) = pieces_of(shown, [Span(3, 4, "value")], {"c0": [(3, 4)], "c9": [(0, 2)]})
    assert (piece.text, piece.label, piece.refs) == ("5", "value", ("c0",))


INTERVALS = st.lists(st.tuples(st.integers(0, 29), st.integers(1, 8)).map(lambda pair: (pair[0], min(30, pair[0] + pair[1]))), max_size=6)


@given(INTERVALS, INTERVALS)
def test_pieces_join_to_the_text_and_cover_what_they_must(labels: list[tuple[int, int]], refs: list[tuple[int, int]]) -> None:
    text = "abcdefghijklmnopqrstuvwxyzABCD"
    named = {f"c{number}": [place] for number, place in enumerate(refs)}
    pieces = pieces_of(AlignedText.identity(text), [Span(start, end, "row") for start, end in labels], named)
    assert "".join(piece.text for piece in pieces) == text
    for name, [(start, end)] in named.items():
        assert "".join(piece.text for piece in pieces if name in piece.refs) == text[start:end]
    assert all((piece.label == "row") == any(start <= piece.start < end for start, end in labels) for piece in pieces)


def test_what_would_act_on_the_page_is_named() -> None:
    assert glyphs_of("甲\u202e乙\x00\r\n丙\n \n\n丁") == (
        Glyphs("甲"),
        Glyphs("\u202e", "U+202E"),
        Glyphs("乙"),
        Glyphs("\x00", "U+0000"),
        Glyphs("\n丙"),
        Glyphs("\n \n\n", "lines"),
        Glyphs("丁"),
    )


def test_a_figure_stands_beside_the_cell_that_says_the_same(review: Review) -> None:
    (beside,) = review.beside
    assert (beside.figure.value, beside.keys, beside.table, beside.standing) == (
        13,
        ("requests.new_received.total",),
        17,
        Standing.CONFLICTS,
    )


@pytest.mark.parametrize(
    ("label", "value", "cells", "standing"),
    [
        ("requests_denied", 3, {"requests.denied_third_party.total": 2, "requests.denied_state_secret.total": 1}, Standing.AGREES),
        ("litigations_upheld", 2, {"review_litigation.litigation_direct.upheld": 2}, Standing.ALONE),
        (
            "litigations",
            4,
            {"review_litigation.litigation_direct.total": 2, "review_litigation.litigation_after_review.total": 1},
            Standing.CONFLICTS,
        ),
        ("gazettes", 4, {"requests.new_received.total": 4}, Standing.ALONE),
    ],
)
def test_figures_of_several_cells(label: str, value: int, cells: dict[str, int], standing: Standing) -> None:
    figure = Figure(label, value, "件", str(value), 0, 1, Basis.PRINTED, 0.9)
    found = tuple(Cell(key, number, Status.PRINTED, str(number), ((5, 6),), 0.99) for key, number in cells.items())
    (beside,) = figures_beside(Extraction("a", "2021", None, None, found, (figure,)))
    assert beside.standing is standing


def test_parts_of_a_figure_are_held_against_the_table_together() -> None:
    stated = [("reviews", 3), ("reviews_other", 1), ("reviews_other", 2)]
    figures = tuple(
        Figure(label, value, "件", str(value), place, place + 1, Basis.PRINTED, 0.9) for place, (label, value) in enumerate(stated)
    )
    cells = tuple(Cell(f"review_litigation.review.{column}", 3, Status.PRINTED, "3", ((9, 10),), 0.99) for column in ("other", "total"))
    found = figures_beside(Extraction("a", "2021", None, None, cells, figures))
    assert [beside.standing for beside in found] == [Standing.AGREES] * 3


def test_a_cell_derived_from_a_figure_does_not_confirm_it() -> None:
    figure = Figure("reviews", 0, None, "未发生", 4, 7, Basis.ZERO, 0.9)
    cell = Cell("review_litigation.review.total", 0, Status.DERIVED, None, ((4, 7),), 0.8)
    (beside,) = figures_beside(Extraction("a", None, None, None, (cell,), (figure,)))
    assert beside.standing is Standing.SOURCE


def test_doubts_name_their_reasons(review: Review) -> None:
    assert review.doubts["requests.new_received.total"] == (Doubt.NARRATIVE,)
    assert review.doubts["requests.carried_in.total"] == (Doubt.SUM,)
    assert "requests.carried_out.total" not in review.doubts


def test_a_number_without_a_place_is_told_with_its_reason(review: Review) -> None:
    (lost,) = review.unplaced
    text = review.reading.document.source_text
    assert [text[start:end] for start, end in lost.places] == ["41", "7"]
    assert lost.title == "其他行政确认事项"
    assert lost.reason == Warned(None, "row outside the statutory form: '其他行政确认事项' with 2 cells was left out")
    assert (review.lost, lost.again) == (2, False)


def test_a_table_that_is_printed_again_is_not_lost(reviewed: Callable[..., Review]) -> None:
    table = "s{三、收到和处理政府信息公开申请情况}\nr{二、上年结转政府信息公开申请数量} | v{3} | v{1} | v{1} | v{1} | v{1} | v{1} | v{8}\n"
    twice = reviewed(table + "c{总计}\nr{四、结转下年度继续办理} | v{1} | v{0} | v{0} | v{0} | v{0} | v{0} | v{1}\n" + table)
    assert [(len(lost.places), lost.again) for lost in twice.unplaced] == [(7, True)]
    assert twice.lost == 0


@pytest.mark.parametrize(
    ("warning", "where"),
    [("requests: printed more than once", "requests"), ("requests.granted: x", "requests.granted"), ("a.txt: the document is empty", None)],
)
def test_warnings_name_their_row(warning: str, where: str | None) -> None:
    assert warned(warning).where == where


def titles_of(block: Block) -> set[str | None]:
    lines = {title for line in block.column_headings for title in line}
    rows = {title for row in block.rows for title in (row.title, *row.headings)}
    return {block.title, block.corner, *(column.title for column in block.columns), *lines, *rows}


def test_every_title_of_the_law_has_its_english() -> None:
    blocks = {title for form in forms().values() for table in form.tables for block in table.blocks for title in titles_of(block)}
    sections = {table.section for form in forms().values() for table in form.tables}
    assert [title for title in sorted(filter(None, blocks | sections)) if words.title(title).en == title] == []


def test_every_rule_of_the_forms_has_its_words() -> None:
    rules = {rule.rule for form in forms().values() for table in form.tables for block in table.blocks for rule in block.arithmetic}
    assert [rule for rule in rules if words.rule(rule).zh == rule] == []
    assert words.rule("table = narrative reviews") == ("表格 = 正文「行政复议」", "table = narrative (reviews)")


def test_warnings_are_told_in_both_languages() -> None:
    english = "3 cells for 7 columns; which stands where does not show, so they were left out"
    assert words.warning(english) == ("该行应有7格，原文只印3格，无法判断各数属哪一列，未读取", english)
    assert words.warning("something \u202e new") == ("something � new", "something � new")


def test_words_are_escaped_and_marked_with_their_language() -> None:
    assert words.Words("<甲>", "<a>").__html__() == (
        '<span class="zh" lang="zh-Hans">&lt;甲&gt;</span><span class="en" lang="en">&lt;a&gt;</span>'
    )
    assert words.Words("2021", "2021").__html__() == "2021"


def test_every_label_has_a_colour() -> None:
    kinds = {label: words.kind_of(label) for label in label_set().classes()}
    assert (kinds["section"], kinds["value"], kinds["phone"], kinds["reviews+litigations"]) == ("title", "value", "entity", "figure")
    assert set(kinds.values()) == {"title", "value", "blank", "junk", "figure", "entity"}


def test_a_fingerprint_has_a_square_for_every_cell() -> None:
    drawn = str(fingerprint(filled("2021"), {"requests.carried_out.total"}))
    assert drawn.count("M") == len(forms()["2021"].keys())
    assert 'class="doubt" d="M' in drawn
    assert "style=" not in drawn
