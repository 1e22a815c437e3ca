"""The terminal view: tables as the law prints them, marks that need no colour, and nothing that a terminal obeys."""

from __future__ import annotations

import io

import pytest
from rich.cells import cell_len

from gongkai.inference.forms import forms
from gongkai.inference.locate import merged, printed_place
from gongkai.inference.report.tables import table_views
from gongkai.inference.report.terminal import render
from gongkai.inference.report.words import check_line, number, plain, squeezed
from gongkai.inference.results import Basis, Cell, Check, Entity, Extraction, Figure, Indicator, Status, Verdict


def cell(key: str, value: float | None = 0, status: Status = Status.PRINTED, confidence: float = 0.99) -> Cell:
    return Cell(key, value, status, str(value), ((0, 1),), confidence)


def extraction(*cells: Cell, form: str | None = "2021", **more: object) -> Extraction:
    return Extraction("a.txt", form, "甲县人民政府", 2021, cells, **more)  # type: ignore[arg-type]


def drawn(what: Extraction, width: int = 80) -> str:
    return render(what, io.StringIO(), width)


def test_a_table_with_every_status() -> None:
    prefix = "proactive.regulations"
    lines = drawn(
        extraction(
            cell(f"{prefix}.made", 3),
            cell(f"{prefix}.repealed", 1, Status.PLACED),
            cell(f"{prefix}.in_force", 14, Status.DERIVED, 0.8),
            cell("proactive.normative_documents.made", None, Status.BLANK),
        )
    ).splitlines()
    place = lines.index("主动公开政府信息情况") + 2
    assert [line.split() for line in lines[place : place + 4]] == [
        ["第二十条第(一)项", "本年制发件数", "本年废止件数", "现行有效件数"],
        ["─" * len(lines[place + 1])],
        ["规章", "3", "·1", "=14?"],
        ["行政规范性文件", "—"],
    ]
    assert "5 printed   ·5 placed   =5 derived   — printed empty   5? confidence below 0.9" in lines


@pytest.mark.parametrize("width", [72, 80, 120])
@pytest.mark.parametrize("form", ["2019", "2021"])
def test_every_number_of_a_full_form_is_seen(form: str, width: int) -> None:
    keys = forms()[form].keys()
    view = drawn(extraction(*(cell(key, 1000 + place) for place, key in enumerate(keys)), form=form), width)
    assert [str(1000 + place) for place, _ in enumerate(keys) if str(1000 + place) not in view] == []
    assert max(map(cell_len, view.splitlines())) <= width
    assert not any(line.endswith(" ") for line in view.splitlines())


def test_titles_are_printed_as_the_law_prints_them() -> None:
    view = drawn(extraction(cell("requests.denied_state_secret.total", 7)), 120)
    assert "  (三)不予公开\n    1.属于国家秘密" in view
    assert "三、本年度办理结果\n  (一)予以公开" in view
    assert "主动公开政府信息情况\nnothing of this table was found" in view


def test_a_block_speaks_the_form_of_its_cells() -> None:
    mixed = extraction(cell("proactive.regulations.newly_made"), cell("proactive.fees.amount"), form="mixed")
    blocks = table_views(mixed)[0].blocks
    assert [(block.title, block.columns[0]) for block in blocks] == [
        ("第二十条第(一)项", "本年新制作数量"),
        ("第二十条第(五)项", "本年处理决定数量"),
        ("第二十条第(六)项", "本年处理决定数量"),
        ("第二十条第(八)项", "本年收费金额(单位:万元)"),
    ]


def test_a_block_of_both_forms_is_shown_in_both() -> None:
    both = extraction(cell("proactive.regulations.newly_made"), cell("proactive.regulations.in_force"), form="mixed")
    assert [block.columns[0] for block in table_views(both)[0].blocks[:2]] == ["本年制发件数", "本年新制作数量"]


def test_rows_of_both_forms_stand_in_one_table() -> None:
    both = extraction(cell("requests.other_handling.total"), cell("requests.other_other.total"), form="mixed")
    (block,) = table_views(both)[1].blocks
    titles = [row.title for row in block.rows]
    assert titles[titles.index("5.要求行政机关确认或重新出具已获取信息") + 1] == "(六)其他处理"
    assert "3.其他" in titles
    assert len([row for row in block.rows if row.cells]) == 26


