"""Word documents to text and grids."""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Callable

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from gongkai.inference.read import archive
from gongkai.inference.read.document import Document, document_from_bytes
from gongkai.model.errors import BrokenFileError, NotTextError, TooLargeError, UnreadableError

Body = str


def word(body: Body) -> bytes:
    """A document with this XML in its body."""
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "页眉 12"
    document.sections[0].footer.paragraphs[0].text = "页脚 13"
    for element in parse_xml(f"<w:body {nsdecls('w', 'wp', 'a')} {MC}>{body}</w:body>"):
        document.element.body.insert(len(document.element.body) - 1, element)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


MC = (
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" xmlns:v="urn:schemas-microsoft-com:vml"'
)


def run(text: str, properties: str = "") -> str:
    return f"<w:r>{properties}<w:t>{text}</w:t></w:r>"


def paragraph(content: str) -> str:
    return f"<w:p>{content}</w:p>"


def cell(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(run(text) if text else '')}</w:tc>"


def table(*rows: str) -> str:
    return f"<w:tbl><w:tblPr/>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"


def read(body: Body) -> Document:
    return document_from_bytes("a.docx", word(body))


SPAN = '<w:gridSpan w:val="2"/>'
FIRST, MORE = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"


def test_paragraphs_and_tables_come_in_order_and_headers_and_footers_not_at_all() -> None:
    document = read(
        paragraph(run("前") + "<w:r><w:tab/><w:br/></w:r>" + run("后")) + table(cell("规章") + cell("12")) + paragraph(run("完"))
    )
    assert document.source_text == "前\n后\n| 规章 | 12 |\n完"
    assert document.flat.text == document.source_text
    assert (document.kind, document.encoding, document.warnings) == ("docx", None, ())
    (grid,) = document.tables
    assert [document.source_text[c.start : c.end] for c in grid.cells] == ["规章", "12"]


def test_merged_cells_stand_once_with_the_places_that_they_cover() -> None:
    document = read(
        table(
            cell("块", FIRST) + cell("信息内容", SPAN),
            cell("", MORE) + cell("规章") + cell(""),
            cell("", MORE) + cell("文件") + cell("7"),
            cell("上", FIRST) + cell("甲") + cell("1"),
            cell("不见", MORE) + cell("乙") + cell("2"),
        )
    )
    assert document.source_text == "| 块 | 信息内容 |\n| 规章 | |\n| 文件 | 7 |\n| 上 | 甲 | 1 |\n| 乙 | 2 |"
    (grid,) = document.tables
    spans = {document.source_text[c.start : c.end]: (c.row, c.column, c.rowspan, c.colspan) for c in grid.cells}
    assert spans["块"] == (0, 0, 3, 1)
    assert spans["信息内容"] == (0, 1, 1, 2)
    assert spans["7"] == (2, 2, 1, 1)
    assert spans["上"] == (3, 0, 2, 1)


def test_odd_merges_lose_no_cell() -> None:
    horizontal = '<w:hMerge w:val="restart"/>', '<w:hMerge w:val="continue"/>'
    document = read(
        table(
            cell("甲", MORE) + cell("乙"),
            cell("丙", horizontal[0]) + cell("", horizontal[1]),
            cell("丁", '<w:gridSpan w:val="x"/>') + cell("1"),
        )
    )
    assert document.source_text == "| 甲 | 乙 |\n| 丙 |\n| 丁 | 1 |"


def test_deleted_hidden_and_moved_text_is_not_read_inserted_text_is() -> None:
    deleted = '<w:del w:id="1" w:author="a"><w:r><w:delText>99</w:delText></w:r></w:del>'
    inserted = f'<w:ins w:id="2" w:author="a">{run("12")}</w:ins>'
    moved = f'<w:moveFrom w:id="3" w:author="a">{run("88")}</w:moveFrom>'
    hidden = run("77", "<w:rPr><w:vanish/></w:rPr>") + run("件", '<w:rPr><w:vanish w:val="0"/></w:rPr>')
    gone = '<w:tr><w:trPr><w:del w:id="4" w:author="a"/></w:trPr>' + cell("去") + cell("66") + "</w:tr>"
    document = read(paragraph(deleted + inserted + moved + hidden) + table(cell("规章") + cell("5")).replace("</w:tbl>", gone + "</w:tbl>"))
    assert document.source_text == "12件\n| 规章 | 5 |"


def test_wrappers_fields_ruby_and_links_are_read_through() -> None:
    ruby = f"<w:r><w:ruby><w:rt>{run('guī')}</w:rt><w:rubyBase>{run('规')}</w:rubyBase></w:ruby></w:r>"
    field = '<w:r><w:instrText>PAGE</w:instrText></w:r><w:fldSimple w:instr="X">' + run("3") + "</w:fldSimple>"
    control = f"<w:sdt><w:sdtContent>{paragraph(run('内'))}</w:sdtContent></w:sdt>"
    document = read(paragraph(ruby + field + f"<w:hyperlink>{run('a&amp;b')}</w:hyperlink>") + control)
    assert document.source_text == "规3a&b\n内"


