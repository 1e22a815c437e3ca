"""Numbers that stand in a table and are none of its cells: page numbers between rows."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gongkai.inference.assemble.tokens import UNLABELLED, Kind, Token

_TO_LINE_END = re.compile(r"[-—– \t]*+(?:\n|\Z)")


def without_page_numbers(text: str, tokens: Sequence[Token]) -> tuple[Token, ...]:
    """The tokens without numbers alone on a line after a row whose cells share a line, or after titles of columns and blocks.

    A number that the model took for a cell goes only where that row's cells stand between bars and it does not.
    """
    lonely = {token for token in tokens if token.kind is Kind.VALUE and _is_alone(text, token)}
    before = dict(zip(tokens[1:], tokens, strict=False))

    def is_page_number(token: Token) -> bool:
        last = before.get(token)
        if token not in lonely or last is None or last in lonely or last.label == "row":
            return False
        return token.score == UNLABELLED or ("|" in _line(text, last) and "|" not in _line(text, token))

    return tuple(token for token in tokens if not is_page_number(token))


def _is_alone(text: str, token: Token) -> bool:
    """Whether nothing but dashes stands beside a token; what follows it is looked at first, for a line may be very long."""
    return _TO_LINE_END.match(text, token.end) is not None and _line(text, token).strip("-—– \t") == token.text


def _line(text: str, token: Token) -> str:
    """The line that a token stands on."""
    end = text.find("\n", token.end)
    return text[text.rfind("\n", 0, token.start) + 1 : end if end >= 0 else len(text)]
