"""`python -m gongkai.training.accuracy`: cells of generated pages that training never saw, by severity and layout.

Each page is read twice: by the whole chain, and by the assembler on the gold labels, so that it shows which of the two must improve.
A cell whose column the damage made undeterminable counts as missed, since the generator knows it and the page does not.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer

from gongkai.inference.extract import Extractor
from gongkai.inference.results import Cell, Status
from gongkai.model.types import LabelledPage, Page
from gongkai.training.examples import normalised_page
from gongkai.training.passages import HELD_OUT_WRITERS
from gongkai.training.sources import HELD_OUT_SEEDS
from gongkai.training.synth.pages import PageOptions, SyntheticPage, generate_page

SEVERITIES = (0, 1, 2, 3)
# Beyond the seeds that training scores itself on.
FIRST_SEED = HELD_OUT_SEEDS + 100_000


@dataclass(frozen=True, slots=True)
class CellCount:
    """Cells printed on pages, of them read right, all that were read (printed or placed), and whole pages right."""

    printed: int = 0
    right: int = 0
    read: int = 0
    pages: int = 0
    whole: int = 0

    @property
    def recall(self) -> float:
        """The share of printed cells that were read right."""
        return self.right / self.printed if self.printed else 1.0

    @property
    def precision(self) -> float:
        """The share of read cells that are right."""
        return self.right / self.read if self.read else 1.0

    def __add__(self, other: CellCount) -> CellCount:
        return CellCount(*(a + b for a, b in zip(self.row(), other.row(), strict=True)))

    def row(self) -> tuple[int, int, int, int, int]:
        """The five counts in order."""
        return self.printed, self.right, self.read, self.pages, self.whole


@dataclass(frozen=True, slots=True)
class GoldLabels:
    """A labeller that knows the labels of one generated page."""

    page: LabelledPage

    def label(self, pages: Sequence[Page]) -> list[LabelledPage]:
        """The page with its gold labels, whatever it is called."""
        return [LabelledPage(page, self.page.spans) for page in pages]


def count_cells(page: SyntheticPage, cells: Iterable[Cell]) -> CellCount:
    """The cells read off one page against what the generator printed there."""
    read = {cell.key: cell.value for cell in cells if cell.status in (Status.PRINTED, Status.PLACED)}
    printed = {key: value for key, value in page.cells.items() if value is not None}
    right = sum(key in read and same_number(read[key], value) for key, value in printed.items())
    return CellCount(len(printed), right, len(read), 1, int(right == len(printed) == len(read)))


def same_number(a: float | None, b: float | None) -> bool:
    """Whether two numbers are the same but for rounding."""
    return a is not None and b is not None and abs(a - b) < 1e-6


def held_out_pages(per_severity: int, layouts: Sequence[str] | None = None) -> Iterator[SyntheticPage]:
    """Pages of every severity whose seeds and narrative writers no training saw."""
    for severity in SEVERITIES:
        options = PageOptions(layouts=tuple(layouts) if layouts else None, severities=(severity,), writers=HELD_OUT_WRITERS)
        for number in range(per_severity):
            yield generate_page(FIRST_SEED + severity * 1_000_000 + number, options)


def measure(extractor: Extractor, pages: Iterable[SyntheticPage]) -> tuple[dict[str, dict[str, CellCount]], str]:
    """Counts by `chain` or `assembler`, then by severity and layout; and the SHA-256 of the pages."""
    counts: dict[str, dict[str, CellCount]] = {name: defaultdict(CellCount) for name in ("chain", "assembler")}
    digest = hashlib.sha256()
    for page in pages:
        digest.update(page.text.encode())
        known = Extractor(GoldLabels(normalised_page(page.marked)))
        for name, reader in (("chain", extractor), ("assembler", known)):
            found = count_cells(page, reader(page.text).cells)
            for group in ("all", f"severity {page.severity}", *(f"layout {layout}" for layout in sorted(set(page.layouts.values())))):
                counts[name][group] += found
    return counts, digest.hexdigest()


def accuracy_table(counts: Mapping[str, Mapping[str, CellCount]]) -> Iterator[str]:
    """The counts as lines of text, a group a line, the chain beside the assembler alone."""
    yield f"{'':14} pages | chain: recall precision wrong/10,000 whole | gold labels: recall precision wrong/10,000 whole"
    for group in sorted(counts["chain"], key=lambda name: (name != "all", not name.startswith("severity"), name)):
        rows = (counts[name][group] for name in ("chain", "assembler"))
        yield f"{group:14} {counts['chain'][group].pages:5} | " + " | ".join(_figures(count) for count in rows)


def _figures(count: CellCount) -> str:
    wrong = 10_000 * (1 - count.precision)
    return f"{100 * count.recall:8.2f} {100 * count.precision:9.3f} {wrong:9.1f} {100 * count.whole / max(count.pages, 1):9.1f}"


def accuracy(
    pages: Annotated[int, typer.Option(help="Pages of each severity.")] = 250,
    model: Annotated[Path | None, typer.Option(help="A model folder; default: the shipped one.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the counts as JSON to this file.")] = None,
) -> None:
    """Cells read right on held-out generated pages, by severity and layout."""
    counts, digest = measure(Extractor.from_pretrained(model), held_out_pages(pages))
    typer.echo("\n".join(accuracy_table(counts)))
    typer.echo(f"digest of the pages: {digest[:16]}")
    if out is not None:
        found = {name: {group: asdict(count) for group, count in groups.items()} for name, groups in counts.items()}
        out.write_text(json.dumps({"digest": digest, "counts": found}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    typer.run(accuracy)
