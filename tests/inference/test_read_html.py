"""HTML to flat text and grids."""

from __future__ import annotations

import time
from html import unescape
from itertools import zip_longest

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from gongkai.inference.read.html import FlatHtml, GridTable, flatten_html, looks_like_html

ROWS = "<tr><td>规章<td>1<td>2</tr>" * 3


def text_of(source: str) -> str:
    return flatten_html(source).aligned.text


def contents(flat: FlatHtml, table: GridTable) -> list[list[str]]:
    rows: list[list[str]] = [[] for _ in range(table.rows)]
    for cell in table.cells:
        rows[cell.row].append(flat.aligned.text[cell.start : cell.end])
    return rows


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<p>一</p><p>二</p>", "一\n二"),
        ("<P>一<P>二<DIV>三", "一\n二\n三"),
        ("a<br>b<br/><br>c</br>d", "a\nb\n\nc\nd"),
        ("<p> a  b\n\tc </p>\n\n<p>d</p>", "a b c\nd"),
        ("<p>本年新\n   制作数量 5\n件</p>", "本年新制作数量 5 件"),
        ("a<b> </b> <i> b</i>", "a b"),
        ("<script>if (a<b) x</script><style>p{}</style>x<!-- <p>y -->z", "xz"),
        ("<head><title>t</title><meta a></head><noscript><p>n</noscript><template><p>t</p></template>x", "x"),
        ("政府<span style='display:none'>赌<br>博</span>信息", "政府信息"),
        ("a<div hidden>b<div>c</div>d</div>e", "ae"),
        ("<p style='VISIBILITY: hidden !important'>a<i style='visibility:visible'>b</i></p>c", "b\nc"),
        ("<div style='font-size:0'>a<span style='font-size:14px'>b</span></div>", "b"),
        ("<p hidden>a<p>b", "b"),
        ("<ul><li hidden>a<ul><li>b</ul><li>c</ul>", "c"),
        ("<pre>a  b\r\nc</pre>d", "a  b\nc\nd"),
        ("&lt;p&gt; &amp;nbsp; A&#66;&#x43; &nbsp;&copy &bogus; &#150; & &#; &", "<p> &nbsp; ABC \xa0© &bogus; – & &#; &"),
        ("<![CDATA[<p>a</p>]]>b", "a\nb"),
        ("<!DOCTYPE html><?xml version='1.0'?>a<o:p></o:p>b</nothing>c</>d", "abcd"),
        ("1 < 2 <3 a<", "1 < 2 <3 a<"),
        ("a<p title='x>y'>b<p title=\"it's\">c<p title=a\"b>d", "a\nb\nc\nd"),
        ("a <b never closed", "a <b never closed"),
        ("a<!-- never closed <p>b</p>", "ab"),
        ("<ruby>規<rp>(</rp><rt>guī</rt><rp>)</rp></ruby>章", "規章"),
        ("", ""),
    ],
)
def test_text_is_what_a_browser_shows(source: str, expected: str) -> None:
    assert text_of(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<table><tr><th>a</th><td></td><td>b<br>c</td></tr></table>", "| a | | b c |"),
        ("<TABLE><TR><TD>a<TD>&nbsp;<TD>\u3000<TR><TD>b<TD>0<TD>1</TABLE>", "| a | | |\n| b | 0 | 1 |"),
        ("x<table><td>a<td>b</table>y", "x\n| a | b |\ny"),
        ("<tr><td>a</td><td>b</td></tr><p>c", "| a | b |\nc"),
        ("<table><tr><td><p>a</p><p>b</p></td><td>c</td></tr></table>", "| a b | c |"),
        ("<table><tr><td><p>a<td>b</p></div></span></td></tr></table>c", "| a | b |\nc"),
        ("<table><tr><td>a<td>b<tr style='display:none'><td>x<td>y<tr><td>c<td hidden>z<td>d</table>", "| a | b |\n| c | d |"),
        ("<table><caption>表</caption><tr><td>a<td>b</table>", "表\n| a | b |"),
        ("<table><tr>stray<td>a<td>b</table>", "stray\n| a | b |"),
        ("<table><tr><td>one cell</td></tr></table>", "one cell"),
        ("<table><tr><td></td><td></td></tr></table>x", "x"),
        ("<p><td id=x></td></p>text", "text"),
    ],
)
def test_rows_are_lines_with_blank_cells_kept(source: str, expected: str) -> None:
    assert text_of(source) == expected


