"""Numbers that stand in a table and are none of its cells: page numbers between rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from gongkai.inference.assemble.tokens import UNLABELLED, Kind, Token

_TO_LINE_END = re.compile(r"[-—– \t]*+(?:\n|\Z)")


def without_page_numbers(text: str, tokens: Sequence[Token]) -> tuple[Token, ...]:
    """The tokens without numbers alone on a line after a row whose cells share a line, or after titles of columns and blocks.

    A number that the model took for a cell goes only where that row's cells stand between bars and it does not.
    """
    pairs = pairwise(tokens)
    return (*tokens[:1], *(token for last, token in pairs if not (token.kind is Kind.VALUE and _is_page_number(text, last, token))))


def _is_page_number(text: str, last: Token, token: Token) -> bool:
    """Whether a number is alone on its line and, with `last` before it, no cell."""
    if last.label == "row":
        return False
    other_line = "\n" in text[last.end : token.start]
    if token.score != UNLABELLED and not (other_line and "|" in _line(text, last) and "|" not in _line(text, token)):
        return False
    return _is_alone(text, token) and not (last.kind is Kind.VALUE and _is_alone(text, last))


def _is_alone(text: str, token: Token) -> bool:
    """Whether nothing but dashes stands beside a token; what follows it is looked at first, for a line may be very long."""
    return _TO_LINE_END.match(text, token.end) is not None and _line(text, token).strip("-—– \t") == token.text


def _line(text: str, token: Token) -> str:
    """The line that a token stands on."""
    end = text.find("\n", token.end)
    return text[text.rfind("\n", 0, token.start) + 1 : end if end >= 0 else len(text)]
