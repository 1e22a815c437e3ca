"""Names of sheets: what spreadsheets allow, and no two alike."""

from __future__ import annotations

import re

from gongkai.inference.report.words import plain

LONGEST = 31
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_RESERVED = frozenset({"", "history"})


class SheetNames:
    """Gives every sheet a name that no other sheet of the workbook has, whatever the case of its letters."""

    def __init__(self, *taken: str) -> None:
        self._taken = {name.lower() for name in taken} | _RESERVED

    def claim(self, wanted: str) -> str:
        r"""`wanted` as a spreadsheet allows it: 31 characters, none of `[]:*?/\`, no quote at an end; numbered if it is taken."""
        clean = _FORBIDDEN.sub(" ", plain(wanted)).strip().strip("'").strip()
        number = 1
        name = clean[:LONGEST].rstrip(" '")
        while name.lower() in self._taken:
            number += 1
            suffix = f" ({number})"
            name = f"{clean[: LONGEST - len(suffix)].rstrip()}{suffix}".strip()
        self._taken.add(name.lower())
        return name
