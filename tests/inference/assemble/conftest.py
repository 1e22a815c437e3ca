"""Small labelled pages for the assembler's tests: written by hand in a compact mark-up, or printed from a table of cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import ModuleType

import pytest

from gongkai.inference.assemble import Assembly, assemble, reading, requests, review
from gongkai.inference.assemble.decide import decided
from gongkai.inference.assemble.layout import Layout, Slots, slots_of
from gongkai.inference.assemble.reading import Context, Facts, PrintedRow, TableReading
from gongkai.inference.assemble.regions import find_regions
from gongkai.inference.assemble.rows import Line
from gongkai.inference.assemble.search import Marginals, Stage
from gongkai.inference.assemble.tokens import Token, tokens_of
from gongkai.inference.forms import Block, forms
from gongkai.inference.results import Basis, Figure, Status
from gongkai.model.types import LabelledPage, Page, Span

_LABELS = {"s": "section", "k": "block", "r": "row", "c": "column", "v": "value", "b": "blank", "j": "junk"}
_MARK = re.compile(r"([skrcvbj])\{([^{}]+)\}")

Rows = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Style:
    """How a table is printed. Between cells stands `between`; a blank cell stands as `blank`, or nowhere if that is None."""

    between: str
    after_row: str = "\n"
    before_row: str = ""
    blank: str | None = ""
    after_title: str | None = None

    def row(self, title: str, cells: Sequence[str]) -> str:
        """One row in the compact mark-up; an empty string is a blank cell."""
        shown = [f"v{{{cell}}}" if cell else self.blank for cell in cells]
        printed = [cell for cell in shown if cell is not None]
        lead = self.between if self.after_title is None else self.after_title
        return f"{self.before_row}{title}{lead if printed else ''}{self.between.join(printed)}{self.after_row}"


STYLES: Mapping[str, Style] = {
    "lines": Style("\n\n", "\n\n", blank=None),
    "single lines": Style("\n", "\n", blank=None),
    "lines, blanks kept": Style("\n", "\n", blank=""),
    "pipes": Style(" | ", " |\n", blank=None),
    "pipes, blanks kept": Style(" | ", " |\n", blank=""),
    "outer pipes": Style(" | ", " |\n", "| ", blank=None),
    "filled pipes": Style(" | ", " | ||||\n", blank=None),
    "cell and pipe a line": Style(" |\n", " |\n", blank=None),
    "every pipe alone": Style("\n|\n", "\n|\n", blank=None),
    "tabs": Style("\t", "\n", blank=None),
    "tabs, blanks kept": Style("\t", "\n", blank=""),
    "spaces": Style(" ", "\n", blank=None),
    "glued": Style("", "\n", blank=None),
}
"""Every layout that the tests print, by name."""


def labelled_page(marked: str) -> LabelledPage:
    """The page that `marked` stands for: `r{规章} v{0}` is a row title, a space and a value."""
    text, spans, position = "", [], 0
    for mark in _MARK.finditer(marked):
        text += marked[position : mark.start()]
        spans.append(Span(len(text), len(text) + len(mark[2]), _LABELS[mark[1]]))
        text, position = text + mark[2], mark.end()
    return LabelledPage(Page("test", text + marked[position:]), tuple(spans))


@dataclass(frozen=True, slots=True)
class Printer:
    """Prints the statutory tables of one form in one style, in the compact mark-up."""

    form: str
    style: Style

    def requests(self, rows: Rows) -> str:
        """The requests table. `rows` are the seven cells of a row by its key; a row that is not named is all zeros."""
        block = forms()[self.form].table("requests").blocks[0]
        headings = "".join(f"c{{{title}}}\n" for line in block.column_headings for title in line)
        return f"s{{三、收到和处理政府信息公开申请情况}}\nc{{{block.corner}}}\n{headings}{self._rows(block, rows)}"

    def proactive(self, rows: Rows) -> str:
        """The table of what was made public unasked; a row that is not named is all zeros."""
        blocks = forms()[self.form].table("proactive").blocks
        return "s{二、主动公开政府信息情况}\n" + "".join(self._block(block, rows) for block in blocks)

    def review(self, cells: Sequence[str]) -> str:
        """The table of reviews and litigations with its fifteen cells on one line."""
        (block,) = forms()[self.form].table("review_litigation").blocks
        titles = [f"c{{{title}}}" for line in block.column_headings for title in line]
        return "s{四、政府信息公开行政复议、行政诉讼情况}\n" + self.style.row("\n".join(titles), cells).replace("}v{", "}\nv{", 1)

    def _block(self, block: Block, rows: Rows) -> str:
        columns = self.style.between.join(f"c{{{column.title}}}" for column in block.columns) if self.style.between else ""
        columns = columns or "\n".join(f"c{{{column.title}}}" for column in block.columns)
        return f"k{{{block.title}}}\nc{{{block.corner}}}\n{columns}\n{self._rows(block, rows)}"

    def _rows(self, block: Block, rows: Rows) -> str:
        printed = ""
        for row in block.rows:
            printed += "".join(f"{self.style.before_row}r{{{heading}}}{self.style.after_row}" for heading in row.headings)
            printed += self.style.row(f"r{{{row.title}}}", rows.get(row.key, ("0",) * len(block.columns)))
        return printed


def values_of(assembly: Assembly, *statuses: Status) -> dict[str, int | float | None]:
    """The values by key of the cells with one of `statuses`."""
    return {cell.key: cell.value for cell in assembly.cells if cell.status in statuses}


def figure_of(label: str, value: float, start: int = 0) -> Figure:
    """A figure of one character at `start`."""
    return Figure(label, value, None, "x", start, start + 1, Basis.PRINTED, 0.9)


def context_of(marked: str, *, gridded: bool = False, deduplicated: bool = False) -> Context:
    """What a table reader is given of a page with one table."""
    page = labelled_page(marked)
    (region,) = find_regions(tokens_of(page))
    return Context(page.page, region, gridded, deduplicated)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the assembler made of a table: its reading, the lines that it decided on, and how it searched."""

    reading: TableReading
    rows: Mapping[str, PrintedRow]
    columns: Sequence[str]
    exact: bool
    keeps_blanks: bool
    glued: bool
    deduplicated: bool

    def said(self, key: str, column: int) -> int | str | None:
        """The number of a cell, `blank`, `open` if several are possible, or None if nothing can be said."""
        name = f"{self.reading.table}.{key}.{self.columns[column]}"
        cell = self.reading.cells.get(name)
        if cell is not None:
            return "blank" if cell.value is None else int(cell.value)
        return "open" if name in self.reading.undecided else None


