"""`python -m gongkai.training.ablations`: train the variants that are not done, and print the table of those that are.

A run that was cut short is taken up from its last whole step.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gongkai.model.errors import GongkaiError
from gongkai.training.ablations.settings import CONFIG, load_ablations
from gongkai.training.ablations.table import markdown, results_in, write_document
from gongkai.training.ablations.variant import run_variant
from gongkai.training.train import RUNS


def ablations(
    variants: Annotated[list[str] | None, typer.Argument(metavar="[VARIANT]...", help="Train these only; default: all of them.")] = None,
    config: Annotated[str, typer.Option(help="A name in configs/train, or the path of a .yaml file.")] = CONFIG,
    out: Annotated[Path, typer.Option(help="Folder for everything that is trained.")] = RUNS / CONFIG,
    table: Annotated[bool, typer.Option("--table", help="Train nothing.")] = False,
    write: Annotated[
        Path | None, typer.Option(help="Put the table between the markers of this document, and its content as JSON beside it.")
    ] = None,
) -> None:
    """Variants of one reduced recipe, and what each of them gains or loses."""
    try:
        settings = load_ablations(config)
        for name in () if table else variants or tuple(settings.variants):
            run_variant(settings, name, out)
        results = results_in(settings, out, config)
        typer.echo("\n".join(markdown(results)))
        if write is not None:
            write_document(results, write)
    except GongkaiError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


if __name__ == "__main__":
    typer.run(ablations)
