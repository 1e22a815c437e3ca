"""The page for checking as HTML: tables with true headers, everything reachable, and nothing of the source that acts on the page."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from gongkai.inference.aligned import AlignedText
from gongkai.inference.report.review.html import as_json
from gongkai.inference.report.review.index import Entry, bin_of, by_broken, by_quality, by_year, entry_of, render_index
from gongkai.inference.report.review.page import render_page
from gongkai.inference.report.review.review import Review
from gongkai.inference.report.review.unplaced import Warned
from gongkai.inference.results import Check, Entity, Repair, Verdict

RECEIVED = "requests.new_received.total"
ATTACK = "</script></title><script>window.hacked=1</script><img src=x onerror=window.hacked=1>\"'`${1}{{7*7}}\u202e\x00\u2028"


def hostile(review: Review) -> Review:
    """`review`, with an attack wherever a page, a file name or a label could carry one."""
    extraction, document = review.extraction, review.reading.document
    spoilt = replace(
        extraction,
        source=ATTACK,
        agency=ATTACK,
        figures=tuple(replace(figure, unit=ATTACK, label=ATTACK) for figure in extraction.figures),
        entities=(Entity(ATTACK, ATTACK, 0, 1, 0.9),),
        warnings=(ATTACK, f"requests.granted: {ATTACK}"),
        repairs=(Repair(ATTACK, 1),),
        checks=(Check(ATTACK, (ATTACK,), 1, 2, Verdict.BROKEN, (ATTACK,)),),
    )
    text = document.source_text.replace("其他行政确认事项", ATTACK)
    attacked = replace(document, source_text=text, flat=AlignedText.identity(text))
    lost = tuple(replace(one, title=ATTACK, reason=Warned(ATTACK, ATTACK)) for one in review.unplaced)
    beside = tuple(replace(one, figure=figure) for one, figure in zip(review.beside, spoilt.figures, strict=True))
    return replace(review, reading=replace(review.reading, document=attacked, extraction=spoilt), unplaced=lost, beside=beside)


@pytest.fixture(scope="module")
def html(review: Review) -> str:
    return render_page(review, "zh", "../index.html")


@pytest.fixture(scope="module")
def page(html: str) -> LexborHTMLParser:
    return LexborHTMLParser(html)


def one(tree: LexborHTMLParser | LexborNode, selector: str) -> LexborNode:
    (found,) = tree.css(selector)
    return found


def chinese(node: LexborNode) -> str:
    """The text of a node as a reader of Chinese sees it."""
    copy = LexborHTMLParser(node.html or "")
    for hidden in copy.css(".en, .vh"):
        hidden.decompose()
    return " ".join(copy.text().split())


def test_the_source_stands_in_the_page_character_by_character(page: LexborHTMLParser, review: Review) -> None:
    assert one(page, ".text").text() == review.reading.document.source_text


def test_a_cell_and_its_characters_know_each_other(page: LexborHTMLParser) -> None:
    ref = one(page, f'.grid [data-key="{RECEIVED}"]').attributes["data-ref"]
    pieces = [node for node in page.css(".text [data-refs]") if ref in (node.attributes["data-refs"] or "").split()]
    assert [node.text() for node in pieces] == ["17"]


def test_statuses_doubts_and_the_narrative_show_in_the_cells(page: LexborHTMLParser) -> None:
    def classes(key: str) -> set[str]:
        cell = one(page, f'.grid [data-key="{key}"]').parent
        assert cell is not None
        return set((cell.attributes["class"] or "").split())

    assert classes(RECEIVED) == {"cell", "printed", "doubt"}
    assert classes("requests.handled_total.business") == {"cell", "derived"}
    assert classes("requests.carried_out.other") == {"cell", "blank"}
    assert classes("requests.granted.total") == {"cell", "gap"}
    assert classes("requests.carried_out.total") == {"cell", "printed", "zero"}
    assert chinese(one(page, f'.grid [data-key="{RECEIVED}"] .beside')) == "≠13"


def test_what_does_not_fit_stands_on_top(page: LexborHTMLParser) -> None:
    look = one(page, ".look")
    assert [chinese(node) for node in look.css(".equation")] == ["9 ≠ 8 相差 1", "17 ≠ 13 相差 4"]
    assert [chinese(node) for node in look.css(".rule-text")] == [
        "二、上年结转政府信息公开申请数量 总计 = 各类申请人之和",
        "一、本年新收政府信息公开申请数量 · 总计 表格 = 正文「新收申请」",
    ]
    assert [chinese(node) for node in look.css("button.chip")] == [
        "二、上年结转政府信息公开申请数量 · 总计",
        "二、上年结转政府信息公开申请数量 · 其他",
        "一、本年新收政府信息公开申请数量 · 总计",
        "41 · 7",
    ]
    assert chinese(one(look, ".lost .why")) == "法定表格之外的行“其他行政确认事项”（2格），未读取"
    assert look.css(".warnings") == []


def test_every_title_is_a_header_with_a_scope(page: LexborHTMLParser) -> None:
    assert [node.html for node in page.css("th") if node.attributes.get("scope") not in ("col", "row", "colgroup", "rowgroup")] == []
    assert all(table.css("caption") for table in page.css("table"))


def test_both_languages_are_there_and_one_is_shown_first(html: str, review: Review) -> None:
    assert '<html lang="zh-Hans" data-lang="zh">' in html
    english = LexborHTMLParser(render_page(review, "en"))
    assert one(english, "html").attributes == {"lang": "en", "data-lang": "en"}
    assert len(english.css(".zh")) == len(english.css(".en")) > 100


def test_the_data_of_the_script_names_the_text_that_was_checked(page: LexborHTMLParser, review: Review) -> None:
    data = json.loads(one(page, "#data").text())
    assert data["document"] == "pages/甲.txt"
    assert data["sha256"] == sha256(review.reading.document.source_text.encode()).hexdigest()
    assert data["order"] == [RECEIVED, "requests.carried_in.other", "requests.carried_in.total"]
    assert data["cells"][RECEIVED]["quotes"] == [["| 1 | 1 | 1 | 1 | 1 | ", "17", " 二、上年结转政府信息公开申请数量 | 3 "]]
    assert data["cells"]["requests.granted.total"]["status"] == "gap"
    broken = [sum_ for sum_ in data["sums"] if sum_["verdict"] == "broken"]
    assert [(len(sum_["left"]), len(sum_["right"]), sum_["stated"]) for sum_ in broken] == [(1, 6, None), (1, 0, 13)]


def test_the_policy_allows_what_is_in_the_page_and_nothing_else(html: str, page: LexborHTMLParser) -> None:
    policy = page.css('meta[http-equiv="Content-Security-Policy"]')[0].attributes["content"] or ""
    scripts = [node.text() for node in page.css("script:not([type])")]
    (style,) = [node.text() for node in page.css("style")]
    digests = ["sha256-" + b64encode(sha256(text.encode()).digest()).decode() for text in (style, *scripts)]
    assert policy == (
        f"default-src 'none'; style-src '{digests[0]}'; script-src '{digests[1]}' '{digests[2]}'; base-uri 'none'; form-action 'none'"
    )
    assert not re.search(r"""\s(?:style|on\w+)=["']""", re.sub(r"<script.*?</script>|<style.*?</style>", "", html, flags=re.DOTALL))
    assert not re.search(r"https?://", html)