def test_a_layout_table_does_not_swallow_the_table_inside() -> None:
    flat = flatten_html(f"<table><tr><td>导航</td><td>前言<table>{ROWS}</table>后记</td></tr></table>")
    assert flat.aligned.text == "导航\n前言\n" + "| 规章 | 1 | 2 |\n" * 3 + "后记"
    assert [(table.rows, table.columns) for table in flat.tables] == [(3, 3)]


def test_prose_in_a_row_leaves_the_other_rows_a_grid() -> None:
    prose = "总体情况。" * 60
    flat = flatten_html(f"<table><tr><td colspan=3>{prose}</td></tr>{ROWS}<tr><td colspan=3>{prose}</td></tr></table>")
    assert flat.aligned.text == f"{prose}\n" + "| 规章 | 1 | 2 |\n" * 3 + prose
    assert [(table.rows, table.columns) for table in flat.tables] == [(3, 3)]


def test_a_trifling_table_in_a_cell_is_text_of_the_cell() -> None:
    assert text_of("<table><tr><td>规章<td><table><tr><td>0</table><td>1</table>") == "| 规章 | 0 | 1 |"


def test_spans_place_the_cells() -> None:
    flat = flatten_html(
        "<table><thead><tr><th rowspan=2 colspan=2>申请人<td colspan='2'>法人<td rowspan=99>总计<tr><td>商业<td>科研</thead>"
        "<tbody><tr><td rowspan=0>一<td>新收<td>1<td><td>1<tr><td>结转<td>0<td>0<td>0</table>"
    )
    (table,) = flat.tables
    assert (table.rows, table.columns) == (4, 6)
    placed = [
        (cell.row, cell.column, cell.rowspan, cell.colspan, flat.aligned.text[cell.start : cell.end], cell.header) for cell in table.cells
    ]
    assert placed == [
        (0, 0, 2, 2, "申请人", True),
        (0, 2, 1, 2, "法人", True),
        (0, 4, 4, 1, "总计", True),
        (1, 2, 1, 1, "商业", True),
        (1, 3, 1, 1, "科研", True),
        (2, 0, 2, 1, "一", False),
        (2, 1, 1, 1, "新收", False),
        (2, 2, 1, 1, "1", False),
        (2, 3, 1, 1, "", False),
        (2, 5, 1, 1, "1", False),
        (3, 1, 1, 1, "结转", False),
        (3, 2, 1, 1, "0", False),
        (3, 3, 1, 1, "0", False),
        (3, 5, 1, 1, "0", False),
    ]


def test_a_colspan_that_is_too_wide_adds_no_columns() -> None:
    (table,) = flatten_html("<table><tr><td colspan=99>规章<tr><td>a<td>b</table>").tables
    assert (table.columns, table.cells[0].colspan) == (2, 2)


WELL_FORMED = [
    "<table><tr><td>a</td><td>b</td></tr><tr><td>1</td><td></td></tr></table>",
    "<table><thead><tr><th>名称</th><th>数</th></tr></thead><tbody><tr><td>规章</td><td> 3 </td></tr></tbody></table>",
    "<table border=1><tr><td><b>甲</b><td>&lt;乙&gt;<tr><td>丙<td>丁</table>",
    "<table><tr><td>a</tr><tr><td>b<td>c</table><table><td>d<td>e</table>",
    "<TABLE><TR><TD width=10%>x</B></TD><TD nowrap>y</TD></TR></TABLE>",
    "<table><tr><td><p>a</td><td><div>b</td><td><font color=red>c</td></tr></table></div>",
    "<table><tbody><tr><td>a</td></td><td>b</td></tr></tr><tr></tr><tr><td>c<td>d</table>",
    "<div><table><form><tr><td>a</td><td>b</td></tr></form></table></div>",
    "<table><tr><td>a<table><tr><td>b</table><td>c</table>",
    "<table><tr><td title='<td>'>a</td><td><!-- <td>x</td> -->b</td></tr></table>",
]


@pytest.mark.parametrize("source", WELL_FORMED)
def test_cells_agree_with_lexbor(source: str) -> None:
    flat = flatten_html(source)
    ours = [flat.aligned.text[cell.start : cell.end] for table in flat.tables for cell in table.cells]
    theirs = [node.text(deep=True) for node in LexborHTMLParser(source).css("td, th") if not _in_cell(node)]
    assert ["".join(cell.split()) for cell in ours] == ["".join(cell.split()) for cell in theirs]


