"""Labelled pages on disk: JSON Lines, the one format for pages that people (or the generator) have labelled.

A line holds `id`, `text`, and lists of spans with `label`, `start` and `end` (characters of `text`, half-open): `figures` and
`entities`, and `structure` where tables are labelled. Several labels on the same characters are entries of their own. What people
labelled has an `origin`, too: who, when, in which task, and what model had spoken before.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gongkai.annotations.records import Record, json_lines
from gongkai.inference.write import write_whole
from gongkai.model.errors import BadRecordError, GongkaiError
from gongkai.model.labels import label_set, split_class
from gongkai.model.types import LabelledPage, Page, Span

KINDS = ("structure", "figures", "entities")


@dataclass(frozen=True, slots=True)
class Origin:
    """Who labelled a page and when (ISO 8601, UTC), the address of the task, and the model whose labels were corrected, if any."""

    by: str
    at: str
    task: str
    model: str | None = None


@dataclass(frozen=True, slots=True)
class GoldPage:
    """A labelled page and where it comes from; the generator's pages have no origin."""

    page: LabelledPage
    origin: Origin | None = None


def read_gold(path: Path) -> list[LabelledPage]:
    """The labelled pages of a JSON Lines file.

    Raises BadRecordError, naming file and line, for a line that is something else or whose spans do not fit its text.
    """
    return [gold.page for gold in read_gold_pages(path)]


def read_gold_pages(path: Path) -> list[GoldPage]:
    """The labelled pages of a JSON Lines file with their origins. Raises BadRecordError as `read_gold` does."""
    return [gold for gold, _ in read_gold_records(path)]


def read_gold_records(path: Path) -> list[tuple[GoldPage, Record]]:
    """The labelled pages, each with the record that it was read from, which may say more. Raises BadRecordError as `read_gold` does."""
    return [(_gold_of(record, place), record) for place, record in json_lines(path)]


def write_gold(path: Path, pages: Iterable[LabelledPage]) -> None:
    """Write labelled pages so that `read_gold` gives them back, but for the scores of their spans."""
    write_gold_pages(path, map(GoldPage, pages))


def write_gold_pages(path: Path, pages: Iterable[GoldPage]) -> None:
    """Write labelled pages with their origins, all or none. Raises OutputError."""
    write_whole(path, "".join(json.dumps(_record(gold), ensure_ascii=False) + "\n" for gold in pages))


def _gold_of(record: Record, place: str) -> GoldPage:
    try:
        record["text"].encode()  # half of a surrogate pair is no character, and nothing could be written of it
        items = [item for kind in KINDS for item in record.get(kind, [])]
        page = LabelledPage(Page(str(record["id"]), record["text"]), _spans(items))
        return GoldPage(page, Origin(**record["origin"]) if record.get("origin") else None)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, GongkaiError) as error:
        raise BadRecordError(f"{place}: needs id, text, and figures and entities with label, start and end ({error!r})") from error


def _spans(items: Sequence[Mapping[str, Any]]) -> tuple[Span, ...]:
    """Spans of a record; labels on the same characters become one class, and a span inside another gives way to it."""
    labels: dict[tuple[int, int], list[str]] = {}
    for item in items:
        labels.setdefault((int(item["start"]), int(item["end"])), []).append(str(item["label"]))
    spans: list[Span] = []
    for (start, end), names in sorted(labels.items()):
        if not spans or start >= spans[-1].end:
            spans.append(Span(start, end, label_set().class_of(names)))
    return tuple(spans)


def _record(gold: GoldPage) -> Record:
    page = gold.page
    record: Record = {"id": page.page.id, "text": page.page.text}
    for kind in KINDS:
        names = getattr(label_set(), kind)
        record[kind] = [
            {"label": label, "start": span.start, "end": span.end, "text": page.text_of(span)}
            for span in page.spans
            for label in split_class(span.label)
            if label in names
        ]
    return record if gold.origin is None else {**record, "origin": asdict(gold.origin)}
