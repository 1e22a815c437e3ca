"""The pages that are measured: which seeds, and the groups that a page counts under."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gongkai.training.passages import HELD_OUT_WRITERS
from gongkai.training.sources import HELD_OUT_LAYOUTS, HELD_OUT_MODES, HELD_OUT_SEEDS
from gongkai.training.synth.layouts.unseen import UNSEEN_LAYOUTS
from gongkai.training.synth.pages import PageOptions, SyntheticPage, generate_page

SEVERITIES = (0, 1, 2, 3)
FIRST_SEED = HELD_OUT_SEEDS + 100_000
"""Beyond the seeds that training scores itself on."""
PER_SEVERITY = 1_000_000
UNSEEN_SEEDS = FIRST_SEED + 10 * PER_SEVERITY
UNSEEN, HELD_OUT = "unseen layouts", "held out of training"

UNSEEN_SHARE = 5
"""Of the pages in seen layouts, one in so many is measured in unseen ones besides."""


@dataclass(frozen=True, slots=True)
class Order:
    """One page to be measured: its seed says everything but the severity and the layouts that it may have."""

    seed: int
    severity: int
    layouts: tuple[str, ...] | None = None
    unseen: bool = False

    def page(self) -> SyntheticPage:
        """The page, its narrative by writers that training never reads."""
        options = PageOptions(layouts=self.layouts, severities=(self.severity,), writers=HELD_OUT_WRITERS)
        return generate_page(self.seed, options)


def orders(pages: int, severities: Sequence[int] = SEVERITIES, first: int = 0, layouts: Sequence[str] | None = None) -> Iterator[Order]:
    """`pages` orders of each severity from number `first` on."""
    chosen = tuple(layouts) if layouts else None
    for severity in severities:
        for number in range(first, first + pages):
            yield Order(FIRST_SEED + severity * PER_SEVERITY + number, severity, chosen)


def unseen_orders(pages: int, severities: Sequence[int] = SEVERITIES, first: int = 0) -> Iterator[Order]:
    """`pages` orders of each severity in layouts that neither training nor whoever wrote the rules has seen."""
    for severity in severities:
        for number in range(first, first + pages):
            yield Order(UNSEEN_SEEDS + severity * PER_SEVERITY + number, severity, UNSEEN_LAYOUTS, unseen=True)


def order_of(seed: int) -> Order:
    """The order that the benchmark's page of `seed` came from (drawn from all layouts)."""
    unseen = seed >= UNSEEN_SEEDS
    severity = (seed - (UNSEEN_SEEDS if unseen else FIRST_SEED)) // PER_SEVERITY
    if severity not in SEVERITIES:
        raise ValueError(f"seed {seed} is none of the benchmark's: they begin at {FIRST_SEED}, {PER_SEVERITY} for each severity")
    return Order(seed, severity, UNSEEN_LAYOUTS if unseen else None, unseen)


def groups_of(page: SyntheticPage, order: Order) -> tuple[str, ...]:
    """What a page counts under. Pages in unseen layouts are a group of their own, by severity, and nothing else."""
    layouts = sorted(set(page.layouts.values()))
    if order.unseen:
        return (UNSEEN, f"{UNSEEN}, severity {order.severity}", *(f"{UNSEEN} {layout}" for layout in layouts))
    held_out = {*HELD_OUT_LAYOUTS, *HELD_OUT_MODES}.intersection(page.garble)
    damage = (name for name in page.garble if name not in layouts)
    return (
        "all",
        f"severity {order.severity}",
        *((HELD_OUT,) if held_out else ()),
        f"form {page.form or 'absent'}",
        *(f"layout {layout}" for layout in layouts or ("absent",)),
        *(f"damage {name}" for name in damage),
    )
