"""What separates the cells of a printed table, and which blanks the separators show."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gongkai.inference.assemble.evidence import fullest, layouts_of
from gongkai.inference.assemble.layout import GRID, Layout, separators, slots_of
from gongkai.inference.assemble.rows import Item, Line, align
from gongkai.inference.assemble.tokens import Token

Tokens = Callable[[str], tuple[Token, ...]]

ITEMS = tuple(Item("row", title, (title,)) for title in ("规章制度", "行政许可", "行政处罚", "行政强制"))


@pytest.fixture
def table(tokens: Tokens) -> Callable[[str], tuple[str, tuple[Line, ...]]]:
    """The text and the lines of a table in the compact mark-up."""

    def read(marked: str) -> tuple[str, tuple[Line, ...]]:
        text = marked
        for mark in ("r{", "v{", "b{", "}"):
            text = text.replace(mark, "")
        return text, align(tokens(marked), ITEMS, len(text))

    return read


Table = Callable[[str], tuple[str, tuple[Line, ...]]]


def layout_of(text: str, lines: tuple[Line, ...], columns: int) -> Layout:
    return fullest(text, lines, layouts_of(text, lines), columns)


@pytest.mark.parametrize(
    ("marked", "name", "usual", "per_blank", "keeps"),
    [
        ("r{规章制度}\n\nv{1}\n\nv{2}\n\nv{3}\n\nr{行政许可}\n\nv{4}\n\nv{5}\n\nv{6}", "newline", 2, 1, False),
        ("r{规章制度}\nv{1}\nv{2}\nv{3}\nr{行政许可}\nv{4}\nv{5}\nv{6}", "newline", 1, 1, False),
        ("r{规章制度}\n\nv{1}\n\nv{2}\n\nv{3}\n\nr{行政许可}\n\nv{4}\n\n\nv{6}", "newline", 2, 1, True),
        ("r{规章制度}\n\nv{1}\n\nv{2}\n\nv{3}\n\nr{行政许可}\n\nv{4}\n\n\n\nv{6}", "newline", 2, 2, True),
        ("r{规章制度} | v{1} | v{2} | v{3} | |||\nr{行政许可} | v{4} | v{5} | v{6} | |||", "pipe", 1, 1, False),
        ("r{规章制度} | v{1} | v{2} | v{3} |\nr{行政许可} | v{4} | | v{6} |", "pipe", 1, 1, True),
        ("r{规章制度}\tv{1}\tv{2}\tv{3}\nr{行政许可}\tv{4}\t\tv{6}", "tab", 1, 1, True),
        ("r{规章制度} v{1} v{2} v{3}\nr{行政许可} v{4}   v{6}", "space", 1, 1, False),
        ("r{规章制度}v{1}v{2}v{3}\nr{行政许可}v{4}v{5}v{6}", "glued", 0, 1, False),
        ("r{规章制度} |\nv{1} |\nv{2} |\nv{3} |\nr{行政许可} |\nv{4} |\nv{5} |\nv{6} |", "pipe", 1, 1, False),
        ("r{规章制度} |\nv{1} |\nv{2} |\nv{3} |\n|||\nr{行政许可} |\nv{4} |\n |\nv{6} |\n|||", "pipe", 1, 1, True),
    ],
)
def test_the_layout_shows_in_the_gaps(table: Table, marked: str, name: str, usual: int, per_blank: int, keeps: bool) -> None:
    text, lines = table(marked)
    layout = layout_of(text, lines, 3)
    assert (layout.name, layout.usual, layout.per_blank, layout.keeps_blanks) == (name, usual, per_blank, keeps)


@pytest.mark.parametrize(
    ("last", "cells"),
    [
        ("v{4}\nv{5}\nv{6}", ["4", "5", "6"]),
        ("v{4}\n\nv{6}", ["4", "", "6"]),
        ("\nv{5}\nv{6}", ["", "5", "6"]),
        ("v{4}\nv{5}\n", ["4", "5", ""]),
        ("\n\nv{6}", ["", "", "6"]),
    ],
)
def test_blank_cells_are_extra_newlines(table: Table, last: str, cells: list[str]) -> None:
    text, lines = table(
        f"r{{规章制度}}\nv{{1}}\nv{{2}}\nv{{3}}\nr{{行政处罚}}\nv{{1}}\n\nv{{3}}\nr{{行政许可}}\n{last}\nr{{行政强制}}\nv{{7}}\nv{{8}}\nv{{9}}"
    )
    layout = layout_of(text, lines, 3)
    assert layout.keeps_blanks
    found = slots_of(text, lines[2], layout)
    assert [slot.token.text if slot.token else "" for slot in found.slots] == cells
    assert not found.open_end


def test_blank_cells_are_bars_with_nothing_between(table: Table) -> None:
    text, lines = table("r{规章制度} | v{1} | v{2} | v{3} |\nr{行政许可} | | v{5} | | |||\n")
    layout = layout_of(text, lines, 3)
    found = slots_of(text, lines[1], layout)
    assert [slot.token.text if slot.token else "" for slot in found.slots] == ["", "5"]
    assert found.open_end  # filler follows: whether the last bar is a blank cell does not show


def test_a_placeholder_is_a_cell_that_is_printed_blank(table: Table) -> None:
    text, lines = table("r{规章制度} v{1} b{/} v{3}")
    found = slots_of(text, lines[0], layout_of(text, lines, 3))
    assert [slot.printed_blank for slot in found.slots] == [False, True, False]


def test_a_real_grid_shows_every_blank_cell(table: Table) -> None:
    text, lines = table("r{规章制度} |  | v{2} |  |\nr{行政许可} | v{4} | v{5} | v{6} |\n")
    found = slots_of(text, lines[0], GRID)
    assert [slot.token.text if slot.token else "" for slot in found.slots][:3] == ["", "2", ""]
    assert not found.open_end


def test_foreign_text_between_cells_proves_no_blank() -> None:
    layout = Layout("\n", 1, 1, keeps_blanks=True)
    assert [layout.blanks_in(gap) for gap in ("\n", "\n\n", "\n\n\n\n", "\n注\n", "")] == [0, 1, 3, 0, 0]


def test_a_line_of_bare_bars_is_filler() -> None:
    assert separators(" |\n|||\n", "|") == 1
    assert separators(" | | ", "|") == 2
    assert separators("\n\n", "\n") == 2


def test_a_layout_learns_blanks_only_from_its_like() -> None:
    own = Layout("\n", 2, 1, keeps_blanks=False)
    assert own.with_blanks_of(Layout("\n", 2, 2, keeps_blanks=True)) == Layout("\n", 2, 2, keeps_blanks=True)
    assert own.with_blanks_of(Layout("\n", 1, 1, keeps_blanks=True)) == own
    assert own.with_blanks_of(Layout("|", 2, 1, keeps_blanks=True)) == own
