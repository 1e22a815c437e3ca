"""Tags understood: which text is shown, where lines end, and what belongs to which cell of which table.

One pass with explicit stacks; it follows the tree construction of HTML where pages are commonly broken (ends left out, stray
ends, cells without rows) and is more forgiving where a browser would lose cells (rows without a table).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from html import unescape

from gongkai.inference.read.grid import MAX_GRID_STEPS, MAX_SPAN
from gongkai.inference.read.markup import Tag, Text, tokenise
from gongkai.inference.read.nodes import CellNode, Item, Mark, RowNode, TableNode, TextItem
from gongkai.inference.read.spacers import drop_spacers
from gongkai.inference.read.styles import GONE, HIDDEN, PRE, shown_as

MAX_TABLE_DEPTH = 200
"""Tables nested deeper than this are read as blocks of text."""

BLOCKS = frozenset(
    """
    address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure footer form
    frameset h1 h2 h3 h4 h5 h6 header hgroup html legend li listing main menu nav ol optgroup option p plaintext pre search
    section select summary ul xmp
    """.split()  # noqa: SIM905 - a list of 45 strings is harder to read
)
"""Elements that stand on lines of their own."""
_VOID = frozenset(
    "area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr".split()  # noqa: SIM905
)
_SECTIONS = frozenset({"thead", "tbody", "tfoot"})
_NO_FIELDS = frozenset({"hidden", "password", "button", "submit", "reset", "image", "checkbox", "radio", "file", "range", "color"})
_TABLE_PARTS = _SECTIONS | {"table", "tr", "td", "th"}
_ENDS = {"li": ("li",), "dt": ("dt", "dd"), "dd": ("dt", "dd"), "option": ("option",)}
_HOLDERS = {"li": ("ul", "ol", "menu", "dir"), "dt": ("dl",), "dd": ("dl",), "option": ("select", "datalist")}


@dataclass(slots=True)
class _OpenTable:
    """A table being read. The bases say how deep the stack of elements was when the part was opened."""

    node: TableNode
    base: int
    parent: CellNode | None
    implied: bool = False
    section_base: int = 0
    header: bool = False
    row: RowNode | None = None
    row_base: int = 0
    cell: CellNode | None = None
    cell_base: int = 0
    cell_shown: bool = True


def outline(source: str) -> tuple[list[Item], tuple[str, ...]]:
    """The items of the page `source` in order, and warnings about what could not be read as it stands."""
    builder = _Outliner(source)
    for token in tokenise(source):
        builder.take(token)
    builder.close()
    return builder.items, tuple(builder.warnings)


class _Outliner:
    def __init__(self, source: str) -> None:
        self.source = source
        self.items: list[Item] = []
        self.warnings: list[str] = []
        self._tags: list[str] = []
        self._flags: list[int] = [0]
        self._open_at: defaultdict[str, list[int]] = defaultdict(list)
        self._tables: list[_OpenTable] = []
        self._too_deep = 0
        self._steps = MAX_GRID_STEPS

    def take(self, token: Text | Tag) -> None:
        """Read one token."""
        if isinstance(token, Text):
            self._text(token)
        elif token.name in _TABLE_PARTS:
            self._table_part(token)
        elif token.closing:
            self._end(token.name)
        else:
            self._start(token)

    def close(self) -> None:
        """End whatever is still open."""
        while self._tables:
            self._end_table()

    # Text and ordinary elements

    def _text(self, token: Text) -> None:
        if self._flags[-1] & HIDDEN:
            return
        table = self._tables[-1] if self._tables else None
        if table is not None:
            text = unescape(self.source[token.start : token.end])
            if table.cell is not None:
                table.cell.take(text)
            elif not text.strip():
                return
            else:
                self._leave_implied_table()
        self.items.append(TextItem(token.start, token.end, bool(self._flags[-1] & PRE)))

    def _start(self, tag: Tag) -> None:
        name = tag.name
        if name in _VOID:
            if name in {"br", "hr"}:
                self._mark(Mark.NEWLINE if name == "br" else Mark.BREAK)
            elif name == "input":
                self._input(tag)
            return
        if name in BLOCKS:
            self._leave_implied_table()
            self._pop_open("p")
        self._imply_ends(name)
        flags = self._flags_of(tag)
        if name in BLOCKS and not flags & GONE:
            self._mark(Mark.BREAK)
        if not tag.self_closing:
            self._push(name, flags)

    def _input(self, tag: Tag) -> None:
        """What stands in a field of a form that shows it."""
        place = tag.place_of("value")
        shown = tag.attributes().get("type", "").strip().lower() not in _NO_FIELDS and not self._flags_of(tag) & HIDDEN
        if place and shown:
            self._text(Text(*place))

    def _end(self, name: str) -> None:
        if name == "br":
            self._mark(Mark.NEWLINE)
        if name in BLOCKS:
            self._mark(Mark.BREAK)
        self._pop_open(name)

    def _flags_of(self, tag: Tag) -> int:
        flags = self._flags[-1]
        if tag.name in {"rt", "rp"} and self._open_at["ruby"]:
            return flags | GONE
        attributes = tag.attributes() if "=" in tag.rest or "hidden" in tag.rest.lower() else {}
        return shown_as(flags, tag.name, attributes)

    def _imply_ends(self, name: str) -> None:
        """End the neighbour of the same kind that was left open (`<li>a<li>b`), but not one outside the list."""
        holder = max((self._last_open(tag) for tag in _HOLDERS.get(name, ())), default=-1)
        for ended in _ENDS.get(name, ()):
            if self._last_open(ended) > holder:
                self._pop_open(ended)

    # The stack of open elements

    def _push(self, name: str, flags: int) -> None:
        self._open_at[name].append(len(self._tags))
        self._tags.append(name)
        self._flags.append(flags)

    def _pop_to(self, depth: int) -> None:
        while len(self._tags) > depth:
            self._open_at[self._tags.pop()].pop()
            self._flags.pop()

    def _last_open(self, name: str) -> int:
        """The depth of the innermost open `name` that an end tag here can reach, or -1."""
        opened = self._open_at.get(name)
        return opened[-1] if opened and opened[-1] >= self._barrier() else -1

    def _barrier(self) -> int:
        """Elements below this depth lie outside of the open cell or table."""
        if not self._tables:
            return 0
        table = self._tables[-1]
        return 1 + (table.base if table.cell is None else table.cell_base)

    def _pop_open(self, name: str) -> None:
        depth = self._last_open(name)
        if depth >= 0:
            self._pop_to(depth)

    def _mark(self, mark: Mark) -> None:
        if self._flags[-1] & GONE:
            return
        if mark is not Mark.BREAK or not self.items or self.items[-1] is not Mark.BREAK:
            self.items.append(mark)

    # Tables

    def _table_part(self, tag: Tag) -> None:
        name = tag.name
        if self._too_deep:
            self._too_deep += (name == "table") * (-1 if tag.closing else 1)
            self._mark(Mark.BREAK)
        elif name == "table":
            self._table_tag(tag)
        elif tag.closing:
            self._end_part(name)
        elif name in _SECTIONS:
            self._start_section(tag)
        elif name == "tr":
            self._start_row(tag)
        else:
            self._start_cell(tag)

    def _table_tag(self, tag: Tag) -> None:
        if tag.closing:
            if self._tables:
                self._end_table()
            return
        if self._tables and self._tables[-1].cell is None:
            self._end_table()
        if len(self._tables) >= MAX_TABLE_DEPTH:
            self._warn(f"tables are nested more than {MAX_TABLE_DEPTH} deep; the inner ones were read as text")
            self._too_deep += 1
            self._mark(Mark.BREAK)
            return
        self._pop_open("p")
        self._open_table(self._flags_of(tag), implied=False)

    def _open_table(self, flags: int, implied: bool) -> _OpenTable:
        parent = self._tables[-1].cell if self._tables else None
        table = _OpenTable(TableNode(), len(self._tags), parent, implied)
        self._push("table", flags)
        table.section_base = len(self._tags)
        self._tables.append(table)
        self.items.append(table.node)
        return table

    def _current_table(self) -> _OpenTable:
        """The open table; rows and cells outside of any begin one."""
        return self._tables[-1] if self._tables else self._open_table(self._flags[-1], implied=True)

    def _leave_implied_table(self) -> None:
        if self._tables and self._tables[-1].implied and self._tables[-1].cell is None:
            self._end_table()

    def _end_part(self, name: str) -> None:
        if not self._tables:
            return
        table = self._tables[-1]
        self._end_cell(table)
        if name not in {"td", "th"}:
            self._end_row(table)
        if name in _SECTIONS:
            self._end_section(table)

    def _start_section(self, tag: Tag) -> None:
        table = self._current_table()
        self._end_section(table)
        table.header = tag.name == "thead"
        self._push(tag.name, self._flags_of(tag))

    def _start_row(self, tag: Tag) -> None:
        table = self._current_table()
        self._end_row(table)
        self._open_row(table, self._flags_of(tag))

    def _open_row(self, table: _OpenTable, flags: int) -> None:
        table.row, table.row_base = RowNode(), len(self._tags)
        self._push("tr", flags)
        if not flags & GONE:
            table.node.rows.append(table.row)
            self.items.append(table.row)

    def _start_cell(self, tag: Tag) -> None:
        table = self._current_table()
        self._end_cell(table)
        if table.row is None:
            self._open_row(table, self._flags[-1])
        attributes = tag.attributes() if tag.rest else {}
        cell = CellNode(_span(attributes, "rowspan"), _span(attributes, "colspan") or 1, tag.name == "th" or table.header)
        flags = shown_as(self._flags[-1], tag.name, attributes)
        table.cell, table.cell_base, table.cell_shown = cell, len(self._tags), not flags & GONE
        self._push(tag.name, flags)
        if table.cell_shown and table.row is not None:
            table.row.cells.append(cell)
            self.items.append(cell)

    def _end_cell(self, table: _OpenTable) -> None:
        if table.cell is None:
            return
        self._pop_to(table.cell_base)
        if table.cell_shown:
            self.items.append(Mark.END_CELL)
        table.cell = None

    def _end_row(self, table: _OpenTable) -> None:
        self._end_cell(table)
        if table.row is None:
            return
        self._pop_to(table.row_base + 1)
        if not self._flags[-1] & GONE:
            self.items.append(Mark.END_ROW)
        self._pop_to(table.row_base)
        table.row = None

    def _end_section(self, table: _OpenTable) -> None:
        self._end_row(table)
        self._pop_to(table.section_base)
        table.header = False

    def _end_table(self) -> None:
        table = self._tables[-1]
        self._end_section(table)
        self._pop_to(table.base)
        self._tables.pop()
        self.items.append(Mark.END_TABLE)
        for segment in table.node.plan():
            self._steps -= drop_spacers(segment.rows, self._steps)
        if table.parent is not None:
            table.parent.chars += table.node.chars()
            table.parent.holds_grid |= table.node.is_grid()

    def _warn(self, message: str) -> None:
        if message not in self.warnings:
            self.warnings.append(message)


def _span(attributes: dict[str, str], name: str) -> int:
    """A span as browsers read it: the digits in front, at most MAX_SPAN; 1 if there are none."""
    if name not in attributes:
        return 1
    text = attributes[name].strip()[:12]
    digits = text[: next((index for index, char in enumerate(text) if char not in "0123456789"), len(text))]
    return min(int(digits), MAX_SPAN) if digits else 1
