"""What the plots of a panel show, collected report by report.

A report counts where all that a plot needs of it is known; parts of a whole count where they add up to the whole that the report states,
so that one misread number does not outweigh a hundred reports.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import median, quantiles

from gongkai.inference.panel.organ_year import OrganYear
from gongkai.inference.panel.rates import RateValue, group_totals, total_of

Number = int | float

RECEIVED, HANDLED = "requests.new_received.total", "requests.handled_total.total"
_OTHER_2019 = ("requests.other_handling.total",)
OUTCOMES: Mapping[str, tuple[str, ...]] = {
    "granted": ("requests.granted.total",),
    "partially granted": ("requests.partially_granted.total",),
    "denied": group_totals("denied"),
    "unavailable": group_totals("unavailable"),
    "rejected": group_totals("rejected"),
    "other": group_totals("other_handling"),
}
"""Groups of results and their cells; the form of 2019 has one cell for `other`."""
ENDS = ("upheld", "corrected", "other", "pending")
REVIEWS: Mapping[str, tuple[str, ...]] = {"reviews": ("review",), "suits": ("litigation_direct", "litigation_after_review")}


@dataclass(frozen=True, slots=True)
class Pooled:
    """Parts added up over the `reports` of a year in which every part is known and all add up to their stated whole."""

    reports: int
    parts: Mapping[str, Number]

    @property
    def whole(self) -> Number:
        """All parts together."""
        return sum(self.parts.values())


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle of the values of a year, and the quarters around it (None for fewer than four values)."""

    reports: int
    middle: float
    quarters: tuple[float, float] | None


@dataclass(slots=True)
class Trends:
    """Values by year. `requests` has those of every organ."""

    requests: dict[str, dict[int, Number]] = field(default_factory=dict)
    doubtful: set[tuple[str, int]] = field(default_factory=set)
    """The organs and years whose number of requests is in doubt."""
    reports: dict[int, int] = field(default_factory=dict)
    """How many reports there are of a year."""
    apart: dict[int, int] = field(default_factory=dict)
    """How many of them hold no numbers of another: those that may be added up."""
    _parts: dict[str, dict[int, list[Mapping[str, Number]]]] = field(default_factory=dict)
    _rates: dict[str, dict[int, list[float]]] = field(default_factory=dict)

    def add(self, one: OrganYear, rates: Iterable[RateValue], holds_others: bool = False) -> None:
        """Count one report more. What `holds_others`, as a city's numbers hold those of its counties, is in no sum: it would count twice."""
        self.reports[one.year] = self.reports.get(one.year, 0) + 1
        received = one.report.value(RECEIVED)
        if received is not None:
            self.requests.setdefault(one.organ, {})[one.year] = received
            self.doubtful.update({(one.organ, one.year)} if one.doubts(RECEIVED) else ())
        if not holds_others:
            self._pool(one)
        for found in rates:
            if found.value is not None:
                self._rates.setdefault(found.rate.name, {}).setdefault(one.year, []).append(found.value)

    def _pool(self, one: OrganYear) -> None:
        self.apart[one.year] = self.apart.get(one.year, 0) + 1
        outcomes = {name: _outcome(name, keys, one) for name, keys in OUTCOMES.items()}
        self._add_parts("outcomes", one.year, outcomes, one.report.value(HANDLED))
        for kind, rows in REVIEWS.items():
            self._add_parts(kind, one.year, {end: _over(rows, end, one) for end in ENDS}, _over(rows, "total", one))

    def years(self) -> list[int]:
        """The years of which there is a report, in order."""
        return sorted(self.reports)

    def pooled(self, kind: str) -> dict[int, Pooled]:
        """The parts of `outcomes`, `reviews` or `suits` by year, where any report knows them all."""
        return {year: _pooled(several) for year, several in sorted(self._parts.get(kind, {}).items())}

    def received(self) -> dict[int, Spread]:
        """The spread of the requests that organs received, by year."""
        by_year: dict[int, list[Number]] = defaultdict(list)
        for years in self.requests.values():
            for year, value in years.items():
                by_year[year].append(value)
        return {year: spread(by_year[year]) for year in sorted(by_year)}

    def rate(self, name: str) -> dict[int, Spread]:
        """The spread of a rate by year."""
        return {year: spread(values) for year, values in sorted(self._rates.get(name, {}).items())}

    def _add_parts(self, kind: str, year: int, parts: Mapping[str, Number | None], whole: Number | None) -> None:
        known = {name: value for name, value in parts.items() if value is not None}
        if len(known) == len(parts) and sum(known.values()) == whole:
            self._parts.setdefault(kind, {}).setdefault(year, []).append(known)


def spread(values: Iterable[Number]) -> Spread:
    """The spread of at least one value."""
    several = sorted(values)
    quarters = quantiles(several, n=4, method="inclusive") if len(several) >= 4 else None
    return Spread(len(several), float(median(several)), (quarters[0], quarters[2]) if quarters else None)


def _outcome(name: str, keys: tuple[str, ...], one: OrganYear) -> Number | None:
    old = name == "other" and not any(key in one.report.places for key in keys)
    return total_of(one, _OTHER_2019 if old else keys)


def _over(rows: tuple[str, ...], column: str, one: OrganYear) -> Number | None:
    return total_of(one, tuple(f"review_litigation.{row}.{column}" for row in rows))


def _pooled(several: list[Mapping[str, Number]]) -> Pooled:
    return Pooled(len(several), {name: sum(parts[name] for parts in several) for name in several[0]})
