"""What a run of the benchmark found, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from gongkai.inference.kernels.choose import Choice
from gongkai.inference.kernels.packed import Shape
from gongkai.training.bench.costs import Stage
from gongkai.training.bench.readers import FULL, OURS, PIPELINE, WHOLE
from gongkai.training.bench.roof import operations
from gongkai.training.bench.rounds import Cells, Round, best


@dataclass(frozen=True, slots=True)
class Difference:
    """Cells of one reader held against those of the same network in fp32."""

    cells: int
    lost: int
    gained: int
    different: int


@dataclass(frozen=True, slots=True)
class Machine:
    """Where it was measured: the processor's name, its cores, and operations per second of one of them by kind of number."""

    processor: str
    cores: int
    rates: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Bench:
    """Everything that one run found. `tokens` counts those of all pages once; `rounds` is by reader."""

    date: str
    digest: str
    choice: Choice
    machine: Machine
    shape: Shape
    tokens: int
    rounds: Mapping[str, Sequence[Round]]
    startup: float
    growth: Sequence[Stage]

    def best(self, reader: str) -> Round:
        """The fastest turn of a reader."""
        return best(self.rounds[reader])

    def pages_per_second(self, reader: str) -> float:
        """Pages of its fastest turn in a second."""
        turn = self.best(reader)
        return len(turn.seconds) / turn.total

    def ratio(self, reader: str) -> float:
        """How many pages it reads while the pipeline reads one."""
        return self.pages_per_second(reader) / self.pages_per_second(PIPELINE)

    def median_page(self, reader: str) -> float:
        """Seconds of the middle page of its fastest turn, on one core."""
        return median(self.best(reader).seconds)

    @property
    def outside(self) -> float:
        """The share of our chain's time that is not the network's."""
        turn = self.best(OURS)
        return 1 - turn.network / sum(turn.seconds)

    @property
    def of_layers(self) -> float:
        """Time in our network, as a share of what it takes when every token goes through all layers."""
        return self.best(OURS).network / self.best(WHOLE).network

    @property
    def of_roof(self) -> float:
        """Operations per second in our network, every token in all layers, as a share of what int8 products reach on the same core."""
        turn = self.best(WHOLE)
        return operations(self.shape, turn.windows) / turn.network / self.machine.rates["int8"]

    def difference(self, reader: str) -> Difference:
        """What the reader's cells are to those of the network in fp32."""
        return compare(self.best(FULL).cells, self.best(reader).cells)


def compare(wanted: Sequence[Cells], found: Sequence[Cells]) -> Difference:
    """Cells that `found` lacks, has beside, and has with another value, page by page."""
    pairs = list(zip(wanted, found, strict=True))
    return Difference(
        cells=sum(len(one) for one, _ in pairs),
        lost=sum(len(one.keys() - other.keys()) for one, other in pairs),
        gained=sum(len(other.keys() - one.keys()) for one, other in pairs),
        different=sum(one[key] != other[key] for one, other in pairs for key in one.keys() & other.keys()),
    )
