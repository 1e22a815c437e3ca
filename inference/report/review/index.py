"""Many documents on one page: how certain each is, where to look first, and how they spread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import quote

from markupsafe import Markup

from gongkai.inference.forms import forms
from gongkai.inference.report.review import words
from gongkai.inference.report.review.fingerprint import fingerprint
from gongkai.inference.report.review.html import Lang, render
from gongkai.inference.report.review.legacy import legacy_rows
from gongkai.inference.report.review.review import Review
from gongkai.inference.report.tables import NEWEST, table_views
from gongkai.inference.report.words import plain
from gongkai.inference.results import Cell, Indicator, Status, Verdict

_T = TypeVar("_T", bound=Hashable)
_PARTS = {"css": ("base.css", "index.css", "print.css"), "js": ("chrome.js", "index.js")}
_MANY = 5
_TENTHS = 10
_WIDE = 8  # years that have room for four digits each


@dataclass(frozen=True, slots=True)
class Entry:
    """One document of the index.

    `certain` of `places` cells of its form have a value or are printed blank, and are not in doubt; `least` is the lowest
    confidence of a cell, None if there is none. `legacy`: it has a statistics table of before 2019 in place of the statutory ones.
    """

    source: str
    href: str
    agency: str | None
    year: int | None
    form: str | None
    legacy: bool
    statuses: tuple[tuple[str, int], ...]
    places: int
    certain: int
    doubtful: int
    broken: int
    lost: int
    least: float | None
    fingerprint: Markup

    @property
    def quality(self) -> float:
        """The share of certain cells, in 0..1."""
        return self.certain / self.places


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a distribution: what it counts, how it is named, and how many documents it has."""

    value: str
    name: str
    count: int


def entry_of(review: Review, href: str) -> Entry:
    """What the index says of a review whose page is at `href` (a path beside the index; it is made safe for an address).

    Of a report that has a statistics table of before 2019 and no statutory table, the rows of that table are counted as its cells.
    """
    extraction = review.extraction
    old = () if extraction.cells else legacy_rows(extraction)
    read: Sequence[Cell | Indicator] = extraction.legacy if old else extraction.cells
    doubtful = sum(row.doubtful for row in old) if old else len(review.doubts)
    return Entry(
        source=plain(extraction.source),
        href=quote(href),
        agency=plain(extraction.agency) if extraction.agency else None,
        year=extraction.report_year,
        form=extraction.form,
        legacy=bool(old),
        statuses=tuple((str(status), sum(one.status is status for one in read)) for status in Status),
        places=len(old) or max(_places(review), len(extraction.cells)),
        certain=len(read) - doubtful,
        doubtful=doubtful,
        broken=sum(check.verdict is Verdict.BROKEN for check in extraction.checks),
        lost=review.lost,
        least=min((one.confidence for one in read), default=None),
        fingerprint=fingerprint(extraction, review.doubts),
    )


def _places(review: Review) -> int:
    """How many cells the form of the document has; of a mixed one, as many as are drawn; of one without tables, those of the newest."""
    if review.extraction.form == "mixed":
        return sum(len(row.cells) for view in table_views(review.extraction) for block in view.blocks for row in block.rows)
    return len(forms()[review.extraction.form or NEWEST].keys())


def render_index(entries: Sequence[Entry], lang: Lang = "zh") -> str:
    """The page of all `entries`, first shown in `lang`, the least certain documents first."""
    ordered = sorted(entries, key=lambda entry: (entry.quality, entry.source))
    context = {
        "entries": ordered,
        "charts": {"quality": by_quality(entries), "broken": by_broken(entries), "year": by_year(entries)},
        "forms": sorted({entry.form for entry in entries if entry.form}),
        "years": sorted({entry.year for entry in entries if entry.year}),
        "bin_of": bin_of,
        "broken_of": broken_of,
        "file_name": words.file_name,
    }
    return render("index.html.j2", lang, _PARTS, context)


def bin_of(entry: Entry) -> int:
    """The tenth of the quality: 9 for 0.9 and above."""
    return min(int(entry.quality * _TENTHS), _TENTHS - 1)


def broken_of(entry: Entry) -> int:
    """The number of broken sums, five standing for five and more."""
    return min(entry.broken, _MANY)


def by_quality(entries: Iterable[Entry]) -> list[Bar]:
    """How many documents have which tenth of quality."""
    return _bars(entries, bin_of, range(_TENTHS), lambda tenth: f"{tenth * _TENTHS}")


def by_broken(entries: Iterable[Entry]) -> list[Bar]:
    """How many documents have how many broken sums."""
    return _bars(entries, broken_of, range(_MANY + 1), lambda count: f"{count}+" if count == _MANY else str(count))


def by_year(entries: Sequence[Entry]) -> list[Bar]:
    """How many documents report on which year, those without a year last; of many years the last two digits are named."""
    years = sorted({entry.year for entry in entries if entry.year is not None})
    span = list(range(years[0], years[-1] + 1)) if years and years[-1] - years[0] < 2 * _TENTHS else years
    unknown: list[int | None] = [None] if any(entry.year is None for entry in entries) else []
    return _bars(entries, lambda entry: entry.year, [*span, *unknown], lambda year: _year(year, len(span)))


def _year(year: int | None, several: int) -> str:
    if year is None:
        return "?"
    return str(year) if several <= _WIDE else f"{year % 100:02}"


def _bars(entries: Iterable[Entry], of: Callable[[Entry], _T], values: Iterable[_T], name: Callable[[_T], str]) -> list[Bar]:
    counts = Counter(map(of, entries))
    return [Bar("" if value is None else str(value), name(value), counts[value]) for value in values]
