"""Entities tidied, the reporting organ, and the year reported on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.inference.entities import agency_of, read_entities, read_year, report_year_of
from gongkai.model.types import LabelledPage, Page, Span


def page_of(text: str, *marks: tuple[str, str]) -> LabelledPage:
    """A page with the first occurrence of each text after the one before marked."""
    spans, position = [], 0
    for words, label in marks:
        position = text.index(words, position)
        spans.append(Span(position, position + len(words), label, 0.8))
        position += len(words)
    return LabelledPage(Page("case", text), tuple(spans))


def agency(text: str, *marks: tuple[str, str]) -> str | None:
    page = page_of(text, *marks)
    return agency_of(read_entities(page), page)


def year(text: str, *marks: tuple[str, str]) -> int | None:
    page = page_of(text, *marks)
    return report_year_of(page, read_entities(page))


@pytest.mark.parametrize(
    ("label", "marked", "text"),
    [
        ("period", "自2021年1月1日起至2021年12月31日止", "2021年1月1日起至2021年12月31日"),
        ("phone", "0743-8237192)", "0743-8237192"),
        ("phone", "(0746)5332016", "(0746)5332016"),
        ("address", "人民路1号;", "人民路1号"),
        ("address", "人民路1号(院内)", "人民路1号(院内)"),
        ("document_number", "国办发〔2019〕54号)", "国办发〔2019〕54号"),
        ("agency", "《青溪县教育局 ", "青溪县教育局"),
    ],
)
def test_entities_lose_what_stands_round_them(label: str, marked: str, text: str) -> None:
    source = f"前文{marked}后文"
    (entity,) = read_entities(page_of(source, (marked, label)))
    assert (entity.text, entity.label, entity.confidence) == (text, label, 0.8)
    assert source[entity.start : entity.end] == text


def test_a_span_of_punctuation_is_no_entity_and_figures_are_none() -> None:
    assert read_entities(page_of("电话:、5件", ("、", "phone"), ("5", "reviews"))) == ()


def test_the_longest_consistent_name_reports() -> None:
    text = "青溪县2020年政府信息公开工作年度报告\n青溪县按照要求。青溪县人民政府办公室编制。青溪县人民政府网站"
    marks = (("青溪县", "agency"), ("青溪县", "agency"), ("青溪县人民政府办公室", "agency"), ("青溪县人民政府", "agency"))
    assert agency(text, *marks) == "青溪县人民政府办公室"


def test_a_name_that_is_repeated_beats_a_stray_one() -> None:
    text = "青溪县教育局报告。青溪县教育局认真落实。转自白河市人民政府门户"
    marks = (("青溪县教育局", "agency"), ("青溪县教育局", "agency"), ("白河市人民政府", "agency"))
    assert agency(text, *marks) == "青溪县教育局"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("青溪县教育局2021年政府信息公开工作年度报告\n一、总体情况", "青溪县教育局"),
        ("2021年青溪县教育局政府信息公开工作年度报告", "青溪县教育局"),
        ("现将青溪县教育局2021年度政府信息公开工作年度报告公布如下", "青溪县教育局"),
        ("根据条例,特编制青溪县人民政府办公室二〇二一年政府信息公开年度报告。", "青溪县人民政府办公室"),
        ("青溪县2020年政府信息公开工作年度报告\n无。\n\n  青溪县人民政府办公室\n\n  2021年1月25日\n", "青溪县人民政府办公室"),
        ("青溪县教育局政府信息公开工作年度报告(2021年)", "青溪县教育局"),
        ("2021年政府信息公开工作年度报告\n一、总体情况", None),
        ("", None),
    ],
)
def test_title_and_signature_name_the_organ_without_spans(text: str, name: str | None) -> None:
    assert agency(text) == name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("青溪县教育局2021年政府信息公开工作年度报告\n2022年,", 2021),
        ("2021年度政府信息公开工作年度报告", 2021),
        ("二〇二三年政府信息公开年度报告", 2023),
        ("二○二一年度政府信息公开工作报告", 2021),
        ("２０２１年政府信息公开工作年度报告", 2021),
        ("22年度政府信息公开工作年度报告", 2022),
        ("政府信息公开工作年度报告(2021年度)", 2021),
        ("统计期限自20231月1日起至202312月31日止", 2023),
        ("统计期限为202111日起至20211230日", 2021),
        ("统计数据截至202012月31日", 2020),
        ("2020年,我局公开信息。2019年为14件。2020年度", 2020),
        ("无。\n青溪县教育局\n2022年1月20日", 2021),
        ("无。\n青溪县教育局\n二〇二二年元月二十日", 2021),
        ("2019年政府信息公开工作年度报告\n2024年1月1日至2024年12月31日,2024年,我局\n青溪县教育局\n2025年1月12日", 2024),
        ("《关于政务公开的通知》(国办发〔2019〕54号)", None),
        ("电话:2021345", None),
        ("1999年政府信息公开工作年度报告", None),
        ("", None),
    ],
)
def test_the_year_follows_the_evidence(text: str, expected: int | None) -> None:
    assert year(text) == expected


def test_spans_of_year_period_and_date_count() -> None:
    assert year("本报告2022,见下", ("2022", "report_year")) == 2022
    assert year("期限:20221月1日—12月31日", ("20221月1日—12月31日", "period")) == 2022
    assert year("发布日期:2023-01-28 浏览", ("2023-01-28", "issue_date")) == 2022


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2021", 2021), ("20231月1日", 2023), ("二〇二三", 2023), ("二0二三年", 2023), ("21", 2021), ("711", None), ("", None)],
)
def test_read_year(text: str, expected: int | None) -> None:
    assert read_year(text) == expected


@given(st.text(alphabet="青溪县教育局年度政府信息公开工作报告2019二〇月日\n(), ", max_size=60), st.data())
def test_any_page_is_read(text: str, data: st.DataObject) -> None:
    marks: tuple[Span, ...] = ()
    if text:
        start = data.draw(st.integers(0, len(text) - 1))
        end = data.draw(st.integers(start + 1, len(text)))
        marks = (Span(start, end, data.draw(st.sampled_from(["agency", "report_year", "period", "phone"]))),)
    page = LabelledPage(Page("x", text), marks)
    for entity in read_entities(page):
        assert entity.text == text[entity.start : entity.end] != ""
    found = report_year_of(page, read_entities(page))
    assert found is None or 2008 <= found <= 2035
    name = agency_of(read_entities(page), page)
    assert name is None or name
