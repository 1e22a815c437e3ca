"""`gongkai evaluate MODEL GOLD…`: what a model gets wrong, in which words, and how sure it was."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from gongkai.inference.commands.streams import emit, say
from gongkai.inference.predict import Predictor
from gongkai.inference.write import write_whole
from gongkai.model.errors import GongkaiError
from gongkai.training.analysis.analysis import Analysis, analyse
from gongkai.training.analysis.html import report
from gongkai.training.analysis.tables import tables
from gongkai.training.analysis.texts import GoldSet, read_sets


def evaluate(
    model: Annotated[Path, typer.Argument(help="A model folder.")],
    gold: Annotated[list[str], typer.Argument(help="JSON Lines, exports of Label Studio (.json), or synth:N for N generated pages.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write a page with the worst texts and all scores to this file.")] = None,
    worst: Annotated[int, typer.Option(min=0, help="How many of the worst texts of each set are shown.")] = 30,
    threads: Annotated[int | None, typer.Option(min=1, max=256, help="Threads; default: one for each core.")] = None,
) -> None:
    """Hold a model against texts whose labels are known: scores by label and wording, confusions, confidence, worst texts."""
    try:
        labeller = Predictor.from_folder(model, threads)
        analyses = [_analysed(labeller, one) for one in read_sets(gold)]
        if html is not None:
            write_whole(html, report(analyses, model.resolve().name, labeller.checkpoint.digest, worst))
    except (GongkaiError, OSError) as error:
        say(str(error))
        raise typer.Exit(1) from error
    if as_json:
        emit(json.dumps({one.name: one.as_json(worst) for one in analyses}, ensure_ascii=False, indent=1) + "\n")
    else:
        _print(analyses)


def _analysed(labeller: Predictor, gold: GoldSet) -> Analysis:
    for reason in gold.left_out:
        say(f"{gold.name}: left out: {reason}")
    return analyse(labeller, gold)


def _print(analyses: list[Analysis]) -> None:
    console = Console()
    for analysis in analyses:
        for table in tables(analysis):
            console.print(table)


if __name__ == "__main__":
    command: Callable[..., None] = evaluate
    typer.run(command)
