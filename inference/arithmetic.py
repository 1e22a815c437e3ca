"""The sums that a form demands, as instances over cell keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from gongkai.inference.forms import Block, Form, Rule, forms

EPSILON = 1e-6
"""Numbers that differ by less are the same: no report prints so many decimals."""


def same(a: float, b: float) -> bool:
    """Whether two numbers are one but for the rounding of their sums."""
    return abs(a - b) < EPSILON


@dataclass(frozen=True, slots=True)
class Sum:
    """The cells `left` add up to the same as the cells `right`. A single cell on the left of several is their whole."""

    rule: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    keys: tuple[str, ...] = field(init=False, repr=False, compare=False)
    """All cells of the rule."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "keys", (*self.left, *self.right))


@cache
def sums_of(form: str) -> tuple[Sum, ...]:
    """Every sum of a form (`2019` or `2021`), in printed order."""
    return tuple(_of_form(forms()[form]))


def form_for_sums(form: str | None, keys: Iterator[str] | frozenset[str] | set[str]) -> str:
    """Which form's sums hold for a document: that of its requests table, which its rows tell."""
    if form in ("2019", "2021"):
        return form
    return "2019" if any(key.startswith("requests.other_handling.") for key in keys) else "2021"


def _of_form(form: Form) -> Iterator[Sum]:
    for table in form.tables:
        for block in table.blocks:
            for rule in block.arithmetic:
                yield from _instances(table.key, block, rule)


def _instances(table: str, block: Block, rule: Rule) -> Iterator[Sum]:
    left, right = block.expand(rule.left), block.expand(rule.right)
    if rule.over == "columns":
        for column in block.columns:
            yield Sum(
                rule.rule, tuple(f"{table}.{row}.{column.key}" for row in left), tuple(f"{table}.{row}.{column.key}" for row in right)
            )
    else:
        for row in block.rows:
            yield Sum(rule.rule, tuple(f"{table}.{row.key}.{c}" for c in left), tuple(f"{table}.{row.key}.{c}" for c in right))
