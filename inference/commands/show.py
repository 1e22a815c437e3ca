"""`gongkai show`: documents as the law prints them."""

from __future__ import annotations

import sys

import typer

from gongkai.inference.commands.options import MinConfidence, Model, Paths, Samples
from gongkai.inference.commands.run import chosen, read_all
from gongkai.inference.commands.streams import emit
from gongkai.inference.extract import Extractor
from gongkai.inference.report.terminal import render


def show(
    paths: Paths = None,
    model: Model = None,
    min_confidence: MinConfidence = 0.0,
    samples: Samples = False,
) -> None:
    """Print the statutory tables of documents, what does not add up, the figures of the narrative, and warnings."""
    sources = chosen(paths, samples)
    extractor = Extractor.from_pretrained(model)
    quiet = sys.stdout.isatty()
    raise typer.Exit(read_all(sources, extractor, min_confidence, lambda _, extraction: emit(render(extraction)), quiet))