def _in_cell(node: object) -> bool:
    parent = getattr(node, "parent", None)
    while parent is not None:
        if parent.tag in {"td", "th"}:
            return True
        parent = parent.parent
    return False


PARTS = st.sampled_from(
    [
        *"<p> </p> <div> </div> <table> </table> <tr> </tr> <td> </td> <th> <br> <b> </b> </span> <ul> <li> </ul> <pre> </pre>".split(),  # noqa: SIM905
        *"<!-- --> <script> </script> <![CDATA[ ]]> &nbsp; &lt; &amp &#65; &x; & < > 规章 12 。 a".split(),  # noqa: SIM905
        *("<td colspan=3>", "<td rowspan=2>", "<span hidden>", '<a b="', " ", "\n", "\r\n", "\u3000"),
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PARTS, max_size=40).map("".join))
def test_every_character_leads_back_to_what_it_came_from(source: str) -> None:
    flat = flatten_html(source)
    text, starts, ends = flat.aligned.text, flat.aligned.starts.tolist(), flat.aligned.ends.tolist()
    assert len(text) == len(starts) == len(ends)
    assert starts == sorted(starts)
    assert ends == sorted(ends)
    assert all(0 <= start <= end <= len(source) for start, end in zip(starts, ends, strict=True))
    for character, start, end in zip(text, starts, ends, strict=True):
        if start == end:
            assert character in " |\n"
        else:
            origin = unescape(source[start:end])
            assert origin == character or (character in " \n" and not origin.strip(" \t\r\n\f"))
    for table in flat.tables:
        assert all(cell.row + cell.rowspan <= table.rows and cell.column + cell.colspan <= table.columns for cell in table.cells)
        assert all(0 <= cell.start <= cell.end <= len(text) for cell in table.cells)
        assert all("\n" not in text[cell.start : cell.end] for cell in table.cells)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.text(st.sampled_from("规章0 1件\n<&\u3000"), max_size=6), min_size=2, max_size=5), min_size=1, max_size=6))
