"""Labelled pages on disk: JSON Lines, the one format for pages that people (or the generator) have labelled.

A line holds `id`, `text`, and lists of spans with `label`, `start` and `end` (characters of `text`, half-open): `figures` and
`entities`, and `structure` where tables are labelled. Several labels on the same characters are entries of their own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from gongkai.model.errors import AnnotationError, BadRecordError
from gongkai.model.labels import label_set, split_class
from gongkai.model.types import LabelledPage, Page, Span

KINDS = ("structure", "figures", "entities")


def read_gold(path: Path) -> list[LabelledPage]:
    """The labelled pages of a JSON Lines file.

    Raises BadRecordError, naming file and line, for a line that is something else or whose spans do not fit its text.
    """
    lines = path.read_text(encoding="utf-8").split("\n")  # splitlines would also cut at U+2028 inside a text
    return [_read_line(line, f"{path}, line {number}") for number, line in enumerate(lines, 1) if line.strip()]


def write_gold(path: Path, pages: Iterable[LabelledPage]) -> None:
    """Write labelled pages so that `read_gold` gives them back, but for the scores of their spans."""
    path.write_text("".join(json.dumps(_record(page), ensure_ascii=False) + "\n" for page in pages), encoding="utf-8")


def _read_line(line: str, place: str) -> LabelledPage:
    try:
        record = json.loads(line)
        items = [item for kind in KINDS for item in record.get(kind, [])]
        return LabelledPage(Page(str(record["id"]), record["text"]), _spans(items))
    except (ValueError, KeyError, TypeError, AttributeError, AnnotationError) as error:
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


def _record(page: LabelledPage) -> dict[str, Any]:
    record: dict[str, Any] = {"id": page.page.id, "text": page.page.text}
    for kind in KINDS:
        names = getattr(label_set(), kind)
        record[kind] = [
            {"label": label, "start": span.start, "end": span.end, "text": page.text_of(span)}
            for span in page.spans
            for label in split_class(span.label)
            if label in names
        ]
    return record
