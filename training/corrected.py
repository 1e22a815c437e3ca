"""Corrected pages as training material: where each comes from, which are measured on, and the windows of a run."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from gongkai.annotations.gold import read_gold_records
from gongkai.annotations.tasks import digest
from gongkai.inference.predict import Labeller
from gongkai.model.errors import AnnotationError
from gongkai.model.labels import label_set, split_class
from gongkai.model.types import LabelledPage, Span
from gongkai.training.examples import Encoder, Example, in_training_order, mixed_examples, normalised_page, page_examples
from gongkai.training.scores import predict_spans
from gongkai.training.settings import TuneSettings
from gongkai.training.synth.marked import Mark, MarkedText


@dataclass(frozen=True, slots=True)
class Corrected:
    """A page that a person labelled. `publisher` is the organ that reports; `link` leads to the task, where the gold has it."""

    page: LabelledPage
    publisher: str
    link: str | None = None

    @property
    def sha256(self) -> str:
        """SHA-256 of the text in UTF-8: the identity of the document."""
        return digest(self.page.page.text)


@dataclass(frozen=True, slots=True)
class Split:
    """Pages to train on and pages to measure on. `by` says what is on one side only: `publisher` or just `document`."""

    train: tuple[Corrected, ...]
    dev: tuple[Corrected, ...]
    by: str


def read_corrected(path: Path, labeller: Labeller) -> Iterator[Corrected]:
    """The pages of a gold file. Where nobody labelled the tables (a record without `structure`), they are as `labeller` sees them.

    Otherwise a page whose figures alone were labelled would teach that its tables are none. Raises BadRecordError.
    """
    for gold, record in read_gold_records(path):
        whole = gold.page if "structure" in record else with_structure(gold.page, labeller)
        yield Corrected(whole, publisher_of(whole), gold.origin.task if gold.origin else None)


def with_structure(page: LabelledPage, labeller: Labeller) -> LabelledPage:
    """The page with the table structure that `labeller` sees between the spans that it has."""
    names = label_set().structure
    spans = list(page.spans)
    for span in predict_spans(labeller, page.page.text):
        if split_class(span.label)[0] in names and all(span.end <= own.start or own.end <= span.start for own in spans):
            spans.append(Span(span.start, span.end, span.label))
    return LabelledPage(page.page, tuple(sorted(spans)))


def publisher_of(page: LabelledPage) -> str:
    """The organ that the page names as its own most often (of several, the first), or the page's id where it names none."""
    names = [page.text_of(span) for span in page.spans if span.label == "agency"]
    return max(names, key=names.count) if names else page.page.id


def without_pinned(pages: Iterable[Corrected], pinned: Collection[str]) -> tuple[Corrected, ...]:
    """The pages, each text once (as it was labelled last), but for those whose SHA-256 is in `pinned`: what is measured on is not learned."""
    latest = {page.sha256: page for page in pages}
    return tuple(page for digest, page in latest.items() if digest not in pinned)


def split_pages(pages: Sequence[Corrected], share: float, rng: Random) -> Split:
    """About `share` of the pages for measuring, and no publisher on both sides; with a single publisher, no document on both.

    Raises AnnotationError for fewer than two pages.
    """
    if len(pages) < 2:
        raise AnnotationError(f"{len(pages)} corrected page(s) to learn from: at least 2 are needed, since some are only measured on")
    publishers = sorted({page.publisher for page in pages})
    by = "publisher" if len(publishers) > 1 else "document"
    groups: dict[str, list[Corrected]] = {}
    for page in pages:
        groups.setdefault(page.publisher if by == "publisher" else page.sha256, []).append(page)
    wanted = max(1, round(share * len(pages)))
    dev: list[Corrected] = []
    # Small groups first would leave the large publishers unmeasured, so the order is random; the last group always trains.
    for name in rng.sample(sorted(groups), len(groups))[:-1]:
        if len(dev) < wanted and len(dev) + len(groups[name]) <= max(wanted, len(pages) // 2):
            dev += groups[name]
    dev = dev or min(groups.values(), key=len)
    measured = {page.sha256 for page in dev}
    return Split(tuple(page for page in pages if page.sha256 not in measured), tuple(dev), by)


def tuning_examples(pages: Sequence[Corrected], encoder: Encoder, settings: TuneSettings) -> list[Example]:
    """Every window of a run in the order of training: the corrected pages, cut anew in every pass, among replayed text."""
    rng = Random(f"{settings.seed} corrected")
    corrected = [
        example for _ in range(settings.tune.passes) for page in pages for example in corrected_windows(page, encoder, settings, rng)
    ]
    replayed = mixed_examples(replay_settings(settings, sum(len(example.ids) for example in corrected)), encoder)
    return in_training_order([*corrected, *(replace(example, replayed=True) for example in replayed)], settings.loop.batch, rng)


def known_examples(encoder: Encoder, settings: TuneSettings) -> list[Example]:
    """Windows of text such as the model was first trained on, of which this run trains on none: here it shows what is forgotten."""
    return mixed_examples(settings.model_copy(update={"seed": settings.seed + 1, "mix": settings.tune.known}), encoder)


def corrected_windows(page: Corrected, encoder: Encoder, settings: TuneSettings, rng: Random) -> list[Example]:
    """The windows of one page as the model will meet its text."""
    marks = tuple(Mark(span.start, span.end, span.label) for span in page.page.spans)
    return list(page_examples(normalised_page(MarkedText(page.page.page.text, marks)), encoder, settings, rng))


def replay_settings(settings: TuneSettings, characters: int) -> TuneSettings:
    """The settings with a mix that holds `replay` times `characters`, or more where the mix itself says more."""
    mix = settings.mix.model_dump()
    factor = max(1.0, settings.tune.replay * characters / max(sum(mix.values()), 1))
    scaled = {name: round(count * factor) for name, count in mix.items()}
    return settings.model_copy(update={"mix": type(settings.mix)(**scaled)})
