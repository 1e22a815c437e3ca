import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gongkai.annotations.corrections import Correction, latest, read_corrections
from gongkai.model.errors import BadRecordError

LINE = {
    "document": "a.txt",
    "sha256": "0" * 64,
    "key": "requests.new_received.natural_person",
    "value": 5,
    "was": 4,
    "action": "correct",
    "by": None,
    "at": "2026-01-31T08:00:00.000Z",
}


def write(path: Path, *records: dict[str, object]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def test_a_line_of_the_review_page(tmp_path: Path) -> None:
    (found,) = read_corrections(write(tmp_path / "c.jsonl", LINE))
    moment = datetime(2026, 1, 31, 8, tzinfo=UTC)
    assert found == Correction("a.txt", "0" * 64, "requests.new_received.natural_person", 5, 4, "correct", None, moment)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"key": "requests.nothing.total"}, '`key` is "requests.nothing.total"'),
        ({"value": "5"}, '`value` is "5"'),
        ({"value": True}, "`value` is true"),
        ({"value": float("inf")}, "`value` is Infinity"),
        ({"sha256": "abc"}, '`sha256` is "abc"'),
        ({"action": "undo"}, '`action` is "undo"'),
        ({"at": "yesterday"}, '`at` is "yesterday"'),
        ({"at": None}, "`at` is null"),
        ({"by": 7}, "`by` is 7"),
        ({"document": None}, "`document` is null"),
    ],
)
def test_a_wrong_field_is_named(tmp_path: Path, change: dict[str, object], said: str) -> None:
    path = write(tmp_path / "c.jsonl", LINE, {**LINE, **change})
    with pytest.raises(BadRecordError) as caught:
        read_corrections(path)
    assert str(caught.value) == f"{path}, line 2: {said}; docs/corrections.md says what a correction is"


@pytest.mark.parametrize("name", ["document", "sha256", "key", "value", "action", "at"])
def test_a_missing_field_is_named(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / "c.jsonl", {key: value for key, value in LINE.items() if key != name})
    with pytest.raises(BadRecordError, match=f"line 1: `{name}` is missing"):
        read_corrections(path)


@pytest.mark.parametrize("line", ["{", "[]", "5"])
def test_what_is_no_object(tmp_path: Path, line: str) -> None:
    path = tmp_path / "c.jsonl"
    path.write_text(f"\n{line}\n", encoding="utf-8")
    with pytest.raises(BadRecordError, match=r"c\.jsonl, line 2: (is no JSON|holds a JSON)"):
        read_corrections(path)


def test_the_last_word_counts(tmp_path: Path) -> None:
    late = {**LINE, "value": None, "at": "2026-01-31T10:00:00+01:00"}
    later = {**LINE, "value": 7, "at": "2026-01-31T09:00:00"}
    other = {**LINE, "sha256": "1" * 64, "value": 9}
    found = latest(read_corrections(write(tmp_path / "c.jsonl", later, late, LINE, other)))
    key = LINE["key"]
    assert {sha256: {name: one.value for name, one in cells.items()} for sha256, cells in found.items()} == {
        "0" * 64: {key: None},  # at the same moment as 7, and after it in the file
        "1" * 64: {key: 9},
    }
