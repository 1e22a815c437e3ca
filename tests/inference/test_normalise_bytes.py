"""What bytes did: one-byte slips of GB18030, and UTF-8 read as GBK."""

from __future__ import annotations

import pytest

from gongkai.inference.aligned import AlignedText
from gongkai.inference.normalise import normalise
from gongkai.training.synth.slips import slip, utf8_as_gbk


def repaired(text: str) -> str:
    return normalise(AlignedText.identity(text)).aligned.text


@pytest.mark.parametrize(
    ("text", "slipped"),
    [
        ("　（四）優化信息公開平臺", "?。ㄋ模﹥灮畔⒐_平臺"),
        ("　（六）指導推進", "?。┲笇七M"),
        ("保”等工作，開設", "?！钡裙ぷ鳎_設"),
        ("　（十）加强组织领导，2020年", "?。ㄊ┘忧孔橹斓迹?2020年"),
        ("", ""),
    ],
)
def test_slip_is_what_pages_show(text: str, slipped: str) -> None:
    assert slip(text) == slipped


def test_utf8_as_gbk_is_what_pages_show() -> None:
    assert utf8_as_gbk("业务培训") == "涓氬姟鍩硅"
    assert utf8_as_gbk("政务公开", 1).startswith("?斂鍔″叕")


@pytest.mark.parametrize("numeral", "一二三四五六七八九十")
def test_headings_come_back(numeral: str) -> None:
    assert f"({numeral})" in repaired("\n" + slip(f"　（{numeral}）加强组织领导。全年公开信息") + "\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("?。ㄋ模﹥灮畔⒐_平臺。發揮第一公開平臺作用", " (四)优化信息公开平台。发挥第一公开平台作用"),
        ("?。ㄊ┘忧孔橹斓迹?2020年收到申请", " (十)加强组织领导,2020年收到申请"),
        ("公众号2 4 6条 。?斂鍔″叕寮?涓氬姟培训三场。", "公众号2 4 6条 。政务公开业务培训三场。"),
        ("均为什么?公开申请3件。", "均为什么?公开申请3件。"),
        ("????一、总体情况", "????一、总体情况"),
    ],
)
def test_what_is_certain_is_undone(text: str, expected: str) -> None:
    assert repaired(text) == expected


def test_no_digit_is_made_up_or_lost() -> None:
    text = slip("　（二）依申请公开情况。我局收到政府信息公开申请") + "3件,办结12件。"
    assert [c for c in repaired(text) if c.isdigit()] == ["3", "1", "2"]


def test_no_half_known_numeral_is_guessed_outside_a_heading() -> None:
    found = repaired(slip("　（二）收到申请三件，答复五件。"))
    assert "(二)" in found
    assert "三" not in found
