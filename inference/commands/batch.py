"""`gongkai batch`: many documents through several processes into tables, resumable at any moment."""

from __future__ import annotations

import os
import signal
from functools import partial
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from gongkai.inference.batch import Engine, Format, Limits, Settings, run_batch
from gongkai.inference.batch.jobs import Kind
from gongkai.inference.commands.options import Deadline, Memory, MinConfidence, Model, Workers
from gongkai.inference.commands.streams import say
from gongkai.inference.extract import Extractor
from gongkai.inference.messages import listed

Inputs = Annotated[
    list[str],
    typer.Argument(
        metavar="INPUT...",
        help="Folders, files, patterns in quotes; of documents, .jsonl[.gz|.zst], .parquet, .zip and .warc[.gz].",
    ),
]


def batch(
    inputs: Inputs,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the tables go, and the ledger that a run is resumed from.")],
    format: Annotated[Format, typer.Option(help="What to write.")] = Format.PARQUET,
    workers: Workers = None,
    engine: Annotated[Engine, typer.Option(help="Where to read: on this machine, or on the Ray cluster of RAY_ADDRESS.")] = Engine.LOCAL,
    deadline: Deadline = 120.0,
    memory: Memory = 1024,
    shard: Annotated[int, typer.Option(min=1, help="Documents in one part of the output.")] = 1000,
    model: Model = None,
    min_confidence: MinConfidence = 0.0,
) -> None:
    """Read many documents and write tables of documents, cells, figures and checks. Run again after any end to go on."""
    from gongkai.inference.current import open_model  # whoever only asks for help does not wait for the runtime

    checkpoint = open_model(model, 1).checkpoint  # once: another may be promoted while the run lasts
    n_workers = workers or (0 if engine is Engine.RAY else os.cpu_count() or 1)
    settings = Settings(format, n_workers, Limits(deadline, memory), min_confidence, shard, checkpoint.digest, engine)
    signal.signal(signal.SIGTERM, _interrupt)
    counts = run_batch(inputs, out, partial(Extractor.from_pretrained, checkpoint.folder, 1), settings, say)
    say(listed(f"{n:,} {kind}" for kind, n in counts.items()))
    raise typer.Exit(int(counts[Kind.FAILED] > 0))


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt
