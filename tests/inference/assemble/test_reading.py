"""Lines of the page as statutory rows, and what is said of the lines that are none."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gongkai.inference.assemble.layout import GRID, Layout
from gongkai.inference.assemble.reading import Context, PrintedRow, left_out, no_number, printed_rows, row_items
from gongkai.inference.assemble.regions import Region
from gongkai.inference.assemble.rows import Item, Line, align
from gongkai.inference.assemble.tokens import Token, tokens_of
from gongkai.inference.forms import forms
from gongkai.model.types import LabelledPage

ORDER = ("secret", "prohibited", "safety", "total")
ITEMS = tuple(
    Item("row", key, (title,))
    for key, title in zip(ORDER, ("1.属于国家秘密", "2.其他法律行政法规禁止公开", "3.危及“三安全一稳定”", "(七)总计"), strict=True)
)

Labelled = Callable[[str], LabelledPage]
Rows = Callable[[str], tuple[tuple[Line, ...], tuple[PrintedRow, ...]]]


@pytest.fixture
def rows(labelled: Labelled) -> Rows:
    """The lines and rows of a table of two columns, cells separated by spaces."""

    def read(marked: str) -> tuple[tuple[Line, ...], tuple[PrintedRow, ...]]:
        page = labelled(marked)
        tokens: tuple[Token, ...] = tokens_of(page)
        context = Context(page.page, Region("requests", tokens, 0, len(page.page.text)), gridded=False, deduplicated=False)
        lines = align(tokens, ITEMS, len(page.page.text))
        return lines, printed_rows(context, lines, Layout(" ", 1, 1, keeps_blanks=False), ITEMS, 2)

    return read


def said(found: tuple[PrintedRow, ...]) -> list[tuple[str, str, bool]]:
    return [(row.key, " ".join(slot.token.text for slot in row.slots.slots if slot.token), row.titled) for row in found]


def test_titled_rows(rows: Rows) -> None:
    _, found = rows("r{1.属于国家秘密} v{1} v{2}\nr{(七)总计} v{3}")
    assert said(found) == [("secret", "1 2", True), ("total", "3", True)]
    assert all(row.score == 1 for row in found)


def test_a_strange_title_takes_the_one_row_that_is_missing(rows: Rows) -> None:
    _, found = rows("r{1.属于国家秘密} v{1} v{2}\nr{2.某某某} v{3} v{4}\nr{3.危及“三安全一稳定”} v{5} v{6}")
    assert said(found) == [("secret", "1 2", True), ("prohibited", "3 4", False), ("safety", "5 6", True)]
    assert found[1].score == pytest.approx(0.7)


def test_a_strange_title_where_no_row_is_missing_is_left_out(rows: Rows) -> None:
    lines, found = rows("r{1.属于国家秘密} v{1} v{2}\nr{某某某某} v{3} v{4}\nr{2.其他法律行政法规禁止公开} v{5} v{6}")
    assert [row.key for row in found] == ["secret", "prohibited"]
    assert left_out(lines, found) == ("row outside the statutory form: '某某某某' with 2 cells was left out",)


def test_a_strange_title_where_two_rows_are_missing_is_left_out(rows: Rows) -> None:
    lines, found = rows("r{1.属于国家秘密} v{1} v{2}\nr{某某某某} v{3} v{4}\nr{(七)总计} v{5} v{6}")
    assert [row.key for row in found] == ["secret", "total"]
    assert len(left_out(lines, found)) == 1


def test_the_cells_of_rows_whose_titles_were_lost_are_shared_out(rows: Rows) -> None:
    _, found = rows("r{1.属于国家秘密} v{1} v{2} v{3} v{4} v{5} v{6}\nr{(七)总计} v{9} v{9}")
    assert said(found) == [("secret", "1 2", True), ("prohibited", "3 4", False), ("safety", "5 6", False), ("total", "9 9", True)]


def test_cells_that_do_not_fill_the_missing_rows_stay_where_they_are(rows: Rows) -> None:
    _, found = rows("r{1.属于国家秘密} v{1} v{2} v{3} v{4} v{5}\nr{(七)总计} v{9} v{9}")
    assert said(found) == [("secret", "1 2 3 4 5", True), ("total", "9 9", True)]


def test_lines_without_cells_need_no_warning(rows: Rows) -> None:
    lines, found = rows("r{某某某某}\nr{1.属于国家秘密} v{1} v{2}")
    assert left_out(lines, found) == ()


def test_a_warning_names_a_long_title_by_its_beginning(rows: Rows) -> None:
    lines, found = rows("r{1.属于国家秘密} v{1} v{2}\nr{" + "甲乙丙丁戊" * 12 + "} v{3}\nr{2.其他法律行政法规禁止公开} v{4} v{5}")
    assert left_out(lines, found) == (f"row outside the statutory form: '{'甲乙丙丁戊' * 8}' with 1 cells was left out",)


def test_a_warning_for_a_cell_that_is_no_number(rows: Rows) -> None:
    _, found = rows("r{1.属于国家秘密} v{见表} v{2}")
    assert no_number("requests.secret", found[0].slots.slots[0]) == "requests.secret: the cell '见表' is no number and was left out"


def test_the_items_of_a_block_are_its_headings_and_rows() -> None:
    items = row_items(forms()["2021"].table("requests").blocks[0])
    assert [(item.role, item.key) for item in items[:5]] == [
        ("row", "new_received"),
        ("row", "carried_in"),
        ("heading", "三、本年度办理结果"),
        ("row", "granted"),
        ("row", "partially_granted"),
    ]
    assert len(items) == 25 + 5


def test_a_grid_needs_no_guess(labelled: Labelled) -> None:
    page = labelled("r{1.属于国家秘密} v{1} v{2}")
    tokens = tokens_of(page)
    region = Region("requests", tokens, 0, len(page.page.text))
    lines = align(tokens, ITEMS, len(page.page.text))
    assert Context(page.page, region, gridded=True, deduplicated=False).layout(lines, 2) is GRID
    assert Context(page.page, region, gridded=False, deduplicated=False).layout(lines, 2).name == "space"


def test_a_table_learns_of_blanks_from_another(labelled: Labelled) -> None:
    page = labelled("r{1.属于国家秘密}\tv{1}\tv{2}")
    tokens = tokens_of(page)
    region = Region("requests", tokens, 0, len(page.page.text))
    learned = Layout("\t", 1, 1, keeps_blanks=True)
    lines = align(tokens, ITEMS, len(page.page.text))
    assert Context(page.page, region, gridded=False, deduplicated=False, learned=learned).layout(lines, 2).keeps_blanks
