"""The table of reviews and litigations: fifteen numbers on one line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import pytest

from gongkai.inference.assemble.reading import Context, TableReading
from gongkai.inference.assemble.review import read_review
from gongkai.inference.results import Status


class Prints(Protocol):
    """What prints a table."""

    def review(self, cells: Sequence[str]) -> str:
        """The table of reviews."""
        ...


Printer = Callable[[str, str], Prints]
MakeContext = Callable[..., Context]

ROWS = ("review", "litigation_direct", "litigation_after_review")
COLUMNS = ("upheld", "corrected", "other", "pending", "total")
FULL = ("2", "1", "0", "0", "3", "0", "0", "1", "0", "1", "4", "0", "0", "0", "4")


def said(reading: TableReading) -> list[int | float | str | None]:
    """The fifteen cells: a number, `blank`, or None for a cell that was left out."""
    found = [reading.cells.get(f"review_litigation.{row}.{column}") for row in ROWS for column in COLUMNS]
    return [None if cell is None else "blank" if cell.status is Status.BLANK else cell.value for cell in found]


@pytest.mark.parametrize("style", ["lines", "single lines", "pipes", "outer pipes", "every pipe alone", "tabs", "spaces"])
def test_fifteen_numbers_stand_where_they_are_printed(printer: Printer, context: MakeContext, style: str) -> None:
    reading = read_review(context(printer("2021", style).review(FULL)), {})
    assert said(reading) == [2, 1, 0, 0, 3, 0, 0, 1, 0, 1, 4, 0, 0, 0, 4]
    assert {cell.status for cell in reading.cells.values()} == {Status.PRINTED}
    assert reading.warnings == ()


def test_a_printed_error_stays(printer: Printer, context: MakeContext) -> None:
    wrong = (*FULL[:4], "9", *FULL[5:])
    assert said(read_review(context(printer("2021", "lines").review(wrong)), {})) == [2, 1, 0, 0, 9, 0, 0, 1, 0, 1, 4, 0, 0, 0, 4]


def test_fewer_numbers_stand_where_the_sums_allow_only_one_place(printer: Printer, context: MakeContext) -> None:
    cells = ("2", "1", "", "", "3", *["0"] * 10)
    reading = read_review(context(printer("2021", "pipes").review(cells)), {})
    assert said(reading)[4:] == [3, *[0] * 10]
    assert said(reading)[0] in (2, None)


def test_numbers_that_fit_in_many_ways_are_left_out_with_a_warning(printer: Printer, context: MakeContext) -> None:
    reading = read_review(context(printer("2021", "pipes").review(("1", *[""] * 3, "1", *[""] * 10))), {})
    assert 1 not in said(reading)
    assert reading.warnings
    assert all(".line" not in text for text in (*reading.warnings, *reading.cells, *reading.undecided))
    assert {key.split(".")[0] for key in reading.undecided} == {"review_litigation"}


def test_the_narrative_chooses_the_group(printer: Printer, context: MakeContext) -> None:
    page = context(printer("2021", "pipes").review(("1", *[""] * 3, "1", *[""] * 10)))
    assert said(read_review(page, {"reviews": 1, "litigations": 0}))[4] in (1, None)
    assert 1 not in said(read_review(page, {"reviews": 0, "litigations": 1}))[:5]


@pytest.mark.parametrize("style", ["lines, blanks kept", "pipes, blanks kept", "tabs, blanks kept"])
def test_kept_blanks_tell_the_columns(printer: Printer, context: MakeContext, style: str) -> None:
    cells = ("0", "0", "0", "0", "0", "0", "", "1", "", "1", "", "", "", "", "0")
    reading = read_review(context(printer("2021", style).review(cells)), {})
    assert said(reading) == [0, 0, 0, 0, 0, 0, "blank", 1, "blank", 1, "blank", "blank", "blank", "blank", 0]


def test_titles_only_give_blanks(printer: Printer, context: MakeContext) -> None:
    assert said(read_review(context(printer("2021", "lines").review([""] * 15) + "五、其他"), {})) == ["blank"] * 15


def test_titles_at_the_very_end_of_a_page_may_have_lost_their_cells(printer: Printer, context: MakeContext) -> None:
    assert said(read_review(context(printer("2021", "lines").review([""] * 15)), {})) == [None] * 15


def test_a_few_titles_and_no_number_say_nothing(context: MakeContext) -> None:
    reading = read_review(context("s{四、政府信息公开行政复议、行政诉讼情况}\nc{结果维持}\nc{结果纠正}\nc{尚未审结}\n"), {})
    assert (dict(reading.cells), reading.warnings) == ({}, ())


def test_more_than_fifteen_numbers_are_left_out_with_a_warning(printer: Printer, context: MakeContext) -> None:
    reading = read_review(context(printer("2021", "lines").review(["1"] * 16)), {})
    assert reading.cells == {}
    assert reading.warnings == ("review_litigation: 16 cells for 15 columns; they were left out",)


def test_a_page_with_every_line_once_says_nothing_of_part_of_the_numbers(printer: Printer, context: MakeContext) -> None:
    reading = read_review(context(printer("2021", "lines").review(["0", "1"]), deduplicated=True), {})
    assert reading.cells == {}
    assert reading.warnings


def test_glued_zeros_are_fifteen_cells(printer: Printer, context: MakeContext) -> None:
    assert said(read_review(context(printer("2021", "glued").review(["0"] * 15)), {})) == [0] * 15


def test_a_cell_that_is_no_number_is_left_out_and_said_so(printer: Printer, context: MakeContext) -> None:
    reading = read_review(context(printer("2021", "lines").review(("见表", *FULL[1:]))), {})
    assert said(reading)[:2] == [None, 1]
    assert reading.warnings == ("review_litigation: the cell '见表' is no number and was left out",)
