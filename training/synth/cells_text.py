"""What is printed in a cell for a number: signs and words, units, comments, separators, decimals, other digits."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import dataclass

Value = int | float
_FULL_WIDTH = {ord("0") + digit: chr(0xFF10 + digit) for digit in range(10)}
_COMMENTS = ("(含上年结转)", "(其中部门件)", "(本级)", "(含规范性文件)", "(政府办印发)", "(网上办理)", "(按项目数统计)", "(不含涉密)")


@dataclass(frozen=True, slots=True)
class Hand:
    """How one page writes its numbers: under which damage modes, with which unit, after which share of them, in which digits."""

    modes: Collection[str]
    unit: str
    unit_share: float
    wide: bool


def draw_hand(rng: random.Random, modes: Collection[str]) -> Hand:
    """The habits of one page under the damage `modes` (D6 to D12, D15)."""
    return Hand(modes, rng.choice("件件件项个"), rng.choice((0.05, 0.3, 1.0)), rng.random() < 0.6)


def write_value(rng: random.Random, column: str, value: Value, hand: Hand) -> str:
    """`value` of a cell in `column` as printed by `hand`."""
    text = _sign(rng, value, hand.modes) if column == "change" else _number(rng, value, hand.modes)
    if "D15" in hand.modes:
        text = _other_digits(rng, text, hand.wide)
    if "D7" in hand.modes and rng.random() < hand.unit_share:
        text += "万元" if column.endswith("amount") else hand.unit
    if "D8" in hand.modes and value and rng.random() < 0.15:
        text += rng.choice(_COMMENTS)
    return text


def _other_digits(rng: random.Random, text: str, wide: bool) -> str:
    """Digits of full width, or now and then a letter for a zero."""
    if wide:
        return text.translate(_FULL_WIDTH)
    return text.replace("0", rng.choice("OOo〇")) if rng.random() < 0.15 else text


def _number(rng: random.Random, value: Value, modes: Collection[str]) -> str:
    if "D12" in modes and abs(value) >= 1000 and rng.random() < 0.8:
        return f"{value:,}"
    if isinstance(value, float) and "D10" in modes:
        places = max(len(repr(value).split(".")[1]), 4)
        return f"{value:.{places}f}"
    return repr(value) if rng.random() < 0.97 or not isinstance(value, float) else f"{value:.6f}".rstrip("0") + "0"


def _sign(rng: random.Random, value: Value, modes: Collection[str]) -> str:
    """A change: signed as a number, or in D6 with a plus sign or in words."""
    if "D6" not in modes or not value:
        return repr(value)
    words = ("增加", "增", "+", "+", "↑") if value > 0 else ("减少", "减", "-", "-", "↓")
    return rng.choice(words) + repr(abs(value))
