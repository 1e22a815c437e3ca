"""Logistic curves fitted to observations, with the signs that sense demands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from gongkai.model.calibration import AGAINST, FOR, Calibration, CellEvidence, Curve, FigureEvidence, logit
from gongkai.model.errors import MissingExtraError
from gongkai.training.calibrate.observe import Observation, Observed

CEILING = 0.9995
"""The most that a confidence may be. Generated pages are damaged in the ways that somebody thought of; real ones in others."""
SPREAD = 3.0
"""How far a parameter may lie from that of raw confidences (intercept 0, slope 1, weights 0) before many observations must ask for it:
the standard deviation of its prior. Evidence that no error was seen beside gets no infinite weight by it.
"""
LEAST_SLOPE = 0.05
DECIMALS = 4

Evidence = TypeVar("Evidence", CellEvidence, FigureEvidence)
Floats = NDArray[np.float64]


def fit(observed: Observed) -> Calibration:
    """The curves that make what was observed most likely.

    Raises MissingExtraError without SciPy.
    """
    blank = [one for one in observed.cells if CellEvidence.BLANK in one.evidence]
    filled = [one for one in observed.cells if CellEvidence.BLANK not in one.evidence]
    return Calibration(
        cells=Curve[CellEvidence].model_validate(_parameters(filled, tuple(CellEvidence))),
        blanks=Curve[CellEvidence].model_validate(_parameters(blank, [name for name in CellEvidence if name is not CellEvidence.BLANK])),
        figures=Curve[FigureEvidence].model_validate(_parameters(observed.figures, tuple(FigureEvidence))),
        ceiling=CEILING,
    )


def _parameters(observations: Sequence[Observation[Evidence]], names: Sequence[Evidence]) -> dict[str, object]:
    columns = np.array([_row(observation, names) for observation in observations])
    right = np.array([observation.right for observation in observations], dtype=np.float64)
    found = most_likely(columns.reshape(-1, 2 + len(names)), right, [_bounds(name) for name in names])
    intercept, slope = found[:2]
    used = {str(name): weight for name, weight in zip(names, found[2:], strict=True) if weight}
    return {"intercept": intercept, "slope": slope, "weights": used}


def _row(observation: Observation[Evidence], names: Sequence[Evidence]) -> list[float]:
    return [1.0, logit(observation.raw), *(float(name in observation.evidence) for name in names)]


def _bounds(name: CellEvidence | FigureEvidence) -> tuple[float | None, float | None]:
    """Agreement never lowers, contradiction never raises; status and basis may do either."""
    return (0.0 if name in FOR else None), (0.0 if name in AGAINST else None)


def most_likely(columns: Floats, right: Floats, bounds: Sequence[tuple[float | None, float | None]]) -> list[float]:
    """Intercept, slope and weights of a logistic regression of `right` (0 or 1) on `columns` (ones, log-odds, evidence as 0 or 1),
    each drawn towards that of raw confidences by a normal prior, the weights within `bounds`.

    Raises MissingExtraError without SciPy.
    """
    try:
        from scipy.optimize import minimize
    except ImportError as error:
        raise MissingExtraError("fitting a calibration", "train") from error
    prior = np.array([0.0, 1.0, *[0.0] * len(bounds)])

    def loss(parameters: Floats) -> tuple[float, Floats]:
        odds, off = columns @ parameters, parameters - prior
        missed = 1 / (1 + np.exp(-np.clip(odds, -500, 500))) - right
        value = float(np.logaddexp(0, odds).sum() - right @ odds + off @ off / (2 * SPREAD**2))
        return value, columns.T @ missed + off / SPREAD**2

    found = minimize(
        loss, prior, jac=True, method="L-BFGS-B", bounds=[(None, None), (LEAST_SLOPE, None), *bounds], options={"maxiter": 1000}
    )
    return [round(float(value), DECIMALS) for value in found.x]
