"""The tables of a page: a report and a plan to flattened, damaged, labelled text, with the gold cells by construction."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

from gongkai.training.synth.evidence import Flattening, PrintedRow, printed_rows
from gongkai.training.synth.grid import Grid
from gongkai.training.synth.layouts import render
from gongkai.training.synth.lost_lines import drop_repeated_lines
from gongkai.training.synth.marked import MarkedText
from gongkai.training.synth.plan import ABSENT, LAYOUTS, MODES, Plan, draw_plan
from gongkai.training.synth.row_damage import damage_rows
from gongkai.training.synth.table_damage import damage_titles, draw_context
from gongkai.training.synth.tables import build_tables
from gongkai.training.synth.values import TABLES, Report, Value

__all__ = ["LAYOUTS", "MODES", "Plan", "TablesText", "draw_plan", "drop_repeated_lines", "render_tables", "surviving_cells"]

_PICTURES = ("图片{}.png", "捕获{}.PNG", "image00{}.jpg", "微信图片_202{}0118.jpg", "1-{}.png")
_CAPTIONS = ("图{} 相关数据统计表", "该部分以表格形式公开,具体如下表:", "(表{})", "详见下表。", "具体情况如下:")
_ATTACHMENTS = ("详见附件{}。", "见附件{}", "相关附件:附件{}.xlsx", "附件{}:统计表.doc", "数据表格请下载附件{}查看")


@dataclass(frozen=True, slots=True)
class TablesText:
    """The three tables of a page as text, by table key, without the titles of their sections.

    `cells` is the gold: the number printed in a cell, or None for a cell that is printed blank (kept or dropped); what can no
    longer be read off the page has no entry. `garble` names the damage done, `layouts` the layout of each table.
    """

    sections: Mapping[str, MarkedText]
    cells: Mapping[str, Value | None]
    garble: tuple[str, ...] = ()
    layouts: Mapping[str, str] = field(default_factory=dict)
    rows: tuple[PrintedRow, ...] = ()


def render_tables(report: Report, plan: Plan, rng: random.Random) -> TablesText:
    """The tables of `report` flattened and damaged as `plan` says."""
    if plan.absent:
        return TablesText({table: _absent(plan, rng) for table in TABLES}, {}, _garble(report, plan))
    seed = rng.getrandbits(64)  # one for the page: its tables share indents, gaps and fillers
    grids = damaged_grids(report, plan, rng)
    sections = {table: render(plan.layouts[table], grid, random.Random(seed)) for table, grid in grids.items()}
    manners = {table: Flattening(layout, seed, "A19" in plan.modes) for table, layout in plan.layouts.items()}
    rows = {table: printed_rows(table, grid, report.blocks[table], manners[table]) for table, grid in grids.items()}
    cells: Mapping[str, Value | None] = dict.fromkeys(report.cells) if "A20" in plan.modes else report.cells
    if "T1" in plan.modes:
        missing = rng.sample(TABLES, rng.choice((1, 1, 2)))
        sections |= dict.fromkeys(missing, MarkedText(""))
        cells = {key: value for key, value in cells.items() if key.split(".")[0] not in missing}
        rows = {table: found for table, found in rows.items() if table not in missing}
    if "A19" in plan.modes:
        sections = _drop_across(sections)
        cells = surviving_cells(cells, *sections.values())
    return TablesText(sections, cells, _garble(report, plan), plan.layouts, tuple(row for found in rows.values() for row in found))


def damaged_grids(report: Report, plan: Plan, rng: random.Random) -> dict[str, Grid]:
    """The three tables of `report`, hurt as `plan` says, before they are flattened."""
    modes = plan.modes | {"full_width"} if plan.full_width else plan.modes
    context = draw_context(rng, report.year)
    grids = build_tables(report, rng, modes)
    return {table: damage_rows(table, damage_titles(grid, modes, context), modes, context) for table, grid in grids.items()}


def surviving_cells(cells: Mapping[str, Value | None], *texts: MarkedText) -> dict[str, Value | None]:
    """The cells that still have a mark in one of the texts."""
    kept = {key for text in texts for key in text.keys()}
    return {key: value for key, value in cells.items() if key in kept}


def _drop_across(sections: Mapping[str, MarkedText]) -> dict[str, MarkedText]:
    seen: set[str] = set()
    return {table: drop_repeated_lines(text, seen) for table, text in sections.items()}


def _absent(plan: Plan, rng: random.Random) -> MarkedText:
    """What stands in the place of a table that is a picture, a caption or an attachment, or nothing (B1)."""
    texts = next((texts for mode, texts in (("B2", _PICTURES), ("B3", _CAPTIONS), ("B4", _ATTACHMENTS)) if mode in plan.modes), ())
    if not texts:
        return MarkedText("")
    return MarkedText.of(rng.choice(texts).format(rng.randint(1, 9)), "junk" if "B2" in plan.modes else None)


def _garble(report: Report, plan: Plan) -> tuple[str, ...]:
    """The names of all damage on the page, those of the report itself (another year's or a mixed form, printed error, signs) included."""
    other_form = report.form == "mixed" or (report.form == "2019") != (report.year < 2021)
    own = {"C12": other_form, "D13": report.printed_error is not None, "D5": bool(report.signs)}
    if plan.absent:
        return tuple(sorted(plan.modes & ABSENT))
    names = {*plan.modes, *(name for name, there in own.items() if there), *plan.layouts.values()}
    return tuple(sorted(names, key=lambda name: (name[0], int(name[1:] or 0))))
