"""From results to a panel: reports sorted by organ and year, doubles resolved, then what follows from each and from several."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from gongkai.inference.compare.report import organ_name
from gongkai.inference.compare.years import across_years
from gongkai.inference.panel.hierarchy import Hierarchy, sums_of
from gongkai.inference.panel.organ_year import OrganYear, n_values, organ_year
from gongkai.inference.panel.rates import rates_of
from gongkai.inference.panel.rows import rate_row, rows_of, sum_row, year_row
from gongkai.inference.panel.shelf import Shelf
from gongkai.inference.panel.tables import Format, Tables
from gongkai.inference.panel.trends import Trends
from gongkai.inference.results import Extraction
from gongkai.inference.stored.records import NotRead
from gongkai.inference.stored.results import read_results
from gongkai.model.errors import BadRecordError, OutputError

Tell = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Settings:
    """How a panel is made. `trust_best`: where documents of one organ and year disagree, the soundest is believed."""

    format: Format = Format.CSV
    hierarchy: Hierarchy = field(default_factory=dict)
    trust_best: bool = False


@dataclass(slots=True)
class Summary:
    """What a panel came to. `verdicts` and `sums` count the verdicts across years (rule and verdict) and of parents."""

    organs: int = 0
    organ_years: int = 0
    doubles: int = 0
    disputed: int = 0
    left_out: int = 0
    damaged: int = 0
    verdicts: Counter[tuple[str, str]] = field(default_factory=Counter)
    sums: Counter[str] = field(default_factory=Counter)
    parents: int = 0
    """Organs with a report that the hierarchy has above others."""
    strangers: tuple[str, ...] = ()
    """Names of the hierarchy that no report bears."""
    trends: Trends = field(default_factory=Trends)


def make_panel(results: Iterable[Path], folder: Path, settings: Settings, tell: Tell) -> Summary:
    """Write the tables of a panel of `results` into `folder`, which is there; the same results give the same bytes.

    Raises DocumentError if a path holds no results, and if none of them is a report with organ, year and a number in its tables.
    `tell` is told of records that are damaged. Nothing is written in these cases.
    """
    with TemporaryDirectory(prefix="gongkai-panel-") as scratch:
        shelf = Shelf(Path(scratch) / "reports.sqlite")
        try:
            with Tables(folder, settings.format) as tables:
                return _Panel(shelf, tables, settings).make(results, tell)
        except sqlite3.Error as error:
            raise OutputError(f"{scratch}: reports cannot wait there ({error}); free space, or name another folder in TMPDIR") from error
        finally:
            shelf.close()


class _Panel:
    def __init__(self, shelf: Shelf, tables: Tables, settings: Settings) -> None:
        self.shelf, self.tables, self.settings = shelf, tables, settings
        self.summary = Summary()
        self.reporting: set[tuple[str, int]] = set()

    def make(self, results: Iterable[Path], tell: Tell) -> Summary:
        for path in results:
            self._take(path, tell)
        if not self.reporting:
            left = f"{self.summary.left_out} documents were read" if self.summary.left_out else "they are empty"
            raise BadRecordError(
                f"the results hold no report with an organ, a year and a number in its tables ({left}); nothing is written"
            )
        for organ, years in self.shelf.organs():
            self._organ([self._resolved(organ, year, found) for year, found in years.items()])
        for parent, year in sorted(self.reporting):
            if parent in self.settings.hierarchy:
                self._parent(parent, year)
        self.summary.organs = len({organ for organ, _ in self.reporting})
        self.summary.parents = len({organ for organ, _ in self.reporting} & self.settings.hierarchy.keys())
        self.summary.strangers = tuple(self._strangers())
        return self.summary

    def _take(self, path: Path, tell: Tell) -> None:
        for one in read_results(path):
            reason = one.reason if isinstance(one, NotRead) else unusable(one)
            if isinstance(one, Extraction) and one.agency and one.report_year and not reason:
                organ = organ_name(one.agency)
                self.shelf.put(organ, one.report_year, one)
                self.reporting.add((organ, one.report_year))
            else:
                self._leave_out(one, str(reason), tell)

    def _leave_out(self, one: Extraction | NotRead, reason: str, tell: Tell) -> None:
        self.tables.add("left_out", one.source, reason)
        self.summary.left_out += 1
        if isinstance(one, NotRead) and one.damaged:
            self.summary.damaged += 1
            tell(reason)

    def _resolved(self, organ: str, year: int, found: list[Extraction]) -> OrganYear:
        return organ_year(organ, year, found, self.settings.trust_best)

    def _organ(self, years: list[OrganYear]) -> None:
        for one in years:
            self._organ_year(one)
        for earlier, later in pairwise(years):
            if later.year == earlier.year + 1:
                for check in across_years(earlier.report, later.report):
                    self._add(year_row(later, check))
                    self.summary.verdicts[check.rule.rule, str(check.verdict)] += 1

    def _organ_year(self, one: OrganYear) -> None:
        for row in rows_of(one):
            self._add(row)
        rates = rates_of(one)
        for found in rates:
            self._add(rate_row(one, found))
        self.summary.trends.add(one, rates, self._holds_others(one))
        self.summary.organ_years += 1
        self.summary.doubles += len(one.documents) > 1
        self.summary.disputed += any(document.differing for document in one.documents)

    def _holds_others(self, one: OrganYear) -> bool:
        """Whether an organ below this one reports on the same year."""
        return any((child, one.year) in self.reporting for child in self.settings.hierarchy.get(one.organ, ()))

    def _parent(self, parent: str, year: int) -> None:
        above = self._resolved(parent, year, self.shelf.of(parent, year))
        children = {name: self._known(name, year) for name in self.settings.hierarchy[parent]}
        for check in sums_of(above, children):
            self._add(sum_row(above, check))
            self.summary.sums[str(check.verdict)] += 1

    def _known(self, organ: str, year: int) -> OrganYear | None:
        return self._resolved(organ, year, self.shelf.of(organ, year)) if (organ, year) in self.reporting else None

    def _strangers(self) -> Iterator[str]:
        known = {organ for organ, _ in self.reporting}
        named = dict.fromkeys(name for parent, children in self.settings.hierarchy.items() for name in (parent, *children))
        return (name for name in named if name not in known)

    def _add(self, named: tuple[str, tuple[object, ...]]) -> None:
        table, row = named
        self.tables.add(table, *row)


def unusable(extraction: Extraction) -> str | None:
    """Why a report cannot be part of a panel; None if it can."""
    if not extraction.agency:
        return "the organ of the report was not found" if extraction.report_year else "neither organ nor year of the report was found"
    if not extraction.report_year:
        return "the year of the report was not found"
    return None if n_values(extraction) else "no number was found in its tables"