def test_a_hostile_page_stays_text(review: Review) -> None:
    attacked = hostile(review)
    html = render_page(attacked, "en")
    page, index = LexborHTMLParser(html), LexborHTMLParser(render_index([entry_of(attacked, f"pages/{ATTACK}.html")]))
    for tree in (page, index):
        assert len(tree.css("script:not([type])")) == 2
        assert tree.css("img, iframe, object, embed, link") == []
        assert not any(name.startswith("on") or name == "style" for node in tree.css("*") for name in node.attributes)
    assert one(page, "h1").text() == one(index, "#documents a").text() == ATTACK.replace("\u202e\x00", "\ufffd\ufffd")
    assert [node.text() for node in page.css(".unseen")] == ["U+202E", "U+0000"]
    assert ATTACK.split("\u202e", maxsplit=1)[0] in one(page, ".text").text()
    assert json.loads(one(page, "#data").text())["document"] == ATTACK
    assert not re.search("[\u202e\x00]", html)


def test_data_cannot_end_its_element() -> None:
    text = as_json({"a": "</script><!--&\u2028"})
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == {"a": "</script><!--&\u2028"}


def test_the_same_review_gives_the_same_bytes(review: Review, html: str) -> None:
    assert render_page(review, "zh", "../index.html") == html


@pytest.mark.parametrize("text", ["", "甲", "\n\n", "<p></p>", "\ufeff", "12 34"])
def test_a_page_that_says_nothing_is_a_page(reviewed: Callable[..., Review], text: str) -> None:
    page = LexborHTMLParser(render_page(reviewed(text)))
    assert len(page.css(".sheet")) == 3
    assert page.css(".grid") == []


