"""Encodings told by evidence."""

from __future__ import annotations

import pytest

from gongkai.inference.read.encoding import decode
from gongkai.model.errors import NotTextError

SIMPLE = "某县人民政府2021年政府信息公开工作年度报告\r\n本年新收政府信息公开申请5件,均已办结。\n"
TRADITIONAL = "某縣人民政府2021年政府信息公開工作年度報告\n本年新收政府信息公開申請5件,均已辦結。\n"


@pytest.mark.parametrize(
    ("codec", "expected"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
        ("gb18030", "gb18030"),
        ("gbk", "gb18030"),
    ],
)
def test_simplified_text_is_read_in_every_encoding(codec: str, expected: str) -> None:
    decoded = decode(SIMPLE.encode(codec), "a.txt")
    assert (decoded.text, decoded.encoding, decoded.warnings) == (SIMPLE, expected, ())


@pytest.mark.parametrize(("codec", "expected"), [("big5", "cp950"), ("gb18030", "gb18030"), ("utf-8", "utf-8")])
def test_traditional_text_is_read_in_every_encoding(codec: str, expected: str) -> None:
    assert (decode(TRADITIONAL.encode(codec), "a.txt").text, decode(TRADITIONAL.encode(codec), "a.txt").encoding) == (TRADITIONAL, expected)


@pytest.mark.parametrize("declared", ["utf-8", "iso-8859-1", "big5", "windows-1252", "shift_jis", "no-such-thing"])
def test_a_lying_charset_does_not_win_over_gb18030(declared: str) -> None:
    page = f'<html><head><meta charset="{declared}"></head><body>{SIMPLE}</body></html>'
    decoded = decode(page.encode("gb18030"), "a.html")
    assert decoded.text == page
    assert decoded.encoding == "gb18030"


@pytest.mark.parametrize("declared", ["gb2312", "gb18030", "utf-8"])
def test_a_lying_charset_does_not_win_over_big5(declared: str) -> None:
    page = f'<meta http-equiv="Content-Type" content="text/html; charset={declared}"><p>{TRADITIONAL}</p>'
    assert decode(page.encode("big5"), "a.html").text == page


def test_a_lying_charset_does_not_win_over_utf8_and_is_warned_of() -> None:
    page = f'<?xml version="1.0" encoding="gb2312"?><p>{SIMPLE}</p>'
    decoded = decode(page.encode(), "a.html")
    assert decoded.text == page
    assert decoded.warnings == ("a.html: declared as gb2312, but its bytes are utf-8",)


def test_a_true_charset_decides_where_words_do_not() -> None:
    page = '<meta charset="shift_jis"><p>これはペンです。カタカナ</p>'
    assert decode(page.encode("shift_jis"), "a.html").text == page


def test_broken_bytes_in_utf8_become_replacement_characters() -> None:
    data = SIMPLE[:10].encode() + b"\xff" + SIMPLE[10:].encode() + b"\xe5\xb9"
    decoded = decode(data, "a.txt")
    assert decoded.text == SIMPLE[:10] + "\ufffd" + SIMPLE[10:] + "\ufffd"
    assert decoded.encoding == "utf-8"
    assert decoded.warnings == ("a.txt: 2 broken byte sequence(s) in utf-8, each replaced by U+FFFD",)


def test_a_broken_byte_in_gb18030_is_replaced_and_warned_of() -> None:
    data = SIMPLE.encode("gb18030")
    decoded = decode(data + b"\xff\n", "a.txt")
    assert decoded.text == SIMPLE + "\ufffd\n"
    assert decoded.encoding == "gb18030"
    assert decoded.warnings == ("a.txt: 1 broken byte sequence(s) in gb18030, each replaced by U+FFFD",)


@pytest.mark.parametrize("word", ["申请", "行政", "政府信息公开"])
def test_a_few_characters_are_enough(word: str) -> None:
    assert decode(word.encode("gbk"), "a.txt").text == word
    assert decode(word.encode(), "a.txt").text == word


@pytest.mark.parametrize("data", [b"", b" \r\n\t", b"\xef\xbb\xbf", b"\xff\xfe", "\ufeff\n".encode("utf-16-le"), "\u3000\n".encode()])
def test_an_empty_document_is_a_warning(data: bytes) -> None:
    decoded = decode(data, "a.txt")
    assert decoded.text == ""
    assert decoded.warnings == ("a.txt: the document is empty",)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "a PDF"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "a PNG picture"),
        (b"PK\x03\x04\x14\x00word/document.xml", "a Word document"),
        (b"PK\x03\x04\x14\x00a.txt", "a ZIP archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00", "an old Office file"),
        (b"abc\x00def" * 20, "NUL bytes"),
        (bytes(range(1, 32)) * 40, "control characters"),
    ],
)
def test_binary_content_is_refused_by_name_kind_and_way_out(data: bytes, kind: str) -> None:
    with pytest.raises(NotTextError, match=rf"^report\.txt: this looks like .*{kind}.*; (turn|run|export|open|unpack|give)"):
        decode(data, "report.txt")
