"""Statistics tables of before 2019: what is read, and what must not be."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.inference.legacy import LegacyTables, read_legacy
from gongkai.inference.legacy.columns import count_up, stated_layout
from gongkai.inference.legacy.rows import Atom
from gongkai.inference.results import Status

ROWS = (
    ("(一)收到申请数", "件", "12"),
    ("1.当面申请数", "件", "2"),
    ("2.传真申请数", "件", "0"),
    ("3.网络申请数", "件", "9"),
    ("4.信函申请数", "件", "1"),
    ("(二)申请办结数", "件", "11"),
    ("七、依申请公开信息收取的费用", "万元", "0.5"),
)
TRUE: dict[str | None, int | float | None] = {
    "legacy.received": 12,
    "legacy.received_in_person": 2,
    "legacy.received_by_fax": 0,
    "legacy.received_online": 9,
    "legacy.received_by_letter": 1,
    "legacy.closed": 11,
    "legacy.request_fees": 0.5,
}
HEADER = ("统计指标", "单位", "统计数")


def laid_out(rows: Sequence[tuple[str, ...]], between: str, after: str) -> str:
    return "".join(between.join(row) + after for row in rows)


LAYOUTS = {
    "A1": ("\n\n", "\n\n"),
    "A2": (" | ", " | ||||\n"),
    "A3": (" | ", " |\n"),
    "A4": (" |\n", " |\n|||\n"),
    "A6": ("\n|\n", "\n|\n"),
    "A10": ("\n", "\n"),
    "A11": (" ", "\n"),
    "tabs": ("\t", "\n"),
}


def values(tables: LegacyTables) -> dict[str | None, int | float | None]:
    return {row.key: row.value for row in tables.indicators}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("header", [True, False])
def test_layouts(layout: str, header: bool) -> None:
    tables = read_legacy(laid_out([HEADER, *ROWS] if header else [*ROWS], *LAYOUTS[layout]))
    assert values(tables) == TRUE
    assert tables.warnings == ()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_codes_are_no_values(layout: str) -> None:
    coded = [(name, unit, f"{place:02}", value) for place, (name, unit, value) in enumerate(ROWS, 7)]
    assert values(read_legacy(laid_out([("指标名称", "计量单位", "代码", "2015年"), *coded], *LAYOUTS[layout]))) == TRUE
    assert values(read_legacy(laid_out([*coded], *LAYOUTS[layout]))) == TRUE
    bare = [row[:3] for row in coded]
    assert set(values(read_legacy(laid_out([("指标名称", "计量单位", "代码", "2015年"), *bare], *LAYOUTS[layout]))).values()) == {None}
    assert read_legacy(laid_out([*bare], *LAYOUTS[layout])).indicators == ()
    assert read_legacy(laid_out([HEADER, *bare], *LAYOUTS[layout])).indicators == ()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_blank_row_takes_no_number_from_another(layout: str) -> None:
    rows = [HEADER, *ROWS[:2], ("2.传真申请数", "件"), *ROWS[3:]]
    assert values(read_legacy(laid_out(rows, *LAYOUTS[layout]))) == {**TRUE, "legacy.received_by_fax": None}
    dashed = [HEADER, *ROWS[:2], ("2.传真申请数", "件", "——"), *ROWS[3:]]
    found = read_legacy(laid_out(dashed, *LAYOUTS[layout])).indicators
    assert [(row.value, row.status, row.text) for row in found if row.key == "legacy.received_by_fax"] == [(None, Status.BLANK, None)]


def test_running_numbers_before_rows() -> None:
    numbered = [("序号", *HEADER), *((str(place), *row) for place, row in enumerate(ROWS, 1))]
    for between, after in LAYOUTS.values():
        assert values(read_legacy(laid_out(numbered, between, after))) == TRUE
    blank = [("序号", *HEADER), *((str(place), *row[: 2 if place == 3 else 3]) for place, row in enumerate(ROWS, 1))]
    tables = read_legacy(laid_out(blank, *LAYOUTS["A10"]))
    assert values(tables) == {key: value for key, value in TRUE.items() if key != "legacy.received_by_fax"}
    assert tables.warnings == ("statistics table of before 2019: 2.传真申请数: left out, its unit or numbers do not fit",)


def test_every_row_says_where_it_stands() -> None:
    text = "三、依申请公开情况\n" + laid_out([*ROWS], "\n", "\n")
    tables = read_legacy(text)
    fax = next(row for row in tables.indicators if row.key == "legacy.received_by_fax")
    assert (fax.name, fax.number, fax.unit, fax.text) == ("2.传真申请数", "三、(一)2.", "件", "0")
    assert text[slice(*fax.spans[0])] == "0"
    assert text[slice(*fax.name_span)] == "2.传真申请数"
    assert tables.regions == ((0, len(text) - 1),)


def test_titles_cut_misspelt_and_noted_are_recognised() -> None:
    rows = [*ROWS[:3], ("3.网络\n申请数", "件", "9"), ("4.信涵申请数", "件", "1"), ("(二)申请办结数(含上年)", "件", "11"), ROWS[6]]
    tables = read_legacy(laid_out(rows, "\n", "\n"))
    assert values(tables) == TRUE
    sure = {row.key: row.confidence for row in tables.indicators}
    assert sure["legacy.received_by_letter"] < sure["legacy.received_online"] == 0.99


def test_an_unknown_row_keeps_its_name_and_has_no_key() -> None:
    tables = read_legacy(laid_out([HEADER, *ROWS[:3], ("政务热线受理数", "件", "77"), *ROWS[3:]], "\n", "\n"))
    assert [(row.name, row.value) for row in tables.indicators if row.key is None] == [("政务热线受理数", 77)]


def test_rows_that_read_alike_are_named_by_the_rows_around_or_not_at_all() -> None:
    outcomes = [("(二)被依法纠错数", "件", "3"), ("六、举报投诉数量", "件", "0")]
    told = [("五、行政诉讼数量", "件", "4"), *outcomes]
    assert values(read_legacy(laid_out([*ROWS[:6], *told], "\n", "\n")))["legacy.litigations_corrected"] == 3
    open_ = read_legacy(laid_out([*ROWS[:6], *outcomes], "\n", "\n"))
    assert [(row.name, row.value) for row in open_.indicators if row.key is None] == [("(二)被依法纠错数", 3)]


def test_a_number_in_another_unit_than_the_form_has_is_left_out() -> None:
    tables = read_legacy(laid_out([*ROWS[:5], ("(二)申请办结数", "万元", "11")], "\n", "\n"))
    assert "legacy.closed" not in values(tables)
    assert tables.warnings == ("statistics table of before 2019: (二)申请办结数: left out, its unit or numbers do not fit",)


def test_a_number_too_many_leaves_its_row_out() -> None:
    text = laid_out([HEADER, *ROWS], "\n", "\n").replace("2.传真申请数\n件\n0\n", "2.传真申请数\n件\n0\n17\n")
    assert values(read_legacy(text)) == {key: value for key, value in TRUE.items() if key != "legacy.received_by_fax"}


def test_copies_are_one_and_contradicting_tables_say_nothing() -> None:
    table = laid_out([HEADER, *ROWS], "\n", "\n")
    between = "以上为本级数据。以下为汇总数据。" * 2 + "\n"
    assert values(read_legacy(table + between + table)) == TRUE
    other = read_legacy(table + between + table.replace("件\n12", "件\n13"))
    assert values(other) == {key: value for key, value in TRUE.items() if key != "legacy.received"}
    assert other.warnings == ("statistics tables of before 2019: legacy.received is left out: printed as 12 and as 13",)


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("统计指标单位统计数", ("value",)),
        ("指标名称计量单位代码本期实际本年累计甲乙丙12", ("code", "other", "value")),
        ("指标名称计量单位2016年度历年累计", ("value", "other")),
        ("项目单位2015年度", ("value",)),
    ],
)
def test_column_titles(header: str, columns: tuple[str, ...]) -> None:
    layout = stated_layout(header)
    assert layout is not None
    assert layout.columns == columns


@pytest.mark.parametrize(
    "header", ["统计指标单位区级部门乡镇街道", "指标名称计量单位历年累计", "统计指标单位本期上期", "指标单位2015年2016年", ""]
)
def test_column_titles_that_leave_it_open(header: str) -> None:
    assert stated_layout(header) is None


def test_codes_count_up_by_number_or_by_digit() -> None:
    assert count_up(["8", "9", "10", "11", "12"])
    assert count_up(["31", "311", "312", "32", "41"])
    assert not count_up(["1", "2", "3", "4"])
    assert not count_up(["12", "2", "0", "9", "1", "11"])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "全年收到申请12 件 ,办结 11 件 ,其中当面申请 2 件 ,网络申请 9 件 ,信函申请 1 件 。",
        "规章\n0\n0\n1\n行政规范性文件\n3\n0\n12\n行政许可\n220\n行政处罚\n14\n",
        laid_out([("车辆", "个", "3"), ("桌椅", "个", "40"), ("会议室", "个", "2"), ("电脑", "个", "9")], " ", "\n"),
    ],
)
def test_other_text_has_no_statistics_table(text: str) -> None:
    assert read_legacy(text) == LegacyTables()


@given(st.text(alphabet="件条次|\n 0123456789.、(一)收到申请数当面网络办结复议诉讼统计指标单位", max_size=300))
def test_whatever_the_text_every_offset_is_inside_and_says_what_it_should(text: str) -> None:
    for row in read_legacy(text).indicators:
        assert text[slice(*row.name_span)] == row.name
        assert all(text[start:end] == row.text for start, end in row.spans if row.text is not None)


def test_what_is_longer_than_any_cell_is_none() -> None:
    assert Atom(0, 200, "-" * 200, 0).is_number
    assert not Atom(0, 201, "-" * 201, 0).is_number
