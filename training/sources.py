"""Where training text comes from: written passages, recombined narrative, generated pages. Endless, repeatable by seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random

from gongkai.training.passages import load_passages, shared
from gongkai.training.settings import TrainSettings
from gongkai.training.synth.characters import damage
from gongkai.training.synth.layouts.drawn import DRAWN_LAYOUTS
from gongkai.training.synth.marked import MarkedText
from gongkai.training.synth.narrative import narrative_window
from gongkai.training.synth.pages import PageOptions, generate_page
from gongkai.training.synth.plan import LAYOUTS, MODES

# Pages that are measured on have seeds from here on; training stays below.
HELD_OUT_SEEDS = 1_000_000_000
# Layouts and damage that no page of training has, so that what the model makes of new ones can be measured.
HELD_OUT_LAYOUTS = ("A5", "A8")
HELD_OUT_MODES = ("C5",)
ALONE = 0.15
DRAWN = 0.25
BETWEEN = ("\n", "\n", "\n\n", "")


def train_writers(settings: TrainSettings) -> tuple[str, ...]:
    """The writers of passages that are not held out, each with the share of passages that `data.breadth` leaves."""
    writers = sorted({passage.writer for passage in load_passages()})
    return shared((writer for writer in writers if writer not in settings.data.held_out), settings.data.breadth)


def passage_texts(writers: Sequence[str], rng: Random) -> Iterator[MarkedText]:
    """Every passage once, in random order and lightly damaged; then again, and so on."""
    passages = [passage.marked() for passage in load_passages(writers)]
    while True:
        for marked in rng.sample(passages, len(passages)):
            yield damage(marked, rng)


def narrative_texts(writers: Sequence[str], rng: Random) -> Iterator[MarkedText]:
    """Narrative recombined out of passages, with new numbers, years and places."""
    while True:
        yield damage(narrative_window(rng, writers), rng)


def page_texts(writers: Sequence[str], rng: Random) -> Iterator[MarkedText]:
    """Whole generated pages in every layout and damage that is not held out, their narrative by `writers`; some in drawn layouts."""
    modes = tuple(name for name in MODES if name not in HELD_OUT_MODES)
    seen = PageOptions(layouts=tuple(name for name in LAYOUTS if name not in HELD_OUT_LAYOUTS), table_modes=modes, writers=tuple(writers))
    drawn = replace(seen, layouts=DRAWN_LAYOUTS)
    while True:
        yield generate_page(rng.randrange(HELD_OUT_SEEDS), drawn if rng.random() < DRAWN else seen).marked


def held_out_pages(writers: Sequence[str], count: int, layouts: Sequence[str] | None = None) -> list[MarkedText]:
    """Generated pages that training never sees, their narrative by `writers`, in any layout or in `layouts` only."""
    options = PageOptions(layouts=tuple(layouts) if layouts else None, writers=tuple(writers))
    return [generate_page(HELD_OUT_SEEDS + number, options).marked for number in range(count)]


def joined(texts: Iterator[MarkedText], size: int, rng: Random) -> Iterator[MarkedText]:
    """Short texts run together to about `size` characters; some stay alone, as a reader of one paragraph meets them."""
    while True:
        text = next(texts)
        parts, length = [text], len(text.text)
        if rng.random() >= ALONE:
            while length < size:
                text = next(texts)
                parts += (MarkedText.of(rng.choice(BETWEEN)), text)
                length += len(text.text)
        yield MarkedText.join(parts)
