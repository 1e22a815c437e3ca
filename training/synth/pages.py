"""Whole synthetic pages: a report with its tables and narrative, flattened, framed by foreign text, and damaged. Fixed by the seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random

from gongkai.training.passages import TRAIN_WRITERS
from gongkai.training.synth import foreign
from gongkai.training.synth.augment import cut
from gongkai.training.synth.cells import TablesText, drop_repeated_lines, render_tables, surviving_cells
from gongkai.training.synth.characters import DAMAGE, NARRATIVE_DAMAGE, PAGE_DAMAGE, apply_modes, draw_modes
from gongkai.training.synth.edits import trimmed
from gongkai.training.synth.evidence import PrintedRow, surviving_rows
from gongkai.training.synth.facts import report_facts
from gongkai.training.synth.grammar import Facts, say, wordings
from gongkai.training.synth.layout_damage import one_line
from gongkai.training.synth.marked import MarkedText
from gongkai.training.synth.names import Organ, draw_organ
from gongkai.training.synth.narrative import narrative_with_facts
from gongkai.training.synth.old_table import old_table
from gongkai.training.synth.plan import Plan, draw_plan
from gongkai.training.synth.statements import Statement, statements, without_statements
from gongkai.training.synth.values import Report, Value, draw_report

PAGE_MODES: Mapping[str, float] = {
    "B5": 1,
    "B6": 1,
    "F1": 8,
    "F2": 2,
    "F5": 4,
    "F6": 2,
    "F7": 1,
    "C6p": 1,
    "A15": 1,
    "A16": 1,
    "doubled": 0.5,
    "cut": 1,
}
"""What is done to a whole page beside its tables and characters, with how often. C6p: page numbers between sections."""

_TABLE_OF_SECTION = {"2": "proactive", "3": "requests", "4": "review_litigation"}
_TABLELESS = ("B5", "B6")


@dataclass(frozen=True, slots=True)
class PageOptions:
    """What may happen to generated pages; None means everything.

    `layouts` and `table_modes` are names of `gongkai.training.synth.plan`, `page_modes` of PAGE_MODES, `damage` of
    `gongkai.training.synth.characters.DAMAGE`; `severities` are drawn from with equal chances. Only passages of `writers` are used.
    """

    layouts: tuple[str, ...] | None = None
    table_modes: tuple[str, ...] | None = None
    page_modes: tuple[str, ...] | None = None
    damage: tuple[str, ...] | None = None
    severities: tuple[int, ...] = (0, 1, 1, 2, 2, 3)
    writers: tuple[str, ...] = TRAIN_WRITERS

    def __post_init__(self) -> None:
        for name, known in (("page_modes", PAGE_MODES), ("damage", DAMAGE)):
            unknown = set(getattr(self, name) or ()) - set(known)
            if unknown:
                raise ValueError(f"PageOptions.{name}: no such mode {', '.join(sorted(unknown))}; there are {', '.join(known)}")


@dataclass(frozen=True, slots=True)
class SyntheticPage:
    """A page with everything that is true of it.

    `marked` is the text with its labels; `cells` maps a cell key to the number printed there, or None for a blank; `figures` are
    what the narrative states, in offsets of the text; `garble` names all damage. `form` is None on a page without tables. `rows`
    are the rows of the tables with those of their cells that show in the text; `truth` is the number that belongs in every cell of
    the form, whether it is printed or not.
    """

    id: str
    marked: MarkedText
    cells: Mapping[str, Value | None]
    figures: tuple[Statement, ...]
    form: str | None
    agency: str | None
    report_year: int
    layouts: Mapping[str, str]
    garble: tuple[str, ...]
    severity: int
    rows: tuple[PrintedRow, ...]
    truth: Mapping[str, Value]

    @property
    def text(self) -> str:
        """The characters of the page."""
        return self.marked.text


@dataclass(frozen=True, slots=True)
class _Draft:
    """What is decided about a page before it is put together."""

    report: Report
    plan: Plan
    organ: Organ
    facts: Facts
    page_modes: frozenset[str]
    damage: tuple[str, ...]

    def has(self, mode: str) -> bool:
        return mode in self.page_modes


def generate_page(seed: int, options: PageOptions | None = None) -> SyntheticPage:
    """The page of `seed`: the same seed and options give the same page."""
    options = options or PageOptions()
    rng = Random(f"page {seed}")
    draft = _draw(rng, options)
    tables = render_tables(draft.report, draft.plan, rng)
    if draft.page_modes.intersection(_TABLELESS):
        tables = TablesText({}, {}, (), {})
    marked = _compose(draft, tables, rng, options)
    if draft.has("F2"):
        marked = foreign.branded(marked, draft.organ, rng)
    marked = trimmed(apply_modes(marked, [name for name in draft.damage if name in PAGE_DAMAGE], rng))
    cells: Mapping[str, Value | None] = tables.cells
    if "A19" in draft.plan.modes and cells:
        marked = trimmed(drop_repeated_lines(marked))
        cells = surviving_cells(cells, marked)
    if draft.has("cut"):
        marked = _cut(marked, rng)
        cells = surviving_cells(cells, marked)
    rows = tables.rows
    if draft.has("cut") or "A19" in draft.plan.modes:
        rows = surviving_rows(rows, marked.keys(), "A19" in draft.plan.modes)
    return _page(seed, draft, marked, replace(tables, cells=cells, rows=rows))


def _page(seed: int, draft: _Draft, marked: MarkedText, tables: TablesText) -> SyntheticPage:
    named = any(mark.label == "agency" for mark in marked.marks)
    layouts = tables.layouts if tables.cells else {}
    return SyntheticPage(
        id=f"synth-{seed:07d}",
        marked=without_statements(marked),
        cells=tables.cells,
        figures=statements(marked),
        form=draft.report.form if tables.cells else None,
        agency=draft.organ.name if named else None,
        report_year=draft.report.year,
        layouts=layouts,
        garble=tuple(dict.fromkeys((*tables.garble, *sorted(draft.page_modes), *draft.damage))),
        severity=draft.plan.severity,
        rows=tables.rows,
        truth=draft.report.truth,
    )


def _draw(rng: Random, options: PageOptions) -> _Draft:
    severity = rng.choice(options.severities)
    report, organ = draw_report(rng), draw_organ(rng)
    plan = draw_plan(rng, severity, options.layouts, options.table_modes)
    page_modes = {
        name
        for name, weight in PAGE_MODES.items()
        if _allowed(name, options.page_modes) and rng.random() < weight * (0.01, 0.03, 0.05, 0.07)[severity]
    }
    running = draw_modes(rng, (0, rng.choice((0, 0, 1)), rng.choice((0, 1)), rng.randint(0, 3))[severity], NARRATIVE_DAMAGE, options.damage)
    whole = draw_modes(rng, (0, rng.choice((0, 0, 1)), rng.choice((0, 1)), rng.randint(0, 2))[severity], PAGE_DAMAGE, options.damage)
    return _Draft(report, plan, organ, report_facts(report, organ, rng), frozenset(page_modes), (*running, *whole))


def _allowed(name: str, names: tuple[str, ...] | None) -> bool:
    return names is None or name in names


def _compose(draft: _Draft, tables: TablesText, rng: Random, options: PageOptions) -> MarkedText:
    """Everything from the first navigation line to the last footer."""
    narrative = narrative_with_facts(draft.facts, draft.organ, rng, options.writers)
    running = [name for name in draft.damage if name in NARRATIVE_DAMAGE]
    narrative = {name: apply_modes(text, running, rng) for name, text in narrative.items()}
    if draft.has("A15") or "A15" in draft.plan.layouts.values():
        narrative = {name: one_line(text, rng) for name, text in narrative.items()}
    parts = [*_head(draft, narrative, rng), *_sections(draft, narrative, tables, rng), narrative["closing"]]
    gap = _gap(draft, rng)
    body = MarkedText.join(_spaced([part for part in parts if part.text], gap, draft, rng))
    edges = 0.75 if draft.has("F1") else 0.12
    end = foreign.after(rng, 0.8 if draft.has("F5") else 0.08)
    return MarkedText.join((foreign.before(draft.organ, draft.report.year, rng, edges), body, "\n" if end.text else "", end))


def _gap(draft: _Draft, rng: Random) -> str:
    """What stands between two parts: nothing or a space where the page is one line, else one or more line ends."""
    if draft.has("A15") or "A15" in draft.plan.layouts.values():
        return rng.choice((" ", " ", ""))
    return rng.choices(("\n", "\n\n", "\n\n\n"), (6, 4, 0.5))[0]


def _spaced(parts: list[MarkedText], gap: str, draft: _Draft, rng: Random) -> list[MarkedText | str]:
    """The parts with `gap` between them; A16 adds lines of pipes, C6p page numbers."""
    spaced: list[MarkedText | str] = []
    for number, part in enumerate(parts):
        if number:
            spaced.append(gap)
            if draft.has("A16") and rng.random() < 0.5:
                spaced.append("|\n" + "|" * rng.choice((8, 60, 300)) + "\n")
            if draft.has("C6p") and rng.random() < 0.4 and "\n" in gap:
                spaced.append(foreign.page_number(number, rng))
        spaced.append(part)
    return spaced


def _head(draft: _Draft, narrative: Mapping[str, MarkedText], rng: Random) -> list[MarkedText]:
    """Title and opening; F6 prints the title two or three times, F7 another report's title."""
    head = [narrative["title"]] * (rng.choice((2, 2, 3)) if draft.has("F6") else int(rng.random() < 0.85))
    if draft.has("F7"):
        head.insert(rng.randint(0, len(head)), trimmed(foreign.other_report_title(rng)))
    return [*head, narrative["opening"]] if rng.random() < 0.9 else head


