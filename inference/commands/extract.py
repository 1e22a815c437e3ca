"""`gongkai extract`: documents in, the output contract out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from gongkai.inference.commands.options import MinConfidence, Model, Paths, Samples
from gongkai.inference.commands.run import chosen, read_all
from gongkai.inference.commands.sinks import Format, sink_of
from gongkai.inference.commands.source_texts import keeping_texts
from gongkai.inference.extract import Extractor


def extract(
    paths: Paths = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write there instead of stdout: one file for each document, or one FILE.xlsx for all."),
    ] = None,
    format: Annotated[Format, typer.Option(help="How to write.")] = Format.JSON,
    model: Model = None,
    min_confidence: MinConfidence = 0.0,
    samples: Samples = False,
    text: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Also write there the text of each document that offsets count in."),
    ] = None,
) -> None:
    """Read documents and write what they say: cells, figures, names, checks."""
    sources = chosen(paths, samples)
    if text is not None:
        sources = keeping_texts(sources, text)
    sink = sink_of(format, out)
    code = read_all(sources, Extractor.from_pretrained(model), min_confidence, sink.write, quiet=out is None and sys.stdout.isatty())
    sink.close()
    raise typer.Exit(code)
