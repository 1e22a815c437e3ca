"""Pages that end inside a table: nothing is said of what was cut off."""

from __future__ import annotations

import re

import pytest

from gongkai.inference.assemble import assemble
from gongkai.inference.results import Status
from gongkai.model.types import LabelledPage, Page, Span

APPLICANTS = "[申请人情况|c]\n[自然人|c]\n[商业企业|c]\n[科研机构|c]\n[社会公益组织|c]\n[法律服务机构|c]\n[其他|c]\n[总计|c]\n"
FIRST = "[一、本年新收政府信息公开申请数量|r]" + "\n[0|v]" * 7 + "\n"
SECOND = "[二、上年结转政府信息公开申请数量|r]"
REVIEWS = (
    "[行政复议|c]\n[行政诉讼|c]\n[结果维持|c]\n[结果纠正|c]\n[其他结果|c]\n[尚未审结|c]\n[总计|c]\n[未经复议直接起诉|c]\n[复议后起诉|c]\n"
)
MORE = "[结果维持|c]\n[结果纠正|c]\n[其他结果|c]\n[尚未审结|c]\n[总计|c]\n"
LABELS = {"c": "column", "r": "row", "v": "value", "s": "section", "b": "block"}


def page(notation: str) -> LabelledPage:
    """A page from text with `[words|label]` marks."""
    text, spans = "", []
    for plain, inside, label in re.findall(r"([^\[]*)(?:\[([^|\]]*)\|(\w)\])?", notation):
        text += plain
        if inside:
            spans.append(Span(len(text), len(text) + len(inside), LABELS[label], 0.99))
            text += inside
    return LabelledPage(Page("case", text), tuple(spans))


def stated(notation: str, row: str) -> dict[str, object]:
    """Column and value of every cell of a row that is printed or blank."""
    cells = assemble(page(notation)).cells
    return {
        cell.key.rpartition(".")[2]: cell.value for cell in cells if cell.key.startswith(f"{row}.") and cell.status is not Status.DERIVED
    }


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (SECOND, {}),
        (SECOND + "\n", {}),
        (
            SECOND + "\n[0|v]\n[3|v]\n",
            {},
        ),
    ],
)
def test_a_row_that_the_page_breaks_off_has_no_blank_cells(end: str, expected: dict[str, object]) -> None:
    got = stated("[三、收到和处理政府信息公开申请情况|s]\n" + APPLICANTS + FIRST + end, "requests.carried_in")
    assert {column: value for column, value in got.items() if value is None} == expected


def test_the_rows_before_it_are_read() -> None:
    got = stated("[三、收到和处理政府信息公开申请情况|s]\n" + APPLICANTS + FIRST + SECOND, "requests.new_received")
    assert set(got.values()) == {0}
    assert len(got) == 7


def test_titles_of_the_last_table_without_its_line_say_nothing() -> None:
    start = "[四、政府信息公开行政复议、行政诉讼情况|s]\n" + REVIEWS
    assert assemble(page(start + MORE + MORE)).cells == ()
    assert len(assemble(page(start + MORE + MORE + "\n五、存在的主要问题及改进情况")).cells) == 15


def test_a_title_and_a_number_labelled_in_part_are_taken_whole() -> None:
    notation = (
        "[二、主动公开政府信息情况|s]\n[第二十条第(一)项|b] | |||\n[信息内容|c] | [本年制发件数|c] | [本年废止件数|c] | [现行有效件数|c] |\n"
        "[规|r]章 | [0|v] | [0|v] | [0|v] |\n[行|r]政规范性文件(决定、公告、通知等) | [2|v] | [0|v] | [1|v]86 |\n"
        "其他主动公开文件 | [1|v] | [2|v] | [3|v] |\n"
    )
    assembly = assemble(page(notation))
    assert stated(notation, "proactive.normative_documents") == {"made": 2, "repealed": 0, "in_force": 186}
    assert assembly.warnings == ("row outside the statutory form: '其他主动公开文件' with 3 cells was left out",)
