"""A report as it is filed: its paragraphs and tables in order, before they become a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from gongkai.training.passages import HELD_OUT_WRITERS
from gongkai.training.synth.facts import report_facts
from gongkai.training.synth.grammar import wordings
from gongkai.training.synth.grid import Grid
from gongkai.training.synth.names import draw_organ
from gongkai.training.synth.narrative import narrative_with_facts
from gongkai.training.synth.tables import build_tables
from gongkai.training.synth.values import Value, draw_report

_TABLES = {"2": "proactive", "3": "requests", "4": "review_litigation"}
Part = str | Grid


@dataclass(frozen=True, slots=True)
class FiledReport:
    """Paragraphs and tables in order, and what the tables print in each cell (None in a blank one)."""

    parts: tuple[Part, ...]
    cells: Mapping[str, Value | None]


def draw_filed(seed: int) -> FiledReport:
    """The report of `seed`, with a narrative of writers that no training saw."""
    rng = Random(f"filed report {seed}")
    report, organ = draw_report(rng), draw_organ(rng)
    narrative = narrative_with_facts(report_facts(report, organ, rng), organ, rng, HELD_OUT_WRITERS)
    tables = build_tables(report, rng, ())
    parts: list[Part] = [narrative["title"].text, *_paragraphs(narrative["opening"].text)]
    for number in "123456":
        parts.append(wordings()[f"section.{number}"][0])
        parts += [tables[_TABLES[number]]] if number in _TABLES else _paragraphs(narrative[number].text)
    parts += _paragraphs(narrative["closing"].text)
    return FiledReport(tuple(parts), report.cells)


def _paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]