@pytest.fixture(scope="module")
def entries(review: Review, reviewed: Callable[..., Review]) -> list[Entry]:
    return [entry_of(review, "pages/甲 1.html"), entry_of(reviewed("无", name="空.txt"), "pages/空.html")]


def test_the_index_lists_every_document_with_its_doubts(entries: list[Entry]) -> None:
    first, second = entries
    assert (first.agency, first.year, first.form, first.doubtful, first.broken, first.lost) == ("甲县人民政府", 2023, None, 3, 2, 2)
    assert first.statuses == (("printed", 20), ("placed", 0), ("derived", 6), ("blank", 1))
    assert (first.places, first.certain, round(first.quality, 4)) == (200, 24, 0.12)
    assert (second.quality, second.least) == (0.0, None)
    page = LexborHTMLParser(render_index(entries, "en"))
    rows = page.css("#documents tbody tr")
    assert [row.attributes["data-quality"] for row in rows] == ["0.0", "0.12"]
    assert [node.attributes["href"] for node in page.css("#documents a")] == ["pages/%E7%A9%BA.html", "pages/%E7%94%B2%201.html"]
    assert one(page, '#documents th[aria-sort="ascending"] button').attributes["data-sort"] == "quality"


def test_the_bars_count_documents(entries: list[Entry]) -> None:
    assert [bin_of(entry) for entry in entries] == [1, 0]
    assert [bar.count for bar in by_quality(entries)] == [1, 1, 0, 0, 0, 0, 0, 0, 0, 0]
    assert [(bar.name, bar.count) for bar in by_broken(entries)] == [("0", 1), ("1", 0), ("2", 1), ("3", 0), ("4", 0), ("5+", 0)]
    assert [(bar.value, bar.name, bar.count) for bar in by_year(entries)] == [("2023", "2023", 1), ("", "?", 1)]
    decade = [replace(entries[0], year=2012), replace(entries[0], year=2021)]
    assert [bar.name for bar in by_year(decade)] == ["12", "13", "14", "15", "16", "17", "18", "19", "20", "21"]


def test_an_index_of_nothing_is_a_page() -> None:
    assert LexborHTMLParser(render_index([])).css("#documents tbody tr") == []


def test_a_statistics_table_of_before_2019_stands_in_place_of_the_statutory_ones(legacy: Review) -> None:
    page = LexborHTMLParser(render_page(legacy, "zh"))
    assert page.css(".sheet, .keyline, .tally") == []
    rows = [[chinese(cell) for cell in row.css("th, td")] for row in page.css(".indicators tbody tr")]
    assert rows[0] == ["(一)收到申请数", "件", "13?"]
    assert rows[-1] == ["七、依申请公开信息收取的费用", "万元", "0.5"]
    assert [row.attributes.get("class") for row in page.css(".indicators tbody tr")] == ["doubt"] * 5 + [None] * 2
    assert chinese(one(page, ".rule-text")) == "收到申请数 = 各分项之和"
    assert [chip.attributes["data-show"] for chip in page.css(".sums .chip")] == ["l0", "l1", "l2", "l3", "l4"]
    assert review_numbers(legacy) == []


def review_numbers(review: Review) -> list[str]:
    """The printed numbers that the page says found no place."""
    text = review.reading.document.source_text
    return [text[start:end] for one in review.unplaced for start, end in one.places]


def test_the_index_counts_the_rows_of_an_old_table_as_its_cells(legacy: Review) -> None:
    entry = entry_of(legacy, "pages/丁.html")
    assert (entry.places, entry.certain, entry.doubtful, entry.broken, entry.lost) == (7, 2, 5, 1, 0)
    assert "2019年以前的统计表" in render_index([entry], "zh")
