"""A page as a task, and back.

A task holds the text that a person reads: a plain text exactly as it was given, an HTML page as it is shown. It is never
normalised. So a span of a task is a span of the source (for HTML through `Document.flat`), what is printed stays before the
annotator's eyes, and training normalises gold the same way as it does generated pages, whatever the repairs will be by then.
The model labels the normalised text; its spans are led back to the task's.

Label Studio counts code points of the text as imported, as Python does: line ends of two characters, tabs and characters
beyond the first plane need no care. The digest of the text, not the number of a task, says which page it is: numbers come back
after tasks were deleted.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gongkai.annotations.config import CONTROL, TEXT
from gongkai.inference.aligned import AlignedText
from gongkai.inference.normalise import normalise
from gongkai.inference.read.document import Document
from gongkai.model.types import Page, Span, moved

if TYPE_CHECKING:
    from gongkai.inference.predict import Labeller

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class TaskPage:
    """A page as a task holds it: `doc_id` is what the document is called, `text` what the annotator reads."""

    doc_id: str
    text: str

    @property
    def sha256(self) -> str:
        """The digest of the text, which says which page it is."""
        return digest(self.text)

    @property
    def data(self) -> Json:
        """The `data` of the task."""
        return {"text": self.text, "doc_id": self.doc_id, "sha256": self.sha256}


def digest(text: str) -> str:
    """SHA-256 of the text in UTF-8, as hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def page_of(document: Document) -> TaskPage:
    """The task of a document."""
    return TaskPage(document.name, document.flat.text)


def in_source(document: Document, span: Span) -> tuple[int, int]:
    """The characters of `document.source_text` behind a span of the document's task."""
    return document.flat.source_span(span.start, span.end)


def label_text(labeller: Labeller, name: str, text: str) -> tuple[Span, ...]:
    """What `labeller` finds in a text, in characters of that text: sorted and disjoint."""
    aligned = normalise(AlignedText.identity(text)).aligned
    (page,) = labeller.label([Page(name, aligned.text)])
    return moved(page.spans, aligned.source_span)


def region(span: Span, text: str, score: float | None = None) -> Json:
    """A span as Label Studio keeps it, with the characters that it covers; `score` is left out for a person's."""
    value = {"start": span.start, "end": span.end, "text": text[span.start : span.end], "labels": [span.label]}
    made: Json = {"id": f"{span.start}-{span.end}", "from_name": CONTROL, "to_name": TEXT, "type": "labels", "value": value}
    return made if score is None else {**made, "score": score}
