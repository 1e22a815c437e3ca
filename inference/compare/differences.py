"""Two reports cell by cell: what each says, how far they are apart, and why nothing can be said where nothing can."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from gongkai.inference.compare.places import Place, places
from gongkai.inference.compare.report import Report
from gongkai.inference.results import Cell

_DIGITS = 6  # amounts are in 万元: six decimals are a hundredth of 分


class Side(StrEnum):
    """The first or the second report."""

    A = "a"
    B = "b"


class Standing(StrEnum):
    """What can be said of a cell: both have a value, one has, neither has; or the form of only one has such a cell at all."""

    BOTH = "both"
    ONLY_A = "only_a"
    ONLY_B = "only_b"
    NEITHER = "neither"
    FORM_A = "form_a"
    FORM_B = "form_b"


@dataclass(frozen=True, slots=True)
class Difference:
    """One cell in both reports. `doubtful` names the sides on which the cell is in doubt."""

    place: Place
    a: Cell | None
    b: Cell | None
    standing: Standing
    doubtful: tuple[Side, ...]

    @property
    def absolute(self) -> int | float | None:
        """B less A; None unless both have a value."""
        a, b = value_of(self.a), value_of(self.b)
        return None if a is None or b is None or self.standing is not Standing.BOTH else rounded(b - a)

    @property
    def relative(self) -> float | None:
        """The difference as a share of A; None where A is zero, or where the cell itself states a change."""
        a, absolute = value_of(self.a), self.absolute
        return None if absolute is None or self.place.signed or not a or a < 0 else absolute / a

    @property
    def says_something(self) -> bool:
        """Whether either report has a value that is not zero."""
        return bool(value_of(self.a) or value_of(self.b))


def differences(a: Report, b: Report) -> tuple[Difference, ...]:
    """Every cell that the form of either report has, in printed order."""
    return tuple(_differences(a, b))


def _differences(a: Report, b: Report) -> Iterator[Difference]:
    for place in places():
        if place.key in a.places or place.key in b.places:
            doubtful = tuple(side for side, report in ((Side.A, a), (Side.B, b)) if place.key in report.doubts)
            yield Difference(place, a.cells.get(place.key), b.cells.get(place.key), _standing(place.key, a, b), doubtful)


def _standing(key: str, a: Report, b: Report) -> Standing:
    if key not in b.places:
        return Standing.FORM_A
    if key not in a.places:
        return Standing.FORM_B
    has_a, has_b = a.value(key) is not None, b.value(key) is not None
    if has_a and has_b:
        return Standing.BOTH
    return Standing.ONLY_A if has_a else Standing.ONLY_B if has_b else Standing.NEITHER


def value_of(cell: Cell | None) -> int | float | None:
    """The value of a cell, None where there is none."""
    return cell.value if cell else None


def rounded(value: int | float) -> int | float:
    """`value` without what binary fractions leave behind; counts stay whole numbers."""
    return value if isinstance(value, int) else round(value, _DIGITS)
