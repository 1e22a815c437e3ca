"""Chinese numerals (一千三百, 廿五, 1亿2千万, 二〇二三) to exact integers, and the characters that numbers are written with.

Nothing here looks at meaning: a text is a numeral from its first to its last character, or it is none.
"""

from __future__ import annotations

import re
from decimal import Decimal

DIGITS = {char: value for value, chars in enumerate(("零〇", "一", "二两", "三", "四", "五", "六", "七", "八", "九")) for char in chars}
UNITS = {"十": 10, "百": 100, "千": 1000}
MULTIPLIERS = {**UNITS, "万": 10**4, "亿": 10**8}
NUMERAL_CHARS = "".join(DIGITS) + "".join(MULTIPLIERS)

_VARIANTS = str.maketrans(
    "萬億兩餘條個場冊則項輪減貳叁參陸壹贰叄肆伍陆柒捌玖拾佰仟○廠從發數無時",
    "万亿两余条个场册则项轮减二三三六一二三四五六七八九十百千〇厂从发数无时",
)
_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xA0: 0x20, 0x2002: 0x20, 0x2003: 0x20}
_FOLDED = {chr(code): chr(plain) for code, plain in (_VARIANTS | _WIDTH).items()}
_FOLDABLE = re.compile(f"[{''.join(_FOLDED)}]")

_LEAD = r"(?:[零〇一二两三四五六七八九]|\d+(?:\.\d+)?)"
_SECTION = re.compile(
    rf"(?:(?P<d1000>{_LEAD})?千)?(?P<z1>[零〇])?(?:(?P<d100>{_LEAD})?百)?(?P<z2>[零〇])?(?:(?P<d10>{_LEAD})?十)?(?P<z3>[零〇])?(?P<d1>{_LEAD})?"
)
_POSITIONAL = re.compile(r"[零〇一二三四五六七八九]{4}|[一二三四五六七八九][零〇一二三四五六七八九]*[零〇][零〇一二三四五六七八九]*")
_SCORES = str.maketrans({"廿": "二十", "卅": "三十"})


def fold(text: str) -> str:
    """`text` character by character in half width, with simplified and everyday forms of the characters of numbers (貳 is 二)."""
    return _FOLDABLE.sub(lambda found: _FOLDED[found.group()], text)


def exact(value: Decimal) -> int | float:
    """`value` as an int if it is whole, else as the nearest float."""
    return int(value) if value == value.to_integral_value() else float(value)


def read_numeral(text: str) -> Decimal | None:
    """The value of a folded numeral of Chinese digits and multipliers, perhaps mixed with Arabic digits, or None.

    Arabic digits alone are none. `一百五` is 150 and `两万三` 23000, as they are spoken; `三四` (three or four) is none.
    """
    if _POSITIONAL.fullmatch(text):
        return Decimal("".join(str(DIGITS[char]) for char in text))
    text = text.translate(_SCORES)
    parts = re.fullmatch(r"(?:(?P<high>[^亿]*)亿)?(?:(?P<middle>[^万亿]*)万)?(?P<low>[^万亿]*)", text)
    if parts is None or not any(char in NUMERAL_CHARS for char in text):
        return None
    high, middle, low = parts.group("high", "middle", "low")
    if high and "万" in high:
        return None
    return _joined([(high, 10**8), (middle, 10**4), (low, 1)])


def _joined(parts: list[tuple[str | None, int]]) -> Decimal | None:
    """The sum of the sections, each times its scale; a lone digit after a scale counts its tenths (两万三)."""
    total, previous = Decimal(0), 0
    for section, scale in parts:
        if section is None or (not section and scale == 1 and previous):
            continue
        zero = bool(previous) and section[:1] in ("零", "〇")
        value = Decimal(1) if not section and scale > 1 and not previous else _section(section[1:] if zero else section)
        if value is None or (previous and value * scale >= previous):
            return None
        spoken = scale == 1 and previous and not zero and len(section) == 1
        total += value * (previous // 10 if spoken else scale)
        previous = scale
    return total


def _section(text: str) -> Decimal | None:
    """The value of a section below 万, or None."""
    found = _SECTION.fullmatch(text)
    if not text or found is None or _misses_lead(found) or _zero_misused(found):
        return None
    total, last = Decimal(0), 0
    for unit in (1000, 100, 10):
        lead = found[f"d{unit}"]
        if lead is not None or found.group().startswith(_symbol(unit)):
            total += _lead(lead) * unit
            last = unit
        elif unit == 10 and "十" in text:
            total, last = total + 10, 10
    ones = found["d1"]
    if ones is None:
        return total if text[-1] not in "零〇" or text in "零〇" else None
    spoken = last >= 100 and len(ones) == 1 and not (found["z1"] or found["z2"] or found["z3"])
    return total + _lead(ones) * (last // 10 if spoken else 1)


def _symbol(unit: int) -> str:
    return next(char for char, value in UNITS.items() if value == unit)


def _lead(text: str | None) -> Decimal:
    if text is None:
        return Decimal(1)
    return Decimal(DIGITS[text]) if text in DIGITS else Decimal(text)


def _misses_lead(found: re.Match[str]) -> bool:
    """Whether 千 or 百 has no digit before it though it does not stand first (三千百)."""
    return any(char in found.group()[1:] and found[f"d{UNITS[char]}"] is None and found.group()[0] != char for char in "千百")


def _zero_misused(found: re.Match[str]) -> bool:
    """Whether zeros follow one another (一千零零五) or lead the number (零十)."""
    text = found.group()
    return re.search(r"[零〇]{2}|^[零〇].", text) is not None and text not in "零〇"
