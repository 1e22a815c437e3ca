"""`python -m gongkai.training.accuracy.speed`: how long assembly takes on pages of the benchmark, labels given."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from statistics import median
from typing import Annotated

import typer

from gongkai.inference.assemble import assemble
from gongkai.inference.figures import read_figures
from gongkai.model.types import LabelledPage
from gongkai.training.accuracy.pages import orders
from gongkai.training.examples import normalised_page


def seconds_of(pages: Iterable[LabelledPage]) -> Iterator[float]:
    """Seconds of processor time from the labels of each page to its tables."""
    for page in pages:
        figures = read_figures(page)
        begun = time.process_time()
        assemble(page, figures)
        yield time.process_time() - begun


def summary(seconds: Sequence[float]) -> str:
    """Median, the longest of a hundred, and the longest, in milliseconds. Raises ValueError if nothing was measured."""
    if not seconds:
        raise ValueError("no page was measured")
    ordered = sorted(seconds)
    long = ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]
    return f"{len(ordered)} pages: median {1000 * median(ordered):.1f} ms, 99 of 100 within {1000 * long:.1f} ms, longest {1000 * ordered[-1]:.1f} ms"


def speed(pages: Annotated[int, typer.Option(min=1, help="Pages of each severity.")] = 100) -> None:
    """Time the assembler on gold labels of generated pages."""
    labelled = [normalised_page(order.page().marked) for order in orders(pages)]
    list(seconds_of(labelled[:5]))  # what is loaded once a process is no page's time
    typer.echo(summary(list(seconds_of(labelled))))


if __name__ == "__main__":
    typer.run(speed)
