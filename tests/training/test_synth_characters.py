"""Whatever happens to the characters of a text, its marks stay on what they marked."""

from __future__ import annotations

import re
import unicodedata
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongkai.training.passages import TRAIN_WRITERS
from gongkai.training.synth.byte_damage import full_width, gaps_in_dates, gaps_in_document_numbers, question_marks
from gongkai.training.synth.characters import DAMAGE, apply_modes, damage, draw_modes
from gongkai.training.synth.edits import insert, remove, trimmed
from gongkai.training.synth.layout_damage import hard_wraps, one_line
from gongkai.training.synth.marked import Mark, MarkedText
from gongkai.training.synth.narrative import narrative_window
from gongkai.training.synth.numerals import value_of, write
from gongkai.training.synth.script_damage import annotate, readings, to_taiwan, to_traditional, toneless


def words(text: MarkedText) -> list[str]:
    return [text.text[mark.start : mark.end] for mark in text.marks]


def check(text: MarkedText) -> None:
    position = 0
    for mark in text.marks:
        assert position <= mark.start < mark.end <= len(text.text)
        position = mark.end


def printed(text: MarkedText) -> list[tuple[str, str | None, str]]:
    """Label, key and digits of every figure that is printed in digits."""
    numbers = [mark for mark in text.marks if mark.key and mark.key.endswith("printed")]
    return [(m.label, m.key, digits(text.text[m.start : m.end])) for m in numbers if digits(text.text[m.start : m.end])]


def digits(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).replace("O", "0").replace("l", "1")
    return re.sub("[^0-9]", "", plain)


@pytest.mark.parametrize("mode", DAMAGE)
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_marks_are_exact_after_every_damage(mode: str, seed: int) -> None:
    before = narrative_window(Random(seed), TRAIN_WRITERS)
    after = apply_modes(before, [mode], Random(seed))
    check(after)
    assert after == apply_modes(before, [mode], Random(seed))
    assert [number for number in printed(after) if number in printed(before)] == printed(before)


def test_a_bracket_behind_a_mark_is_outside_and_one_in_it_inside() -> None:
    inside = insert(MarkedText("规章数据", (Mark(0, 2, "row"),)), [(0, "<"), (1, "(guī)"), (2, "(zhāng)")])
    assert inside.text == "<规(guī)章(zhāng)数据"
    assert words(inside) == ["规(guī)章"]
    annotated = annotate(MarkedText("发布规", (Mark(0, 3, "row"),)), Random(1))
    assert annotated.text.startswith(("发(fā)布规(guī)", "发(fa)"))
    assert words(annotated)[0].endswith("规")


def test_what_is_removed_leaves_the_rest_of_the_mark() -> None:
    dated = MarkedText("自2021年1月1日起", (Mark(1, 10, "period"),))
    assert words(remove(dated, [5, 7])) == ["202111日"]
    assert words(trimmed(MarkedText("a 5 件", (Mark(1, 4, "value"),)))) == ["5"]
    assert remove(MarkedText("无", (Mark(0, 1, "blank"),)), [0]).marks == ()


def test_dates_and_document_numbers_lose_their_signs() -> None:
    text = MarkedText("2021年12月31日,国办发〔2019〕54号", (Mark(0, 11, "issue_date"), Mark(12, 24, "document_number")))
    dates = {gaps_in_dates(text, Random(seed)).text.partition(",")[0] for seed in range(40)}
    assert {"202112月31日", "20211231日", "20211231"} <= dates
    numbers = {words(gaps_in_document_numbers(text, Random(seed)))[1] for seed in range(20)}
    assert numbers == {"国办发〔201954号", "国办发2019〕54号"}


def test_wraps_fall_inside_numbers_and_marks_span_them() -> None:
    text = MarkedText("申" * 24 + "3364件" + "申" * 30, (Mark(24, 28, "requests_received"),))
    wrapped = {words(hard_wraps(text, Random(seed)))[0] for seed in range(200)}
    assert {"3\n364", "33\n64", "3364"} <= wrapped


def test_traditional_script_keeps_length_and_words_of_both_scripts() -> None:
    text = MarkedText("规范性文件关于机关行政复议体系", (Mark(0, 5, "row"),))
    plain = {to_traditional(text, Random(seed)).text for seed in range(30)}
    assert "規範性文件關於機關行政復議體系" in plain
    assert "規範性文件關於機關行政複議體係" in plain
    assert any("規範性檔案" in to_taiwan(text, Random(seed)).text for seed in range(10))


def test_pinyin_table() -> None:
    tiers = readings()
    assert sum(len(tier) for tier in tiers) >= 120
    assert tiers[0]["规"] == "guī"
    assert toneless("lǜ") == "lu"


def test_question_marks_stand_before_paragraphs_only() -> None:
    text = MarkedText("一、总体情况\n这是一个足够长的段落用来测试。\n0\n", (Mark(0, 6, "section"),))
    assert any(question_marks(text, Random(seed)).text == "一、总体情况\n????这是一个足够长的段落用来测试。\n0\n" for seed in range(20))


def test_full_width_and_one_line() -> None:
    assert words(full_width(MarkedText("12件", (Mark(0, 2, "value"),)), Random(1))) == ["\uff11\uff12"]
    assert one_line(MarkedText("甲\n\n乙"), Random(5)).text in ("甲 乙", "甲乙")


def test_modes_that_exclude_each_other_are_not_drawn_together() -> None:
    for seed in range(200):
        modes = set(draw_modes(Random(seed), 5, DAMAGE))
        assert not {"E1", "E2"} <= modes
        assert not {"E3", "E4"} <= modes


def test_half_of_the_windows_stay_as_they_are() -> None:
    text = MarkedText("收到申请5件,均已按时答复申请人。", (Mark(4, 5, "requests_received"),))
    same = sum(damage(text, Random(seed)) == text for seed in range(300))
    assert 120 < same < 250


@pytest.mark.parametrize(
    ("value", "manner", "text"),
    [
        (3364, "12", "3364"),
        (3364, "1,000", "3,364"),
        (12, "三", "十二"),
        (2, "五", "两"),
        (106, "十", "一百零六"),
        (23000, "1.1万", "2.3万"),
        (10500, "一", "一万零五百"),
    ],
)
def test_numbers_in_the_manner_of_others(value: int, manner: str, text: str) -> None:
    assert write(value, manner) == text
    assert value_of(text) == value


@given(st.integers(0, 99_999_999))
def test_chinese_numerals_are_read_back(value: int) -> None:
    assert value_of(write(value, "三")) == value
