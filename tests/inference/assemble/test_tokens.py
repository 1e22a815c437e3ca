"""Labelled spans as titles, values and blanks, and the cells that the model overlooked."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gongkai.inference.assemble.tokens import UNLABELLED, Kind, Token, cells_overlooked
from gongkai.model.types import LabelledPage, Page, Span

Tokens = Callable[[str], tuple[Token, ...]]
Labelled = Callable[[str], LabelledPage]


def test_titles_values_and_blanks_keep_their_places(tokens: Tokens) -> None:
    found = tokens("k{第二十条}\nr{规章} v{3} b{/}")
    assert [(token.kind, token.text, token.start, token.end) for token in found] == [
        (Kind.TITLE, "第二十条", 0, 4),
        (Kind.TITLE, "规章", 5, 7),
        (Kind.VALUE, "3", 8, 9),
        (Kind.BLANK, "/", 10, 11),
    ]


def test_what_a_cell_is_follows_its_text_and_not_the_label(tokens: Tokens) -> None:
    assert [token.kind for token in tokens("r{规章} v{/} b{3} v{—}")] == [Kind.TITLE, Kind.BLANK, Kind.VALUE, Kind.BLANK]


@pytest.mark.parametrize(
    ("marked", "found"),
    [
        ("r{许可} | v{120,}v{348} |", ["许可", "120,348"]),
        ("r{许可}|v{1,}v{120}v{,348}|", ["许可", "1,120,348"]),
        ("r{许可} v{120,}v{348}", ["许可", "120,", "348"]),  # commas may part cells
        ("r{许可}|v{12}v{34}|", ["许可", "12", "34"]),
        ("r{许可}|v{120,}v{348}件|", ["许可", "120,", "348"]),
    ],
)
def test_a_number_in_groups_of_three_between_bars_is_one_value(tokens: Tokens, marked: str, found: list[str]) -> None:
    assert [token.text for token in tokens(marked)] == found


def test_a_value_that_is_no_number_still_takes_up_a_cell(tokens: Tokens) -> None:
    assert [(token.kind, token.text) for token in tokens("v{见附件}")] == [(Kind.VALUE, "见附件")]


def test_junk_and_figures_are_no_part_of_a_table() -> None:
    page = LabelledPage(Page("p", "广告5"), (Span(0, 2, "junk"), Span(2, 3, "requests_received")))
    assert cells_overlooked(page, [(0, 0)]) == ()


@pytest.mark.parametrize(
    ("marked", "found"),
    [
        ("r{规章} 3 v{4}", ["3"]),
        ("r{规章}|3|v{4}", ["3"]),
        ("r{规章} 1,234 v{4}", ["1,234"]),
        ("r{规章} 3件 v{4}", []),
        ("r{规章} 第3条 v{4}", []),
        ("r{规章} j{3} v{4}", []),
        ("r{规章} 0007 v{4}", []),
    ],
)
def test_only_a_whole_unlabelled_cell_that_is_a_number_was_overlooked(labelled: Labelled, marked: str, found: list[str]) -> None:
    page = labelled(marked)
    overlooked = cells_overlooked(page, [(0, len(page.page.text))])
    assert [token.text for token in overlooked] == found
    assert all(token.score == UNLABELLED and page.page.text[token.start : token.end] == token.text for token in overlooked)


def test_a_number_labelled_as_a_figure_inside_a_table_is_a_cell() -> None:
    page = LabelledPage(Page("p", "规章 3"), (Span(0, 2, "row"), Span(3, 4, "regulations")))
    assert [token.text for token in cells_overlooked(page, [(0, 4)])] == ["3"]


@pytest.mark.parametrize(
    ("marked", "found"),
    [
        ("r{规章}\nb{/}\n/\nb{/}", ["/"]),
        ("r{规章}|b{—}| — |b{—}", ["—"]),
        ("r{规章}\tb{/}\t/\tb{/}", ["/"]),
        ("r{规章}\nb{/}\n/\n1", ["1"]),  # as often a line between cells as a cell
        ("r{规章}\nb{/}\nb{/}\n1/2", []),
        ("r{规章}|b{-}|b{-}|b{-}\n|-|-|", ["-", "-"]),
        ("r{规章}\nb{/}\nb{/}\nj{/}", []),
        ("r{规章}\nb{x}\nb{x}\nx", []),
    ],
)
def test_a_stroke_left_out_is_a_blank_where_its_like_are(labelled: Labelled, marked: str, found: list[str]) -> None:
    page = labelled(marked)
    overlooked = cells_overlooked(page, [(0, len(page.page.text))])
    assert [token.text for token in overlooked] == found
    assert all(token.kind is (Kind.VALUE if token.text.isdigit() else Kind.BLANK) for token in overlooked)
