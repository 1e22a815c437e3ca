"""The text of a figure or of a cell to an exact value, or to nothing: a doubtful number is no number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from gongkai.inference.numerals import MULTIPLIERS, NUMERAL_CHARS, exact, fold, read_numeral

PERCENT = "%"
_REMEMBERED = 4096

_ROUND_BEFORE = r"(?:约为|大约|将近|接近|超过|突破|不足|不少于|至少|约|近|超|达到|达|逾|共|仅)"
_ROUND_AFTER = r"(?:余|多|来|几)"
_ROUNDED = re.compile(rf"^{_ROUND_BEFORE}+|{_ROUND_AFTER}(?=[万亿]?$)")
_PINYIN = re.compile(r"\([ ]*[a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]{1,6}[ ]*\)[ ]?")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+|\d{1,4}(?:,\d{4})+")
_DECIMAL = re.compile(r"(?:0|[1-9]\d*)(?:\.\d+)?")
_TOO_MUCH = Decimal(10) ** 16  # the whole country's budget in yuan has 14 digits
_MOST_DIGITS = 16  # no count or amount has more; a longer run of digits is several numbers glued, and takes long to convert
_RATE = re.compile(r"百分之(?P<numeral>[^%]+)|(?P<number>[\d.,]+)%")

_TWO = "人\\(次\\)|件\\(次\\)|条\\(次\\)|场\\(次\\)|人/次|件/次|条/次|人次|件次|条次|场次|家次|篇次|批次|期次|册次|个次|户次|班次|起次"
_ONE = (
    "件(?!数)|条(?!例|款|文)|宗(?!旨)|份(?!额)|起|例(?!会|行)|次(?!日|年|月|数)|期(?!间|末|限)|册|篇|个(?!人|别|体)|部(?!门|委|分|署)|元(?!旦)|封|"
    "场(?!所|地)|人(?!大|民|员|社|均|事)|通(?!过|知|报|告)|则(?!由|为)|项(?!目)|家(?!庭)|轮(?!流)|批(?!复|准|示)|集(?!中|体)|班(?!子)|"
    "本(?!年|机|单|级|市|县|局|部|区)|幅(?!度)|讲(?!话)|版(?!本|面)|节(?!目|假)"
)
_UNIT = re.compile(rf"\s*(?:{_ROUND_AFTER}\s*)?(?P<unit>%|‰|{_TWO}|{_ONE})")

_CELL_UNIT = rf"(?P<unit>万元|亿元|元|{_TWO}|件|条|宗|份|起|例|次|期|册|篇|个|部|封|场|人|项|家|批|本)"
_COMMENT = r"(?:[(\[【〔](?P<comment>[^()\[\]【】〔〕]*[\u4e00-\u9fff][^()\[\]【】〔〕]*)[)\]】〕])?"
_CHANGE = r"(?P<sign>[-+\u2212\u2013\u2014]|↑|↓|增加|增长|新增|减少|下降|增|减)?"
_CELL = re.compile(rf"{_CHANGE}了?\s*(?P<body>[\d.,\sOoIl{NUMERAL_CHARS}廿卅]+?)\s*{_CELL_UNIT}?\s*{_COMMENT}")
_UNCHANGED = re.compile(r"(?:与上年)?(?:持平|不变|(?:无|没有|未)(?:发生)?(?:变化|增减|变动))")
_MINUS = frozenset({"-", "\u2212", "\u2013", "\u2014", "↓", "减少", "下降", "减"})
_LOOKALIKES = str.maketrans({"O": "0", "o": "0", "〇": "0", "I": "1", "l": "1"})
_PLACEHOLDER = re.compile(r"[/\\\-\u2010-\u2015\u2212\u2500\u2501_*…·.、~×]+|[无空]|无数据|未填|不适用|n/?a", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Number:
    """A number of the narrative. `unit` is `%` for a rate that says so itself; `approximate` if 约, 近, 超, 余, 多 … went with it."""

    value: int | float
    unit: str | None = None
    approximate: bool = False


@dataclass(frozen=True, slots=True)
class CellNumber:
    """The number of a table cell, with the measure word and the bracketed comment that were printed beside it."""

    value: int | float
    unit: str | None = None
    comment: str | None = None


@lru_cache(_REMEMBERED)
def read_number(text: str) -> Number | None:
    """The number that all of `text` is: `12,345`, `3 364`, `2.3万`, `百余`, `一千三百`, `百分之九十八`, or None.

    Spaces, line breaks and pinyin in brackets may stand inside it. Two numbers (`3-5`), a date or a numbering are none.
    """
    text = re.sub(r"\s+", "", _PINYIN.sub("", fold(text)))
    bare = _ROUNDED.sub("", text)
    rate = _RATE.fullmatch(bare)
    if rate:
        value = _plausible(_amount(rate["numeral"] or rate["number"]))
        return None if value is None else Number(exact(value), PERCENT, bare != text)
    value = _plausible(_amount(bare))
    return None if value is None else Number(exact(value), None, bare != text)


@lru_cache(_REMEMBERED)
def read_cell(text: str, *, signed: bool = False, decimal: bool = False) -> CellNumber | None:
    """The number that a table cell prints, or None if it prints none for certain.

    A bracketed comment and a measure word are set apart: `39(市政府印发)` is 39. O, o, 〇 and l, I count as digits beside digits;
    pipes round it are borders. Only a `signed` cell has `-8`, `+19`, `增加3`, `减少1`, or `无变化` for 0; only a `decimal` one, or an
    amount of money, has fractions.
    """
    bare = _PINYIN.sub("", fold(text)).strip(" \t\r\n|")
    if signed and _UNCHANGED.fullmatch(bare):
        return CellNumber(0)
    found = _CELL.fullmatch(bare)
    if found is None or (found["sign"] and not signed):
        return None
    value = _plausible(_cell_amount(found["body"].strip()))
    if value is None or (value != value.to_integral_value() and not decimal and found["unit"] not in ("万元", "亿元", "元")):
        return None
    negative = found["sign"] in _MINUS and value != 0
    return CellNumber(exact(-value if negative else value), found["unit"], found["comment"])


@lru_cache(_REMEMBERED)
def says_unchanged(text: str) -> bool:
    """Whether all of `text` says in words that a number is the same as last year's: `持平`, `无变化`."""
    return _UNCHANGED.fullmatch(re.sub(r"\s+", "", fold(text))) is not None


