"""Whatever is handed in for a file of records, there is one answer: what is wrong with it, where, and the way out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gongkai.annotations.corrections import read_corrections
from gongkai.annotations.gold import read_gold
from gongkai.annotations.pull import read_export
from gongkai.annotations.records import json_lines
from gongkai.model.errors import BadRecordError

LINE = '{"id": "甲", "text": "收到5件"}\n'
BAD: dict[str, tuple[bytes, str]] = {
    "binary": (b"\x89PNG\r\n\x1a\n" * 30, r"is no text in UTF-8 \(byte 0 is 0x89\); save it as UTF-8"),
    "utf-16": (LINE.encode("utf-16"), r"is no text in UTF-8 \(byte 0 is 0xff\); save it as UTF-8"),
    "gb18030": (LINE.encode("gb18030"), r"is no text in UTF-8 \(byte 8 is 0xbc\); save it as UTF-8"),
    "cut off": (LINE.encode()[:30], r"is no JSON \(.*\); was the file cut off\?"),
    "cut within a character": (LINE.encode()[:9], r"is no text in UTF-8 \(byte 8 is 0xe7\); save it as UTF-8"),
    "another program's": (b"[" * 100_000 + b"]" * 100_000, "nests too deep to be read; is it a file of another program?"),
}


@pytest.mark.parametrize("read", [read_gold, read_corrections, read_export])
@pytest.mark.parametrize("kind", BAD)
def test_a_file_of_another_kind_is_refused(tmp_path: Path, read: Callable[[Path], object], kind: str) -> None:
    content, said = BAD[kind]
    path = tmp_path / "handed.jsonl"
    path.write_bytes(content)
    with pytest.raises(BadRecordError, match=rf"handed\.jsonl(, line 1)?: {said}"):
        read(path)


@pytest.mark.parametrize("read", [read_gold, read_corrections, read_export])
def test_what_is_no_file_is_refused(tmp_path: Path, read: Callable[[Path], object]) -> None:
    with pytest.raises(BadRecordError, match=r"missing\.jsonl: cannot be read \(No such file or directory\); name a file that is there"):
        read(tmp_path / "missing.jsonl")
    with pytest.raises(BadRecordError, match=r": cannot be read \(Is a directory\); name a file that is there"):
        read(tmp_path)


def test_a_byte_order_mark_and_odd_line_ends_are_no_content(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + LINE.replace("\n", "\r\n").encode() + '\r\n{"id": "a\u2028b"}'.encode())
    assert list(json_lines(path)) == [
        (f"{path}, line 1", {"id": "甲", "text": "收到5件"}),
        (f"{path}, line 3", {"id": "a\u2028b"}),
    ]


def test_a_line_that_is_no_object_is_named(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(LINE + "[1]\n", encoding="utf-8")
    with pytest.raises(BadRecordError, match=r"gold\.jsonl, line 2: holds a JSON list, expected an object"):
        list(json_lines(path))
