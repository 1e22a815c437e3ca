"""A report as it is compared: its cells by key, which of them are in doubt, and which places its forms have."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gongkai.inference.compare.places import keys_of_blocks
from gongkai.inference.report.review.beside import figures_beside
from gongkai.inference.report.review.doubt import Doubt, doubts_of
from gongkai.inference.results import Cell, Extraction


@dataclass(frozen=True, slots=True)
class Report:
    """One document. `places` are the keys that it could have, block by block, by the form that the block is printed in."""

    extraction: Extraction
    cells: Mapping[str, Cell]
    doubts: Mapping[str, tuple[Doubt, ...]]
    places: frozenset[str]

    def value(self, key: str) -> int | float | None:
        """The value of a cell; None where it is blank or was not found."""
        cell = self.cells.get(key)
        return cell.value if cell else None


def report_of(extraction: Extraction) -> Report:
    """`extraction` as it is compared."""
    cells = {cell.key: cell for cell in extraction.cells}
    places = frozenset(key for block in keys_of_blocks().values() for key in _possible(block, frozenset(cells), extraction.form))
    return Report(extraction, cells, doubts_of(extraction, figures_beside(extraction)), places)


def organ_name(agency: str) -> str:
    """`agency` as names are held against each other: without spaces, whatever the width of its characters.

    >>> organ_name("甲县 教育局（本级）")
    '甲县教育局(本级)'
    """
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", agency))


def _possible(by_form: Mapping[str, frozenset[str]], found: frozenset[str], form: str | None) -> Iterator[str]:
    """The cells of a block in the forms that have all that was found of it; of several such forms in that of the document.

    Where that does not tell (a page of both forms, or of none), every form is possible.
    """
    seen = found & frozenset().union(*by_form.values())
    fitting = {name: keys for name, keys in by_form.items() if seen <= keys} or by_form
    chosen = [fitting[form]] if form is not None and form in fitting else fitting.values()
    for keys in chosen:
        yield from keys
