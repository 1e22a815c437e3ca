"""Tasks of an export, one by one: gold, or left out on purpose, or refused with the reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from gongkai.annotations.gold import GoldPage, Origin
from gongkai.annotations.regions import Reading, read_result
from gongkai.annotations.tasks import digest
from gongkai.model.types import LabelledPage, Page, Span

Json = Mapping[str, Any]
DONE = "done"
KEYS = ("text", "doc_id", "sha256")


class Left(StrEnum):
    """Why a task gives no gold although nothing is wrong with it."""

    OPEN = "open"
    SKIPPED = "skipped"
    DOUBTFUL = "doubtful"
    UNUSABLE = "unusable"


@dataclass(frozen=True, slots=True)
class Place:
    """Where tasks are and who works on them: `link` is an address with `{task}` (and `{project}`) in it, `people` are names by number."""

    link: str
    people: Mapping[int, str]

    def task(self, record: Json) -> str:
        """The address of a task."""
        return self.link.format(task=record.get("id"), project=record.get("project"))

    def person(self, number: object) -> str:
        """What a user is called."""
        return self.people.get(number, f"user {number}") if isinstance(number, int) else "unknown"


@dataclass(frozen=True, slots=True)
class Returned:
    """A corrected page; `predicted` is what the annotator began with (None: an empty page)."""

    gold: GoldPage
    predicted: tuple[Span, ...] | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """A task whose work does not fit its page: where it is, why, and all that people did, as the server has it."""

    doc_id: str
    sha256: str
    task: str
    reasons: tuple[str, ...]
    annotations: tuple[Json, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A task without gold."""

    sha256: str
    task: str
    why: Left


Outcome = Returned | Refused | LeftOut


def is_pushed(record: Json) -> bool:
    """Whether the task has the data that `gongkai annotate push` writes."""
    data = record.get("data")
    return isinstance(data, dict) and all(isinstance(data.get(key), str) for key in KEYS)


def read_record(record: Json, place: Place) -> Outcome:
    """What one task of an export comes to. Never raises for a record that `is_pushed`."""
    annotations = [one for one in record.get("annotations") or () if isinstance(one, dict)]
    labelled = [one for one in annotations if not one.get("was_cancelled")]
    data, task = record["data"], place.task(record)
    if not labelled:
        return LeftOut(data["sha256"], task, Left.SKIPPED if annotations else Left.OPEN)
    if digest(data["text"]) != data["sha256"]:
        return _refused(record, place, ["the text was changed after it was pushed, so no place in it can be relied on"])
    readings = [read_result(one.get("result"), data["text"]) for one in labelled]
    chosen = _settled(labelled, readings)
    if chosen is None:
        return _refused(record, place, _differences(labelled, readings, place))
    annotation, reading = labelled[chosen], readings[chosen]
    if reading.faults:
        return _refused(record, place, list(reading.faults))
    if reading.verdict not in (None, DONE):
        return LeftOut(data["sha256"], task, Left(reading.verdict))
    return _returned(record, annotation, reading, place)


def _settled(annotations: Sequence[Json], readings: Sequence[Reading]) -> int | None:
    """Which annotation holds: the only one, the one that is starred as ground truth, or the last of several that agree."""
    starred = [number for number, one in enumerate(annotations) if one.get("ground_truth")]
    if len(starred) == 1:
        return starred[0]
    agreed = {(reading.spans, reading.verdict or DONE, reading.faults) for reading in readings}
    newest = max(range(len(annotations)), key=lambda number: (str(annotations[number].get("updated_at")), number))
    return newest if len(agreed) == 1 else None


def _differences(annotations: Sequence[Json], readings: Sequence[Reading], place: Place) -> list[str]:
    names = [place.person(one.get("completed_by")) for one in annotations]
    spans: list[set[Span]] = [set(reading.spans) for reading in readings]
    disputed = sorted(span for span in set[Span]().union(*spans) if not all(span in one for one in spans))
    where = ", ".join(f"{span.label} [{span.start}, {span.end})" for span in disputed[:5]) or "the verdict on the document"
    if len(disputed) > 5:
        where = f"{where} and {len(disputed) - 5} more"
    way_out = "star the one that holds as ground truth, or delete the others"
    return [f"{len(annotations)} annotations differ (by {', '.join(names)}) at {where}; {way_out}"]


def _refused(record: Json, place: Place, reasons: Sequence[str]) -> Refused:
    data = record["data"]
    return Refused(data["doc_id"], data["sha256"], place.task(record), tuple(reasons), tuple(record.get("annotations") or ()))


def _returned(record: Json, annotation: Json, reading: Reading, place: Place) -> Returned:
    data = record["data"]
    shown = annotation.get("prediction")
    prediction = shown if isinstance(shown, dict) and isinstance(shown.get("result"), list) else None
    model = str(prediction.get("model_version")) if prediction else None
    origin = Origin(place.person(annotation.get("completed_by")), _time(annotation), place.task(record), model)
    page = LabelledPage(Page(data["doc_id"], data["text"]), reading.spans)
    predicted = _scored(prediction["result"], data["text"]) if prediction else None
    return Returned(GoldPage(page, origin), predicted, reading.notes)


def _time(annotation: Json) -> str:
    return str(annotation.get("updated_at") or annotation.get("created_at") or "")


def _scored(result: Any, text: str) -> tuple[Span, ...]:
    """The spans of a prediction that fit, with their scores."""
    scores = {(item["value"]["start"], item["value"]["end"]): item.get("score") for item in result if _has_place(item)}
    spans = read_result(result, text).spans
    return tuple(Span(span.start, span.end, span.label, _score(scores.get((span.start, span.end)))) for span in spans)


def _has_place(item: Any) -> bool:
    return isinstance(item, dict) and isinstance(item.get("value"), dict) and {"start", "end"} <= item["value"].keys()


def _score(given: object) -> float:
    return float(given) if isinstance(given, int | float) else 1.0
