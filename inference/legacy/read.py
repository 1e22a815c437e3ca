"""A text to the indicators of its statistics tables: a value only where title, measure word and layout agree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gongkai.inference.arithmetic import Sum
from gongkai.inference.legacy.columns import CODE, Layout, Value, count_up, layout_of, stated_layout, value_of
from gongkai.inference.legacy.form import LegacyForm, legacy_forms, legacy_key
from gongkai.inference.legacy.names import Name, header_of, named, numberings_printed
from gongkai.inference.legacy.rows import RawRow, raw_tables
from gongkai.inference.results import Indicator, Offsets, Status

_FEWEST_KNOWN = 4
_FEWEST_UNDER_TITLES = 2
_SURE, _UNKNOWN = 0.99, 0.8


@dataclass(frozen=True, slots=True)
class LegacyTables:
    """The statistics tables of a text: the stretches that they take up, their rows in order, the sums of their form, and what was
    left out and why. Offsets are those of the text.
    """

    regions: tuple[Offsets, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    sums: tuple[Sum, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Table:
    """Rows that are a table of `form`, with their names, and the column titles over them."""

    form: LegacyForm
    rows: tuple[RawRow, ...]
    names: tuple[Name, ...]
    header: str
    start: int


def read_legacy(text: str) -> LegacyTables:
    """The statistics tables of repaired `text`; nothing for a page that has none.

    An indicator that two tables print with different numbers is left out.
    """
    tables = [table for rows in raw_tables(text) if (table := _recognised(rows))]
    if not tables:
        return LegacyTables()
    readings = [_read(text, table) for table in tables]
    indicators, conflicts = _merged([indicator for found, _ in readings for indicator in found])
    warnings = (*(warning for _, told in readings for warning in told), *conflicts)
    sums = dict.fromkeys(rule for table in tables for rule in table.form.arithmetic())
    regions = tuple((table.start, table.rows[-1].end) for table in tables)
    return LegacyTables(regions, indicators, tuple(sums), tuple(dict.fromkeys(warnings)))


def _recognised(rows: tuple[RawRow, ...]) -> _Table | None:
    """The rows as a table of the form they are most like, or None if too few of them are indicators of any."""
    readings = [(named(rows, form), form) for form in legacy_forms()]
    (names, _), form = max(readings, key=lambda reading: reading[0][1])
    n_known = sum(name.place is not None for name in names)
    header, start = header_of(rows[0], names[0], form)
    enough = n_known >= (_FEWEST_UNDER_TITLES if stated_layout(header) else _FEWEST_KNOWN)
    return _Table(form, rows, names, header, start) if enough and n_known * 2 >= len(rows) else None


def _read(text: str, table: _Table) -> tuple[list[Indicator], list[str]]:
    layout = layout_of(table.header, table.rows)
    if layout is None:
        return [], ["statistics table of before 2019: its numbers are left out, since nothing certain says which column is the value"]
    printed = numberings_printed(table.rows, table.names, table.form)
    found: list[Indicator] = []
    lost: list[str] = []
    for row, name, value in zip(table.rows, table.names, _values(table.rows, layout), strict=True):
        if not name.atoms:
            continue
        indicator = _indicator(text, table.form, (row, name, value), printed)
        if indicator is None:
            lost.append(text[name.atoms[0].start : name.atoms[-1].end])
        else:
            found.append(indicator)
    return found, [
        f"statistics table of before 2019: {' '.join(title.split())}: left out, its unit or numbers do not fit" for title in lost
    ]


def _values(rows: Sequence[RawRow], layout: Layout) -> Iterator[Value | None]:
    coded = layout.columns[0] == CODE and count_up([row.after[0].text for row in rows if row.after])
    for place, row in enumerate(rows):
        yield value_of(row, layout, coded=coded, last=place == len(rows) - 1)


def _indicator(text: str, form: LegacyForm, found: tuple[RawRow, Name, Value | None], printed: Mapping[int, str]) -> Indicator | None:
    """The indicator of a row, or None where its unit is another than the form's or its cells do not fit."""
    row, name, value = found
    known = form.rows[name.place] if name.place is not None else None
    unit = row.unit.text.strip("()")
    if value is None or (known is not None and unit not in known.units):
        return None
    start, end = name.atoms[0].start, name.atoms[-1].end
    spans = ((value.atom.start, value.atom.end),) if value.atom else ()
    return Indicator(
        key=legacy_key(known.key) if known and known.key else None,
        name=text[start:end],
        number=_number(form, name.place, printed),
        unit=unit,
        value=value.number.value if value.number else None,
        status=Status.PRINTED if value.number else Status.BLANK,
        text=value.atom.text if value.atom and value.number else None,
        spans=spans,
        name_span=(start, end),
        confidence=_SURE * name.likeness if known else _UNKNOWN,
    )


def _number(form: LegacyForm, place: int | None, printed: Mapping[int, str]) -> str | None:
    if place is None:
        return None
    return "".join(printed[above] for above in form.above(place) if above in printed) or None


def _merged(indicators: Iterable[Indicator]) -> tuple[tuple[Indicator, ...], list[str]]:
    """Every indicator once; those that are printed with different values not at all, and why."""
    kept: dict[object, Indicator] = {}
    conflicts: dict[object, str] = {}
    for indicator in indicators:
        name = indicator.key or indicator.name_span
        first = kept.setdefault(name, indicator)
        if first.status is Status.BLANK:
            kept[name] = indicator
        elif indicator.status is Status.PRINTED and (indicator.value, indicator.unit) != (first.value, first.unit):
            conflicts[name] = (
                f"statistics tables of before 2019: {indicator.key} is left out: printed as {first.value} and as {indicator.value}"
            )
    return tuple(indicator for name, indicator in kept.items() if name not in conflicts), list(conflicts.values())
