"""Tables of a page: marks on the right text, gold, every layout, damage, determinism."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongkai.inference.numbers import is_placeholder, read_cell
from gongkai.model.types import LabelledPage, Page
from gongkai.training.synth.cells import (
    LAYOUTS,
    MODES,
    Plan,
    TablesText,
    draw_plan,
    drop_repeated_lines,
    render_tables,
    surviving_cells,
)
from gongkai.training.synth.layouts import RENDERERS
from gongkai.training.synth.marked import Mark, MarkedText
from gongkai.training.synth.plan import HEAVY, LIGHT
from gongkai.training.synth.tables import build_tables
from gongkai.training.synth.tables_html import tables_html
from gongkai.training.synth.values import TABLES, Report, Value, draw_report

SEEDS = st.integers(min_value=0, max_value=2**32)
LABELS = {"block", "row", "column", "value", "blank", "junk"}


def plain_report(form: str = "2019", cells: Mapping[str, Value | None] | None = None) -> Report:
    """A report with nothing but zeros, and `cells`."""
    drawn = draw_report(random.Random(5), form=form, size="zero", year=int(form))
    printed = {**dict.fromkeys(drawn.truth, 0), **(cells or {})}
    return replace(drawn, truth=dict.fromkeys(drawn.truth, 0), cells=printed, signs={}, printed_error=None)


def rendered(layout: str, *modes: str, report: Report | None = None, seed: int = 0) -> TablesText:
    plan = Plan(1, dict.fromkeys(TABLES, layout), frozenset(modes))
    return render_tables(report or plain_report(), plan, random.Random(seed))


def value_marks(tables: TablesText) -> dict[str, str]:
    """The printed text of every value that stands in a cell of the form, except where several are glued together."""
    values = [(m.key, t.text[m.start : m.end]) for t in tables.sections.values() for m in t.marks if m.label == "value"]
    return {key: text for key, text in values if key and "+" not in key}


@settings(max_examples=120, deadline=None)
@given(SEEDS, st.integers(0, 3))
def test_every_mark_lies_on_its_text(seed: int, severity: int) -> None:
    rng = random.Random(seed)
    report = draw_report(rng)
    tables = render_tables(report, draw_plan(rng, severity), rng)
    for name, marked in tables.sections.items():
        LabelledPage(Page(name, marked.text), marked.spans())
        for mark in marked.marks:
            text = marked.text[mark.start : mark.end]
            assert text == text.strip() != ""
            assert mark.label in LABELS
            assert mark.label != "blank" or is_placeholder(text)
    for key, text in value_marks(tables).items():
        column = key.rsplit(".", 1)[1]
        number = read_cell(text, signed=column == "change", decimal=column.endswith("amount"))
        assert number is not None, (key, text)
        assert number.value == tables.cells[key], (key, text)


@pytest.mark.parametrize("form", ["2019", "2021", "mixed"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_prints_every_cell_once(layout: str, form: str) -> None:
    report = draw_report(random.Random(8), form=form)
    tables = rendered(layout, report=report)
    printed = {key for key, value in report.cells.items() if value is not None}
    keys = [key for t in tables.sections.values() for m in t.marks if m.label == "value" for key in (m.key or "").split("+")]
    assert sorted(keys) == sorted(printed)
    assert tables.cells == report.cells


def test_layouts_and_renderers_are_the_same() -> None:
    assert set(LAYOUTS) == set(RENDERERS)


@pytest.mark.parametrize(
    ("layout", "start"),
    [
        ("A2", "第二十条第(一)项 | |||\n信息内容 | 本年新制作数量 | 本年新公开数量 | 对外公开总数量 |\n规章 | 0 | 7 | 0 |\n"),
        ("A3", "第二十条第(一)项 |\n信息内容 | 本年新制作数量 | 本年新公开数量 | 对外公开总数量 |\n规章 | 0 | 7 | 0 |\n"),
        ("A4", "第二十条第(一)项 |\n|||\n信息内容 |\n本年新制作数量 |\n本年新公开数量 |\n对外公开总数量 |\n规章 |\n0 |\n7 |\n0 |\n"),
        (
            "A5",
            "|\n第二十条第(一)项 |\n|||\n|\n信息内容 |\n本年新制作数量 |\n本年新公开数量 |\n对外公开总数量 |\n|\n规章 |\n0 |\n7 |\n0 |\n",
        ),
        ("A6", "第二十条第(一)项\n|\n信息内容\n|\n本年新制作数量\n|\n本年新公开数量\n|\n对外公开总数量\n|\n规章\n|\n0\n|\n7\n|\n0\n|\n"),
        (
            "A8",
            "| \n 第二十条第(一)项  | \n| \n 信息内容  | \n 本年新制作数量  | \n 本年新公开数量  | \n 对外公开总数量  | \n| \n 规章  | \n ",
        ),
        (
            "A9",
            "第二十条第(一)项 | |||\n信息内容 |\n本年新制作数量 |\n本年新公开数量 |\n对外公开总数量 |\n规章 |\n0 |\n7 |\n0 |\n",
        ),
        ("A12", "第二十条第(一)项\n信息内容本年新制作数量本年新公开数量对外公开总数量\n规章070\n规范性文件000\n"),
    ],
)
def test_how_a_layout_begins(layout: str, start: str) -> None:
    tables = rendered(layout, report=plain_report(cells={"proactive.regulations.newly_disclosed": 7}))
    assert tables.sections["proactive"].text.startswith(start)


def test_filler_fills_rows_to_the_width_of_the_table() -> None:
    lines = rendered("A2", report=plain_report("2021")).sections["requests"].text.splitlines()
    assert lines[1] == "自然人 | 法人或其他组织 | 总计 | |||||||"
    assert lines[3] == "一、本年新收政府信息公开申请数量 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | ||"
    assert lines[7] == "(三)不予公开 | 1.属于国家秘密 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | |"


def blank_row() -> Report:
    row = "requests.new_received."
    blanks = dict.fromkeys(f"{row}{column}" for column in ("research", "social_org", "legal_service", "other"))
    return plain_report(cells={f"{row}natural_person": 5, f"{row}business": None, **blanks, f"{row}total": 5})


def test_blank_cells_are_kept_or_dropped() -> None:
    kept, dropped = (rendered("A2", *modes, report=blank_row()).sections["requests"].text for modes in ((), ("D3",)))
    assert "一、本年新收政府信息公开申请数量 | 5 | | | | | | 5 | ||" in kept
    assert "一、本年新收政府信息公开申请数量 | 5 | 5 | |||||||" in dropped


def test_a_blank_cell_adds_a_newline_to_cells_on_lines() -> None:
    texts = {rendered("A1", report=blank_row(), seed=seed).sections["requests"].text for seed in range(30)}
    assert any("\n\n5\n\n\n\n\n\n\n5\n\n" in text or "\n\n5\n\n\n\n\n\n\n\n5\n\n" in text for text in texts)


@pytest.mark.parametrize("modes", [(), ("D3",)])
def test_gold_says_none_for_blanks_kept_or_dropped(modes: tuple[str, ...]) -> None:
    cells = rendered("A2", *modes, report=blank_row()).cells
    assert cells["requests.new_received.business"] is None
    assert cells["requests.new_received.total"] == 5
    assert cells["requests.carried_in.business"] == 0


def test_a_form_with_titles_only_has_blank_gold() -> None:
    tables = rendered("A1", "A20")
    assert set(tables.cells.values()) == {None}
    assert value_marks(tables) == {}


@pytest.mark.parametrize("mode", ["B1", "B2", "B3", "B4"])
def test_absent_tables_have_no_gold(mode: str) -> None:
    tables = rendered("A1", mode)
    assert tables.cells == {}
    assert tables.garble == (mode,)
    assert all(mark.label == "junk" for text in tables.sections.values() for mark in text.marks)


def test_some_tables_missing_take_their_cells_with_them() -> None:
    for seed in range(20):
        tables = rendered("A2", "T1", seed=seed)
        missing = {table for table, text in tables.sections.items() if not text.text}
        assert 1 <= len(missing) <= 2
        assert {key.split(".")[0] for key in tables.cells} == set(TABLES) - missing


def test_titles_may_be_numbered_in_another_way() -> None:
    texts = [rendered("A3", "W", report=plain_report("2021"), seed=seed).sections["requests"].text for seed in range(40)]
    assert any("1、属于国家秘密" in text for text in texts)
    assert any("1.属于国家秘密" in text for text in texts)


def test_deduplication_keeps_lines_once_and_only_their_cells() -> None:
    marked = MarkedText(
        "甲\n0\n乙\n0\n3\n",
        (Mark(0, 1, "row"), Mark(2, 3, "value", "a"), Mark(4, 5, "row"), Mark(6, 7, "value", "b"), Mark(8, 9, "value", "c")),
    )
    once = drop_repeated_lines(marked)
    assert once.text == "甲\n0\n乙\n3\n"
    assert surviving_cells({"a": 0, "b": 0, "c": 3}, once) == {"a": 0, "c": 3}


def test_rows_outside_the_form_have_values_without_a_key() -> None:
    tables = rendered("A2", "C8")
    assert any(m.label == "value" and m.key is None for text in tables.sections.values() for m in text.marks)
    assert len(value_marks(tables)) == len(tables.cells)


def test_lost_brackets_leave_four_equal_blocks() -> None:
    marked = rendered("A10", "C5").sections["proactive"]
    assert {marked.text[m.start : m.end] for m in marked.marks if m.label == "block"} == {"第二十条第"}


def test_a_digit_inside_a_title_stays_inside_its_mark() -> None:
    for seed in range(20):
        tables = rendered("A1", "C6", seed=seed)
        assert len(value_marks(tables)) == len(tables.cells)
        assert not any(m.label == "junk" for text in tables.sections.values() for m in text.marks)


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_renders_in_every_form(mode: str) -> None:
    for seed in range(6):
        rng = random.Random(seed)
        report = draw_report(rng, form=("2019", "2021", "mixed")[seed % 3])
        plan = draw_plan(rng, 2 if mode in HEAVY else 1, modes=(mode,))
        assert mode in render_tables(report, plan, rng).garble


def test_a_plan_keeps_to_what_is_allowed() -> None:
    for seed in range(60):
        plan = draw_plan(random.Random(seed), 3, layouts=("A5", "A8"), modes=("C5", "C1"))
        assert set(plan.layouts.values()) <= {"A5", "A8"}
        assert plan.modes <= {"C5", "C1"}
        assert "C5" in plan.modes


def test_severity_bounds_the_damage() -> None:
    for seed in range(60):
        assert draw_plan(random.Random(seed), 0).modes == frozenset()
        assert draw_plan(random.Random(seed), 1).modes <= set(LIGHT)
        assert len(draw_plan(random.Random(seed), 2).modes & set(HEAVY)) == 1
        assert len(draw_plan(random.Random(seed), 3).modes & set(HEAVY)) >= 2
    with pytest.raises(ValueError, match="severity must be 0 to 3, got 4"):
        draw_plan(random.Random(0), 4)


@settings(max_examples=10, deadline=None)
@given(SEEDS)
def test_the_same_seed_makes_the_same_page(seed: int) -> None:
    def once() -> TablesText:
        rng = random.Random(seed)
        return render_tables(draw_report(rng), draw_plan(rng, 3), rng)

    assert once() == once()


def test_html_has_every_cell_and_merges_the_headings() -> None:
    report = plain_report("2021")
    html = tables_html(report, random.Random(2))
    pieces = [piece for grid in build_tables(report, random.Random(2), ()).values() for piece in grid.pieces()]
    assert html.count("<table>") == 3
    assert 'rowspan="8"' in html
    assert html.count("<td") == len(pieces) > 250
    assert "三、收到和处理政府信息公开申请情况" in html
