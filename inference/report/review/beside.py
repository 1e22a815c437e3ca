"""Figures of the narrative held against the cells that say the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gongkai.inference.arithmetic import same
from gongkai.inference.facts import facts_of, keys_of
from gongkai.inference.results import Cell, Extraction, Figure, Status


class Standing(StrEnum):
    """How a figure stands to the table: it agrees, it conflicts, cells were derived from it, or nothing can be compared."""

    AGREES = "agrees"
    CONFLICTS = "conflicts"
    SOURCE = "source"
    ALONE = "alone"


@dataclass(frozen=True, slots=True)
class Beside:
    """A figure, the cells whose sum states the same, what they add up to, and how the two stand to each other."""

    figure: Figure
    keys: tuple[str, ...]
    table: int | float | None
    standing: Standing


def figures_beside(extraction: Extraction) -> tuple[Beside, ...]:
    """Every figure of the extraction with its cells, in order.

    Parts that the narrative counts one by one (two suits, each with its result) are held against the table as their sum.
    """
    cells = {cell.key: cell for cell in extraction.cells}
    facts = facts_of(extraction.figures)
    stated = {label: fact.value for label, fact in facts.items()}
    return tuple(_beside(figure, stated.get(figure.label, figure.value), cells) for figure in extraction.figures)


def _beside(figure: Figure, stated: int | float | None, cells: Mapping[str, Cell]) -> Beside:
    keys = keys_of(figure.label, cells)
    values = [cells[key].value if key in cells else None for key in keys]
    table = sum(value for value in values if value is not None) if values and None not in values else None
    return Beside(figure, keys, table, _standing(figure, stated, table, [cells[key] for key in keys if key in cells]))


def _standing(figure: Figure, stated: int | float | None, table: int | float | None, cells: Sequence[Cell]) -> Standing:
    if table is None or stated is None:
        return Standing.ALONE
    if any(cell.status is Status.DERIVED and (figure.start, figure.end) in cell.spans for cell in cells):
        return Standing.SOURCE
    return Standing.AGREES if same(table, stated) else Standing.CONFLICTS
