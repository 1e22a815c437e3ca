"""Documents from text, bytes and paths."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gongkai.inference.read.document import MAX_BYTES, document_from_bytes, document_from_html, document_from_path, document_from_text
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


def test_bytes_and_text_have_the_same_limit() -> None:
    with pytest.raises(TooLargeError, match="20,971,521 bytes"):
        document_from_bytes("a", b"a" * (MAX_BYTES + 1))
    with pytest.raises(TooLargeError, match="20,971,521 characters"):
        document_from_text("a", "a" * (MAX_BYTES + 1))


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
