"""How badly a page is hurt: which layout each table is flattened to, and which damage befalls titles, cells and rows."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gongkai.training.synth.values import TABLES

LAYOUT_WEIGHTS: Mapping[str, float] = {
    "A1": 30, "A2": 24, "A3": 5, "A4": 14, "A5": 4, "A6": 5, "A7": 4, "A8": 2, "A9": 2, "A10": 6,
    "A11": 5, "A12": 1.5, "A13": 4, "A14": 2.5, "A15": 3, "A16": 2, "A18": 2,
}  # fmt: skip
"""How often each layout is drawn, layouts of other modules being drawn alike; the lossy ones only where a plan allows heavy damage."""

LAYOUTS: tuple[str, ...] = tuple(LAYOUT_WEIGHTS)
LOSSY_LAYOUTS = ("A12", "A13", "A14", "A15", "A16")

LIGHT: Mapping[str, float] = {
    "C1": 6, "C2": 2, "C7": 1.5, "C13": 2, "C14": 1, "D6": 1, "D7": 0.7, "D10": 1, "D11": 1.5, "D12": 0.7, "W": 2,
}  # fmt: skip
"""Damage after which every cell still stands in its place (W: other wordings of titles)."""

HEAVY: Mapping[str, float] = {
    "C3": 1.5, "C4": 1.5, "C5": 0.8, "C6": 1, "C8": 2, "C9": 1.5, "C10": 1, "D3": 7, "D8": 0.7, "D15": 0.7, "D16": 0.7,
    "A17": 1, "A19": 0.8, "A20": 0.6, "B1": 1.2, "B2": 0.3, "B3": 0.4, "B4": 0.4, "T1": 0.8,
}  # fmt: skip
"""Damage that loses or adds something (D3: blank cells dropped; D16: the last blank of a row lost; A17: a layout per table;
T1: one or two of the tables missing)."""

MODES: tuple[str, ...] = (*LIGHT, *HEAVY)
ABSENT = frozenset({"B1", "B2", "B3", "B4"})


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done to one page. `layouts` has one name of LAYOUTS per table; `modes` are names of MODES."""

    severity: int
    layouts: Mapping[str, str]
    modes: frozenset[str] = frozenset()
    full_width: bool = False

    @property
    def absent(self) -> bool:
        """Whether the tables are not on the page at all."""
        return bool(self.modes & ABSENT)


def draw_plan(rng: random.Random, severity: int, layouts: Sequence[str] | None = None, modes: Sequence[str] | None = None) -> Plan:
    """A plan of `severity` 0 (flattened only) to 3 (several kinds of heavy damage), from the layouts and modes allowed."""
    if not 0 <= severity <= 3:
        raise ValueError(f"severity must be 0 to 3, got {severity}")
    light = rng.randint(1, 3) if severity else 0
    heavy = (0, 0, 1, rng.randint(2, 4))[severity]
    chosen = _draw_some(rng, LIGHT, light, modes) | _draw_some(rng, HEAVY, heavy, modes)
    pool = list(layouts or [name for name in LAYOUTS if severity >= 2 or name not in LOSSY_LAYOUTS])
    first = _draw_layout(rng, pool)
    each = {table: _draw_layout(rng, pool) if "A17" in chosen else first for table in TABLES}
    return Plan(severity, each, frozenset(chosen), rng.random() < 0.3)


def _draw_layout(rng: random.Random, pool: Sequence[str]) -> str:
    return rng.choices(pool, [LAYOUT_WEIGHTS.get(name, 1.0) for name in pool])[0]


def _draw_some(rng: random.Random, weights: Mapping[str, float], count: int, allowed: Sequence[str] | None) -> set[str]:
    """Up to `count` different names among the allowed ones, by weight; of the ways a table can be absent, only one."""
    pool = {name: weight for name, weight in weights.items() if allowed is None or name in allowed}
    chosen: set[str] = set()
    while pool and len(chosen) < count:
        name = rng.choices(list(pool), list(pool.values()))[0]
        chosen.add(name)
        dropped = ABSENT | {"A19", "A20"} if name in ABSENT | {"A19", "A20"} else {name}
        pool = {other: weight for other, weight in pool.items() if other not in dropped}
    return chosen
