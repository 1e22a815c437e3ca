"""Words for people: values, texts and verdicts as they are shown, safe to send to a terminal."""

from __future__ import annotations

import re

from gongkai.inference.report.tables import key_titles
from gongkai.inference.results import Check

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


def plain(text: str) -> str:
    """`text` without what a terminal would obey: control characters, changes of direction, halves of characters."""
    return _UNPRINTABLE.sub("�", text)


def squeezed(text: str, most: int = 40) -> str:
    """`text` on one line of at most `most` characters."""
    line = plain(" ".join(text.split()))
    return line if len(line) <= most else f"{line[: most - 1]}…"


def number(value: int | float | None) -> str:
    """A value as printed without exponent; nothing for None.

    >>> number(12), number(0.5), number(210455.6), number(None)
    ('12', '0.5', '210455.6', '')
    """
    if value is None:
        return ""
    return str(value) if isinstance(value, int) else f"{value:.6f}".rstrip("0").rstrip(".")


def stacked(title: str) -> str:
    r"""A column title two characters a line.

    >>> stacked("社会公益组织")
    '社会\n公益\n组织'
    """
    return "\n".join(title[place : place + 2] for place in range(0, len(title), 2))


def check_line(check: Check, rule: str | None = None) -> str:
    """What a broken rule says: its name (`rule`, if it shall be called otherwise), what it was applied to, and its two sides."""
    where = shared_title(check.keys)
    return f"{rule or check.rule}{f' ({where})' if where else ''}: {number(check.left)} ≠ {number(check.right)}"


def shared_title(keys: tuple[str, ...]) -> str:
    """What all `keys` have in common, in the words of the law: the cell, its row or its column; empty if nothing."""
    known = sorted({key_titles()[key] for key in keys if key in key_titles()})
    rows, columns = ({title.rsplit(" · ", 1)[side] for title in known} for side in (0, 1))
    return next((only.pop() for only in (set(known), rows, columns) if len(only) == 1), "")


def counted(count: int, one: str, many: str | None = None) -> str:
    """`1 document`, `2 documents`."""
    return f"{count} {one if count == 1 else many or one + 's'}"
