"""Documents from text, bytes and paths."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from gongkai.inference.read.document import document_from_bytes, document_from_html, document_from_path, document_from_text
from gongkai.inference.read.limits import MAX_BYTES
from gongkai.model.errors import BrokenFileError, NotTextError, TooLargeError, UnreadableError


def test_plain_text_is_its_own_source_and_keeps_its_newlines() -> None:
    document = document_from_bytes("a.txt", "规章\r\n0\r\n".encode("gbk") + "行政许可".encode("gbk"))
    assert document.source_text == document.flat.text == "规章\r\n0\r\n行政许可"
    assert (document.kind, document.encoding, document.tables, document.warnings) == ("text", "gb18030", (), ())
    assert document.flat.source_span(4, 5) == (4, 5)


def test_html_is_flattened_and_leads_back() -> None:
    document = document_from_bytes("a.htm", "\ufeff<table><tr><td>规章</td><td>12</td></tr></table>".encode())
    assert document.flat.text == "| 规章 | 12 |"
    assert document.kind == "html"
    start, end = document.flat.source_span(7, 9)
    assert document.source_text[start:end] == "12"
    assert [(table.rows, table.columns) for table in document.tables] == [(1, 2)]


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("a.txt", "<html><body><p>报告</p></body></html>", "html"),
        ("a", "<table><tr><td>规章</td><td>0</td></tr></table>", "html"),
        ("a.html", "规章\n0\n1 < 2\n", "text"),
        ("a.html", '<sup id="x"></sup><p id="x"><td></td></p>\n' + "规章\n0\n" * 50, "text"),
        ("a.txt", "规章\n0\n", "text"),
    ],
)
def test_the_kind_is_told_by_the_tags(name: str, text: str, kind: str) -> None:
    assert document_from_bytes(name, text.encode()).kind == kind


def test_text_in_memory_is_taken_as_it_is() -> None:
    document = document_from_text("a", "<p>规章</p>\r\n")
    assert (document.flat.text, document.kind, document.encoding) == ("<p>规章</p>\r\n", "text", None)
    assert document_from_html("a", "规章<br>0").flat.text == "规章\n0"


def test_lone_surrogates_are_replaced_one_for_one() -> None:
    document = document_from_text("a", "规\ud800章")
    assert document.source_text == "规\ufffd章"
    assert document.warnings == ("a: 1 lone surrogate(s), each replaced by U+FFFD",)


def test_an_empty_file_is_a_document_with_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "空.txt"
    path.write_bytes(b"")
    document = document_from_path(path)
    assert document.source_text == document.flat.text == ""
    assert document.warnings == (f"{path}: the document is empty",)


def test_a_huge_file_is_refused_without_being_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    monkeypatch.setattr(Path, "open", lambda *_: pytest.fail("the file was opened"))
    with pytest.raises(TooLargeError, match=r"huge\.txt: at least 104,857,600 bytes, but the limit is 20,971,520; .* split the file"):
        document_from_path(path)


TOO_LARGE = {
    "bytes": (b"a" * (MAX_BYTES + 1), "20,971,521 bytes, but the limit is 20,971,520"),
    "text on one line": ("申请5件".encode() * 1_000_000, "4,000,000 characters, but the limit is 200,000"),
    "text of GB18030": ("申请5件\n".encode("gbk") * 50_000, "250,000 characters, but the limit is 200,000"),
    "rows": (b"<table>" + b"<tr><td>1</td></tr>" * 600_000, "2,400,001 tags, but the limit is 500,000"),
    "a line of HTML": (b"<html><p>" + b"a " * 9_000_000, "200,001 characters, but the limit is 200,000"),
    "entities": (b"<html><p>" + b"&lt;" * 4_000_000, "200,001 characters, but the limit is 200,000"),
    "lines as they are": (b"<html><pre>" + b"\n a" * 300_000, "200,001 characters, but the limit is 200,000"),
}


@pytest.mark.parametrize("kind", TOO_LARGE)
def test_what_is_too_large_is_refused_within_seconds(kind: str) -> None:
    data, reason = TOO_LARGE[kind]
    begun = time.process_time()
    with pytest.raises(TooLargeError, match=f"^a.html: at least {reason}; .* split the file into one document each$"):
        document_from_bytes("a.html", data)
    assert time.process_time() - begun < 5


def test_text_and_html_in_memory_have_the_limits_of_files() -> None:
    with pytest.raises(TooLargeError, match="200,001 characters"):
        document_from_text("a", "a" * 200_001)
    with pytest.raises(TooLargeError, match="20,971,521 characters"):
        document_from_html("a", "<p>" + " " * (MAX_BYTES - 2))
    assert len(document_from_text("a", "a" * 200_000).source_text) == 200_000


def test_scripts_and_pictures_do_not_count_as_text() -> None:
    source = "<script>" + "x" * 3_000_000 + "</script><img src='data:" + "A" * 3_000_000 + "'><p>规章</p>"
    assert document_from_html("a", source).flat.text == "规章"


def test_an_endless_device_is_refused() -> None:
    with pytest.raises(TooLargeError):
        document_from_path("/dev/zero")


@pytest.mark.parametrize(
    ("name", "reason"), [("missing.txt", "there is no such file"), (".", "this is a folder"), ("a\0b", "it cannot be opened")]
)
def test_a_path_that_cannot_be_read_says_why(tmp_path: Path, name: str, reason: str) -> None:
    with pytest.raises(UnreadableError, match=f": {reason}.*[;,] "):
        document_from_path(tmp_path / name)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("规章")
    path.chmod(0)
    with pytest.raises(UnreadableError, match="no permission"):
        document_from_path(path)


def test_a_pdf_named_text_is_read_as_a_pdf(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"%PDF-1.4\n")
    with pytest.raises(BrokenFileError, match=r"a\.txt: no PDF that can be opened"):
        document_from_path(path)


def test_a_picture_named_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(NotTextError, match=r"a\.txt: this looks like a PNG picture"):
        document_from_path(path)
