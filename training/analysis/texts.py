"""Texts whose labels are known, from wherever people keep them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gongkai.annotations.gold import KINDS, read_gold
from gongkai.annotations.records import parsed, read_text
from gongkai.annotations.returned import Place, Refused, Returned, is_pushed, read_record
from gongkai.model.errors import BadRecordError, ConfigError
from gongkai.model.labels import label_set, split_class
from gongkai.model.types import LabelledPage
from gongkai.training.passages import HELD_OUT_WRITERS
from gongkai.training.scores import gold_of
from gongkai.training.sources import held_out_pages

_GENERATED = re.compile(r"synth:(?P<count>[1-9]\d{0,5})")
FORMATS = "JSON Lines (.jsonl), a Label Studio export (.json), or synth:N for N generated pages that no training saw"


@dataclass(frozen=True, slots=True)
class GoldSet:
    """Texts with their labels. `kinds` are the kinds of label that are marked in them; of others they say nothing.

    `left_out` says of tasks of an export why they give no gold.
    """

    name: str
    kinds: tuple[str, ...]
    pages: tuple[LabelledPage, ...]
    left_out: tuple[str, ...] = ()


def read_sets(sources: Sequence[str]) -> list[GoldSet]:
    """The sets that `sources` name, in their order, by file name where that is unique.

    Raises ConfigError for a source that is none, DocumentError for a file whose content is none.
    """
    names = [Path(source).name for source in sources]
    sets = [read_set(source, name if names.count(name) == 1 else source) for source, name in zip(sources, names, strict=True)]
    for source, found in zip(sources, sets, strict=True):
        if not found.pages:
            left = "; ".join(found.left_out)
            raise BadRecordError(f"{source}: holds no labelled text (left out: {left})" if left else f"{source}: holds no labelled text")
    return sets


def read_set(source: str, name: str) -> GoldSet:
    """The set that `source` names: see FORMATS."""
    if generated := _GENERATED.fullmatch(source):
        return generated_set(int(generated["count"]), name)
    path = Path(source)
    if not path.is_file():
        raise ConfigError(f"{source}: no such gold; give {FORMATS}")
    if path.suffix == ".json":
        return exported_set(path, name)
    pages = read_gold(path)
    return GoldSet(name, marked_kinds(pages), tuple(pages))


def generated_set(count: int, name: str) -> GoldSet:
    """Generated pages, their narrative by writers that were held out; the same ones each time."""
    texts = held_out_pages(HELD_OUT_WRITERS, count)
    return GoldSet(name, KINDS, tuple(gold_of(marked, f"page-{number}") for number, marked in enumerate(texts)))


def exported_set(path: Path, name: str) -> GoldSet:
    """What people labelled, from Label Studio's export in its format JSON. Raises BadRecordError for another file."""
    pages: list[LabelledPage] = []
    left_out: list[str] = []
    for number, record in enumerate(_records(path), 1):
        outcome = read_record(record, Place("task {task}", {}))
        if isinstance(outcome, Returned):
            pages.append(outcome.gold.page)
        elif isinstance(outcome, Refused):
            left_out.append(f"{outcome.doc_id} ({outcome.task}): {'; '.join(outcome.reasons)}")
        else:
            left_out.append(f"record {number} ({outcome.task}): {outcome.why.value}")
    return GoldSet(name, marked_kinds(pages), tuple(pages), tuple(left_out))


def marked_kinds(pages: Iterable[LabelledPage]) -> tuple[str, ...]:
    """The kinds that `pages` mark: narrative always, tables only if any of them has a part of a table labelled."""
    structure = label_set().structure
    tables = any(label in structure for page in pages for span in page.spans for label in split_class(span.label))
    return KINDS if tables else tuple(kind for kind in KINDS if kind != "structure")


def _records(path: Path) -> list[dict[str, Any]]:
    content = parsed(read_text(path), str(path))
    if not isinstance(content, list) or not all(isinstance(record, dict) for record in content):
        raise BadRecordError(f"{path}: holds no list of tasks; export the project in the format JSON, or give {FORMATS}")
    for number, record in enumerate(content, 1):
        if not is_pushed(record):
            way_out = "push pages with `gongkai annotate push`, so that their text cannot change unseen, or give JSON Lines"
            raise BadRecordError(f"{path}, task {number}: its data lacks text, doc_id or sha256; {way_out}")
    return content
