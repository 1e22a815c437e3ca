"""Cells counted: what was read off a page against what stands there, and the rates that follow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields

from gongkai.inference.arithmetic import same
from gongkai.inference.results import Cell, Status
from gongkai.training.synth.values import Value

BINS = 20


@dataclass(frozen=True, slots=True)
class PageTruth:
    """What a page says: numbers `printed` in cells, those of them that are `open` to several placements, cells that are not printed
    but follow (`derivable`), and the number that `belongs` in every cell of the form.
    """

    printed: Mapping[str, Value]
    open: frozenset[str] = frozenset()
    derivable: Mapping[str, Value] = field(default_factory=dict)
    belongs: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bin:
    """Cells whose confidence lies in one twentieth of 0 to 1: how many, how many right, and the sum of their confidence."""

    cells: int = 0
    right: int = 0
    confidence: float = 0.0

    def __add__(self, other: Bin) -> Bin:
        return Bin(self.cells + other.cells, self.right + other.right, self.confidence + other.confidence)


@dataclass(frozen=True, slots=True)
class Counts:
    """Cells and pages. `printed`: numbers in cells, `right` of them read so; `determinable` and `determined` are the same without
    cells that several placements fit. `read`: cells read as printed or placed. `derivable`, of them `found` (however); `derived`
    cells, `follows` of them right; a derived 0 for a blank that stands for it is neither. `whole` pages have every determinable
    cell right and nothing wrong; `complete` ones all derivable cells besides.
    """

    pages: int = 0
    printed: int = 0
    right: int = 0
    determinable: int = 0
    determined: int = 0
    read: int = 0
    derivable: int = 0
    found: int = 0
    derived: int = 0
    follows: int = 0
    whole: int = 0
    complete: int = 0
    bins: tuple[Bin, ...] = (Bin(),) * BINS

    def __add__(self, other: Counts) -> Counts:
        names = [f.name for f in fields(self) if f.name != "bins"]
        bins = tuple(a + b for a, b in zip(self.bins, other.bins, strict=True))
        return Counts(**{name: getattr(self, name) + getattr(other, name) for name in names}, bins=bins)

    def rates(self) -> dict[str, float]:
        """Shares from 0 to 1 (1 where there is nothing to count), `wrong_per_10000` of the cells read, `calibration_error`."""
        sure = self.bins[-1]
        return {
            "recall_determinable": _share(self.determined, self.determinable),
            "recall": _share(self.right, self.printed),
            "precision": _share(self.right, self.read),
            "wrong_per_10000": 10_000 * (1 - _share(self.right, self.read)),
            "derived_recall": _share(self.found, self.derivable),
            "derived_precision": _share(self.follows, self.derived),
            "whole": _share(self.whole, self.pages),
            "complete": _share(self.complete, self.pages),
            "calibration_error": sum(abs(b.right - b.confidence) for b in self.bins) / self.read if self.read else 0.0,
            "sure": _share(sure.cells, self.read),
            "sure_right": _share(sure.right, sure.cells),
        }

    def as_json(self) -> dict[str, object]:
        """The counts, the bins as lists, and the rates."""
        counts = {name: value for name, value in asdict(self).items() if name != "bins"}
        return {**counts, "bins": [[b.cells, b.right, round(b.confidence, 6)] for b in self.bins], "rates": self.rates()}


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


@dataclass(frozen=True, slots=True)
class Differences:
    """Determinable cells that were not read, and cells that were read otherwise than they are printed (None: not printed)."""

    missed: Mapping[str, Value]
    wrong: Mapping[str, tuple[Value, Value | None]]

    def __len__(self) -> int:
        return len(self.missed) + len(self.wrong)


def score_page(truth: PageTruth, cells: Iterable[Cell]) -> tuple[Counts, Differences]:
    """One page's counts, and what is missing or wrong."""
    told = {cell.key: cell for cell in cells if cell.value is not None}
    read = {key: cell for key, cell in told.items() if cell.status in (Status.PRINTED, Status.PLACED)}
    right = {key for key, cell in read.items() if _same(cell.value, truth.printed.get(key))}
    settled = truth.printed.keys() - truth.open
    found = sum(key in told and _same(told[key].value, value) for key, value in truth.derivable.items())
    derived = _derived(truth, told)
    whole = settled <= right and len(right) == len(read) and all(derived)
    counts = Counts(
        pages=1,
        printed=len(truth.printed),
        right=len(right),
        determinable=len(settled),
        determined=len(settled & right),
        read=len(read),
        derivable=len(truth.derivable),
        found=found,
        derived=len(derived),
        follows=sum(derived),
        whole=int(whole),
        complete=int(whole and found == len(truth.derivable)),
        bins=_bins((cell.confidence, key in right) for key, cell in read.items()),
    )
    return counts, _differences(truth, read, right)


def _differences(truth: PageTruth, read: Mapping[str, Cell], right: set[str]) -> Differences:
    missed = {key: value for key, value in truth.printed.items() if key not in read and key not in truth.open}
    wrong = {key: (cell.value, truth.printed.get(key)) for key, cell in read.items() if key not in right and cell.value is not None}
    return Differences(missed, wrong)


def _derived(truth: PageTruth, told: Mapping[str, Cell]) -> list[bool]:
    """Whether each derived cell is right: as printed, or else as belongs there; a 0 in an unprinted cell that holds 0 is no claim."""
    verdicts = []
    for key, cell in told.items():
        if cell.status is Status.DERIVED:
            value = truth.printed.get(key, truth.belongs.get(key, 0))
            if key in truth.printed or key in truth.derivable or value or cell.value:
                verdicts.append(_same(cell.value, value))
    return verdicts


def _bins(cells: Iterable[tuple[float, bool]]) -> tuple[Bin, ...]:
    bins = [Bin()] * BINS
    for confidence, right in cells:
        number = min(int(confidence * BINS), BINS - 1)
        bins[number] += Bin(1, int(right), confidence)
    return tuple(bins)


def _same(a: Value | None, b: Value | None) -> bool:
    return a is not None and b is not None and same(a, b)
