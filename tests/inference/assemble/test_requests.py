"""The requests table: which numbers get a column, and which are left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import pytest

from gongkai.inference.assemble import Assembly
from gongkai.inference.assemble.reading import Context, TableReading
from gongkai.inference.assemble.requests import COLUMNS, read_requests
from gongkai.inference.forms import forms
from gongkai.inference.results import Status

COLUMN_KEYS = ("natural_person", "business", "research", "social_org", "legal_service", "other", "total")
BLANK = ("",) * COLUMNS
KEEPING = ("lines, blanks kept", "pipes, blanks kept", "tabs, blanks kept")
DROPPING = ("lines", "single lines", "pipes", "outer pipes", "filled pipes", "cell and pipe a line", "every pipe alone", "tabs", "spaces")


class Prints(Protocol):
    """What prints a table."""

    def requests(self, rows: Mapping[str, Sequence[str]]) -> str:
        """The requests table."""
        ...


Printer = Callable[[str, str], Prints]
MakeContext = Callable[..., Context]


def row(reading: TableReading, key: str) -> list[int | float | str | None]:
    """The cells of a row: a number, `blank`, or None for a cell that was left out."""
    found = [reading.cells.get(f"requests.{key}.{column}") for column in COLUMN_KEYS]
    return [None if cell is None else "blank" if cell.status is Status.BLANK else cell.value for cell in found]


def all_blank() -> dict[str, Sequence[str]]:
    """A table of the 2021 form without any number."""
    return {found.key: BLANK for found in forms()["2021"].table("requests").blocks[0].rows}


@pytest.mark.parametrize("style", [*KEEPING, *DROPPING])
def test_full_rows_stand_where_they_are_printed(printer: Printer, context: MakeContext, style: str) -> None:
    full = ("3", "1", "0", "0", "0", "2", "6")
    reading = read_requests(context(printer("2021", style).requests({"new_received": full, "granted": full, "handled_total": full})), {})
    assert row(reading, "granted") == row(reading, "new_received") == [3, 1, 0, 0, 0, 2, 6]
    assert {cell.status for cell in reading.cells.values()} == {Status.PRINTED}
    assert (reading.form, reading.warnings, len(reading.cells)) == ("2021", (), 25 * COLUMNS)


@pytest.mark.parametrize("style", KEEPING)
def test_kept_blanks_are_blank_and_tell_the_columns(printer: Printer, context: MakeContext, style: str) -> None:
    gap = ("5", "", "", "", "", "", "5")
    reading = read_requests(context(printer("2021", style).requests({"new_received": gap, "granted": gap, "handled_total": gap})), {})
    assert row(reading, "granted") == [5, "blank", "blank", "blank", "blank", "blank", 5]
    assert row(reading, "carried_in") == [0] * COLUMNS


@pytest.mark.parametrize("style", DROPPING)
def test_dropped_blanks_leave_the_total_certain_and_the_applicant_open(printer: Printer, context: MakeContext, style: str) -> None:
    gap = ("", "5", "", "", "", "", "5")
    reading = read_requests(context(printer("2021", style).requests({"new_received": gap, "granted": gap, "handled_total": gap})), {})
    assert row(reading, "granted") == [None] * 6 + [5]
    assert reading.cells["requests.granted.total"].status is Status.PLACED
    assert any(warning.startswith("requests.granted:") for warning in reading.warnings)
    assert "requests.granted.business" in reading.undecided


def test_a_full_row_chooses_the_column_of_rows_with_dropped_blanks(printer: Printer, context: MakeContext) -> None:
    full, gap = ("0", "5", "0", "0", "0", "0", "5"), ("", "5", "", "", "", "", "5")
    reading = read_requests(context(printer("2021", "pipes").requests({"new_received": full, "granted": gap, "handled_total": gap})), {})
    assert row(reading, "granted") == ["blank", 5, "blank", "blank", "blank", "blank", 5]
    assert reading.cells["requests.granted.business"].status is Status.PLACED
    assert reading.warnings == ()


def test_the_narrative_chooses_the_column(printer: Printer, context: MakeContext) -> None:
    gap = ("5", "", "", "", "", "", "5")
    page = context(printer("2021", "pipes").requests({"new_received": gap, "granted": gap, "handled_total": gap}))
    reading = read_requests(page, {"requests_natural_person": 5})
    assert row(reading, "new_received") == row(reading, "granted") == [5, *["blank"] * 5, 5]


def test_a_narrative_that_speaks_of_organisations_excludes_natural_persons(printer: Printer, context: MakeContext) -> None:
    gap = ("", "5", "", "", "", "", "5")
    page = context(printer("2021", "pipes").requests({"new_received": gap, "granted": gap, "handled_total": gap}))
    reading = read_requests(page, {"requests_organization": 5})
    assert row(reading, "new_received") == ["blank", None, None, None, None, None, 5]


@pytest.mark.parametrize(("cells", "read"), [(("4", "1", "5"), 5), (("1", "2", "3", "6"), 6), (("2", "2", "4"), 4)])
def test_order_makes_the_last_of_several_numbers_the_total(
    printer: Printer, context: MakeContext, cells: tuple[str, ...], read: int
) -> None:
    gap = [*cells[:-1], *[""] * (7 - len(cells)), cells[-1]]
    reading = read_requests(context(printer("2021", "pipes").requests({"new_received": gap, "granted": gap, "handled_total": gap})), {})
    assert row(reading, "granted")[6] == read


def test_six_applicants_in_order_need_no_choice(printer: Printer, context: MakeContext) -> None:
    cells = ("1", "2", "3", "4", "5", "6", "")
    reading = read_requests(
        context(printer("2021", "pipes").requests({"new_received": cells, "granted": cells, "handled_total": cells})), {}
    )
    assert row(reading, "granted") == [1, 2, 3, 4, 5, 6, "blank"]


def test_a_lone_number_in_a_row_is_left_out(printer: Printer, context: MakeContext) -> None:
    reading = read_requests(
        context(printer("2021", "pipes").requests({**all_blank(), "denied_third_party": ("", "", "", "", "", "", "4")})), {}
    )
    assert 4 not in row(reading, "denied_third_party")
    assert any("denied_third_party" in warning for warning in reading.warnings)


def test_a_lone_number_in_the_place_of_the_total_is_the_total(printer: Printer, context: MakeContext) -> None:
    reading = read_requests(context(printer("2021", "tabs, blanks kept").requests({"new_received": ("", "", "", "", "", "", "4")})), {})
    assert row(reading, "new_received") == [*["blank"] * 6, 4]


@pytest.mark.parametrize("style", KEEPING)
def test_a_row_of_titles_only_is_blank(printer: Printer, context: MakeContext, style: str) -> None:
    reading = read_requests(context(printer("2021", style).requests(all_blank())), {})
    assert {cell.status for cell in reading.cells.values()} == {Status.BLANK}
    assert len(reading.cells) == 25 * COLUMNS


def test_a_printed_error_keeps_its_neighbours_right(printer: Printer, context: MakeContext) -> None:
    wrong = ("0", "0", "0", "0", "1", "0", "0")
    reading = read_requests(context(printer("2021", "pipes").requests({"granted": wrong})), {})
    assert row(reading, "granted") == [0, 0, 0, 0, 1, 0, 0]
    assert row(reading, "partially_granted") == [0] * COLUMNS


def test_a_wrong_total_of_results_is_kept_as_printed(printer: Printer, context: MakeContext) -> None:
    rows = {"new_received": ("12", *["0"] * 5, "12"), "granted": ("11", *["0"] * 5, "11"), "handled_total": ("12", *["0"] * 5, "12")}
    reading = read_requests(context(printer("2021", "lines").requests(rows)), {})
    assert row(reading, "handled_total")[0] == 12
    assert row(reading, "granted")[0] == 11


def test_glued_digits_are_cut_by_the_arithmetic(printer: Printer, context: MakeContext) -> None:
    rows: dict[str, tuple[str, ...]] = dict.fromkeys(("new_received", "granted", "handled_total"), ("12", "0", "3", "0", "0", "0", "15"))
    reading = read_requests(context(printer("2021", "glued").requests(rows)), {})
    assert row(reading, "granted") == [12, 0, 3, 0, 0, 0, 15]


def test_of_glued_digits_only_the_certain_ones_are_read(printer: Printer, context: MakeContext) -> None:
    rows: dict[str, tuple[str, ...]] = dict.fromkeys(("new_received", "granted", "handled_total"), ("11", "1", "0", "0", "0", "0", "12"))
    reading = read_requests(context(printer("2021", "glued").requests(rows)), {})
    assert row(reading, "granted") == [None, None, None, 0, 0, 0, 12]  # 11 + 1 + 0, 1 + 11 + 0 or 1 + 1 + 10


def test_a_row_without_its_title_takes_the_place_that_is_free(printer: Printer, context: MakeContext) -> None:
    page = printer("2021", "pipes").requests({"granted": ("2", "0", "0", "0", "0", "0", "2")})
    reading = read_requests(context(page.replace("r{(一)予以公开}", "r{(一)甲乙丙}")), {})
    assert row(reading, "granted") == [2, 0, 0, 0, 0, 0, 2]
    assert reading.cells["requests.granted.total"].status is Status.PLACED


def test_an_extra_row_is_left_out_with_a_warning(printer: Printer, context: MakeContext) -> None:
    page = printer("2021", "pipes").requests({})
    extra = "r{其中通过网络平台提交的数量} | v{9} | v{9} | v{9} | v{9} | v{9} | v{9} | v{9} |\n"
    reading = read_requests(context(page.replace("r{(一)予以公开}", extra + "r{(一)予以公开}")), {})
    assert row(reading, "granted") == [0] * COLUMNS
    assert 9 not in {cell.value for cell in reading.cells.values()}
    assert reading.warnings == ("row outside the statutory form: '其中通过网络平台提交的数量' with 7 cells was left out",)


@pytest.mark.parametrize("form", ["2019", "2021"])
def test_the_rows_of_other_handling_tell_the_form(printer: Printer, context: MakeContext, form: str) -> None:
    assert read_requests(context(printer(form, "lines").requests({})), {}).form == form


def test_a_row_with_too_many_cells_is_left_out_with_a_warning(printer: Printer, context: MakeContext) -> None:
    page = printer("2021", "pipes").requests({"granted": ("1",) * 9})
    reading = read_requests(context(page), {})
    assert row(reading, "granted") == [None] * COLUMNS
    assert any("requests.granted" in warning for warning in reading.warnings)


def test_a_cell_that_cannot_be_read_is_left_out_and_said_so(printer: Printer, context: MakeContext) -> None:
    page = printer("2021", "pipes").requests({"granted": ("0", "0", "见附件", "0", "0", "0", "0")})
    reading = read_requests(context(page), {})
    assert row(reading, "granted") == [0, 0, None, 0, 0, 0, 0]
    assert any("requests.granted" in warning for warning in reading.warnings)


def test_of_a_page_with_every_line_once_only_full_rows_are_read(printer: Printer, context: MakeContext) -> None:
    rows = {"granted": ("3", "", "", "", "", "", "3"), "handled_total": ("3", "0", "0", "0", "0", "0", "3")}
    reading = read_requests(context(printer("2021", "lines").requests(rows), deduplicated=True), {})
    assert row(reading, "granted") == [None] * COLUMNS
    assert row(reading, "handled_total") == [3, 0, 0, 0, 0, 0, 3]


def test_a_real_grid_shows_the_column_of_every_number(printer: Printer, context: MakeContext) -> None:
    rows = {**all_blank(), "new_received": ("", "", "5", "", "", "", "5"), "granted": ("", "", "", "4", "", "", "")}
    reading = read_requests(context(printer("2021", "pipes, blanks kept").requests(rows), gridded=True), {})
    assert row(reading, "new_received") == ["blank", "blank", 5, "blank", "blank", "blank", 5]
    assert row(reading, "granted") == ["blank", "blank", "blank", 4, "blank", "blank", "blank"]


@pytest.mark.parametrize("style", KEEPING)
def test_gaps_of_one_width_show_blanks_where_titles_stand_closer(printer: Printer, context: MakeContext, style: str) -> None:
    gap = ("5", "", "", "", "", "", "5")
    rows = {**all_blank(), "new_received": gap, "granted": gap, "handled_total": gap}
    reading = read_requests(context(printer("2021", style).requests(rows)), {})
    assert row(reading, "granted") == [5, *["blank"] * 5, 5]


def test_lines_that_are_blank_but_for_the_total(assembled: Callable[..., Assembly], printer: Printer) -> None:
    only_total = ("",) * 6 + ("0",)
    rows = dict.fromkeys(all_blank(), only_total)
    assembly = assembled(printer("2021", "lines, blanks kept").requests(rows))
    totals = {cell.key: cell.value for cell in assembly.cells if cell.key.endswith(".total")}
    assert len(totals) == 25
    assert set(totals.values()) == {0}
    assert all(cell.value in (0, None) for cell in assembly.cells)
