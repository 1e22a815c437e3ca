"""Pages read and scored: by the whole chain, and by the assembler on gold labels, so that it shows which of the two must improve."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path

from gongkai.inference.extract import Extractor
from gongkai.inference.read.document import document_from_text
from gongkai.inference.results import Extraction
from gongkai.model.checkpoint import shipped_folder
from gongkai.model.types import LabelledPage, Page
from gongkai.training.accuracy.derivable import derivable
from gongkai.training.accuracy.oracle import undeterminable
from gongkai.training.accuracy.pages import UNSEEN, Order, groups_of
from gongkai.training.accuracy.scores import Counts, Differences, PageTruth, score_page
from gongkai.training.examples import normalised_page
from gongkai.training.synth.pages import SyntheticPage

READERS = ("chain", "assembler")
_CHUNK = 8


@dataclass(frozen=True, slots=True)
class GoldLabels:
    """A labeller that knows the labels of one generated page."""

    page: LabelledPage

    def label(self, pages: Sequence[Page]) -> list[LabelledPage]:
        """The page with its gold labels, whatever it is called."""
        return [LabelledPage(page, self.page.spans) for page in pages]


@dataclass(frozen=True, slots=True)
class PageScore:
    """How one page was read, by reader."""

    id: str
    seed: int
    garble: tuple[str, ...]
    groups: tuple[str, ...]
    digest: bytes
    counts: Mapping[str, Counts]
    differences: Mapping[str, Differences]


@dataclass(frozen=True, slots=True)
class Results:
    """Pages in the order in which they were asked for."""

    pages: tuple[PageScore, ...]

    @property
    def digest(self) -> str:
        """SHA-256 over the texts of all pages."""
        return hashlib.sha256(b"".join(page.digest for page in self.pages)).hexdigest()

    def counts(self, reader: str) -> dict[str, Counts]:
        """The counts of one reader by group."""
        found: dict[str, Counts] = {}
        for page in self.pages:
            for group in page.groups:
                found[group] = found.get(group, Counts()) + page.counts[reader]
        return found

    def worst(self, reader: str, most: int) -> list[PageScore]:
        """The pages with the most cells wrong or missed, worst first; those in unseen layouts stay unseen."""
        differing = [page for page in self.pages if len(page.differences[reader]) and UNSEEN not in page.groups]
        return sorted(differing, key=lambda page: (-len(page.differences[reader]), page.seed))[:most]


def truth_of(page: SyntheticPage) -> PageTruth:
    """What can be expected of whoever reads the page."""
    printed = {key: value for key, value in page.cells.items() if value is not None}
    still_open = undeterminable(page)
    return PageTruth(printed, still_open, derivable(page, still_open), page.truth)


def score(order: Order, readers: Sequence[str], model: Path | None) -> PageScore:
    """One page, read by each of `readers`."""
    page = order.page()
    truth = truth_of(page)
    scores = {reader: score_page(truth, _read(reader, page, model).cells) for reader in readers}
    return PageScore(
        page.id,
        order.seed,
        page.garble,
        groups_of(page, order),
        hashlib.sha256(page.text.encode()).digest(),
        {reader: found[0] for reader, found in scores.items()},
        {reader: found[1] for reader, found in scores.items()},
    )


def _read(reader: str, page: SyntheticPage, model: Path | None) -> Extraction:
    """What a reader makes of a page. The gold labels are those of its text, even where that looks like HTML."""
    if reader == "chain":
        return _chain(model)(page.text)
    return Extractor(GoldLabels(normalised_page(page.marked))).extract(document_from_text("text", page.text))


@cache
def _chain(model: Path | None) -> Extractor:
    """The model, opened once a process, on one thread: sums of floats then come in one order on every machine."""
    return Extractor.from_pretrained(model or shipped_folder(), threads=1)


def measure(orders: Iterable[Order], readers: Sequence[str] = READERS, model: Path | None = None, jobs: int = 1) -> Results:
    """All pages scored on `jobs` processes; how many does not change the results."""
    asked = list(orders)
    work = partial(score, readers=tuple(readers), model=model)
    if jobs == 1:
        return Results(tuple(_watched(map(work, asked), len(asked))))
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        return Results(tuple(_watched(pool.map(work, asked, chunksize=_CHUNK), len(asked))))


def _watched(scores: Iterable[PageScore], total: int, say: Callable[[str], object] = sys.stderr.write) -> Iterator[PageScore]:
    """The scores as they come, with a line of progress on a terminal's standard error."""
    for number, found in enumerate(scores, 1):
        if sys.stderr.isatty() or number % 100 == 0 or number == total:
            say(f"{number} of {total} pages\r" if sys.stderr.isatty() and number < total else f"{number} of {total} pages\n")
        yield found