def test_a_page_without_tables() -> None:
    view = drawn(Extraction("a.txt", None, None, None, warnings=("no table",)))
    assert view.startswith("(agency not found)\na.txt · no form\n")
    assert view.count("nothing of this table was found") == 3
    assert "注意  warnings\n! no table\n" in view


def test_broken_checks_show_both_sides_and_the_doubtful() -> None:
    keys = ("requests.handled_total.total", "requests.granted.total")
    broken = Check("handled_total = sum of results", keys, 12, 11, Verdict.BROKEN, keys[:1])
    held = Check("x", keys, 1, 1, Verdict.HOLDS)
    view = drawn(extraction(checks=(broken, held, held)))
    assert "勾稽关系  the arithmetic: holds 2, broken 1, cannot be told 0" in view
    assert "✗ handled_total = sum of results (总计): 12 ≠ 11\n    doubtful: (七)总计 · 总计\n" in view


def test_an_old_statistics_table_is_listed_with_its_sums() -> None:
    rows = (
        Indicator("legacy.received", "(一)收到申请数", "三、(一)", "件", 12, Status.PRINTED, "12", ((9, 11),), (0, 8), 0.99),
        Indicator("legacy.request_fees", "收取的费用", None, "万元", None, Status.BLANK, None, (), (20, 25), 0.8),
    )
    keys = ("legacy.received", "legacy.received_by_fax")
    text = drawn(extraction(legacy=rows, checks=(Check("received = sum of its parts", keys, 12, 0, Verdict.BROKEN, keys),)))
    assert "statistics table of before 2019: 2" in text
    assert "(一)收到申请数  12件\n" in text
    assert "收取的费用      —?\n" in text
    assert "✗ received = sum of its parts: 12 ≠ 0\n    doubtful: 收到申请数\n    doubtful: 传真申请数\n" in text


def test_check_against_one_cell_names_the_cell() -> None:
    check = Check("table = narrative reviews", ("review_litigation.review.total",), 2, 3, Verdict.BROKEN)
    assert check_line(check) == "table = narrative reviews (行政复议 · 总计): 2 ≠ 3"


def test_figures_and_entities_are_listed_once() -> None:
    figures = (
        Figure("requests_received", 5, "件", "5", 1, 2, Basis.PRINTED, 0.99),
        Figure("reviews", 0, None, "未发生\n行政复议", 3, 9, Basis.ZERO, 0.7),
    )
    phones = (Entity("phone", "0743-1", 1, 2, 0.9), Entity("phone", "0743-1", 5, 6, 0.9))
    view = drawn(extraction(figures=figures, entities=phones))
    assert "5件" in view
    assert "=0?  未发生 行政复议" in view
    assert view.count("0743-1") == 1


def test_a_page_cannot_drive_the_terminal() -> None:
    evil = "甲\x1b]0;x\x07[bold]\u202e县"
    view = drawn(Extraction(evil, None, evil, None, entities=(Entity("address", evil, 0, 1, 1.0),), warnings=(evil,)))
    assert not set("\x1b\x07\u202e") & set(view)
    assert view.count("[bold]") == 4


def test_no_colour_where_nobody_sees_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in drawn(extraction(cell("proactive.fees.amount", 1.5, Status.PLACED)))


def test_words() -> None:
    assert [number(value) for value in (0, 12, 0.5, 12.0, 210455.6, None)] == ["0", "12", "0.5", "12", "210455.6", ""]
    assert plain("a\tb\nc\x00") == "a\tb\nc�"
    assert squeezed("一" * 50) == "一" * 39 + "…"


def test_the_order_of_print_is_that_of_both_forms() -> None:
    for form in forms().values():
        places = list(map(printed_place, form.keys()))
        assert len(set(places)) == len(places)
    assert printed_place("proactive.regulations.made") < printed_place("requests.new_received.total") < printed_place("other.x.y")
    assert merged((), ("a",)) == ("a",)
    assert merged(("x", "a"), ("a",)) == ("x", "a")
