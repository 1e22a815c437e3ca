"""`python -m gongkai.training.accuracy`: cells of generated pages that training never saw, by severity, layout and damage.

Each page is read twice: by the whole chain, and by the assembler on the gold labels, so that it shows which of the two must improve.
Recall counts the cells that the page determines; what a determinable cell is, `oracle.py` says.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from gongkai.inference.write import write_whole
from gongkai.model.errors import GongkaiError
from gongkai.training.accuracy.measure import READERS, measure
from gongkai.training.accuracy.pages import PER_SEVERITY, SEVERITIES, UNSEEN_SHARE, Order, order_of, orders, unseen_orders
from gongkai.training.accuracy.results import result_json, show_page, table_lines, worst_lines
from gongkai.training.synth.layouts import ALL_RENDERERS

MOST_PAGES = PER_SEVERITY // 2


class Only(StrEnum):
    """One of the two readers."""

    CHAIN = "chain"
    ASSEMBLER = "assembler"


def accuracy(  # noqa: PLR0913, PLR0917 - an option is an argument
    pages: Annotated[int, typer.Option(min=1, max=MOST_PAGES, help="Pages of each severity.")] = 250,
    severity: Annotated[list[int] | None, typer.Option(min=0, max=SEVERITIES[-1], help="Only this severity (repeat for several).")] = None,
    layouts: Annotated[str | None, typer.Option(help="Only these layouts, separated by commas: A2,A11.")] = None,
    first: Annotated[int, typer.Option(min=0, max=MOST_PAGES, help="The number of the first page of each severity.")] = 0,
    only: Annotated[Only | None, typer.Option(help="Only the whole chain, or only the assembler on gold labels.")] = None,
    worst: Annotated[int, typer.Option(min=0, help="Name so many of the worst pages of each reader.")] = 0,
    show: Annotated[int | None, typer.Option(help="Print the page of this seed and what is read wrong in it; measure nothing.")] = None,
    model: Annotated[Path | None, typer.Option(help="A model folder; default: the shipped one.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write counts, rates and digests as JSON to this file.")] = None,
    date: Annotated[str | None, typer.Option(help="The date to write into it; default: today.")] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Processes.")] = 1,
) -> None:
    """Cells read right on held-out generated pages."""
    readers = (only.value,) if only else READERS
    if out is not None and not out.parent.is_dir():  # told before the pages are read, not after
        raise typer.BadParameter(f"{out.parent} is no folder", param_hint="--out")
    try:
        if show is not None:
            typer.echo("\n".join(show_page(_order(show), readers, model)))
            return
        chosen = tuple(severity or SEVERITIES)
        asked = list(orders(pages, chosen, first, _layouts(layouts)))
        if layouts is None:
            asked += unseen_orders(max(1, pages // UNSEEN_SHARE), chosen, first)
        results = measure(asked, readers, model, jobs)
        typer.echo("\n".join(table_lines(results, readers)))
        for reader in readers if worst else ():
            typer.echo("\n".join(worst_lines(results, reader, worst)))
        if out is not None:
            found = result_json(results, readers, model, date or datetime.now(UTC).date().isoformat())
            write_whole(out, json.dumps(found, ensure_ascii=False, indent=1) + "\n")
    except GongkaiError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


def _order(seed: int) -> Order:
    try:
        return order_of(seed)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--show") from error


def _layouts(names: str | None) -> list[str] | None:
    chosen = None if names is None else names.split(",")
    if unknown := [name for name in chosen or () if name not in ALL_RENDERERS]:
        raise typer.BadParameter(
            f"{', '.join(map(repr, unknown))}: no layout; there are {', '.join(ALL_RENDERERS)}", param_hint="--layouts"
        )
    return chosen


if __name__ == "__main__":
    typer.run(accuracy)
