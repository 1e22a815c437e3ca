"""How a workbook looks: colours of statuses and doubts, titles, and numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gongkai.inference.results import Status

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format

Properties = Mapping[str, Any]

_LINE: Properties = {"border": 1, "border_color": "#B5AB99", "valign": "vcenter"}
_STATUS: Mapping[str, Properties] = {
    Status.PRINTED: {},
    Status.PLACED: {"font_color": "#0A5D66", "underline": 1},
    Status.DERIVED: {"font_color": "#573690", "italic": True},
    Status.BLANK: {"bg_color": "#E9E6DF"},
    "gap": {"pattern": 14, "fg_color": "#E2DCCF", "bg_color": "#FFFFFF"},
}
_DOUBT: Properties = {"bg_color": "#FDECC4"}
_NAMED: Mapping[str, Properties] = {
    "title": {"bold": True, "font_size": 16},
    "note": {"font_color": "#57514A", "font_size": 9, "valign": "top"},
    "section": {"bold": True, "font_size": 12, "font_color": "#AE2419"},
    "block": {**_LINE, "bold": True, "bg_color": "#E9E6DF"},
    "column": {**_LINE, "align": "center", "text_wrap": True, "font_color": "#57514A"},
    "row": {**_LINE, "text_wrap": True},
    "down": {**_LINE, "align": "center", "valign": "top", "text_wrap": True, "rotation": 270},
    "header": {"bold": True, "bottom": 2, "text_wrap": True, "valign": "vcenter"},
    # Excel keeps such a text a text when it is edited; only the quote of the cell format says so, not a character of the text.
    "text": {"quote_prefix": True},
    "number": {"num_format": "General"},
}


class Styles:
    """The formats of one workbook, each made once."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[str, Format] = {}

    def __getitem__(self, name: str) -> Format:
        """The format of a part of a sheet by its name."""
        return self._format(name, _NAMED[name])

    def cell(self, status: str, doubtful: bool) -> Format:
        """The format of a cell with `status` (of `Status`, or `gap`)."""
        properties = {**_LINE, "align": "right", **_STATUS[status], **(_DOUBT if doubtful else {})}
        return self._format(f"{status} {doubtful}", properties)

    def _format(self, name: str, properties: Properties) -> Format:
        if name not in self._made:
            self._made[name] = self._book.add_format(dict(properties))
        return self._made[name]