@dataclass(slots=True)
class Caught:
    """What a reader was seen to decide on."""

    layout: Layout | None = None
    seen: tuple[TableReading, Mapping[str, PrintedRow], Sequence[str], bool] | None = None


def see(module: ModuleType, context: Context, facts: Facts) -> Seen | None:
    """What the reader of `module` makes of a table, None if it gives the table up before any decision."""
    caught = Caught()

    def printed(text: str, line: Line, layout: Layout) -> Slots:
        caught.layout = layout
        return slots_of(text, line, layout)

    def deciding(
        table: str, columns: Sequence[str], stages: Sequence[Stage], found: Marginals, rows: Mapping[str, PrintedRow]
    ) -> TableReading:
        decision = decided(table, columns, stages, found, rows)
        caught.seen = (decision, rows, columns, found.exact)
        return decision

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading if module is requests else module, "slots_of", printed)
        patch.setattr(module, "decided", deciding)
        whole = requests.read_requests(context, facts) if module is requests else review.read_review(context, facts)
    if caught.seen is None or caught.layout is None:
        return None
    found, rows, columns, exact = caught.seen
    glued = caught.layout.name == "glued"
    keeps = caught.layout.keeps_blanks and not glued
    return Seen(replace(found, form=whole.form), rows, columns, exact, keeps, glued, context.deduplicated)


@pytest.fixture(scope="session")
def see_requests() -> Callable[..., Seen | None]:
    """What the reader of requests makes of a table in the compact mark-up, with what the narrative says."""
    return lambda marked, facts, **how: see(requests, context_of(marked, **how), facts)


@pytest.fixture(scope="session")
def see_review() -> Callable[..., Seen | None]:
    """What the reader of reviews makes of a table in the compact mark-up, with what the narrative says."""
    return lambda marked, facts: see(review, context_of(marked), facts)


@pytest.fixture(scope="session")
def labelled() -> Callable[[str], LabelledPage]:
    """`labelled_page`."""
    return labelled_page


@pytest.fixture(scope="session")
def tokens() -> Callable[[str], tuple[Token, ...]]:
    """The tokens of a page in the compact mark-up."""
    return lambda marked: tokens_of(labelled_page(marked))


@pytest.fixture(scope="session")
def assembled() -> Callable[..., Assembly]:
    """The assembly of a page in the compact mark-up, with figures and grids."""
    return lambda marked, figures=(), grids=(): assemble(labelled_page(marked), figures, grids)


@pytest.fixture(scope="session")
def printer() -> Callable[[str, str], Printer]:
    """A printer by form and name of the style."""
    return lambda form, style: Printer(form, STYLES[style])


@pytest.fixture(scope="session")
def values() -> Callable[..., dict[str, int | float | None]]:
    """`values_of`."""
    return values_of


@pytest.fixture(scope="session")
def figure() -> Callable[..., Figure]:
    """`figure_of`."""
    return figure_of


@pytest.fixture(scope="session")
def context() -> Callable[..., Context]:
    """`context_of`."""
    return context_of