def _sections(draft: _Draft, narrative: Mapping[str, MarkedText], tables: TablesText, rng: Random) -> list[MarkedText]:
    if draft.page_modes.intersection(_TABLELESS):
        return _old_sections(draft, narrative, rng)
    bare = rng.random() < 0.06
    parts: list[MarkedText] = []
    for number in "123456":
        title = _title(number, draft, bare, rng)
        table = _TABLE_OF_SECTION.get(number)
        parts += [title, tables.sections[table] if table else narrative[number]]
    if draft.has("doubled"):
        parts = [*parts[:8], *parts[2:8], *parts[8:]]
    return parts


def _title(number: str, draft: _Draft, bare: bool, rng: Random) -> MarkedText:
    """The title of a section; `bare` titles have no number."""
    text = say(f"section.{number}", draft.facts, rng).text if rng.random() < 0.5 else wordings()[f"section.{number}"][0]
    return MarkedText.of(text.split("、", 1)[-1].strip() if bare else text, "section")


def _old_sections(draft: _Draft, narrative: Mapping[str, MarkedText], rng: Random) -> list[MarkedText]:
    """B5: prose in the old structure, B6: with the old table after it."""
    titles = ("一、概述", "二、主动公开政府信息的情况", "三、依申请公开政府信息情况", "四、存在的主要问题和改进措施", "五、附表")
    parts = [MarkedText.of(titles[0], "section"), narrative["1"], MarkedText.of(titles[3], "section"), narrative["5"]]
    if draft.has("B6"):
        parts += [MarkedText.of(rng.choice((titles[4], "政府信息公开情况统计表", "附件:统计表")), "section"), old_table(rng)]
    return parts


def _cut(marked: MarkedText, rng: Random) -> MarkedText:
    """The page up to some place in its second half, never inside a mark."""
    place = rng.randint(len(marked.text) // 2, len(marked.text))
    end = next((mark.start for mark in marked.marks if mark.start < place < mark.end), place)
    return cut(marked, 0, end)
