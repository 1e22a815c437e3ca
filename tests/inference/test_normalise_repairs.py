"""Each kind of damage with the exact text that is left and where it came from."""

from __future__ import annotations

import pytest

from gongkai.inference.aligned import AlignedText
from gongkai.inference.normalise import normalise
from gongkai.inference.results import Repair


def repaired(text: str) -> str:
    return normalise(AlignedText.identity(text)).aligned.text


def kinds(text: str) -> dict[str, int]:
    return {repair.kind: repair.count for repair in normalise(AlignedText.identity(text)).repairs}


@pytest.mark.parametrize(
    ("text", "expected", "repairs"),
    [
        ("规\u200b章\ufeff\u00ad", "规章", {"control_character": 3}),
        ("规章\r\n0\r1\x0c2", "规章\n0\n1\n2", {"line_end": 3}),
        ("\u3000\u3000一、总体\u00a0情况", "  一、总体 情况", {"space": 3}),
        ("收到１２件（含结转），占９．５％；", "收到12件(含结转),占9.5%;", {"full_width": 10}),
        ("《办法》〔2021〕①“好”。", "《办法》〔2021〕①“好”。", {}),
        ("a&nbsp;b&#12288;c&amp;d&amp;nbsp;e", "a b c&d e", {"html_entity": 4, "space": 3}),
        ("&unknown; A&B; 5&6", "&unknown; A&B; 5&6", {}),
        ('行政<sup id="x"></sup>许可\n<!-- 5 -->\n0', "行政许可\n\n0", {"html_tag": 3}),
        ("<td>5</td><td>3</td>", "5\n3", {"html_tag": 4}),
        ("<5 件<<办法>>，x<y>z<!-- ", "<5 件<<办法>>,x<y>z<!-- ", {"full_width": 1}),
        ("規(guī)章本年制發(fā)件數(shù)", "规章本年制发件数", {"pinyin_annotation": 3, "traditional": 3}),
        ("规（guī）章", "规章", {"full_width": 2, "pinyin_annotation": 1}),
        ("关(guan) 于(yu) 公(gong) 开(kai) 年 报", "关于公开年 报", {"pinyin_annotation": 4}),
        ("政(zheng)(zheng)府(fu)(fu)公(gong)(gong)开(kai)(kai)", "政府公开", {"pinyin_annotation": 8}),
        ("规guī)章制(zhì度", "规章制度", {"pinyin_annotation": 2}),
        ("章(āī)程", "章程", {"pinyin_annotation": 1}),
        ("(一)长度(km)(单位:万元)支持(IPv6)(WORD)(H5)(APP)甲(an)", "(一)长度(km)(单位:万元)支持(IPv6)(WORD)(H5)(APP)甲(an)", {}),
        ("貫徹?zhí)行，甲?zhí)乙", "贯彻执行,甲?zhí)乙", {"lost_annotated": 1, "full_width": 1, "traditional": 2}),
        ("信息■◆★■,不予★公开", "信息,不予公开", {"noise_symbol": 2}),
        ("张■■的申请\n●主动公开 ★ 3★件", "张■■的申请\n●主动公开 ★ 3★件", {}),
        ("主【动公】开【打印】", "主动公开【打印】", {"inserted_bracket": 1}),
        ("****政府信息公开", "****政府信息公开", {}),
        ("全麵製定體係、複議", "全面制定体系、复议", {"traditional": 6}),
        ("覈查羣衆爲發佈", "核查群众为发布", {"traditional": 6}),
        ("乾隆著名瞭望", "乾隆著名瞭望", {}),
        ("規範著力顯著瞭解國務乾淨", "规范着力显著了解国务干净", {"traditional": 9}),
        ("規範性檔案與規範性檔案", "规范性文件与规范性文件", {"taiwan_wording": 2, "traditional": 5}),
        ("國務院資訊網路入口網站資訊專案檔案檔案局", "国务院信息网络门户网站信息项目文件档案局", {"taiwan_wording": 6, "traditional": 3}),
        ("2 4 6件 行 政 复 议", "2 4 6件 行 政 复 议", {}),
    ],
)
def test_damage_is_undone(text: str, expected: str, repairs: dict[str, int]) -> None:
    assert repaired(text) == expected
    assert kinds(text) == repairs


@pytest.mark.parametrize(
    ("text", "part", "source"),
    [
        ("規(guī)章3件", "3件", "3件"),
        ("規(guī)章3件", "规章", "規(guī)章"),
        ("a&nbsp;3", " ", "&nbsp;"),
        ("１２件", "12", "１２"),
        ("國務院資訊網路資訊入口網站有", "门户网站", "入口網站"),
        ("<td>5</td><td>3</td>", "5", "5"),
        ("?。ㄋ模﹥灮畔⒐_平臺", "优化信息公开", "﹥灮畔⒐_"),
        ("?。ㄋ模﹥灮畔⒐_平臺", "(四)", "。ㄋ模﹥"[:3]),
        ("?斂鍔″叕寮?3件", "3件", "3件"),
    ],
)
def test_repaired_text_points_at_its_source(text: str, part: str, source: str) -> None:
    aligned = normalise(AlignedText.identity(text)).aligned
    start = aligned.text.index(part)
    first, last = aligned.source_span(start, start + len(part))
    assert text[first:last] == source


def test_sound_text_is_the_same_object() -> None:
    flat = AlignedText.identity("(一)主动公开。2021年,共收到申请3件?是的,\n规章 | 0 | 1 |")
    found = normalise(flat)
    assert found.aligned is flat
    assert found.repairs == ()


def test_a_flat_text_keeps_its_own_source() -> None:
    flat = AlignedText.identity("<p>規(guī)章３</p>").edit([(0, 3, ""), (11, 15, "")])
    aligned = normalise(flat).aligned
    assert aligned.text == "规章3"
    assert aligned.source_span(2, 3) == (10, 11)


def test_repairs_come_in_the_order_of_the_chain() -> None:
    assert normalise(AlignedText.identity("規(guī)章\r\n３")).repairs == (
        Repair("line_end", 1),
        Repair("full_width", 1),
        Repair("pinyin_annotation", 1),
        Repair("traditional", 1),
    )
