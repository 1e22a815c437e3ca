"""Rates of one report: what they are made of, and why one is missing where it is."""

from __future__ import annotations

from dataclasses import dataclass

from gongkai.inference.compare.differences import rounded
from gongkai.inference.forms import forms
from gongkai.inference.panel.organ_year import OrganYear

_HANDLED = ("requests.handled_total.total",)
_CONCLUDED = ("upheld", "corrected", "other")  # what is pending may still be corrected
_SUITS = ("litigation_direct", "litigation_after_review")


@dataclass(frozen=True, slots=True)
class Rate:
    """A share: the sum of the cells `numerator` over the sum of the cells `denominator`."""

    name: str
    numerator: tuple[str, ...]
    denominator: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RateValue:
    """A rate of one organ and year. `value` is None exactly where `reason` says why; `confidence` is that of the least sure cell."""

    rate: Rate
    value: float | None
    numerator: int | float | None
    denominator: int | float | None
    confidence: float | None
    doubtful: bool
    reason: str | None


def group_totals(group: str) -> tuple[str, ...]:
    """The totals of the result rows of a group that both forms have, such as the eight of `denied`."""
    newest = forms()["2021"].table("requests").blocks[0]
    return tuple(f"requests.{row.key}.total" for row in newest.rows if row.group == group)


def _reversal(name: str, *rows: str) -> Rate:
    corrected = tuple(f"review_litigation.{row}.corrected" for row in rows)
    return Rate(name, corrected, tuple(f"review_litigation.{row}.{outcome}" for row in rows for outcome in _CONCLUDED))


RATES = (
    Rate("disclosure", ("requests.granted.total", "requests.partially_granted.total"), _HANDLED),
    Rate("full_disclosure", ("requests.granted.total",), _HANDLED),
    Rate("denial", group_totals("denied"), _HANDLED),
    Rate("unavailable", group_totals("unavailable"), _HANDLED),
    Rate("rejection", group_totals("rejected"), _HANDLED),
    Rate("natural_persons", ("requests.new_received.natural_person",), ("requests.new_received.total",)),
    Rate("carried_over", ("requests.carried_out.total",), ("requests.new_received.total", "requests.carried_in.total")),
    _reversal("review_reversal", "review"),
    _reversal("litigation_direct_reversal", _SUITS[0]),
    _reversal("litigation_after_review_reversal", _SUITS[1]),
    _reversal("litigation_reversal", *_SUITS),
)
"""Every rate of a panel. Both forms have all of these cells."""


def rates_of(one: OrganYear) -> tuple[RateValue, ...]:
    """Every rate, in the order of `RATES`."""
    return tuple(_rate(rate, one) for rate in RATES)


def total_of(one: OrganYear, keys: tuple[str, ...]) -> int | float | None:
    """The sum of cells; None if one of them has no value."""
    values = [one.report.value(key) for key in keys]
    known = [value for value in values if value is not None]
    return rounded(sum(known)) if len(known) == len(values) else None


def _rate(rate: Rate, one: OrganYear) -> RateValue:
    keys = tuple(dict.fromkeys((*rate.numerator, *rate.denominator)))
    above, below = total_of(one, rate.numerator), total_of(one, rate.denominator)
    reason = _obstacle(one, keys, above, below)
    cells = [one.report.cells[key] for key in keys if key in one.report.cells]
    return RateValue(
        rate=rate,
        value=None if reason or above is None or not below else above / below,
        numerator=above,
        denominator=below,
        confidence=None if reason else min(cell.confidence for cell in cells),
        doubtful=any(one.doubts(key) for key in keys),
        reason=reason,
    )


def _obstacle(one: OrganYear, keys: tuple[str, ...], above: int | float | None, below: int | float | None) -> str | None:
    """Why there is no such rate. A share below zero or above one comes from a table that contradicts itself."""
    if above is None or below is None:
        return f"no value: {' '.join(key for key in keys if one.report.value(key) is None)}"
    if below == 0:
        return "the denominator is 0"
    return None if 0 <= above <= below else "the numerator is no part of the denominator"
