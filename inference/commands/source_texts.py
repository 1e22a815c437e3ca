"""The source texts of documents as files: what offsets count in, which for Word and PDF files only the reader has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from gongkai.inference.read.document import Document
from gongkai.inference.read.found import Load
from gongkai.inference.read.sources import Source
from gongkai.inference.write import prepare_folder, write_whole


def keeping_texts(sources: Iterable[Source], folder: Path) -> Iterator[Source]:
    """The sources, each writing its source text to `<stem>.txt` in `folder` when it is loaded. Raises OutputError for the folder."""
    prepare_folder(folder)
    return (replace(source, loader=partial(_load_and_keep, source.loader, folder / f"{source.stem}.txt")) for source in sources)


def _load_and_keep(load: Load, path: Path) -> Document:
    document = load()
    write_whole(path, document.source_text)
    return document
