"""Printed titles against statutory ones: in order, fuzzy, split, wrapped and strange."""

from __future__ import annotations

from collections.abc import Callable

from gongkai.inference.assemble.rows import Item, Line, align
from gongkai.inference.assemble.tokens import Token

Tokens = Callable[[str], tuple[Token, ...]]

ITEMS = (
    Item("heading", "(三)不予公开", ("(三)不予公开",)),
    Item("row", "secret", ("1.属于国家秘密",)),
    Item("row", "prohibited", ("2.其他法律行政法规禁止公开",)),
    Item("row", "partially", ("(二)部分公开(区分处理的,只计这一情形,不计其他情形)",)),
    Item("row", "other", ("3.其他",)),
    Item("row", "total", ("(七)总计", "总计")),
)


def aligned(tokens: tuple[Token, ...]) -> tuple[Line, ...]:
    return align(tokens, ITEMS, tokens[-1].end if tokens else 0)


def read(lines: tuple[Line, ...]) -> list[tuple[str | None, str]]:
    return [(line.item.key if line.item else None, " ".join(cell.text for cell in line.cells)) for line in lines]


def test_rows_are_known_in_order(tokens: Tokens) -> None:
    lines = aligned(tokens("r{(三)不予公开}\nr{1.属于国家秘密} v{1} v{2}\nr{2.其他法律行政法规禁止公开} v{3}\nr{(七)总计} v{6}"))
    assert read(lines) == [("(三)不予公开", ""), ("secret", "1 2"), ("prohibited", "3"), ("total", "6")]
    assert all(line.likeness == 1 for line in lines)


def test_a_title_in_pieces_is_one_row(tokens: Tokens) -> None:
    (line,) = aligned(tokens("r{2.其他法律}\nr{行政法规}\nr{禁止公开} v{3}"))
    assert (line.item and line.item.key, len(line.titles)) == ("prohibited", 3)


def test_a_spelling_mistake_does_not_lose_the_row(tokens: Tokens) -> None:
    (line,) = aligned(tokens("r{2.其它法律行政法规禁止公开} v{3}"))
    assert line.item is not None
    assert line.item.key == "prohibited"
    assert 0.8 < line.likeness < 1


def test_a_row_outside_the_form_keeps_its_cells_to_itself(tokens: Tokens) -> None:
    lines = aligned(tokens("r{1.属于国家秘密} v{1}\nr{本乡镇特色工作亮点} v{9}\nr{(七)总计} v{1}"))
    assert read(lines) == [("secret", "1"), (None, "9"), ("total", "1")]


def test_cells_before_the_first_title_are_a_line_of_their_own(tokens: Tokens) -> None:
    lines = aligned(tokens("v{4}\nr{1.属于国家秘密} v{1}"))
    assert read(lines) == [(None, "4"), ("secret", "1")]
    assert lines[0].titles == ()


def test_cells_without_any_title(tokens: Tokens) -> None:
    assert read(aligned(tokens("v{4} v{5}"))) == [(None, "4 5")]


def test_the_rest_of_a_title_wrapped_round_its_cells_belongs_to_it(tokens: Tokens) -> None:
    (line,) = aligned(tokens("r{(二)部分公开(区分处理的,只计} v{0} v{1}\nr{这一情形的数字)}"))
    assert line.item is not None
    assert line.item.key == "partially"
    assert [cell.text for cell in line.cells] == ["0", "1"]


def test_a_row_out_of_order_is_not_taken_for_another(tokens: Tokens) -> None:
    assert read(aligned(tokens("r{(七)总计} v{6}\nr{1.属于国家秘密} v{1}"))) in (
        [("total", "6"), (None, "1")],
        [(None, "6"), ("secret", "1")],
    )


def test_the_end_of_a_title_and_of_a_line(tokens: Tokens) -> None:
    first, second = aligned(tokens("r{1.属于国家秘密} v{1}\nr{(七)总计} v{6}"))
    assert (first.end_of_title, first.until) == (8, 11)
    assert (second.end_of_title, second.until) == (16, 18)


def test_every_token_is_in_one_line(tokens: Tokens) -> None:
    found = tokens("v{8}\nr{1.属于} r{国家秘密} v{1} v{2}\nr{怪异的标题} v{3}\nr{3.其他}\nr{(七)总计} b{/}")
    lines = aligned(found)
    assert sorted(token.start for line in lines for token in (*line.titles, *line.cells)) == [token.start for token in found]
