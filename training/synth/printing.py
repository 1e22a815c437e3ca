"""How an organ fills in its form: zeros or blanks, signs in empty cells, and now and then a number that is wrong."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Value = int | float
Wish = Callable[[str], bool]

HABITS: Mapping[str, float] = {"zeros": 0.59, "cells": 0.15, "rows": 0.07, "tables": 0.06, "totals": 0.05, "some": 0.05, "column": 0.03}
"""Which zeros are left blank: none; all; those of rows with nothing else; those of tables with nothing else; all but the
column of totals (which is printed even where it is zero, and the applicants never); those of some rows; those of one column."""

SIGNS = ("/", "/", "—", "-", "无", "--", "\\")
ERROR_RATE = 0.1


@dataclass(frozen=True, slots=True)
class Printed:
    """What stands in the cells, what stands in the blank ones, and the key of the cell that is wrong, if one is."""

    cells: Mapping[str, Value | None]
    signs: Mapping[str, str]
    error: str | None


def draw_print(rng: random.Random, truth: Mapping[str, Value]) -> Printed:
    """`truth` as one organ prints it."""
    common = rng.choices(list(HABITS), list(HABITS.values()))[0]
    cells: dict[str, Value | None] = {}
    for table in dict.fromkeys(key.split(".")[0] for key in truth):
        habit = common if rng.random() < 0.75 else "zeros"
        own = {key: value for key, value in truth.items() if key.startswith(f"{table}.")}
        blank = _blank_wish(rng, habit, own)
        cells |= {key: None if blank(key) else value for key, value in own.items()}
    error = _draw_error(rng, cells) if rng.random() < ERROR_RATE else None
    if error is not None:
        cells[error] = _wrong(rng, cells[error] or 0)
    return Printed(cells, _draw_signs(rng, cells), error)


def _blank_wish(rng: random.Random, habit: str, own: Mapping[str, Value]) -> Wish:
    """Whether the cell of a key is left blank, under `habit`, in a table with the numbers `own`."""
    filled_rows = {_row(key) for key, value in own.items() if value}
    skipped = {row for row in dict.fromkeys(map(_row, own)) if rng.random() < 0.5} - filled_rows
    column = rng.choice([key.rsplit(".", 1)[1] for key in own])
    wishes: Mapping[str, Wish] = {
        "zeros": lambda key: False,
        "cells": lambda key: not own[key],
        "rows": lambda key: _row(key) not in filled_rows,
        "tables": lambda key: not filled_rows,
        "totals": lambda key: key.startswith("requests.") and not key.endswith(".total"),
        "some": lambda key: _row(key) in skipped,
        "column": lambda key: not own[key] and key.endswith(f".{column}"),
    }
    return wishes[habit]


def _row(key: str) -> str:
    return key.rsplit(".", 1)[0]


def _draw_signs(rng: random.Random, cells: Mapping[str, Value | None]) -> dict[str, str]:
    """Nothing in most reports; else one sign in all blank cells, in those of some rows, or in those of one column."""
    if rng.random() > 0.2:
        return {}
    sign = rng.choice(SIGNS)
    blank = [key for key, value in cells.items() if value is None]
    match rng.randrange(3):
        case 0:
            return dict.fromkeys(blank, sign)
        case 1:
            rows = {row for row in dict.fromkeys(map(_row, blank)) if rng.random() < 0.4}
            return {key: sign for key in blank if _row(key) in rows}
        case _:
            column = rng.choice(blank).rsplit(".", 1)[1] if blank else ""
            return {key: sign for key in blank if key.endswith(f".{column}")}


def _draw_error(rng: random.Random, cells: Mapping[str, Value | None]) -> str | None:
    """A printed cell of the tables that have arithmetic, rather one with a number than a zero."""
    keys = [key for key, value in cells.items() if value is not None and not key.startswith("proactive.")]
    filled = [key for key in keys if cells[key]]
    pool = filled if filled and rng.random() < 0.8 else keys
    return rng.choice(pool) if pool else None


def _wrong(rng: random.Random, value: Value) -> Value:
    """Another count: one off, forgotten, or mistyped."""
    choices = [value + 1, value + rng.randint(2, 9), max(0, value - 1), 0, int(value) * 10 + rng.randint(1, 9)]
    return rng.choice([choice for choice in choices if choice != value])
