"""Whole labelled pages to cells: the tables together, and what holds of every page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongkai.inference.assemble import Assembly, assemble, table_regions
from gongkai.inference.forms import forms
from gongkai.inference.results import Cell, Figure, Status
from gongkai.model.types import LabelledPage, Page

Rows = Mapping[str, Sequence[str]]
LAYOUTS = (
    "lines",
    "single lines",
    "lines, blanks kept",
    "pipes",
    "pipes, blanks kept",
    "outer pipes",
    "filled pipes",
    "cell and pipe a line",
    "every pipe alone",
    "tabs",
    "tabs, blanks kept",
    "spaces",
    "glued",
)
FIVE = ("5", "0", "0", "0", "0", "0", "5")
DROPPED = ("5", "", "", "", "", "", "5")
APPLICANTS = ("natural_person", "business", "research", "social_org", "legal_service", "other")


class Prints(Protocol):
    """What prints the tables of a form."""

    def requests(self, rows: Rows) -> str:
        """The requests table."""
        ...

    def proactive(self, rows: Rows) -> str:
        """The proactive table."""
        ...

    def review(self, cells: Sequence[str]) -> str:
        """The table of reviews."""
        ...


Printer = Callable[[str, str], Prints]
Labelled = Callable[[str], LabelledPage]
Assembled = Callable[..., Assembly]
MakeFigure = Callable[..., Figure]


def whole(prints: Prints, rows: Rows, review: Sequence[str] = ("0",) * 15) -> str:
    """All three tables."""
    return prints.proactive({}) + prints.requests(rows) + prints.review(review)


def by_key(assembly: Assembly) -> dict[str, Cell]:
    """The cells by key."""
    return {cell.key: cell for cell in assembly.cells}


def slices_wrong(page: LabelledPage, assembly: Assembly) -> list[str]:
    """The cells whose text does not stand where their spans say."""
    found = [cell for cell in assembly.cells if cell.text is not None]
    return [cell.key for cell in found if len(cell.spans) != 1 or page.page.text[slice(*cell.spans[0])] != cell.text]


@pytest.mark.parametrize("form", ["2019", "2021"])
@pytest.mark.parametrize("style", LAYOUTS)
def test_a_page_of_zeros_and_one_request_is_read_completely(printer: Printer, assembled: Assembled, form: str, style: str) -> None:
    rows = {"new_received": FIVE, "granted": FIVE, "handled_total": FIVE}
    assembly = assembled(whole(printer(form, style), rows))
    fives = {f"requests.{row}.{column}" for row in rows for column in ("natural_person", "total")}
    assert {cell.key: cell.value for cell in assembly.cells} == {key: 5 if key in fives else 0 for key in forms()[form].keys()}
    assert {cell.status for cell in assembly.cells} == {Status.PRINTED}
    assert (assembly.form, assembly.warnings) == (form, ())


def test_a_printed_total_derives_the_cells_that_a_lost_row_held(printer: Printer, assembled: Assembled) -> None:
    page = printer("2021", "lines").requests({"new_received": FIVE, "granted": FIVE, "handled_total": FIVE})
    lost = "r{四、结转下年度继续办理}" + "\n\nv{0}" * 7
    assert lost in page
    cells = by_key(assembled(page.replace(lost, "")))
    assert [(cells[f"requests.carried_out.{c}"].value, cells[f"requests.carried_out.{c}"].status) for c in (*APPLICANTS, "total")] == [
        (0, Status.DERIVED)
    ] * 7


def test_a_lost_cell_is_derived_and_says_from_what(printer: Printer, assembled: Assembled) -> None:
    page = printer("2021", "tabs, blanks kept").requests({"new_received": FIVE, "granted": FIVE, "handled_total": FIVE})
    row = "r{二、上年结转政府信息公开申请数量}" + "\tv{0}" * 7
    assert row in page
    cells = by_key(assembled(page.replace(row, "")))
    cell = cells["requests.carried_in.total"]
    assert (cell.value, cell.status, cell.text) == (0, Status.DERIVED, None)
    assert set(cell.spans) >= set(cells["requests.carried_out.total"].spans)


def test_titles_only_are_blank_and_never_zero(printer: Printer, assembled: Assembled) -> None:
    empty = {row.key: ("",) * 7 for row in forms()["2021"].table("requests").blocks[0].rows}
    assembly = assembled(printer("2021", "lines").requests(empty))
    assert len(assembly.cells) == 25 * 7
    assert {(cell.value, cell.status) for cell in assembly.cells} == {(None, Status.BLANK)}


def test_a_table_printed_twice_alike_is_read_once(printer: Printer, assembled: Assembled) -> None:
    page = printer("2021", "lines").requests({"new_received": FIVE, "granted": FIVE, "handled_total": FIVE})
    once, twice = assembled(page), assembled(page + "\n" + page)
    assert [(cell.key, cell.value) for cell in twice.cells] == [(cell.key, cell.value) for cell in once.cells]
    assert twice.warnings == ()


def test_a_table_printed_twice_differently_leaves_out_what_differs(printer: Printer, assembled: Assembled) -> None:
    six = ("6", "0", "0", "0", "0", "0", "6")
    first, second = (printer("2021", "lines").requests({"new_received": n, "granted": n, "handled_total": n}) for n in (FIVE, six))
    assembly = assembled(first + "\n" + second)
    cells = by_key(assembly)
    assert "requests.granted.natural_person" not in cells
    assert "requests.granted.total" not in cells
    assert cells["requests.granted.business"].value == 0
    assert assembly.warnings == ("requests: printed more than once with different numbers; the cells that differ were left out",)


def test_the_narrative_fills_a_table_that_is_not_there(assembled: Assembled, figure: MakeFigure) -> None:
    assembly = assembled("受理5件", [figure("requests_received", 5, 2), figure("reviews", 0, 3)])
    cells = by_key(assembly)
    received = cells["requests.new_received.total"]
    assert (received.value, received.status, received.spans, received.text) == (5, Status.DERIVED, ((2, 3),), None)
    assert cells["review_litigation.review.upheld"].value == 0
    assert assembly.form is None


def test_the_narrative_never_changes_what_is_printed(printer: Printer, assembled: Assembled, figure: MakeFigure) -> None:
    page = printer("2021", "lines").requests({"new_received": FIVE, "granted": FIVE, "handled_total": FIVE})
    assert assembled(page, [figure("requests_received", 7)]).cells == assembled(page).cells


def test_the_narrative_chooses_the_applicant(printer: Printer, assembled: Assembled, figure: MakeFigure) -> None:
    page = printer("2021", "pipes").requests({"new_received": DROPPED, "granted": DROPPED, "handled_total": DROPPED})
    assert "requests.granted.natural_person" not in by_key(assembled(page))
    chosen = by_key(assembled(page, [figure("requests_natural_person", 5)]))["requests.granted.natural_person"]
    assert (chosen.value, chosen.status) == (5, Status.PLACED)


def test_an_undecided_column_is_not_filled_by_sums(printer: Printer, assembled: Assembled) -> None:
    page = printer("2021", "pipes").requests({"new_received": DROPPED, "granted": DROPPED, "handled_total": DROPPED})
    cells = by_key(assembled(page))
    assert not any(f"requests.granted.{column}" in cells for column in APPLICANTS)


def test_a_grid_shows_every_column(printer: Printer, labelled: Labelled) -> None:
    empty = {row.key: ("",) * 7 for row in forms()["2021"].table("requests").blocks[0].rows}
    gap = ("", "5", "", "", "", "", "5")
    page = labelled(printer("2021", "pipes, blanks kept").requests({**empty, "new_received": gap, "granted": gap, "handled_total": gap}))
    cells = by_key(assemble(page, grids=[(0, len(page.page.text))]))
    assert {key: cell.value for key, cell in cells.items() if cell.value} == {
        f"requests.{row}.{column}": 5 for row in ("new_received", "granted", "handled_total") for column in ("business", "total")
    }


def test_a_page_with_every_line_once_is_mostly_silence(labelled: Labelled, printer: Printer) -> None:
    rows = {"new_received": FIVE, "granted": FIVE, "handled_total": FIVE}
    lines = whole(printer("2019", "single lines"), rows).split("\n")
    assembly = assemble(labelled("\n".join(dict.fromkeys(lines))))
    assert [cell.key for cell in assembly.cells if cell.status is not Status.DERIVED] == []


def test_two_forms_on_one_page_are_mixed(printer: Printer, assembled: Assembled) -> None:
    old, new = printer("2019", "lines"), printer("2021", "lines")
    assert assembled(old.proactive({}) + new.requests({})).form == "mixed"
    assert assembled(new.proactive({}) + old.requests({})).form == "mixed"


@pytest.mark.parametrize("text", ["", "没有任何表格的一段话。", "r{规章}", "v{3}", "s{三、收到和处理政府信息公开申请情况}", "j{广告}"])
def test_a_page_without_a_table_has_no_cells(assembled: Assembled, text: str) -> None:
    assert assembled(text) == Assembly(None, (), ())


@st.composite
def consistent_tables(draw: st.DrawFn) -> dict[str, tuple[str, ...]]:
    """Request tables that keep all sums; rows that are not named are zeros."""
    number = st.sampled_from([0, 0, 0, 1, 2, 17])
    names = ("granted", "partially_granted", "denied_third_party", "unavailable_not_held", "rejected_repeated")
    results = {key: draw(st.tuples(*[number] * 6)) for key in draw(st.sets(st.sampled_from(names), max_size=3))}
    handled = tuple(sum(row[column] for row in results.values()) for column in range(6))
    carried_out = draw(st.tuples(*[number] * 6))
    carried_in = tuple(min(draw(number), a + b) for a, b in zip(handled, carried_out, strict=True))
    received = tuple(a + b - c for a, b, c in zip(handled, carried_out, carried_in, strict=True))
    rows = {**results, "handled_total": handled, "carried_out": carried_out, "carried_in": carried_in, "new_received": received}
    return {key: tuple(map(str, (*row, sum(row)))) for key, row in rows.items()}


@settings(max_examples=30, deadline=None)
@given(
    rows=consistent_tables(),
    form=st.sampled_from(["2019", "2021"]),
    style=st.sampled_from([style for style in LAYOUTS if style != "glued"]),
)
def test_a_consistent_table_with_all_zeros_comes_back(
    rows: dict[str, tuple[str, ...]], form: str, style: str, printer: Printer, labelled: Labelled
) -> None:
    page = labelled(printer(form, style).requests(rows))
    assembly = assemble(page)
    got = by_key(assembly)
    table = forms()[form].table("requests")
    for row in table.blocks[0].rows:
        cells = [got[f"requests.{row.key}.{column.key}"] for column in table.blocks[0].columns]
        assert [str(cell.value) for cell in cells] == list(rows.get(row.key, ("0",) * 7))
        assert {cell.status for cell in cells} == {Status.PRINTED}
    assert assembly.warnings == ()
    assert slices_wrong(page, assembly) == []


def test_glued_rows_without_their_zeros_mislead_no_other_row(printer: Printer, assembled: Assembled) -> None:
    full, bare = ("0", "0", "0", "1", "17", "17", "35"), ("", "", "", "1", "17", "17", "35")
    page = printer("2021", "glued").requests({"partially_granted": full, "new_received": full, "handled_total": bare})
    cell = by_key(assembled(page)).get("requests.partially_granted.other")
    assert cell is None or cell.value == 17


@settings(max_examples=30, deadline=None)
@given(
    rows=consistent_tables(),
    style=st.sampled_from([style for style in LAYOUTS if style != "glued"]),
    dropped=st.sets(st.sampled_from(["granted", "handled_total", "new_received", "carried_in"])),
)
def test_with_dropped_blanks_nothing_is_said_that_the_table_does_not_say(
    rows: dict[str, tuple[str, ...]], style: str, dropped: set[str], printer: Printer, labelled: Labelled
) -> None:
    printed = {key: tuple("" if key in dropped and cell == "0" else cell for cell in row) for key, row in rows.items()}
    page = labelled(printer("2021", style).requests(printed))
    assembly = assemble(page)
    for cell in assembly.cells:
        _, row, column = cell.key.split(".")
        truth = rows.get(row, ("0",) * 7)[(*APPLICANTS, "total").index(column)]
        assert cell.value is None or str(cell.value) == truth, cell
        assert cell.value is not None or truth == "0"
    assert slices_wrong(page, assembly) == []
    assert assemble(page) == assembly


JUNK = st.lists(st.sampled_from(["当前位置:首页 > 公开", "扫一扫分享", "2023", "12 34", "|||", "", "打印 关闭"]), max_size=4).map("\n".join)


@settings(max_examples=20, deadline=None)
@given(before=JUNK, after=JUNK, rows=consistent_tables(), style=st.sampled_from(LAYOUTS), dropped=st.booleans())
def test_text_around_a_table_changes_no_cell(
    before: str, after: str, rows: dict[str, tuple[str, ...]], style: str, dropped: bool, printer: Printer, labelled: Labelled
) -> None:
    if dropped:
        rows = {key: tuple("" if cell == "0" else cell for cell in row) for key, row in rows.items()}
    page = labelled(printer("2021", style).requests(rows) + "五、其他\n")  # a page that ends in its table may have been cut off
    lead = f"{before}\n" if before else ""
    moved = LabelledPage(Page("moved", f"{lead}{page.page.text}{after}\n"), tuple(span.shifted(len(lead)) for span in page.spans))
    shifted = [replace(cell, spans=tuple((a + len(lead), b + len(lead)) for a, b in cell.spans)) for cell in assemble(page).cells]
    assert list(assemble(moved).cells) == shifted


def test_the_regions_of_a_page_hold_the_cells_that_the_model_overlooked(labelled: Labelled, printer: Printer) -> None:
    marked = printer("2021", "lines").requests({"new_received": FIVE, "granted": FIVE, "handled_total": FIVE})
    page = labelled(marked)
    gaps = LabelledPage(
        page.page, tuple(span for place, span in enumerate(page.spans) if span.label != "value" or place % 5 or span == page.spans[-1])
    )
    (region,), (full,) = table_regions(gaps), table_regions(page)
    assert [(token.start, token.end) for token in region.tokens] == [(token.start, token.end) for token in full.tokens]
    assert [(c.key, c.value) for c in assemble(gaps).cells] == [(c.key, c.value) for c in assemble(page).cells]
