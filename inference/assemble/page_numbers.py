"""Numbers that stand in a table and are none of its cells: page numbers between rows."""

from __future__ import annotations

from collections.abc import Sequence

from gongkai.inference.assemble.tokens import UNLABELLED, Kind, Token

_MOST = 0.6


def without_page_numbers(text: str, tokens: Sequence[Token]) -> tuple[Token, ...]:
    """The tokens without numbers alone on a line of a table whose rows stand on lines.

    A number that the model took for a cell goes only where all other cells stand between bars and it does not.
    """
    values = [token for token in tokens if token.kind is Kind.VALUE]
    lonely = {token: line for token in values if (line := _line(text, token)).strip("-—– \t") == token.text}
    if not lonely or len(lonely) > (1 - _MOST) * len(values):
        return tuple(tokens)
    barred = sum("|" in _line(text, token) for token in values) == len(values) - len(lonely)
    return tuple(token for token in tokens if token not in lonely or not (barred or token.score == UNLABELLED))


def _line(text: str, token: Token) -> str:
    """The line that a token stands on."""
    end = text.find("\n", token.end)
    return text[text.rfind("\n", 0, token.start) + 1 : end if end >= 0 else len(text)]
