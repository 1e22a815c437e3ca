"""Marked text to what the network trains on: windows of token ids and tags."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
from datasets import Dataset
from numpy.typing import NDArray

from gongkai.inference.aligned import AlignedText
from gongkai.inference.normalise import normalise
from gongkai.model.types import LabelledPage, Page, Span, moved
from gongkai.model.vocabulary import Encoded, Vocabulary
from gongkai.training.settings import TrainSettings
from gongkai.training.sources import joined, narrative_texts, page_texts, passage_texts, train_writers
from gongkai.training.synth.marked import MarkedText

IGNORED = -100
FULL_WINDOWS = 0.8
# Windows are sorted by length within this many batches, so that a batch needs little padding.
SORTED_BATCHES = 64

Ids = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """One window between its special tokens: token ids, and for each the number of its tag (-100: not trained on).

    In fine-tuning, a `replayed` one is there to be remembered rather than learned.
    """

    ids: Ids
    tags: Ids
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Encoder:
    """How text becomes numbers: the vocabulary, and the number of every tag."""

    vocabulary: Vocabulary
    tag_ids: dict[str, int]

    def example(self, ids: NDArray[np.int64], tags: Ids) -> Example:
        """The window between the special tokens of the vocabulary."""
        before, after = self.vocabulary.before, self.vocabulary.after
        return Example(
            np.array((*before, *ids.tolist(), *after), dtype=np.int32),
            np.array((*[IGNORED] * len(before), *tags.tolist(), *[IGNORED] * len(after)), dtype=np.int32),
        )


def normalised_page(marked: MarkedText, name: str = "") -> LabelledPage:
    """The text as the model will meet it, with the marks moved along. A mark of which nothing is left is dropped."""
    aligned = normalise(AlignedText.identity(marked.text)).aligned
    return LabelledPage(Page(name, aligned.text), moved(marked.spans(), aligned.own_span))


def span_tags(encoded: Encoded, spans: Sequence[Span], tag_ids: dict[str, int]) -> Ids:
    """The number of each token's tag: a token inside a span, even by one character, belongs to it; the first is its B."""
    tags = np.zeros(len(encoded.ids), dtype=np.int32)
    taken = 0
    for span in spans:
        first = max(int(np.searchsorted(encoded.offsets[:, 1], span.start, side="right")), taken)
        last = int(np.searchsorted(encoded.offsets[:, 0], span.end, side="left"))
        if first < last:
            tags[first:last] = tag_ids[f"I-{span.label}"]
            tags[first] = tag_ids[f"B-{span.label}"]
            taken = last
    return tags


def page_examples(page: LabelledPage, encoder: Encoder, settings: TrainSettings, rng: Random) -> Iterator[Example]:
    """The windows of a page, one after another, most of full length."""
    encoded = encoder.vocabulary.encode(page.page.text)
    tags = span_tags(encoded, page.spans, encoder.tag_ids)
    for start, end in slices(len(encoded.ids), settings.data.window, settings.data.shortest, rng):
        yield encoder.example(encoded.ids[start:end], tags[start:end])


def slices(length: int, window: int, shortest: int, rng: Random) -> Iterator[tuple[int, int]]:
    """Consecutive slices that cover `length` positions; each is `window` long or, one time in five, shorter.

    A rest of less than `shortest` positions is lengthened backwards.
    """
    start = 0
    while start < length:
        size = window if rng.random() < FULL_WINDOWS else rng.randint(min(shortest, window), window)
        end = min(start + size, length)
        yield (max(0, end - shortest), end) if end - start < shortest else (start, end)
        start = end


def source_examples(texts: Iterator[MarkedText], characters: int, make: Callable[[LabelledPage], Iterator[Example]]) -> Iterator[Example]:
    """Examples out of `texts` until they hold `characters` tokens."""
    left = characters
    while left > 0:
        for example in make(normalised_page(next(texts))):
            left -= len(example.ids)
            yield example


def mixed_examples(settings: TrainSettings, encoder: Encoder) -> list[Example]:
    """All windows of a run in the order of training: the settings and their seed say which."""
    writers, mix, window = train_writers(settings), settings.mix, settings.data.window

    def rng(name: str) -> Random:
        return Random(f"{settings.seed} {name}")

    slicing = rng("slices")
    sources = (
        (joined(passage_texts(writers, rng("passages")), window, rng("joined passages")), mix.passages),
        (joined(narrative_texts(writers, rng("narratives")), window, rng("joined narratives")), mix.narratives),
        (page_texts(writers, rng("pages")), mix.pages),
    )
    examples = [
        example
        for texts, characters in sources
        for example in source_examples(texts, characters, lambda page: page_examples(page, encoder, settings, slicing))
    ]
    return in_training_order(examples, settings.loop.batch, rng("order"))


def in_training_order(examples: list[Example], batch: int, rng: Random) -> list[Example]:
    """Shuffled, with windows of like length in one batch."""
    shuffled = rng.sample(examples, len(examples))
    batches: list[list[Example]] = []
    for start in range(0, len(shuffled), batch * SORTED_BATCHES):
        run = sorted(shuffled[start : start + batch * SORTED_BATCHES], key=lambda example: len(example.ids))
        batches += [run[at : at + batch] for at in range(0, len(run), batch)]
    rest = [part for part in batches if len(part) < batch]
    whole = [part for part in batches if len(part) == batch]
    rng.shuffle(whole)
    return [example for part in (*whole, *rest) for example in part]


def to_dataset(examples: Sequence[Example]) -> Dataset:
    """Columns `input_ids`, `labels` and `replayed`, one row a window, in the order given."""
    columns = {"input_ids": "ids", "labels": "tags", "replayed": "replayed"}
    return Dataset.from_dict({column: [getattr(example, name) for example in examples] for column, name in columns.items()})


def digest(examples: Sequence[Example]) -> str:
    """A SHA-256 that names exactly these windows in this order."""
    found = hashlib.sha256()
    for example in examples:
        found.update(example.ids.tobytes())
        found.update(example.tags.tobytes())
    return found.hexdigest()
