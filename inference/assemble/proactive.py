"""The table of what was made public unasked: blocks with forms of their own, and no arithmetic."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from gongkai.inference.assemble.candidates import placements
from gongkai.inference.assemble.glued import glued_placements, run_of_digits
from gongkai.inference.assemble.glued_titles import with_cells_cut_off
from gongkai.inference.assemble.layout import Layout, Slot
from gongkai.inference.assemble.reading import Context, Placed, PrintedRow, TableReading, block_rows, left_out, no_number, printed_rows
from gongkai.inference.assemble.rows import Item, Line, align, is_row
from gongkai.inference.assemble.titles import similarities
from gongkai.inference.forms import Block, Column, forms, keys_of_form
from gongkai.inference.numbers import CellNumber, is_placeholder, read_cell
from gongkai.inference.results import Status

TABLE = "proactive"
_FAMILIAR = 0.62
_CLEARLY = 0.12
_REMEMBERED = 1024


@dataclass(frozen=True, slots=True)
class _Part:
    """One block as printed: its lines, and the block of each form that it may be."""

    key: str
    lines: tuple[Line, ...]
    choices: Mapping[str, Block]


def read_proactive(context: Context, document_form: str | None) -> TableReading:
    """The cells of one printed table. `document_form` decides a block only where nothing in the block does."""
    lines = with_cells_cut_off(align(context.region.tokens, _items(), context.region.end))
    parts = list(_parts(lines))
    named = {part.key: _form_of(part) for part in parts}
    if context.deduplicated:  # titles that stood in an earlier block are gone from the later ones
        named = dict.fromkeys(named, next(filter(None, named.values()), None))
    fallback = _only(set(filter(None, named.values()))) or document_form
    layout_for = context.layouts(lines)
    cells: dict[str, Placed] = {}
    warnings: list[str] = []
    found: list[PrintedRow] = []
    explained: list[Line] = []
    for part in parts:
        form = named[part.key] or _form_by_count(part, fallback)
        if form is None or form not in part.choices:
            warnings += _unknown_form(part)
            explained += part.lines
            continue
        block = part.choices[form]
        layout = layout_for(len(block.columns))
        rows = printed_rows(context, part.lines, layout, block_rows(block), len(block.columns))
        found += rows
        for row in rows:
            placed, reason = _row_cells(row, block, layout, context)
            cells.update(placed)
            warnings += reason
    return TableReading(
        TABLE, _form_of_table(cells), cells, (*left_out([line for line in lines if line not in explained], found), *warnings)
    )


@cache
def _items() -> tuple[Item, ...]:
    """Block titles, column titles and rows of both forms in one order; a row of both forms is one item."""
    items: list[Item] = []
    older, newer = forms()["2019"].table(TABLE), forms()["2021"].table(TABLE)
    for block in older.blocks:
        twin = next((other for other in newer.blocks if other.key == block.key), None)
        items.append(Item("block", block.key, (block.title or "",)))
        items.append(Item("column", block.corner or "", (block.corner or "",)))
        for columns in (block.columns, twin.columns if twin else ()):
            items += (Item("column", column.key, column.wordings()) for column in columns)
        also = {row.key: row.wordings() for row in twin.rows} if twin else {}
        items += (Item("row", row.key, tuple(dict.fromkeys((*row.wordings(), *also.get(row.key, ()))))) for row in block.rows)
    return tuple(items)


def _parts(lines: Sequence[Line]) -> Iterator[_Part]:
    """The lines cut into blocks: a block begins with its title or its column titles, and holds its rows."""
    run: list[Line] = []
    key: str | None = None
    for line in lines:
        place = _block_of(line)
        starts = line.item is not None and line.item.role in ("block", "column") and any(is_row(before) for before in run)
        if starts or (place is not None and key is not None and place != key):
            if key is not None:
                yield _Part(key, tuple(run), _choices(key))
            run, key = [], None
        run.append(line)
        key = place or key
    if key is not None:
        yield _Part(key, tuple(run), _choices(key))


def _block_of(line: Line) -> str | None:
    """The block that a row or a block title belongs to."""
    if line.item is None or line.item.role == "column":
        return None
    return _blocks().get(line.item.key)


@cache
def _blocks() -> Mapping[str, str]:
    """The block of every row, and of itself, by key; both forms have a row in the same one."""
    blocks = [block for form in forms().values() for block in form.table(TABLE).blocks]
    return {key: block.key for block in blocks for key in (block.key, *(row.key for row in block.rows))}


@cache
def _choices(key: str) -> Mapping[str, Block]:
    return {name: block for name, form in forms().items() for block in form.table(TABLE).blocks if block.key == key}


def _form_of(part: _Part) -> str | None:
    """The form whose column titles the block prints, if one is clearly closer."""
    if len(part.choices) == 1:
        return next(iter(part.choices))
    if any(is_row(line) and line.item is not None and line.item.key == "other_services" for line in part.lines):
        return "2019"
    titles = _column_titles(part)
    scores = {form: _closeness(titles, form, part.key) for form in part.choices}
    best, second = sorted(scores.values(), reverse=True)[:2]
    return max(scores, key=scores.__getitem__) if titles and best - second >= _CLEARLY else None


def _column_titles(part: _Part) -> tuple[str, ...]:
    """The column titles before the first row, without the corner."""
    before = itertools.takewhile(lambda line: not is_row(line), part.lines)
    corners = {block.corner for block in part.choices.values()}
    return tuple(
        "".join(t.text for t in line.titles) for line in before if line.item and line.item.role == "column" and line.item.key not in corners
    )


@lru_cache(_REMEMBERED)
def _closeness(titles: tuple[str, ...], form: str, key: str) -> float:
    """How well the printed column titles and those that a form has for the block `key` explain each other, in 0..1."""
    if not titles:
        return 0.0
    block = _choices(key)[form]
    alike = np.stack([similarities(titles, column.wordings()).max(axis=1) for column in block.columns], axis=1)
    known = np.where(alike >= _FAMILIAR, alike, 0.0)
    return float(known.max(axis=0).mean() + known.max(axis=1).mean()) / 2


def _form_by_count(part: _Part, fallback: str | None) -> str | None:
    """The form by the number of cells where only one form has so many columns, else `fallback`."""
    longest = max((len(line.cells) for line in part.lines if is_row(line)), default=0)
    fitting = [form for form, block in part.choices.items() if longest <= len(block.columns)]
    counts = {len(block.columns) for block in part.choices.values()}
    if len(fitting) == 1 and longest > min(counts):
        return fitting[0]
    return fallback if fallback in fitting else None


def _unknown_form(part: _Part) -> Iterator[str]:
    if any(line.cells for line in part.lines):
        yield f"proactive.{part.key}: the column titles do not say which form this block follows; its numbers were left out"


def _row_cells(row: PrintedRow, block: Block, layout: Layout, context: Context) -> tuple[dict[str, Placed], tuple[str, ...]]:
    columns = block.columns
    name = f"{TABLE}.{row.key}"
    if not row.slots.slots:
        if context.deduplicated:
            return {}, ()
        return {f"{name}.{c.key}": Placed(f"{name}.{c.key}", None, Status.BLANK, Slot(None, 0), row.score) for c in columns}, ()
    slots = _slots(row, len(columns), layout, context)
    if slots is None:
        count = len(row.slots.slots)
        return {}, (f"{name}: {count} cells for {len(columns)} columns; which stands where does not show, so they were left out",)
    placed = {
        f"{name}.{c.key}": _cell(f"{name}.{c.key}", slot, c, row) for c, slot in zip(columns, slots, strict=True) if _readable(slot, c)
    }
    return placed, tuple(no_number(name, slot) for c, slot in zip(columns, slots, strict=True) if not _readable(slot, c))


def _slots(row: PrintedRow, columns: int, layout: Layout, context: Context) -> tuple[Slot, ...] | None:
    """The cell of every column if only one placement is possible, since no sum can choose between several."""
    if layout.name == "glued" and run_of_digits(row.slots):
        options = glued_placements(row.slots, columns, context.prints_zeros)
    elif len(row.slots.slots) < columns and (context.deduplicated or not layout.keeps_blanks):
        return None
    else:
        options = placements(row.slots, columns, layout.keeps_blanks)
    cheapest = [option for option in options if option.price == min(other.price for other in options)]
    if len(cheapest) != 1:
        return None
    return tuple(slot or Slot(None, row.slots.slots[-1].start) for slot in cheapest[0].slots)


def _read(slot: Slot, column: Column) -> CellNumber | None:
    return read_cell(slot.token.text, signed=column.signed, decimal=column.decimal) if slot.token is not None else None


def _readable(slot: Slot, column: Column) -> bool:
    return slot.token is None or is_placeholder(slot.token.text) or _read(slot, column) is not None


def _cell(key: str, slot: Slot, column: Column, row: PrintedRow) -> Placed:
    number = _read(slot, column) if not slot.printed_blank else None
    confidence = min(row.score, slot.token.score if slot.token is not None else 1.0)
    if number is None:
        return Placed(key, None, Status.BLANK, slot, confidence)
    return Placed(key, number.value, Status.PRINTED if row.titled else Status.PLACED, slot, confidence)


def _form_of_table(cells: Mapping[str, Placed]) -> str | None:
    """The one form that knows all the cells, `mixed` if each form knows some that the other does not, None if both know all."""
    old, new = (keys_of_form(name) for name in ("2019", "2021"))
    only_old, only_new = any(key not in new for key in cells), any(key not in old for key in cells)
    if only_old and only_new:
        return "mixed"
    return "2019" if only_old else "2021" if only_new else None


def _only(values: set[str]) -> str | None:
    return next(iter(values)) if len(values) == 1 else None
