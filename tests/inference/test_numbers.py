"""Numbers of the narrative and of cells, measure words, Chinese numerals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.inference.numbers import CellNumber, Number, is_placeholder, read_cell, read_number, unit_after
from gongkai.inference.numerals import fold, read_numeral

DIGITS = "零一二三四五六七八九"


def written_section(number: int) -> str:
    """A number below 10000 as it is spelled by the textbook."""
    words, pending = "", False
    for unit, symbol in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            words += ("零" if pending and words else "") + DIGITS[digit] + symbol
        pending = digit == 0
    return words


def written(number: int) -> str:
    """A number below 10^12 in Chinese numerals."""
    if number == 0:
        return "零"
    words = ""
    for scale, symbol in ((10**8, "亿"), (10**4, "万"), (1, "")):
        section = number // scale % 10**4
        if section:
            words += ("零" if words and section < 1000 else "") + written_section(section) + symbol
    return words


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        ("12,345", 12345),
        ("12，345", 12345),
        ("1,0 24", 1024),
        ("3\n364", 3364),
        ("3 1 2", 312),
        ("１，０２４", 1024),
        ("2(èr)0", 20),
        ("99.8", 99.8),
        ("2.3万", 23000),
        ("1,366.7万", 13667000),
        ("377.8929万", 3778929),
        ("1.08亿", 108000000),
        ("3千", 3000),
        ("9百", 900),
        ("2 万", 20000),
        ("一千三百", 1300),
        ("一百零五", 105),
        ("十二", 12),
        ("一十二", 12),
        ("二十", 20),
        ("廿五", 25),
        ("两", 2),
        ("兩", 2),
        ("〇", 0),
        ("零", 0),
        ("百", 100),
        ("二万三千四百", 23400),
        ("四千零二十", 4020),
    ],
)
def test_a_number_is_expanded(text: str, value: float) -> None:
    assert read_number(text) == Number(value)


@pytest.mark.parametrize(
    ("text", "value"), [("百余", 100), ("约30", 30), ("近百", 100), ("100余万", 1000000), ("30多", 30), ("超过2.5万", 25000)]
)
def test_round_numbers_keep_their_value(text: str, value: float) -> None:
    assert read_number(text) == Number(value, approximate=True)


@pytest.mark.parametrize(
    ("text", "value"), [("百分之九十八", 98), ("百分之百", 100), ("百分之99.5", 99.5), ("98.5%", 98.5), ("100％", 100)]
)
def test_rates_say_their_unit(text: str, value: float) -> None:
    assert read_number(text) == Number(value, "%")


@pytest.mark.parametrize(
    "text", ["", "3-5", "2021年", "1.", "一、", "12,34", "三四", "几十", "九成", "5件", "1e5", "²", "056", "三千百", "1,234,56"]
)
def test_what_is_no_number(text: str) -> None:
    assert read_number(text) is None


def test_ints_stay_ints() -> None:
    number = read_number("2.0万")
    assert number is not None
    assert isinstance(number.value, int)


@given(st.integers(0, 10**8))
def test_chinese_numerals_round_trip(number: int) -> None:
    assert read_numeral(written(number)) == number


@given(st.integers(0, 10**12))
def test_arabic_formats_round_trip(number: int) -> None:
    for text in (
        str(number),
        f"{number:,}",
        " ".join(str(number)),
        f"{number:,}".translate({ord(str(d)): chr(0xFF10 + d) for d in range(10)}),
    ):
        assert read_number(text) == Number(number)


@given(st.integers(1, 10**7), st.integers(0, 3), st.sampled_from([("万", 10**4), ("亿", 10**8), ("千", 1000), ("百", 100)]))
def test_multiplied_numbers_are_exact(number: int, places: int, multiplier: tuple[str, int]) -> None:
    text = f"{number // 10**places}.{number % 10**places:0{places}d}" if places else str(number)
    read = read_number(text + multiplier[0])
    assert read is not None
    assert read.value == number * multiplier[1] / 10**places


@given(st.text(max_size=12))
def test_any_text_is_a_number_or_none(text: str) -> None:
    number, cell = read_number(text), read_cell(text, signed=True, decimal=True)
    assert number is None or number.value >= 0
    assert cell is None or not is_placeholder(text)
    assert len(fold(text)) == len(text)


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("0", CellNumber(0)),
        (" 12 ", CellNumber(12)),
        ("\u3000１２", CellNumber(12)),
        ("12 |", CellNumber(12)),
        ("12,345", CellNumber(12345)),
        ("39(市政府印发)", CellNumber(39, None, "市政府印发")),
        ("5（其中上年结转2）", CellNumber(5, None, "其中上年结转2")),
        ("350.5万元", CellNumber(350.5, "万元")),
        ("5件", CellNumber(5, "件")),
        ("1O", CellNumber(10)),
        ("O", CellNumber(0)),
        ("〇", CellNumber(0)),
        ("l2", CellNumber(12)),
        ("十二", CellNumber(12)),
        ("两件", CellNumber(2, "件")),
        ("零", CellNumber(0)),
    ],
)
def test_a_cell_is_read_as_printed(text: str, cell: CellNumber) -> None:
    assert read_cell(text) == cell


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "-",
        "—",
        "无",
        "3-5",
        "2021年",
        "1.",
        "一、",
        "一",
        "-8",
        "+19",
        "000",
        "05",
        "3\n4",
        "(8)",
        "12(3)",
        "l",
        "2.5",
        "第5项",
        "1 2,3",
    ],
)
def test_what_is_no_cell(text: str) -> None:
    assert read_cell(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("+19", 19),
        ("-8", -8),
        ("－８", -8),
        ("—8", -8),
        ("- 8", -8),
        ("增加3", 3),
        ("减少1", -1),
        ("減2", -2),
        ("增3", 3),
        ("减少2项", -2),
        ("减少0", 0),
        ("↑5", 5),
        ("无变化", 0),
        ("没有增减", 0),
        ("与上年持平", 0),
        ("7", 7),
    ],
)
def test_signed_cells(text: str, value: int) -> None:
    cell = read_cell(text, signed=True)
    assert cell is not None
    assert cell.value == value


@pytest.mark.parametrize(("text", "value"), [("12.3450", 12.345), ("7.0806", 7.0806), ("210455.60", 210455.6), ("0.00", 0), ("12", 12)])
def test_decimal_cells(text: str, value: float) -> None:
    assert read_cell(text, decimal=True) == CellNumber(value)


@pytest.mark.parametrize("text", ["/", "\\", "-", "—", "–", "－", "——", "无", "無", "空", "／", " - ", "N/A", "*"])
def test_placeholders(text: str) -> None:
    assert is_placeholder(text)


@pytest.mark.parametrize("text", ["0", "O", "", " ", "-8", "一", "无法提供"])
def test_what_is_no_placeholder(text: str) -> None:
    assert not is_placeholder(text)


@pytest.mark.parametrize(
    ("after", "unit"),
    [
        ("件申请", "件"),
        ("余件", "件"),
        ("多 人次", "人次"),
        ("\n条", "条"),
        ("件(次)", "件(次)"),
        ("场次", "场次"),
        ("％,", "%"),
        ("條信息", "條"),
        ("个账号", "个"),
        ("元", "元"),
        ("起诉讼", "起"),
        ("部门", None),
        ("条例", None),
        ("个人", None),
        ("部分公开", None),
        ("、法人", None),
        ("", None),
    ],
)
def test_the_measure_word_is_given_as_printed(after: str, unit: str | None) -> None:
    assert unit_after("5" + after, 1) == unit