@lru_cache(_REMEMBERED)
def is_placeholder(text: str) -> bool:
    """Whether a cell prints a sign for nothing: `/`, `—`, `-`, `无`, `空` and their like. White space alone is no sign."""
    return _PLACEHOLDER.fullmatch(re.sub(r"\s+", "", fold(text))) is not None


def unit_after(text: str, end: int) -> str | None:
    """The measure word that follows a number ending at `end`, as printed (`件` of `30余 件`), `%` for a rate, or None."""
    found = _UNIT.match(fold(text[end : end + 24]))
    return re.sub(r"\s+", "", text[end + found.start("unit") : end + found.end("unit")]).replace("％", PERCENT) if found else None


def _plausible(value: Decimal | None) -> Decimal | None:
    return None if value is None or abs(value) >= _TOO_MUCH else value


def _amount(text: str) -> Decimal | None:
    """The value of digits, a numeral, or digits with a multiplier, without spaces."""
    plain = _digits(text)
    if plain is not None:
        return plain
    if text[-1:] in MULTIPLIERS and (number := _digits(text[:-1])) is not None:
        return number * MULTIPLIERS[text[-1]]
    return read_numeral(text)


def _digits(text: str) -> Decimal | None:
    whole, point, fraction = text.partition(".")
    if _GROUPED.fullmatch(whole):
        whole = whole.replace(",", "")
    joined = whole + point + fraction
    return Decimal(joined) if len(joined) <= _MOST_DIGITS and _DECIMAL.fullmatch(joined) else None


def _cell_amount(body: str) -> Decimal | None:
    if "\n" in body:
        return None
    text = re.sub(r"\s+", "", body)
    if re.search(r"\d", text) or text in ("O", "o", "〇"):
        repaired = text.translate(_LOOKALIKES)
        value = _digits(repaired)
        return _amount(text) if value is None else value
    return None if text == "一" else read_numeral(text)
