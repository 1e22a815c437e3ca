"""Likeness of printed titles to statutory wordings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.inference.assemble.titles import bare, ordinal, similarities

WORDS = st.text("政府信息公开行处理(（)）12一、 \n|规章其他", max_size=12)


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("(一)予以公开", "予以公开"),
        ("（一）予以公开", "予以公开"),
        ("1.属于国家秘密", "属于国家秘密"),
        ("一、本年新收政府信息公开申请数量", "本年新收政府信息公开申请数量"),
        ("本年新\n制作 数量", "本年新制作数量"),
        ("处理决定数量(指2020年办件量)", "处理决定数量"),
        ("3.危及“三安全一稳定”", "危及三安全一稳定"),
        ("(一)", "一"),
        ("(七)总计", "总计"),
        ("20.5", "205"),
    ],
)
def test_bare_words(title: str, words: str) -> None:
    assert bare(title) == words


@pytest.mark.parametrize(
    ("title", "number"),
    [
        ("(一)予以公开", 1),
        ("12.属于", 12),
        ("四、结转", 4),
        ("予以公开", None),
        ("3.5", None),
        ("其他", None),
        ("1 . 属于", 1),
    ],
)
def test_numbers_before_titles(title: str, number: int | None) -> None:
    assert ordinal(title) == number


@pytest.mark.parametrize(
    ("printed", "wording", "least"),
    [
        ("二、上年转结政府信息公开申请数量", "二、上年结转政府信息公开申请数量", 0.9),
        ("本年新", "本年新制作数量", 0.75),
        ("规范性文件(县级)", "规范性文件", 1.0),
        ("行政规范性文件", "规范性文件", 0.83),
        ("逾期不补正不再处理", "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请", 0.7),
    ],
)
def test_damaged_titles_stay_like_theirs(printed: str, wording: str, least: float) -> None:
    assert similarities([printed], [wording])[0, 0] >= least


@pytest.mark.parametrize(("printed", "wording"), [("规章", "行政许可"), ("总计", "其他"), ("重复申请", "行政处罚")])
def test_other_titles_are_unlike(printed: str, wording: str) -> None:
    assert similarities([printed], [wording])[0, 0] < 0.5


def test_of_nothing_there_is_nothing_to_compare() -> None:
    assert similarities([], ["规章"]).shape == (0, 1)
    assert similarities(["规章"], []).shape == (1, 0)


@given(st.lists(WORDS, min_size=1, max_size=3), st.lists(WORDS, min_size=1, max_size=3))
def test_likeness_is_between_0_and_1_and_whole_for_the_same_words(left: list[str], right: list[str]) -> None:
    scores = similarities(left, right)
    assert scores.shape == (len(left), len(right))
    assert ((scores >= 0) & (scores <= 1)).all()
    assert all(scores[i, j] == 1 for i, a in enumerate(left) for j, b in enumerate(right) if bare(a) and bare(a) == bare(b))
