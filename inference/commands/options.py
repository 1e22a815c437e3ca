"""The options that commands share, so that they read alike everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gongkai.inference.messages import Language

Lang = Annotated[
    Language | None,
    typer.Option("--lang", help="The language of messages and captions, wherever it stands; by default that of the locale."),
]
Paths = Annotated[
    list[str] | None,
    typer.Argument(metavar="PATH...", help="Text, HTML, Word, PDF, .jsonl, .parquet, .zip or .warc files, folders, or - for stdin."),
]
Model = Annotated[
    Path | None, typer.Option(metavar="MODEL", help="A model folder, or a name of `gongkai models list`, instead of the one in use.")
]
MinConfidence = Annotated[
    float, typer.Option(min=0.0, max=1.0, help="Leave out values below this confidence: the calibrated chance that a value is right.")
]
Samples = Annotated[bool, typer.Option("--samples", help="Read the sample pages that come along.")]
Workers = Annotated[int | None, typer.Option(min=1, help="Processes that read, each with a model of its own (default: one a core).")]
Deadline = Annotated[float, typer.Option(min=0.1, metavar="SECONDS", help="What one document may take.")]
Memory = Annotated[int, typer.Option(min=16, metavar="MB", help="What one document may take of memory besides the model's (Linux).")]
