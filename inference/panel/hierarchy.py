"""Which organ is made up of which: a CSV file with the columns `child` and `parent`, and the sums that it demands."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from gongkai.inference.arithmetic import same
from gongkai.inference.compare.differences import rounded
from gongkai.inference.compare.places import places
from gongkai.inference.compare.report import organ_name
from gongkai.inference.panel.organ_year import OrganYear
from gongkai.inference.read.document import unreadable
from gongkai.inference.read.encoding import decode
from gongkai.inference.results import Verdict
from gongkai.model.errors import ConfigError, NotTextError

Hierarchy = Mapping[str, tuple[str, ...]]
"""The children of every parent, both under the names that `organ_name` gives, in the order of the file."""


@dataclass(frozen=True, slots=True)
class SumCheck:
    """A cell of a parent held against the sum over its children: None, and the verdict unknown, unless every child has a value.

    `missing` are the children without one.
    """

    key: str
    value: int | float
    children: int | float | None
    verdict: Verdict
    missing: tuple[str, ...]
    doubtful: bool


def read_hierarchy(path: Path) -> Hierarchy:
    """The hierarchy in a CSV file, in UTF-8 or as spreadsheets in Chinese write it.

    Raises ConfigError naming the line for a row without both names, a child of two parents, or an organ above itself.
    """
    children: dict[str, tuple[str, ...]] = {}
    parents: dict[str, str] = {}
    for line, child, parent in _rows(path):
        if not child or not parent:
            raise ConfigError(f"{path}, line {line}: child is {child!r} and parent {parent!r}; both must be names")
        if parents.setdefault(child, parent) != parent:
            raise ConfigError(f"{path}, line {line}: {child} is below {parent}, and below {parents[child]}; an organ has one parent")
        children[parent] = tuple(dict.fromkeys((*children.get(parent, ()), child)))
    if not children:
        raise ConfigError(f"{path}: no row; expected the columns child and parent, and one row for each child")
    try:
        TopologicalSorter(children).prepare()
    except CycleError as error:
        raise ConfigError(f"{path}: {' < '.join(error.args[1])}; no organ is above itself") from error
    return children


def sums_of(parent: OrganYear, children: Mapping[str, OrganYear | None]) -> tuple[SumCheck, ...]:
    """Every cell of `parent` that has a value, in printed order, held against the same cell of all `children` (None: no report)."""
    found = (_sum(place.key, parent, children) for place in places())
    return tuple(check for check in found if check is not None)


def _sum(key: str, parent: OrganYear, children: Mapping[str, OrganYear | None]) -> SumCheck | None:
    value = parent.report.value(key)
    if value is None:
        return None
    values = {name: one.report.value(key) if one else None for name, one in children.items()}
    missing = tuple(name for name, known in values.items() if known is None)
    total = None if missing else rounded(sum(known for known in values.values() if known is not None))
    verdict = Verdict.UNKNOWN if total is None else Verdict.HOLDS if same(total, value) else Verdict.BROKEN
    doubtful = any(one.doubts(key) for one in (parent, *children.values()) if one)
    return SumCheck(key, value, total, verdict, missing, doubtful)


def _rows(path: Path) -> Iterator[tuple[int, str, str]]:
    reader = csv.DictReader(io.StringIO(_text(path), newline=""))
    columns = _columns(reader, path)
    if not {"child", "parent"} <= set(columns):
        raise ConfigError(f"{path}: has the columns {', '.join(columns) or '(none)'}; child and parent must be there")
    reader.fieldnames = columns
    try:
        for row in reader:
            if (row["child"] or row["parent"] or "").strip():
                yield reader.line_num, organ_name(row["child"] or ""), organ_name(row["parent"] or "")
    except csv.Error as error:
        raise ConfigError(
            f"{path}, after line {reader.line_num}: {error}; every row must be the name of a child and that of its parent"
        ) from error


def _columns(reader: csv.DictReader[str], path: Path) -> list[str]:
    try:
        return [name.strip() for name in reader.fieldnames or ()]
    except csv.Error as error:
        raise ConfigError(f"{path}: has no columns child and parent in its first line ({error})") from error


def _text(path: Path) -> str:
    try:
        return decode(path.read_bytes(), str(path)).text
    except OSError as error:
        raise ConfigError(str(unreadable(str(path), error))) from error
    except NotTextError as error:
        raise ConfigError(str(error)) from error