def test_a_text_box_is_read_once_behind_its_paragraph() -> None:
    box = f"<w:txbxContent>{paragraph(run('框'))}{table(cell('规章') + cell('3'))}</w:txbxContent>"
    choice = f"<mc:Choice Requires='wps'><w:drawing><wps:txbx>{box}</wps:txbx></w:drawing></mc:Choice>"
    fallback = f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback>"
    document = read(paragraph(run("外") + f"<w:r><mc:AlternateContent>{choice}{fallback}</mc:AlternateContent></w:r>"))
    assert document.source_text == "外\n框\n| 规章 | 3 |"


def test_a_table_inside_a_cell_keeps_its_grid() -> None:
    inner = table(*(cell(title) + cell(number) + cell("0") for title, number in (("规章", "1"), ("文件", "2"), ("许可", "3"))))
    document = read(table(f"<w:tc>{inner}{paragraph('')}</w:tc>"))
    assert document.source_text == "| 规章 | 1 | 0 |\n| 文件 | 2 | 0 |\n| 许可 | 3 | 0 |"
    assert [(grid.rows, grid.columns) for grid in document.tables] == [(3, 3)]


def repacked(data: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return file.getvalue()


def test_a_bomb_is_stopped_while_it_is_inflated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_INFLATED", 3_000_000)
    bomb = repacked(word(paragraph(run("x"))), lambda name, data: data + b" " * 4_000_000 if name == "word/document.xml" else data)
    assert len(bomb) < 100_000
    with pytest.raises(TooLargeError, match=r"^b\.docx: more than 3,000,000 bytes once inflated"):
        document_from_bytes("b.docx", bomb)


def test_more_text_than_is_parsed_is_refused_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_XML", 3_000_000)
    large = repacked(word(paragraph(run("x"))), lambda name, data: data + b" " * 4_000_000 if name == "word/document.xml" else data)
    with pytest.raises(TooLargeError, match=r"^b\.docx: at least [\d,]+ bytes of text and tables, but the limit is 3,000,000; .* split"):
        document_from_bytes("b.docx", large)


def test_more_paragraphs_than_a_report_has_are_refused() -> None:
    body = b"<w:body>" + b"<w:p/>" * 250_001
    large = repacked(word(paragraph(run("x"))), lambda name, data: data.replace(b"<w:body>", body) if name == "word/document.xml" else data)
    with pytest.raises(TooLargeError, match=r"^b\.docx: at least 500,\d+ tags, but the limit is 500,000"):
        document_from_bytes("b.docx", large)


def test_an_archive_of_too_many_entries_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_ENTRIES", 3)
    with pytest.raises(TooLargeError, match=r"^b\.docx: an archive of \d+ entries, but the limit is 3"):
        document_from_bytes("b.docx", word(""))


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[: len(data) // 2],
        lambda data: data.replace(b"word/document.xml", b"word/document.xyz"),
        lambda data: repacked(data, lambda name, part: part[: len(part) // 2] if name == "word/document.xml" else part),
        lambda data: repacked(data, lambda name, part: b"" if name == "[Content_Types].xml" else part),
    ],
    ids=["cut", "part missing", "xml cut", "types empty"],
)
def test_a_damaged_file_is_named_with_a_way_out(change: Callable[[bytes], bytes]) -> None:
    with pytest.raises(BrokenFileError, match=r"^b\.docx: .*(save it again|save it as \.docx)"):
        document_from_bytes("b.docx", change(word(paragraph(run("规章")))))


def test_a_locked_archive_is_refused() -> None:
    data = bytearray(word(paragraph(run("规章"))))
    entry = data.index(b"PK\x01\x02")
    data[entry + 8] |= 1
    with pytest.raises(BrokenFileError, match="locked with a password; remove the password"):
        document_from_bytes("b.docx", bytes(data))


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def test_the_old_format_and_locked_office_files_are_refused_with_a_way_out() -> None:
    with pytest.raises(NotTextError, match=r"^a\.doc: this looks like an old Office file .*; .*soffice --convert-to docx"):
        document_from_bytes("a.doc", OLE + b"\x00" * 600)
    with pytest.raises(NotTextError, match=r"^a\.docx: this looks like an Office file locked with a password"):
        document_from_bytes("a.docx", OLE + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le"))


def test_without_the_extra_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    data = word("")
    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(UnreadableError, match=r"^a\.docx: reading a Word document needs packages .* pip install 'gongkai\[files\]'"):
        document_from_bytes("a.docx", data)


def test_an_empty_document_is_a_warning() -> None:
    document = read("")
    assert (document.source_text, document.warnings) == ("", ("a.docx: the document is empty",))
