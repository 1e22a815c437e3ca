"""What layouts and losses leave of the cells of a row."""

from __future__ import annotations

import pytest

from gongkai.training.sources import HELD_OUT_LAYOUTS
from gongkai.training.synth.evidence import Flattening, PrintedRow, Slot, surviving_rows
from gongkai.training.synth.layouts import RENDERERS
from gongkai.training.synth.layouts.unseen import UNSEEN_LAYOUTS
from gongkai.training.synth.pages import PageOptions, generate_page
from gongkai.training.synth.plan import LAYOUTS

KEPT = ("A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "A9", "A10", "A16", "A18", "U2", "U3", "U5", "U6")
LOST = ("A12", "A13", "A14", "A15", "U1")
A, B = ("t.a.x", "t.a.y", "t.a.z"), ("t.b.x", "t.b.y", "t.b.z")


@pytest.mark.parametrize("layout", KEPT)
def test_layouts_that_leave_a_trace_of_blank_cells(layout: str) -> None:
    assert all(Flattening(layout, seed, deduplicated=False).leaves_blanks() for seed in range(20))


@pytest.mark.parametrize("layout", LOST)
def test_layouts_that_leave_none(layout: str) -> None:
    assert not any(Flattening(layout, seed, deduplicated=False).leaves_blanks() for seed in range(20))


def test_tabs_leave_a_trace_and_spaces_do_not() -> None:
    assert {Flattening("A11", seed, deduplicated=False).leaves_blanks() for seed in range(20)} == {True, False}


@pytest.mark.parametrize(("layout", "kept"), [("A1", False), ("A4", False), ("A10", False), ("A2", True), ("A18", True)])
def test_dropped_lines_take_the_blank_cells_of_a_cell_a_line(layout: str, kept: bool) -> None:
    assert all(Flattening(layout, seed, deduplicated=True).leaves_blanks() is kept for seed in range(20))


def row(keys: tuple[str, ...], texts: tuple[str, ...]) -> PrintedRow:
    return PrintedRow(keys, tuple(Slot(key, text) for key, text in zip(keys, texts, strict=True)))


def test_a_page_that_ends_in_a_row_leaves_its_first_columns() -> None:
    rows = (row(A, ("1", "2", "3")), row(B, ("", "4", "5")))
    whole, cut = surviving_rows(rows, {*A, B[1]}, lines_lost=False)
    assert whole == rows[0]
    assert [slot.text for slot in cut.slots] == ["", "4"]
    assert (cut.open, cut.aligned) == (True, True)
    assert surviving_rows(rows, {*A, *B}, lines_lost=False) == rows


def test_lost_lines_make_every_row_doubtful_that_is_not_full() -> None:
    rows = (row(A, ("1", "2", "3")), PrintedRow(B, (Slot(B[1], "4"), Slot(B[2], "2")), shows_blanks=False))
    full, short = surviving_rows(rows, {*A, B[1]}, lines_lost=True)
    assert (full.open, short.open, short.aligned) == (False, True, False)
    assert [slot.key for slot in short.slots] == [B[1]]


def test_training_draws_from_no_unseen_layout() -> None:
    assert not set(UNSEEN_LAYOUTS) & {*LAYOUTS, *RENDERERS, *HELD_OUT_LAYOUTS}
    drawn = {layout for seed in range(60) for layout in generate_page(seed).layouts.values()}
    assert not drawn & set(UNSEEN_LAYOUTS)


@pytest.mark.parametrize("layout", UNSEEN_LAYOUTS)
def test_unseen_layouts_print_every_cell_once(layout: str) -> None:
    options = PageOptions(layouts=(layout,), table_modes=(), page_modes=(), damage=(), severities=(0,))
    for seed in range(4):
        page = generate_page(seed, options)
        values = [mark.key for mark in page.marked.marks if mark.label == "value" and mark.key]
        assert sorted(values) == sorted(key for key, value in page.cells.items() if value is not None)
