"""Which stretch of a page is which table."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from gongkai.inference.assemble.regions import find_regions
from gongkai.inference.assemble.tokens import Token

Tokens = Callable[[str], tuple[Token, ...]]

PROACTIVE = "k{第二十条第(五)项}\nc{信息内容}\nr{行政许可} v{12}\n"
REQUESTS = "r{一、本年新收政府信息公开申请数量} v{1}\nr{二、上年结转政府信息公开申请数量} v{2}\n"
REVIEW = "c{结果维持} c{结果纠正} c{尚未审结}\nv{0} v{1}\n"


def regions(found: tuple[Token, ...]) -> list[tuple[str, str]]:
    return [
        (region.table, " ".join(token.text for token in region.tokens if token.kind.value == "value")) for region in find_regions(found)
    ]


def test_tables_follow_each_other_without_section_titles(tokens: Tokens) -> None:
    assert regions(tokens(PROACTIVE + REQUESTS + REVIEW)) == [("proactive", "12"), ("requests", "1 2"), ("review_litigation", "0 1")]


def test_the_title_of_the_section_is_no_part_of_its_table(tokens: Tokens) -> None:
    (region,) = find_regions(tokens("s{三、收到和处理政府信息公开申请情况}\n" + REQUESTS))
    assert region.table == "requests"
    assert region.tokens[0].text == "一、本年新收政府信息公开申请数量"
    assert [title.label for title in region.titles()] == ["row", "row"]


def test_a_table_printed_twice_is_two_regions(tokens: Tokens) -> None:
    section = "s{三、收到和处理政府信息公开申请情况}\n"
    assert regions(tokens(section + REQUESTS + section + REQUESTS.replace("v{1}", "v{7}"))) == [("requests", "1 2"), ("requests", "7 2")]


def test_prose_ends_a_table(tokens: Tokens) -> None:
    found = regions(tokens(REQUESTS + "本机关认真落实有关要求。" * 20 + "v{99}"))
    assert found == [("requests", "1 2")]


def test_a_note_does_not_end_a_table(tokens: Tokens) -> None:
    first, second = REQUESTS.splitlines(keepends=True)
    assert regions(tokens(first + "注:以上为本年数据。\n" + second)) == [("requests", "1 2")]


def test_section_titles_alone_are_no_table(tokens: Tokens) -> None:
    sections = "s{一、总体情况}\ns{二、主动公开政府信息情况}\ns{三、收到和处理政府信息公开申请情况}\n"
    assert find_regions(tokens(sections + "s{五、存在的主要问题及改进情况}\n")) == ()


def test_pieces_of_section_titles_before_one_are_no_table(tokens: Tokens) -> None:
    assert find_regions(tokens("s{二}\n说明\ns{四}\n说明\ns{五、因政府信息公开申请行政复议、提起行政诉讼情况}")) == ()


def test_values_without_titles_are_no_table(tokens: Tokens) -> None:
    assert find_regions(tokens("v{1} v{2} v{3}")) == ()
    assert find_regions(()) == ()


def test_regions_are_disjoint_and_in_order(tokens: Tokens) -> None:
    found = find_regions(tokens(PROACTIVE * 2 + REQUESTS * 2 + REVIEW * 2 + PROACTIVE * 3))
    assert [region.table for region in found] == ["proactive", "requests", "review_litigation", "proactive"]
    assert all(before.end <= after.start for before, after in pairwise(found))
    assert all(region.start == region.tokens[0].start and region.end == region.tokens[-1].end for region in found)
