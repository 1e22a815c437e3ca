"""What holds for any text: maps stay maps, nothing is made up, twice is once."""

from __future__ import annotations

import os
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongkai.inference.aligned import AlignedText
from gongkai.inference.normalise import CHAIN, normalise
from gongkai.training.synth.slips import slip, utf8_as_gbk

PIECES = (
    *"规章規發著乾隆(一)（二）?？。，;:■★【】<>&#0123４５ \n\r\t\u3000\u200b\ufeff\ufffd",
    *(
        "(guī)",
        "(fā)",
        "(guan) ",
        "(zheng)(zheng)",
        "?zhí)",
        "ā",
        "ī",
        "&nbsp;",
        "&amp;amp;",
        "<br>",
        "<sup id=",
        "</td>",
        "<!--",
        "-->",
        "\r\n",
    ),
    *("資訊", "規範性檔案", "主动公开", "收到申请12件", "?。ㄋ模﹥灮", "畔⒐_", "?斂鍔″叕寮?", "<script>", "</script>", "ぷ鳎"),
)
DAMAGED = st.lists(st.sampled_from(PIECES), max_size=40).map("".join) | st.text(max_size=60)


def assert_is_map(aligned: AlignedText, length: int) -> None:
    assert len(aligned.starts) == len(aligned.ends) == len(aligned.text)
    assert bool(np.all(np.diff(aligned.starts) >= 0))
    assert bool(np.all(np.diff(aligned.ends) >= 0))
    assert bool(np.all((aligned.starts >= 0) & (aligned.starts < aligned.ends) & (aligned.ends <= length)))


@given(DAMAGED)
@settings(max_examples=300, deadline=None)
def test_every_repair_keeps_the_map(text: str) -> None:
    aligned = AlignedText.identity(text)
    for _, step in CHAIN:
        before = aligned
        aligned, count = step(aligned)
        assert_is_map(aligned, len(text))
        assert count >= 0
        assert (count > 0) == (aligned is not before)


@given(DAMAGED)
@settings(max_examples=200, deadline=None)
def test_digits_are_never_made_up_nor_lost(text: str) -> None:
    if "&" in text or "<" in text:
        return
    aligned = normalise(AlignedText.identity(text)).aligned
    printed = [i for i, c in enumerate(aligned.text) if c in "0123456789"]
    for index in printed:
        start, end = aligned.source_span(index, index + 1)
        assert end - start == 1
        assert text[start].isdecimal() or not text[start].isascii()
    assert len(printed) >= sum(c in "0123456789" for c in text)


@given(DAMAGED)
@settings(max_examples=200, deadline=None)
def test_spans_go_to_the_source_and_back(text: str) -> None:
    aligned = normalise(AlignedText.identity(text)).aligned
    for index in range(len(aligned.text)):
        own = aligned.own_span(*aligned.source_span(index, index + 1))
        assert own is not None
        assert own[0] <= index < own[1]


@given(st.text(alphabet="规章主动公开收到申请0123456789年月日件,.;()。、“”《》〔〕 \n|/-", max_size=200))
@settings(max_examples=200, deadline=None)
def test_sound_text_stays(text: str) -> None:
    flat = AlignedText.identity(text)
    assert normalise(flat).aligned is flat


@given(st.lists(st.sampled_from([p for p in PIECES if not set(p) & set("&<>?？\ufffd-#")]), max_size=30).map("".join))
@settings(max_examples=200, deadline=None)
def test_twice_is_once(text: str) -> None:
    once = normalise(AlignedText.identity(text)).aligned.text
    again = normalise(AlignedText.identity(once)).aligned.text
    assert "".join(again.split()) == "".join(once.split()) or "(" in once or "■" in once or "★" in once or "【" in once


@given(st.text(alphabet="政务公开申请信息办理工作年报告優化開", min_size=1, max_size=60))
@settings(max_examples=100, deadline=None)
def test_byte_damage_is_a_map_too(text: str) -> None:
    for damaged in (slip("　（四）" + text), utf8_as_gbk(text, 1), utf8_as_gbk(text)):
        assert_is_map(normalise(AlignedText.identity(damaged)).aligned, len(damaged))


@pytest.mark.parametrize(
    "unit",
    [
        *("<!--", "&amp;", "<script>", "<a ", "规(", "规(guī", "?", "?中", "？", "■", "主【", "鏀", "?鏀"),
        *("\r\n", "<br>", "(zheng)", "資訊", "?。ㄋ模"),
    ],
)
def test_time_is_linear(unit: str) -> None:
    text = unit * (100_000 // len(unit))
    begun = time.perf_counter()
    normalise(AlignedText.identity(text))
    assert time.perf_counter() - begun < 6


def test_a_page_takes_milliseconds() -> None:
    page = AlignedText.identity("一、總體情況\n2021年,本機關主動公開規(guī)章３件；收到申請5件。\n" * 110)
    normalise(page)
    begun = time.perf_counter()
    normalise(page)
    assert time.perf_counter() - begun < 0.1


def _shared() -> Path:
    return Path(os.environ.get("GONGKAI_GOLD", str(Path(__file__).parents[2] / ".." / "shared")))


@pytest.mark.skipif(not (_shared() / "seeds").is_dir(), reason="the seed pages are not here")
def test_a_slipped_page_gets_its_headings_back() -> None:
    text = (_shared() / "seeds" / "hunan-2020.txt").read_text(encoding="utf-8")
    aligned = normalise(AlignedText.identity(text)).aligned
    assert [f"({n})" in aligned.text for n in "一二三四五六七"] == [True] * 7
    for printed in ("190件", "10件", "198件", "445条", "131期"):
        start = aligned.text.index(printed)
        first, last = aligned.source_span(start, start + len(printed) - 1)
        assert text[first:last] == printed[:-1]
    assert aligned.text.count("\n") == text.count("\n")
    assert all(a <= b for a, b in pairwise(aligned.starts.tolist()))