def test_a_grid_written_is_the_grid_read(rows: list[list[str]]) -> None:
    cells = [[cell.replace("&", "&amp;").replace("<", "&lt;") for cell in row] for row in rows]
    assume(all(any("".join(cell.split()) for cell in column) for column in zip_longest(*rows, fillvalue="")))  # no spacers
    flat = flatten_html("<table>" + "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in cells) + "</table>")
    expected = [["".join(cell.split()) for cell in row] for row in rows]
    if not any(any(row) for row in expected):
        assert flat.tables == ()
        return
    (table,) = flat.tables
    assert [["".join(cell.split()) for cell in row] for row in contents(flat, table)] == expected
    assert flat.aligned.text.count("\n") == len(rows) - 1


@pytest.mark.parametrize(
    "source",
    [
        "<table><tr><td>" * 10_000 + "x" + "</td></tr></table>" * 10_000,
        "<table><tr><td>" * 10_000,
        "<div>" * 50_000 + "x",
        "<!--" * 50_000,
        "<a " * 50_000,
        '<a b="x>" ' * 30_000,
        "&" * 100_000 + "&#" * 50_000,
        "<title>" * 30_000,
        "<b>" * 50_000 + "</i>" * 50_000,
        "<table>" + "<td rowspan=1000 colspan=1000>" * 5_000 + "x",
    ],
    ids=["nested", "unclosed", "deep", "comments", "open tags", "quotes", "ampersands", "raw", "stray ends", "spans"],
)
def test_hostile_pages_take_little_time(source: str) -> None:
    start = time.process_time()
    flatten_html(source)
    looks_like_html(source)
    assert time.process_time() - start < 2


STRAY = (
    '<sup id="q1"></sup>\n<p id="q1"><td id="q1"></td></p><track id="q1"></track>\n  • <input id="q1"><address id="q1"></address>\n'
    '1. <blockquote id="q1"><rt id="q1"></rt></blockquote>\n<dl id="q1"></dl><table id="q1"><tr id="q1"></tr></table>\n'
)
LINES = "".join(f"第{number}行的内容\n\n{number}\n\n" for number in range(60))


@pytest.mark.parametrize(
    "text",
    [
        "",
        LINES,
        STRAY + LINES,
        LINES + STRAY,
        STRAY + LINES + STRAY,
        "<div>" + LINES + "</div>",
        "<td>" + LINES,
        '<html id="q1"></html>' + LINES,
        "<b>" + LINES.replace("\n\n", "</b>\n<b>"),
        "提到 <p> 和 1 < 2 的文字",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        LINES + "<br>见附件<br>",
    ],
)
def test_plain_text_with_stray_tags_is_not_html(text: str) -> None:
    assert not looks_like_html(text)


@pytest.mark.parametrize(
    "text",
    [
        "<!DOCTYPE html><html><body><p>报告</p></body></html>",
        "\ufeff\n<!-- x --><HTML><body>报告<br>二",
        "<html><body><div><p>断在",
        f"<table>{ROWS}</table>",
        "<div><p>一、总体情况</p>\n<p>收到\n申请5件。</p></div>",
        "<p>一<p>二<p>三</p>",
        "一、总体情况<br>\n二、公开<br>\n三、申请<br>\n四、其他",
        "<tr><td>规章</td><td>0</td></tr>",
        "<p>只有一段。</p>",
    ],
)
def test_documents_and_fragments_are_html(text: str) -> None:
    assert looks_like_html(text)


def spaced(*rows: str) -> str:
    """A table of cells split by commas; `_` is an empty one."""
    return (
        "<table>"
        + "".join("<tr>" + "".join(f"<td>{'' if c == '_' else c}</td>" for c in row.split(",")) + "</tr>" for row in rows)
        + "</table>"
    )


def test_columns_that_only_keep_others_apart_are_no_cells() -> None:
    flat = flatten_html(spaced("信息内容,_,制作数量,_,公开数量,_", "规章,_,1,_,_,_", "文件,_,_,_,2,_"))
    assert flat.aligned.text == "| 信息内容 | 制作数量 | 公开数量 |\n| 规章 | 1 | |\n| 文件 | | 2 |"
    (table,) = flat.tables
    assert table.columns == 3


def test_cells_that_span_a_spacer_lose_it() -> None:
    html = "<table><tr><td colspan=4>第二十条</td></tr>" + spaced("信息内容,_,件数,数量", "规章,_,1,2")[len("<table>") :]
    flat = flatten_html(html)
    assert flat.aligned.text == "| 第二十条 |\n| 信息内容 | 件数 | 数量 |\n| 规章 | 1 | 2 |"
    assert [(cell.column, cell.colspan) for cell in flat.tables[0].cells] == [(0, 3), (0, 1), (1, 1), (2, 1), (0, 1), (1, 1), (2, 1)]


@pytest.mark.parametrize(
    "html",
    [
        spaced("规章,1,_,2", "文件,3,_,4"),  # no titles: it may be a column of blank cells
        spaced("信息内容,件数,_,数量", "规章,1件,5,2", "文件,3,_,4"),  # one cell is filled
        spaced("规章,12万元,_,2万元", "文件,3万元,_,4万元"),  # numbers with units are no titles
    ],
)
def test_a_column_that_may_be_one_of_blank_cells_stays(html: str) -> None:
    assert flatten_html(html).aligned.text.count("| |") >= 1


def test_a_spacer_that_holds_an_empty_table_is_passed_over() -> None:
    empty = "<table><tr><td> </td></tr></table><br>"
    flat = flatten_html(spaced("信息内容,_,件数", "规章,_,1").replace("<td></td>", f"<td>{empty}</td>"))
    assert flat.aligned.text == "| 信息内容 | 件数 |\n| 规章 | 1 |"


def test_what_stands_in_a_field_is_shown_where_it_stands() -> None:
    html = '<table><tr><td>规章</td><td>共<input type=text name="a" value="1&amp;2">件</td><td><input value=\'7\'/></td></tr></table>'
    flat = flatten_html(html)
    assert flat.aligned.text == "| 规章 | 共1&2件 | 7 |"
    start = flat.aligned.text.index("7")
    source = flat.aligned.source_span(start, start + 1)
    assert html[slice(*source)] == "7"


@pytest.mark.parametrize(
    "field",
    [
        'type="hidden" value="7"',
        'type=SUBMIT value="7"',
        'value=""',
        "name=value",
        'value="7" style="display:none"',
        'type="checkbox" value=7',
    ],
)
def test_what_a_field_does_not_show_is_not_read(field: str) -> None:
    assert flatten_html(f"<p>甲<input {field}>乙</p>").aligned.text == "甲乙"
