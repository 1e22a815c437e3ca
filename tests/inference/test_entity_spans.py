"""Entity spans mended to whole names, numbers and dates."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.inference import entity_spans
from gongkai.inference.entities import agency_of, read_entities
from gongkai.inference.entity_spans import entity_span
from gongkai.model.types import LabelledPage, Page, Span


@pytest.mark.parametrize(
    ("text", "labelled", "label", "whole"),
    [
        ("条例(国务院令第711号)", "国", "document_number", "国务院令第711号"),
        ("条例(国务院令第711号)", "国务院令第71", "document_number", "国务院令第711号"),
        ("办法(教育部令第29号)", "教育部令第2", "document_number", "教育部令第29号"),
        ("依据国办公开办函〔2021〕30号编制", "国办公开办函〔2021", "document_number", "国办公开办函〔2021〕30号"),
        ("依据国办公开办函〔202130号编制", "国办公开办函〔202130号", "document_number", "国办公开办函〔202130号"),
        ("发布时间:2024-01-15 09:04", "2", "issue_date", "2024-01-15"),
        ("发布时间 2024-01-15 16:40", "2024-01", "issue_date", "2024-01-15"),
        ("二、2023 年 1 月 9 日 发布", "2023 年 1", "issue_date", "2023 年 1 月 9 日"),
        ("填报年份:2021 规章", "2", "report_year", "2021"),
        ("电话:0577-88928508;", "0577", "phone", "0577-88928508"),
        ("电话:057********58,邮编", "057", "phone", "057********58"),
        ("请与白沙县清水乡信息公开领导小组办公室联系", "白沙县清水乡信息公开领导小", "agency", "白沙县清水乡"),
        ("请与清水镇人民政府信息公开领导小组联系", "清水镇人民政府信息", "agency", "清水镇人民政府"),
        ("白沙市国资委2020年报告", "白沙市国", "agency", "白沙市国资委"),
        ("由白沙市公安局清江分局编制", "清江", "agency", "清江分局"),
        ("公开清水乡人民政府信息", "清水", "agency", "清水乡人民政府"),
        ("白沙市规划和自然资源系统2025年", "白沙市规划", "agency", "白沙市规划"),
        ("结合国家税务总局白沙县税务局统计", "合国家税务总局白沙县税务局", "agency", "国家税务总局白沙县税务局"),
        ("白沙县教育局办公室,电话", "白沙县教育局", "agency", "白沙县教育局"),
    ],
)
def test_a_span_is_mended_to_the_whole(text: str, labelled: str, label: str, whole: str) -> None:
    start = text.index(labelled)
    place = entity_span(text, start, start + len(labelled), label)
    assert place is not None
    assert text[slice(*place)] == whole


@pytest.mark.parametrize(
    ("text", "label", "whole"),
    [
        ("- 1 -", "issue_date", None),
        ("第3页", "issue_date", None),
        ("2021年1月25日", "issue_date", "2021年1月25日"),
        ("二〇二一年一月", "issue_date", "二〇二一年一月"),
        ("１月１２日", "issue_date", "１月１２日"),
        ("2021.1.9", "issue_date", "2021.1.9"),
        ("2021—01—09", "issue_date", "2021—01—09"),
        ("20210109", "issue_date", "20210109"),
        ("12345", "phone", "12345"),
        ("8层", "phone", None),
    ],
)
def test_a_span_that_cannot_be_what_its_label_says_is_none(text: str, label: str, whole: str | None) -> None:
    place = entity_span(text, 0, len(text), label)
    assert (place and text[slice(*place)]) == whole


def test_two_dates_are_not_joined() -> None:
    assert entity_span("2024-01-15 2024-01-16", 0, 21, "issue_date") == (0, 21)


def test_the_examples_hold() -> None:
    assert doctest.testmod(entity_spans).failed == 0


@given(st.text(alphabet="国务院令第71号〔〕2021-09.*()教育局人民政府 ,", max_size=30), st.data())
def test_a_mended_span_lies_in_the_text_and_has_no_blank_ends(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    label = data.draw(st.sampled_from(["agency", "phone", "document_number", "issue_date", "report_year"]))
    place = entity_span(text, start, end, label)
    if place is not None:
        assert 0 <= place[0] < place[1] <= len(text)
        assert text[slice(*place)] == text[slice(*place)].strip()


def page_of(text: str, *marks: str) -> LabelledPage:
    spans, position = [], 0
    for words in marks:
        position = text.index(words, position)
        spans.append(Span(position, position + len(words), "agency", 0.8))
        position += len(words)
    return LabelledPage(Page("case", text), tuple(spans))


@pytest.mark.parametrize(
    ("text", "marks", "name"),
    [
        (
            "根据白沙市政务公开办公室《关于做好年报编制工作的通知》,现将2023年清水县城关镇人民政府信息公开工作年度报告公布",
            ("白沙市政务公开办公室", "清水县城关镇人民政府"),
            "清水县城关镇人民政府",
        ),
        ("按照《江北省人民政府办公厅关于做好年报工作的通知》,我局编制本报告", ("江北省人民政府办公厅",), None),
        (
            "清水区人民政府2018年政府信息公开工作年度报告\n发布机构:清水区人民政府办公室",
            ("清水区人民政府", "清水区人民政府办公室"),
            "清水区人民政府",
        ),
        ("白沙县卫生局公布报告,请与白沙县卫生局综合办公室联系", ("白沙县卫生局综合办公室",), "白沙县卫生局"),
        ("由国家税务总局白沙市税务局编制", ("国家税务总局", "白沙市税务局"), "国家税务总局白沙市税务局"),
        ("水利部2024年政府信息公开工作报告", (), "水利部"),
        ("水利总署(本级机关)2020年政府信息公开工作年度报告", (), "水利总署"),
        ("2023年清水县城关镇人民政府信息公开工作年度报告", (), "清水县城关镇人民政府"),
        ("现公布我街道2023年政府信息公开工作年度报告", (), None),
    ],
)
def test_the_organ_that_reports_is_told_from_those_that_are_mentioned(text: str, marks: tuple[str, ...], name: str | None) -> None:
    page = page_of(text, *marks)
    assert agency_of(read_entities(page), page) == name
