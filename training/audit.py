"""Annotations that look wrong: the labels that a model doubts, ranked by cleanlab, the most doubtful first."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from gongkai.inference.aligned import AlignedText
from gongkai.inference.normalise import normalise
from gongkai.inference.predict import Predictor
from gongkai.model.decode import log_posteriors
from gongkai.model.errors import MissingExtraError
from gongkai.model.labels import OUTSIDE
from gongkai.training.corrected import Corrected

Probabilities = NDArray[np.float32]
CHUNK = 400_000
"""So many characters are ranked together: cleanlab holds all their probabilities in memory."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """Characters `start` to `end` of page `id` are labelled `given` (`O`: not at all), and the model would rather say `suggested`.

    `score` is the probability that the model gives to the label as it is, at its weakest character. `learned` says that the model
    was trained on this very page, so that it may have come to agree with an error.
    """

    id: str
    start: int
    end: int
    text: str
    given: str
    suggested: str
    score: float
    learned: bool
    link: str | None


@dataclass(frozen=True, slots=True)
class _Read:
    """A page's characters as class numbers, as labelled, and the probability of every class."""

    page: Corrected
    given: NDArray[np.int64]
    probabilities: Probabilities
    aligned: AlignedText
    offsets: NDArray[np.int32]


def rank_suspects(predictor: Predictor, pages: Sequence[Corrected], learned: frozenset[str]) -> list[Suspect]:
    """The labels of `pages` that confident learning holds for errors, by rising probability of the label as it is.

    `learned` holds the SHA-256 of the pages that the model was trained on. Raises MissingExtraError without cleanlab.
    """
    suspects = [suspect for chunk in _chunks(pages) for suspect in _suspects(predictor, chunk, learned)]
    return sorted(suspects, key=lambda suspect: (suspect.score, suspect.id, suspect.start))


def _chunks(pages: Sequence[Corrected]) -> Iterator[list[Corrected]]:
    chunk: list[Corrected] = []
    size = 0
    for page in pages:
        chunk.append(page)
        size += len(page.page.page.text)
        if size >= CHUNK:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _suspects(predictor: Predictor, pages: Sequence[Corrected], learned: frozenset[str]) -> Iterator[Suspect]:
    classes = (OUTSIDE, *predictor.checkpoint.classes)
    read = [found for page in pages if len((found := _read(predictor, page, classes)).given)]
    issues = _issues(read)
    for number, found in enumerate(read):
        places = sorted(place for page, place in issues if page == number)
        yield from _of_page(found, places, classes, found.page.sha256 in learned)


def _read(predictor: Predictor, page: Corrected, classes: Sequence[str]) -> _Read:
    aligned = normalise(AlignedText.identity(page.page.page.text)).aligned
    encoded, logits = predictor.logits(aligned.text)
    tags = np.exp(log_posteriors(logits)) if len(logits) else np.zeros((0, 2 * len(classes) - 1), dtype=np.float32)
    probabilities = np.concatenate([tags[:, :1], tags[:, 1::2] + tags[:, 2::2]], axis=1)
    given = np.zeros(len(encoded.ids), dtype=np.int64)
    for span in page.page.spans:
        own = aligned.own_span(span.start, span.end)
        if own:
            inside = (encoded.offsets[:, 0] < own[1]) & (encoded.offsets[:, 1] > own[0])
            given[inside] = classes.index(span.label)
    return _Read(page, given, probabilities, aligned, encoded.offsets)


def _issues(read: Sequence[_Read]) -> set[tuple[int, int]]:
    """(page, position) of every label that cleanlab holds for an error. Classes that nobody gave or suggested are left out."""
    try:
        from cleanlab.token_classification.filter import find_label_issues
    except ImportError as error:
        raise MissingExtraError("ranking label errors", "train") from error
    if not read:
        return set()
    used = np.unique(np.concatenate([part for found in read for part in (found.given, found.probabilities.argmax(axis=1))]))
    compact = {int(number): place for place, number in enumerate(used)}
    labels = [[compact[int(number)] for number in found.given] for found in read]
    probabilities = [_renormalised(found.probabilities[:, used]) for found in read]
    with warnings.catch_warnings():
        # It warns of every class with one example or none; that these cannot be ranked as surely as others is no news to anybody.
        warnings.simplefilter("ignore", UserWarning)
        return {(int(page), int(place)) for page, place in find_label_issues(labels, probabilities, n_jobs=1)}


def _renormalised(rows: Probabilities) -> Probabilities:
    return np.asarray(rows / rows.sum(axis=1, keepdims=True), dtype=np.float32)


def _of_page(found: _Read, places: Iterable[int], classes: Sequence[str], learned: bool) -> Iterator[Suspect]:
    """Neighbouring positions with the same two labels as one suspect."""
    best = found.probabilities.argmax(axis=1)
    numbered = [(place, (place - order, int(found.given[place]), int(best[place]))) for order, place in enumerate(places)]
    for (_, given, suggested), run in groupby(numbered, key=lambda item: item[1]):
        if given == suggested:
            continue
        own = [place for place, _ in run]
        start, end = found.aligned.source_span(int(found.offsets[own[0], 0]), int(found.offsets[own[-1], 1]))
        score = float(found.probabilities[own, given].min())
        page = found.page.page.page
        yield Suspect(
            page.id, start, end, page.text[start:end], classes[given], classes[suggested], round(score, 6), learned, found.page.link
        )
