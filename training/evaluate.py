"""`gongkai evaluate MODEL GOLD.jsonl…`: figures and entities of a model held against gold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from gongkai.annotations.gold import read_gold
from gongkai.inference.predict import Predictor
from gongkai.model.errors import GongkaiError
from gongkai.training.scores import Score, Scores, score_labeller

NARRATIVE = ("figures", "entities")


def evaluate(
    model: Annotated[Path, typer.Argument(help="A model folder.")],
    gold: Annotated[list[Path], typer.Argument(help="JSON Lines with id, text, figures, entities.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
    threads: Annotated[int | None, typer.Option(help="Threads; default: one for each core.")] = None,
) -> None:
    """Print span and label scores by label for each gold file."""
    try:
        labeller = Predictor.from_folder(model, threads)
        found = {path.name: score_labeller(labeller, read_gold(path), NARRATIVE) for path in gold}
    except (GongkaiError, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    if as_json:
        typer.echo(json.dumps({name: scores.as_json() for name, scores in found.items()}, ensure_ascii=False, indent=1))
        return
    for name, scores in found.items():
        Console().print(scores_table(name, scores))


def scores_table(title: str, scores: Scores) -> Table:
    """A table by label, the most frequent first, over the sums by kind."""
    table = Table("label", "gold", "predicted", "hits", "precision", "recall", "F1", title=f"{title}: {scores.texts} texts")
    for name, score in sorted(scores.by_label.items(), key=lambda item: (-item[1].gold, item[0])):
        table.add_row(name, *_cells(score))
    table.add_section()
    for kind in NARRATIVE:
        table.add_row(kind, *_cells(scores.of_kind(kind)))
    table.caption = f"strict IOB2 F1 over characters (seqeval): {scores.seqeval_f1:.4f}"
    return table


def _cells(score: Score) -> tuple[str, ...]:
    counts = (score.gold, score.predicted, score.hits)
    return (*map(str, counts), *(f"{rate:.4f}" for rate in (score.precision, score.recall, score.f1)))


if __name__ == "__main__":
    typer.run(evaluate)
