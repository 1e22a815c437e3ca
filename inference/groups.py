"""Numbers that the narrative states of several cells together (不予公开共5件), as cells of their own with sums of their own.

They exist only while cells are derived; their keys begin with `_GROUP`, which no cell's key does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from gongkai.inference.arithmetic import Sum, sums_of
from gongkai.inference.facts import GROUPS_OF, LITIGATION_ROWS, OUTCOMES, Fact
from gongkai.inference.forms import forms

_GROUP = "#"
_LITIGATIONS = "litigations"


def group_keys(facts: Mapping[str, Fact]) -> Iterator[tuple[str, Fact]]:
    """The keys of the groups that the narrative gives a number for, with what it says."""
    labels = (*GROUPS_OF, *(f"{_LITIGATIONS}{suffix}" for suffix in OUTCOMES))
    return ((_GROUP + label, facts[label]) for label in labels if label in facts)


def is_group(key: str) -> bool:
    """Whether a key names a group and not a cell."""
    return key.startswith(_GROUP)


@cache
def sums_with_groups(form: str) -> tuple[Sum, ...]:
    """The sums of a form, and those of the groups: of their cells, and of the groups among each other."""
    return (*sums_of(form), *_request_groups(form), *_litigation_groups())


def _request_groups(form: str) -> Iterator[Sum]:
    rows = forms()[form].table("requests").blocks[0].result_rows()
    alone = [row for row in rows if not row.startswith(tuple(GROUPS_OF.values()))]
    for label, prefix in GROUPS_OF.items():
        yield Sum(f"{label} of the narrative", (_GROUP + label,), tuple(f"requests.{row}.total" for row in rows if row.startswith(prefix)))
    right = (*(f"requests.{row}.total" for row in alone), *(_GROUP + label for label in GROUPS_OF))
    yield Sum("handled_total = groups of the narrative", ("requests.handled_total.total",), right)


def _litigation_groups() -> Iterator[Sum]:
    for suffix, column in OUTCOMES.items():
        right = tuple(f"review_litigation.{row}.{column}" for row in LITIGATION_ROWS)
        yield Sum(f"{_LITIGATIONS}{suffix} of the narrative", (f"{_GROUP}{_LITIGATIONS}{suffix}",), right)
    outcomes = tuple(f"{_GROUP}{_LITIGATIONS}{suffix}" for suffix in OUTCOMES if suffix)
    yield Sum("litigations = outcomes of the narrative", (f"{_GROUP}{_LITIGATIONS}",), outcomes)
