"""`gongkai corrections FILE... --pages PATH...`: corrected tables into labels to train on and cells to measure on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from gongkai.annotations.corrections import Correction, latest, read_corrections
from gongkai.annotations.gold import write_gold
from gongkai.annotations.relabel import Relabelled, relabel
from gongkai.annotations.tasks import digest
from gongkai.inference.commands.options import Model
from gongkai.inference.commands.streams import say, tell
from gongkai.inference.extract import Extractor
from gongkai.inference.read.document import Document
from gongkai.inference.read.sources import find_documents
from gongkai.inference.write import write_whole
from gongkai.model.errors import DocumentError

Corrections = Mapping[str, Correction]


@dataclass(frozen=True, slots=True)
class Corrected:
    """A document, what people corrected in it by key, and its labels with the corrections in them."""

    document: Document
    corrections: Corrections
    relabelled: Relabelled


def corrections(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Corrections as JSON Lines, as the review page exports them.")],
    pages: Annotated[list[str], typer.Option(metavar="PATH", help="The documents that were corrected, or folders of them.")],
    labels: Annotated[Path | None, typer.Option(help="Write the corrected labels here, to train on.")] = None,
    cells: Annotated[Path | None, typer.Option(help="Write the corrected cells here, to measure on.")] = None,
    model: Model = None,
) -> None:
    """Turn corrected tables into labelled pages to train on, and into cells to measure on.

    Exit code 1 if corrections are left over: of documents that are not there, or in another version.
    """
    if labels is None and cells is None:
        raise typer.BadParameter("say what to write: --labels FILE, --cells FILE, or both", param_hint="--labels")
    wanted = latest(correction for path in files for correction in read_corrections(path))
    done = list(correct(pages, wanted, Extractor.from_pretrained(model)))
    if labels is not None:
        write_gold(labels, (one.relabelled.page for one in done))
    if cells is not None:
        write_whole(cells, "".join(json.dumps(cells_record(one), ensure_ascii=False) + "\n" for one in done))
    for line in told(done, wanted):
        say(line)
    placed = sum(len(one.relabelled.placed) for one in done)
    tell(f"{len(done)} documents, {sum(len(one.corrections) for one in done)} corrected cells, {placed} of them labelled")
    raise typer.Exit(int(len(done) < len(wanted)))


def correct(paths: Sequence[str], wanted: Mapping[str, Corrections], extractor: Extractor) -> Iterator[Corrected]:
    """Every document under `paths` whose text was corrected, once. A document that cannot be read is told, and left out."""
    left = dict(wanted)
    for source in find_documents(paths, warn=say):
        try:
            document = source.load()
        except DocumentError as error:
            say(str(error))
            continue
        if (own := left.pop(digest(document.source_text), None)) is not None:
            yield Corrected(document, own, relabel(extractor.read(document), own))


def cells_record(corrected: Corrected) -> dict[str, Any]:
    """A line of gold for measuring: the text as it was given, and the cells that people looked at (`partial`: not all of the page's)."""
    document = corrected.document
    values = {key: correction.value for key, correction in corrected.corrections.items()}
    return {"id": document.name, "text": document.source_text, "sha256": digest(document.source_text), "cells": values, "partial": True}


def told(done: Iterable[Corrected], wanted: Mapping[str, Corrections]) -> Iterator[str]:
    """What did not become labels, and why."""
    found = set()
    for one in done:
        found.add(digest(one.document.source_text))
        yield from (f"{one.document.name}: {key} is no label: {reason}" for key, reason in one.relabelled.unplaced.items())
    for sha256, left in wanted.items():
        if sha256 not in found:
            name = next(iter(left.values())).document
            yield f"{name}: not among the pages, or its text is another one than was corrected (SHA-256 {sha256[:12]}…)"
