"""What Label Studio keeps of a page, checked: regions to spans. The server checks nothing of it.

A page is taken whole or not at all: a page without the one label that did not fit would teach that nothing is there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gongkai.annotations.config import CONTROL, TEXT, VERDICT, page_settings
from gongkai.model.labels import label_set, split_class
from gongkai.model.types import Span

Json = Mapping[str, Any]
_DRAWN = "manual"
_SHOWN = 20  # characters of a text in a message


class MisfitError(Exception):
    """Why a region is no span; collected, never raised to the outside."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a result says: spans (sorted, disjoint), the verdict on the document if one was given, what does not fit, remarks."""

    spans: tuple[Span, ...]
    verdict: str | None
    faults: tuple[str, ...]
    notes: tuple[str, ...]


def read_result(result: object, text: str) -> Reading:
    """The result of an annotation or prediction on `text`. With faults, the spans are those that fit."""
    if not isinstance(result, list):
        return Reading((), None, (f"its result is a {type(result).__name__}, not a list of regions",), ())
    labels: dict[tuple[int, int], set[str]] = {}
    verdict: str | None = None
    faults: list[str] = []
    for item in result:
        try:
            if isinstance(item, dict) and item.get("from_name") == VERDICT:
                verdict = _verdict(item)
            else:
                start, end, names = _region(item, text)
                labels.setdefault((start, end), set()).update(names)
        except MisfitError as misfit:
            faults.append(str(misfit))
    spans, overlaps = _disjoint(labels)
    return Reading(spans, verdict, (*faults, *overlaps), tuple(_losses(labels)))


def _region(item: object, text: str) -> tuple[int, int, list[str]]:
    """Offsets and single labels of a region. Raises MisfitError."""
    if not isinstance(item, dict) or not isinstance(item.get("value"), dict):
        raise MisfitError(f"a region without a value: {str(item)[:80]}")
    value, name = item["value"], f"region {item.get('id', '?')}"
    if (item.get("from_name"), item.get("to_name"), item.get("type")) != (CONTROL, TEXT, "labels"):
        raise MisfitError(f"{name}: is no label on the text (from {item.get('from_name')!r}, type {item.get('type')!r})")
    start, end = _offsets(value, name, text)
    return (*_trimmed(start, end, text, item), _labels(value, name))


def _offsets(value: Json, name: str, text: str) -> tuple[int, int]:
    start, end = value.get("start"), value.get("end")
    if type(start) is not int or type(end) is not int or not 0 <= start < end <= len(text):
        raise MisfitError(f"{name}: its place [{start!r}, {end!r}) is not inside the text of {len(text)} characters")
    if value.get("text") not in (text[start:end], _as_the_editor_writes(text[start:end])):
        raise MisfitError(
            f"{name}: characters {start} to {end} are {text[start:end][:_SHOWN]!r}, the region says {str(value.get('text'))[:_SHOWN]!r}"
        )
    return start, end


def _as_the_editor_writes(text: str) -> str:
    r"""The characters of a region that was drawn by hand: the editor writes a backslash and an n for CR and for LF."""
    return text.replace("\r", "\\n").replace("\n", "\\n")


def _trimmed(start: int, end: int, text: str, item: Json) -> tuple[int, int]:
    """What a person drew, without the white space at its ends that the mouse took along. What a model placed stays."""
    if item.get("origin") != _DRAWN:
        return start, end
    drawn = text[start:end]
    if not drawn.strip():
        raise MisfitError(f"region {item.get('id', '?')}: covers nothing but white space at {start}")
    return start + len(drawn) - len(drawn.lstrip()), end - len(drawn) + len(drawn.rstrip())


def _labels(value: Json, name: str) -> list[str]:
    """The single labels of a region; a joint one counts as several."""
    given = value.get("labels")
    if not isinstance(given, list) or not given:
        raise MisfitError(f"{name}: has no label")
    labels = [label for one in given for label in split_class(str(one))]
    if unknown := sorted(set(labels) - set(label_set().names())):
        raise MisfitError(f"{name}: the label {unknown[0]!r} is not in the label set")
    return labels


def _verdict(item: Json) -> str:
    value = item.get("value")
    choices = value.get("choices") if isinstance(value, dict) else None
    known = page_settings().verdicts
    if not isinstance(choices, list) or len(choices) != 1 or choices[0] not in known:
        raise MisfitError(f"the verdict on the document is {choices!r}; it must be one of {', '.join(known)}")
    return str(choices[0])


def _disjoint(labels: Mapping[tuple[int, int], set[str]]) -> tuple[tuple[Span, ...], list[str]]:
    """Labels on the same characters as one class; of two regions that overlap, the first, and what is wrong with the other."""
    spans: list[Span] = []
    faults: list[str] = []
    for (start, end), names in sorted(labels.items()):
        if spans and start < spans[-1].end:
            before = spans[-1]
            faults.append(f"regions overlap: {before.label} [{before.start}, {before.end}) and {'+'.join(sorted(names))} [{start}, {end})")
        else:
            spans.append(Span(start, end, label_set().class_of(names)))
    return tuple(spans), faults


def _losses(labels: Mapping[tuple[int, int], set[str]]) -> Sequence[str]:
    """Combinations that the label set has no class for, and what they are read as."""
    read = {place: label_set().class_of(names) for place, names in labels.items() if len(names) > 1}
    return [
        f"[{start}, {end}): {'+'.join(sorted(labels[start, end]))} is no class, read as {kept}"
        for (start, end), kept in sorted(read.items())
        if set(split_class(kept)) != labels[start, end]
    ]
