"""Which of the numbers after a measure word is the value: by the column titles, held against the numbers themselves."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from gongkai.inference.legacy.rows import Atom, RawRow
from gongkai.inference.numbers import CellNumber, is_placeholder, read_cell

CODE, VALUE, OTHER = "code", "value", "other"
_HEADER = re.compile(
    r"(?P<serial>序号)?(?:统计)?(?:指标(?:名称)?|项目(?:名称)?|内容)(?:计量|统计)?单位(?P<first_code>(?:指标)?(?:代码|编号|代号))?"
    r"(?P<values>.*?)(?:甲乙(?:丙)?[\d-]*)?$"
)
_VALUE = re.compile(
    r"(?P<past>(?:上年|去年|上一年|历年|历史|至今)(?:度)?(?:累计|统计数|数量|数据|数)?)|(?P<period>本期(?:实际)?(?:数)?|本季度?(?:数)?|本月(?:数)?)"
    r"|(?P<year>(?:本|当|全|\d{4})年(?:度)?(?:累计|合计|统计数据|统计数|数量|数据|数)?)|(?P<plain>统计数据|统计数值|统计数|数量|数值|数据|合计|总数|数)"
)
_FEWEST_CODES = 5
_MONEY = ("万元", "元")


@dataclass(frozen=True, slots=True)
class Layout:
    """What the cells after a measure word are, in order, in a full row: a code, the value, or a number of something else.

    `serial` if every row begins with a running number, which in layouts of one cell a line comes after the row before.
    """

    columns: tuple[str, ...]
    serial: bool = False


@dataclass(frozen=True, slots=True)
class Value:
    """The number of a row, or its blank (`atom` is None, or a sign for nothing)."""

    atom: Atom | None
    number: CellNumber | None


def layout_of(header: str, rows: Sequence[RawRow]) -> Layout | None:
    """The layout that the column titles `header` (joined) state and the cells of `rows` bear out; None if they leave it open."""
    cells = [tuple(atom.text for atom in row.after) for row in rows]
    stated = stated_layout(header)
    if stated is None:
        return _inferred(cells)
    width = len(stated.columns) + (stated.serial and not _mostly_lines(rows))
    usual = Counter(len(some) for some in cells if some).most_common(1)
    if usual and usual[0][0] > width:
        return None
    counted = stated.columns[0] != CODE and count_up([some[0] for some in cells if some])
    return None if counted else stated


def value_of(row: RawRow, layout: Layout, *, coded: bool, last: bool) -> Value | None:
    """The value of `row`, which may be blank; None where the cells of the row do not fit the layout for certain.

    `coded` says that what comes first in every row counts up, so that a single cell is a code without a value. The `last` row of a
    table is followed by no running number.
    """
    cells = row.after
    width = len(layout.columns) + (layout.serial and not row.is_line and not last)
    if len(cells) == width:
        return _read(cells[layout.columns.index(VALUE)], row.unit.text.strip("()"))
    nothing = not cells and not layout.serial
    return Value(None, None) if nothing or (len(cells) == 1 and coded and layout.columns[0] == CODE) else None


def count_up(cells: Sequence[str]) -> bool:
    """Whether cells can only be running numbers or codes (`01`, `02`; `31`, `311`, `32`): many, each after the one before."""
    known = [cell for cell in cells if cell.isdecimal()]
    if len(known) < _FEWEST_CODES or len(known) < len(cells):
        return False
    pairs = list(pairwise(known))
    return all(int(one) < int(other) for one, other in pairs) or all(one < other for one, other in pairs)


def stated_layout(header: str) -> Layout | None:
    """The layout that column titles state; None where they state none, or several numbers of which none is clearly this year's."""
    found = _HEADER.search(header)
    if found is None:
        return None
    values = list(_VALUE.finditer(found["values"]))
    if not values or "".join(value.group() for value in values) != found["values"]:
        return None
    kinds = [value.lastgroup for value in values]
    wanted = [place for place, kind in enumerate(kinds) if len(kinds) == 1 or kind == "year"]
    if len(wanted) != 1 or kinds == ["past"]:
        return None
    columns = [VALUE if place == wanted[0] else OTHER for place in range(len(kinds))]
    return Layout((*([CODE] if found["first_code"] else []), *columns), found["serial"] is not None)


def _inferred(cells: Sequence[tuple[str, ...]]) -> Layout | None:
    """Without column titles: one number a row that does not count up is the value, and so is the second where the first counts up."""
    filled = [some for some in cells if some]
    if len(filled) < _FEWEST_CODES or len({len(some) for some in filled}) > 1:
        return None
    counted = count_up([some[0] for some in filled])
    if len(filled[0]) == 1 and not counted:
        return Layout((VALUE,))
    return Layout((CODE, VALUE)) if len(filled[0]) == len((CODE, VALUE)) and counted else None


def _mostly_lines(rows: Sequence[RawRow]) -> bool:
    return sum(row.is_line for row in rows) * 2 > len(rows)


def _read(atom: Atom, unit: str) -> Value | None:
    if is_placeholder(atom.text):
        return Value(atom, None)
    number = read_cell(atom.text, decimal=unit in _MONEY)
    if number is None or (number.unit is not None and number.unit != unit):
        return None
    return Value(atom, number)
