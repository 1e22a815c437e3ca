"""The table of what was made public unasked: blocks with forms of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import pytest

from gongkai.inference.assemble.proactive import read_proactive
from gongkai.inference.assemble.reading import Context, TableReading
from gongkai.inference.forms import forms
from gongkai.inference.results import Status


class Prints(Protocol):
    """What prints a table."""

    def proactive(self, rows: Mapping[str, Sequence[str]]) -> str:
        """The proactive table."""
        ...


Printer = Callable[[str, str], Prints]
MakeContext = Callable[..., Context]

OLD = {
    "regulations": ("1", "2", "3"),
    "normative_documents": ("4", "5", "6"),
    "permits": ("7", "+2", "9"),
    "other_services": ("10", "-3", "11"),
    "penalties": ("12", "减少1", "13"),
    "compulsory_measures": ("14", "增加15", "16"),
    "fees": ("17", "0"),
    "procurement": ("18", "350.5万元"),
}
NEW = {
    "regulations": ("1", "2", "3"),
    "normative_documents": ("4", "5", "6"),
    "permits": ("7",),
    "penalties": ("8",),
    "compulsory_measures": ("9",),
    "fees": ("12.3450",),
}


def said(reading: TableReading) -> dict[str, int | float | None]:
    """The values by row and column."""
    return {key.removeprefix("proactive."): cell.value for key, cell in reading.cells.items()}


@pytest.mark.parametrize("style", ["lines", "single lines", "pipes", "filled pipes", "tabs", "spaces", "every pipe alone"])
def test_the_form_of_2019_is_read_completely(printer: Printer, context: MakeContext, style: str) -> None:
    reading = read_proactive(context(printer("2019", style).proactive(OLD)), None)
    expected = [1, 2, 3, 4, 5, 6, 7, 2, 9, 10, -3, 11, 12, -1, 13, 14, 15, 16, 17, 0, 18, 350.5]
    assert said(reading) == dict(zip((key.split(".", 1)[1] for key in forms()["2019"].table("proactive").keys()), expected, strict=True))
    assert (reading.form, reading.warnings) == ("2019", ())


@pytest.mark.parametrize("style", ["lines", "single lines", "pipes", "filled pipes", "tabs", "spaces", "every pipe alone"])
def test_the_form_of_2021_is_read_completely(printer: Printer, context: MakeContext, style: str) -> None:
    reading = read_proactive(context(printer("2021", style).proactive(NEW)), None)
    expected = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12.345]
    assert said(reading) == dict(zip((key.split(".", 1)[1] for key in forms()["2021"].table("proactive").keys()), expected, strict=True))
    assert (reading.form, reading.warnings) == ("2021", ())


def test_every_block_has_a_form_of_its_own(printer: Printer, context: MakeContext) -> None:
    old = printer("2019", "lines").proactive(OLD).partition("k{第二十条第(五)项}")
    new = printer("2021", "lines").proactive(NEW).partition("k{第二十条第(五)项}")
    reading = read_proactive(context(old[0] + new[1] + new[2]), None)
    assert reading.form == "mixed"
    assert said(reading)["regulations.newly_made"] == 1
    assert said(reading)["permits.decisions"] == 7
    assert said(reading)["fees.amount"] == 12.345


def test_no_sum_can_choose_the_column_of_a_dropped_blank(printer: Printer, context: MakeContext) -> None:
    reading = read_proactive(context(printer("2021", "lines").proactive({**NEW, "regulations": ("1", "", "3")})), None)
    assert not any(key.startswith("regulations.") for key in said(reading))
    assert said(reading)["normative_documents.made"] == 4
    assert reading.warnings == ("proactive.regulations: 2 cells for 3 columns; which stands where does not show, so they were left out",)


def test_kept_blanks_tell_the_column(printer: Printer, context: MakeContext) -> None:
    reading = read_proactive(context(printer("2021", "pipes, blanks kept").proactive({**NEW, "regulations": ("1", "", "3")})), None)
    assert [said(reading)[f"regulations.{column}"] for column in ("made", "repealed", "in_force")] == [1, None, 3]
    assert reading.cells["proactive.regulations.repealed"].status is Status.BLANK


@pytest.mark.parametrize("placeholder", ["/", "—", "无"])
def test_a_placeholder_is_blank(printer: Printer, context: MakeContext, placeholder: str) -> None:
    reading = read_proactive(context(printer("2021", "lines").proactive({**NEW, "permits": (placeholder,)})), None)
    cell = reading.cells["proactive.permits.decisions"]
    assert (cell.value, cell.status) == (None, Status.BLANK)
    assert cell.slot.token is not None
    assert cell.slot.token.text == placeholder


def test_titles_only_give_blanks(printer: Printer, context: MakeContext) -> None:
    rows = {row.key: ("",) * len(block.columns) for block in forms()["2021"].table("proactive").blocks for row in block.rows}
    reading = read_proactive(context(printer("2021", "lines").proactive(rows)), None)
    assert set(said(reading).values()) == {None}
    assert len(reading.cells) == 10


def test_an_extra_row_is_left_out_with_a_warning(printer: Printer, context: MakeContext) -> None:
    page = printer("2021", "lines").proactive(NEW)
    extra = "r{其他政策性文件}\n\nv{91}\n\nv{92}\n\nv{93}\n\n"
    reading = read_proactive(context(page.replace("k{第二十条第(五)项}", extra + "k{第二十条第(五)项}")), None)
    assert not {91, 92, 93} & set(said(reading).values())
    assert len(reading.cells) == 10
    assert reading.warnings == ("row outside the statutory form: '其他政策性文件' with 3 cells was left out",)


def test_the_rows_of_a_block_are_kept_apart_from_the_next(printer: Printer, context: MakeContext) -> None:
    page = printer("2021", "lines").proactive(NEW).replace("r{行政许可}\n\nv{7}\n\n", "")
    reading = read_proactive(context(page), None)
    assert "permits.decisions" not in said(reading)
    assert said(reading)["penalties.decisions"] == 8


def test_a_cell_that_is_no_number_is_left_out_and_said_so(printer: Printer, context: MakeContext) -> None:
    reading = read_proactive(context(printer("2021", "lines").proactive({**NEW, "regulations": ("1", "见附件", "3")})), None)
    assert "regulations.repealed" not in said(reading)
    assert said(reading)["regulations.in_force"] == 3
    assert reading.warnings == ("proactive.regulations: the cell '见附件' is no number and was left out",)


def test_a_sign_outside_a_signed_column_is_no_number(printer: Printer, context: MakeContext) -> None:
    reading = read_proactive(context(printer("2021", "lines").proactive({**NEW, "permits": ("-7",)})), None)
    assert "permits.decisions" not in said(reading)


PENALTIES = "k{第二十条第(六)项}\nc{信息内容}\nr{行政处罚}\nv{8}\nr{行政强制}\nv{9}\n"


def test_the_document_decides_what_the_columns_leave_open(context: MakeContext) -> None:
    reading = read_proactive(context(PENALTIES), "2021")
    assert said(reading) == {"penalties.decisions": 8, "compulsory_measures.decisions": 9}
    assert reading.form is None  # both forms have these cells


def test_a_lone_number_under_three_columns_is_left_out(context: MakeContext) -> None:
    reading = read_proactive(context(PENALTIES), "2019")
    assert said(reading) == {}
    assert len(reading.warnings) == 2


def test_a_block_of_no_known_form_is_left_out_with_one_warning(context: MakeContext) -> None:
    reading = read_proactive(context(PENALTIES), None)
    assert said(reading) == {}
    assert reading.warnings == (
        "proactive.article_20_6: the column titles do not say which form this block follows; its numbers were left out",
    )


def test_closer_titles_do_not_make_a_lone_number_the_middle_one(context: MakeContext) -> None:
    page = PENALTIES.replace("\nv{8}\n", "\n\nv{8}\n\n").replace("\nv{9}\n", "\n\nv{9}\n\n")
    assert said(read_proactive(context(page), "2019")) == {}


def test_four_equal_block_titles_are_told_apart_by_their_rows(printer: Printer, context: MakeContext) -> None:
    page = printer("2019", "lines").proactive(OLD)
    for number in "一五六八九":
        page = page.replace(f"k{{第二十条第({number})项}}", "k{第二十条第}")
    reading = read_proactive(context(page), None)
    assert said(reading)["compulsory_measures.decisions"] == 16
    assert said(reading)["procurement.procurement_amount"] == 350.5
    assert len(reading.cells) == 22


def test_glued_digits_are_read_only_where_one_cut_is_possible(printer: Printer, context: MakeContext) -> None:
    rows = {**NEW, "regulations": ("0", "0", "0"), "normative_documents": ("3", "31", "7"), "fees": ("0",)}
    reading = read_proactive(context(printer("2021", "glued").proactive(rows)), None)
    assert [said(reading).get(f"regulations.{column}") for column in ("made", "repealed", "in_force")] == [0, 0, 0]
    assert not any(key.startswith("normative_documents.") for key in said(reading))
    assert any("normative_documents" in warning for warning in reading.warnings)
