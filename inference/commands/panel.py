"""`gongkai panel`: many organs over many years."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gongkai.inference.commands.streams import say
from gongkai.inference.panel.hierarchy import read_hierarchy
from gongkai.inference.panel.panel import Settings, make_panel
from gongkai.inference.panel.plots import NAMES, Plots, can_plot, draw
from gongkai.inference.panel.summary import readme, totals
from gongkai.inference.panel.tables import TABLES, Format
from gongkai.inference.write import DRAFT, prepare_folder, write_whole
from gongkai.model.errors import MissingExtraError, OutputError

_PLOTS, _README = "plots", "README.md"


def panel(
    results: Annotated[
        list[Path], typer.Argument(metavar="RESULTS...", help="Folders of gongkai batch, or .json and .jsonl files of gongkai extract.")
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the tables, the plots and a README go.")],
    format: Annotated[Format, typer.Option(help="How tables are written.")] = Format.CSV,
    hierarchy: Annotated[
        Path | None, typer.Option(metavar="FILE.csv", help="Columns child and parent: whose numbers must add up to whose.")
    ] = None,
    plots: Annotated[Plots | None, typer.Option(help="How plots are drawn; by default svg, if matplotlib is there.")] = None,
    trust_best: Annotated[
        bool, typer.Option("--trust-best", help="Where documents of one organ and year disagree, believe the soundest.")
    ] = False,
) -> None:
    """Make one panel of many results: tidy tables, rates, checks across years and over children, plots."""
    settings = Settings(format, read_hierarchy(hierarchy) if hierarchy else {}, trust_best)
    kind = _kind(plots)
    _prepare(out, results)
    summary = make_panel(results, out, settings, say)
    _clear(out, format)
    drawn = draw(summary.trends, out / _PLOTS, kind)
    write_whole(out / _README, readme(summary, format, drawn))
    say(totals(summary))
    raise typer.Exit(int(summary.damaged > 0))


def _kind(wanted: Plots | None) -> Plots:
    """What plots are drawn as. Raises MissingExtraError if they were asked for and cannot be drawn."""
    if wanted not in (None, Plots.NONE) and not can_plot():
        raise MissingExtraError("drawing plots", "plots")
    if wanted is None and not can_plot():
        say("no plots: they need matplotlib, pip install 'gongkai[plots]'")
        return Plots.NONE
    return wanted or Plots.SVG


def _prepare(out: Path, results: list[Path]) -> None:
    """Make the folder. Raises OutputError if it holds anything but an earlier panel."""
    prepare_folder(out)
    ours = {f"{table}.{suffix}" for table in TABLES for suffix in Format} | {_README, _PLOTS}
    foreign = sorted(path.name for path in out.iterdir() if path.name.removesuffix(DRAFT) not in ours)
    if foreign or any(out.resolve() == path.resolve() for path in results):
        what = f"holds {foreign[0]}, which is no part of a panel" if foreign else "is the folder of the results"
        raise OutputError(f"{out}: {what}; name a new folder with --out")


def _clear(out: Path, kept: Format) -> None:
    """Take away what an earlier panel left in another format, its plots, and the drafts of one that was killed."""
    tables = (out / f"{table}.{suffix}" for table in TABLES for suffix in Format if suffix is not kept)
    plots = (out / _PLOTS / f"{name}.{suffix}" for name in NAMES for suffix in Plots)
    for path in (*tables, *plots, *out.glob(f"*{DRAFT}")):
        path.unlink(missing_ok=True)
