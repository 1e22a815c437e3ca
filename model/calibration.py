"""How sure a model is, against how often it is right: logistic curves, kept beside the model as a few numbers of JSON.

A raw confidence is what the network's probabilities and the assembler's margin give. The curves turn it, together with what else the
page says for or against the value, into the share of such values that are right.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from math import fsum, log
from pathlib import Path
from typing import Annotated, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, FiniteFloat, ValidationError

from gongkai.model.errors import CheckpointError

CALIBRATION = "calibration.json"
NEAREST = 1e-5
"""A raw confidence nearer to 0 or 1 than this counts as this near: there it is rounding, not evidence."""
PLACES = 6
_MOST_ODDS = 700.0
_Line = tuple[float, float]
WAY_OUT = "fit it again with `python -m gongkai.training.calibrate MODEL`"


class _Evidence(StrEnum):
    __hash__ = str.__hash__  # that of Enum is written in Python, and every cell of every page is asked for it several times


class CellEvidence(_Evidence):
    """What speaks for or against a cell beside its raw confidence; the first three are its status.

    A blank has a curve of its own: that nothing is printed there is another claim than what is.
    """

    PLACED = "placed"
    DERIVED = "derived"
    BLANK = "blank"
    SUM_HOLDS = "sum_holds"
    DOUBTFUL = "doubtful"
    NARRATIVE_AGREES = "narrative_agrees"
    NARRATIVE_CONTRADICTS = "narrative_contradicts"


class FigureEvidence(_Evidence):
    """What speaks for or against a figure beside its raw confidence; the first two are its basis."""

    ZERO = "zero"
    ALL = "all"
    CELL_AGREES = "cell_agrees"
    CELL_CONTRADICTS = "cell_contradicts"
    STATEMENT_AGREES = "statement_agrees"
    STATEMENT_DIFFERS = "statement_differs"


FOR = frozenset((CellEvidence.SUM_HOLDS, CellEvidence.NARRATIVE_AGREES, FigureEvidence.CELL_AGREES, FigureEvidence.STATEMENT_AGREES))
"""Evidence that never lowers a confidence."""
AGAINST = frozenset(
    (
        CellEvidence.DOUBTFUL,
        CellEvidence.NARRATIVE_CONTRADICTS,
        FigureEvidence.CELL_CONTRADICTS,
        FigureEvidence.STATEMENT_DIFFERS,
    )
)
"""Evidence that never raises a confidence."""

Evidence = TypeVar("Evidence", CellEvidence, FigureEvidence)


def _rightly_signed(weights: dict[Evidence, float]) -> dict[Evidence, float]:
    for name, weight in weights.items():
        if (name in FOR and weight < 0) or (name in AGAINST and weight > 0):
            raise ValueError(f"{name} is {weight:g}, but agreement must not lower and contradiction must not raise a confidence")
    return weights


class Curve(BaseModel, Generic[Evidence]):
    """The share of values that are right, by raw confidence and evidence. More raw confidence never lowers it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    intercept: FiniteFloat
    slope: FiniteFloat = Field(gt=0)
    weights: Annotated[dict[Evidence, FiniteFloat], AfterValidator(_rightly_signed)] = Field(default_factory=dict)

    def __call__(self, raw: float, evidence: Iterable[Evidence] = ()) -> float:
        """The probability that a value of this raw confidence is right, given what else is known of it."""
        (share,) = _shares([raw], [self.line(evidence)])
        return float(share)

    def line(self, evidence: Iterable[Evidence]) -> _Line:
        """How the log odds of being right follow from those of the raw confidence, given what else is known: slope and intercept."""
        return self.slope, fsum((self.intercept, *(self.weights.get(name, 0.0) for name in evidence)))


def _shares(raws: Sequence[float], lines: Sequence[_Line]) -> NDArray[np.float64]:
    """The probability that values of these raw confidences are right, by the line of each.

    They are rounded, so that the last bits of an exponential are not the last digits of a result.
    """
    slopes, intercepts = np.array(lines).reshape(-1, 2).T
    kept = np.minimum(np.maximum(raws, NEAREST), 1 - NEAREST)
    odds = slopes * np.log(kept / (1 - kept)) + intercepts
    shares: NDArray[np.float64] = np.round(1 / (1 + np.exp(-np.maximum(odds, -_MOST_ODDS))), PLACES)
    return shares


class Calibration(BaseModel):
    """`calibration.json` of a model folder. Nothing gets a confidence above `ceiling`: no page shows that nothing can be wrong."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cells: Curve[CellEvidence]
    blanks: Curve[CellEvidence]
    figures: Curve[FigureEvidence]
    ceiling: float = Field(gt=0.5, lt=1)

    def of_cell(self, raw: float, evidence: Iterable[CellEvidence] = ()) -> float:
        """The confidence of a cell."""
        return self.of_cells([raw], [frozenset(evidence)])[0]

    def of_figure(self, raw: float, evidence: Iterable[FigureEvidence] = ()) -> float:
        """The confidence of a figure."""
        return self.of_figures([raw], [frozenset(evidence)])[0]

    def of_cells(self, raws: Sequence[float], evidence: Sequence[frozenset[CellEvidence]]) -> list[float]:
        """The confidence of every cell, given what is known of it."""
        lines = {known: (self.blanks if CellEvidence.BLANK in known else self.cells).line(known) for known in set(evidence)}
        return self._at_most([lines[known] for known in evidence], raws)

    def of_figures(self, raws: Sequence[float], evidence: Sequence[frozenset[FigureEvidence]]) -> list[float]:
        """The confidence of every figure, given what is known of it."""
        return self._at_most([self.figures.line(known) for known in evidence], raws)

    def _at_most(self, lines: Sequence[_Line], raws: Sequence[float]) -> list[float]:
        confidences: list[float] = np.minimum(self.ceiling, _shares(raws, lines)).tolist()
        return confidences


def logit(probability: float) -> float:
    """The logarithm of the odds; probabilities nearer to 0 or 1 than `NEAREST` count as `NEAREST` away.

    >>> logit(0.5), round(logit(0.75), 4), logit(1.0) == logit(1 - 1e-9)
    (0.0, 1.0986, True)
    """
    kept = min(max(probability, NEAREST), 1 - NEAREST)
    return log(kept / (1 - kept))


def read_calibration(folder: Path) -> Calibration | None:
    """The calibration of a model folder, None if it has none, so that raw confidences stand.

    Raises CheckpointError, naming the file and the key, if it is not what it must be.
    """
    path = folder / CALIBRATION
    if not path.is_file():
        return None
    try:
        return Calibration.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise CheckpointError(f"{path}: {error}; {WAY_OUT}") from error


def write_calibration(folder: Path, calibration: Calibration) -> None:
    """`calibration.json`; the manifest is to be written again after it."""
    (folder / CALIBRATION).write_text(calibration.model_dump_json(indent=1) + "\n", encoding="utf-8")
