"""Corrected tables on disk: JSON Lines, one decision of a person on one cell a line, as the review page exports them.

    {"document": "a.txt", "sha256": "…", "key": "requests.new_received.total", "value": 5, "was": 4, "action": "correct",
     "by": "…", "at": "2026-01-31T08:00:00Z"}

`sha256` names the source text in UTF-8 and `document` what it was called; `value` is what the page says in the cell `key`, null for
a blank one; `was` is what was read there, null for nothing. `action` is `accept` or `correct`; `by` may be null; `at` is ISO 8601.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from gongkai.annotations.records import Record, json_lines
from gongkai.inference.forms import Column, forms
from gongkai.model.errors import BadRecordError

Value = int | float | None
ACTIONS = ("accept", "correct")
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person says of the cell `key` of one document; `value` is None for a blank cell."""

    document: str
    sha256: str
    key: str
    value: Value
    was: Value
    action: str
    by: str | None
    at: datetime

    @property
    def column(self) -> Column:
        """The column of the cell, which says what numbers it can hold."""
        return cell_columns()[self.key]


@cache
def cell_columns() -> dict[str, Column]:
    """The column of every cell of both forms, by the cell's key."""
    return {
        f"{table.key}.{row.key}.{column.key}": column
        for form in forms().values()
        for table in form.tables
        for block in table.blocks
        for row in block.rows
        for column in block.columns
    }


def read_corrections(path: Path) -> list[Correction]:
    """The corrections of a file, in its order.

    Raises BadRecordError, naming file, line and field, for a line that is no correction.
    """
    return [_correction_of(record, place) for place, record in json_lines(path)]


def latest(corrections: Iterable[Correction]) -> dict[str, dict[str, Correction]]:
    """The last word on every cell, by document (its digest), then key; of two at the same moment the later in order."""
    found: dict[str, dict[str, Correction]] = {}
    for correction in sorted(corrections, key=lambda one: one.at):
        found.setdefault(correction.sha256, {})[correction.key] = correction
    return found


def _correction_of(record: Record, place: str) -> Correction:
    if wrong := next(_wrong_fields(record), None):
        raise BadRecordError(f"{place}: {wrong}; docs/corrections.md says what a correction is")
    moment = _moment(record["at"])
    return Correction(
        record["document"], record["sha256"], record["key"], record["value"], record.get("was"), record["action"], record.get("by"), moment
    )


def _wrong_fields(record: Record) -> Iterator[str]:
    checks = {
        "document": isinstance(record.get("document"), str),
        "sha256": isinstance(record.get("sha256"), str) and _DIGEST.fullmatch(record["sha256"]) is not None,
        "key": record.get("key") in cell_columns() if isinstance(record.get("key"), str) else False,
        "value": "value" in record and _is_value(record["value"]),
        "was": _is_value(record.get("was")),
        "action": record.get("action") in ACTIONS,
        "by": record.get("by") is None or isinstance(record["by"], str),
        "at": _is_moment(record.get("at")),
    }
    for name, right in checks.items():
        if not right:
            yield f"`{name}` is {json.dumps(record[name], ensure_ascii=False)[:80] if name in record else 'missing'}"


def _is_value(value: object) -> bool:
    """A number or null; JSON's Infinity and NaN, which are no JSON, are none."""
    if isinstance(value, bool):
        return False
    return value is None or (isinstance(value, int | float) and abs(value) < 1e18)


def _is_moment(text: object) -> bool:
    try:
        return isinstance(text, str) and _moment(text) is not None
    except ValueError:
        return False


def _moment(text: str) -> datetime:
    """Without a time zone, UTC is meant."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
