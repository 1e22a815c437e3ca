"""What an extraction returns: the output contract as frozen values. No rules live here.

Offsets count characters of the source text exactly as it was given, half-open.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

Offsets = tuple[int, int]


class Status(StrEnum):
    """How a cell came by its value."""

    PRINTED = "printed"
    PLACED = "placed"
    DERIVED = "derived"
    BLANK = "blank"


class Basis(StrEnum):
    """How a figure states its value: a number, wording that means 0, or a universal statement (均为自然人)."""

    PRINTED = "printed"
    ZERO = "zero"
    ALL = "all"


class Verdict(StrEnum):
    """What a rule of arithmetic says of the cells."""

    HOLDS = "holds"
    BROKEN = "broken"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a statutory table. `key` is table.row.column; `value` is None only if `status` is blank."""

    key: str
    value: int | float | None
    status: Status
    text: str | None
    spans: tuple[Offsets, ...]
    confidence: float

    def with_confidence(self, confidence: float) -> Cell:
        """The same cell, as sure as `confidence` says."""
        return Cell(self.key, self.value, self.status, self.text, self.spans, confidence)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that the narrative states. `unit` is the measure word as printed, or None."""

    label: str
    value: int | float | None
    unit: str | None
    text: str
    start: int
    end: int
    basis: Basis
    confidence: float

    def with_confidence(self, confidence: float) -> Figure:
        """The same figure, as sure as `confidence` says."""
        return Figure(self.label, self.value, self.unit, self.text, self.start, self.end, self.basis, confidence)


@dataclass(frozen=True, slots=True)
class Entity:
    """A name, date or address of the report."""

    label: str
    text: str
    start: int
    end: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Indicator:
    """A row of a statistics table of before 2019.

    `key` is legacy.indicator of `configs/forms/legacy.yaml`, or None for a row that no known form has for certain; `number` the
    numbering under which the row is printed (`三、(一)1.`). `name`, `unit` and `text` are as printed; `value` and `text` are None only
    if `status` is blank. `spans` holds the place of `text`, and nothing for a blank that left no sign; `name_span` that of `name`.
    """

    key: str | None
    name: str
    number: str | None
    unit: str
    value: int | float | None
    status: Status
    text: str | None
    spans: tuple[Offsets, ...]
    name_span: Offsets
    confidence: float


@dataclass(frozen=True, slots=True)
class Check:
    """The verdict on one rule. `doubtful` names the fewest cells that would have to be wrong if it is broken.

    `spans` are the places of the narrative that say `right`, where the rule holds cells against it.
    """

    rule: str
    keys: tuple[str, ...]
    left: int | float | None
    right: int | float | None
    verdict: Verdict
    doubtful: tuple[str, ...] = ()
    spans: tuple[Offsets, ...] = ()


@dataclass(frozen=True, slots=True)
class Repair:
    """How often one kind of damage was undone."""

    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class Extraction:
    """Everything that one document says."""

    source: str
    form: str | None
    agency: str | None
    report_year: int | None
    cells: tuple[Cell, ...] = ()
    figures: tuple[Figure, ...] = ()
    entities: tuple[Entity, ...] = ()
    checks: tuple[Check, ...] = ()
    repairs: tuple[Repair, ...] = ()
    warnings: tuple[str, ...] = field(default=())
    legacy: tuple[Indicator, ...] = ()
