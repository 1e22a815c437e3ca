"""Numbers as reports print them: read, written in the manner of another, and drawn anew in the same manner."""

from __future__ import annotations

import re
import unicodedata
from random import Random

from gongkai.inference.numbers import read_number
from gongkai.inference.numerals import MULTIPLIERS, NUMERAL_CHARS

Number = int | float

_SUFFIXES = {suffix: MULTIPLIERS[suffix] for suffix in "百千万亿"}
_FULL_WIDTH = {ord(character): ord(character) + 0xFEE0 for character in "0123456789.,"}


def value_of(text: str) -> Number:
    """The value of a printed number: `3,364`, `2.3万`, `1 2`, `百分之百`, `一千三百`.

    Raises ValueError if `text` is no number.
    """
    number = read_number(text)
    if number is None:
        raise ValueError(f"{text!r} is not a number")
    return number.value


def whole(value: float) -> Number:
    """An int where the value is one."""
    return int(value) if value == int(value) else value


def chinese(value: int) -> str:
    """`value` (below 10^8) in Chinese numerals: 12 is 十二, 106 is 一百零六."""
    if value >= 10**4:
        head, rest = divmod(value, 10**4)
        return chinese(head) + "万" + (("零" if rest < 1000 else "") + chinese(rest) if rest else "")
    if value < 10:
        return "零一二三四五六七八九"[value]
    pieces, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // unit % 10
        if digit:
            pieces += ("零" if gap and pieces else "") + "零一二三四五六七八九"[digit] + name
            gap = False
        else:
            gap = bool(pieces)
    return pieces.removeprefix("一") if 10 <= value < 20 else pieces


def is_chinese(text: str) -> bool:
    """Whether the number is written in Chinese numerals alone."""
    return bool(text) and all(character in NUMERAL_CHARS for character in text)


def write(value: Number, manner: str) -> str:
    """`value` written as the number `manner` is: numerals, width, commas, decimals, 万 or 亿, and a break inside."""
    if is_chinese(manner) and value == int(value):
        return "两" if value == 2 and manner not in ("零", "〇") else chinese(int(value))
    plain = unicodedata.normalize("NFKC", manner)
    suffix = plain[-1] if plain[-1:] in _SUFFIXES else ""
    mantissa = value / _SUFFIXES.get(suffix, 1)
    decimals = len(plain.rstrip("万亿千百").partition(".")[2])
    if "." in plain or (suffix and mantissa != int(mantissa)):
        written = f"{mantissa:,.{max(decimals, 1)}f}"
    else:
        written = f"{round(mantissa):,}" if mantissa == int(mantissa) else f"{mantissa:,}"
    if "," not in plain:
        written = written.replace(",", "")
    if any(ord(character) in _FULL_WIDTH.values() for character in manner):
        written = written.translate(_FULL_WIDTH)
    return _broken_as(written, manner) + suffix


def _broken_as(written: str, manner: str) -> str:
    """`written` with the blank that `manner` has between two digits, if it has one."""
    blank = re.search(r"\s+", manner)
    return written[0] + blank[0] + written[1:] if blank and len(written) > 1 else written


def drawn_like(manner: str, rng: Random) -> Number:
    """Another value of about the same size that can be written in the same manner. 0 and a lone 百 or 千 stay."""
    value = value_of(manner)
    if value == 0 or manner in ("百", "千", "百分之百", "百分之一百") or manner.startswith("百分之"):
        return value
    if is_chinese(manner):
        return _drawn_chinese(int(value), rng)
    plain = re.sub(r"[\s,]", "", unicodedata.normalize("NFKC", manner))
    suffix = plain[-1] if plain[-1] in _SUFFIXES else ""
    integer, _, fraction = plain.rstrip("万亿千百").partition(".")
    size = max(1, len(integer) + rng.choices((-1, 0, 1), (1, 8, 1))[0]) if "," not in manner else max(4, len(integer))
    mantissa = float(rng.randint(10 ** (size - 1), 10**size - 1))
    if fraction:
        mantissa += rng.randint(1, 10 ** len(fraction) - 1) / 10 ** len(fraction)
    return whole(round(mantissa * _SUFFIXES.get(suffix, 1), 4))


def _drawn_chinese(value: int, rng: Random) -> int:
    if value <= 10:
        return rng.randint(1, 10)
    if value % 10 == 0 and value < 100:
        return rng.randint(1, 9) * 10
    return rng.randint(value // 2 + 1, value * 2)
