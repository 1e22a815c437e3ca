from __future__ import annotations

from dataclasses import replace
from math import exp
from random import Random

import pytest

from gongkai.model.calibration import CellEvidence, logit
from gongkai.training.calibrate.fit import CEILING, fit
from gongkai.training.calibrate.observe import Observation, Observed

TRUE = {CellEvidence.SUM_HOLDS: 1.5, CellEvidence.DOUBTFUL: -2.0, CellEvidence.DERIVED: 0.7}


def observed(count: int, weights: dict[CellEvidence, float], intercept: float = 0.4, slope: float = 0.6) -> Observed:
    """Cells whose share of right ones follows a known curve."""
    rng = Random(3)
    cells = []
    for _ in range(count):
        raw = rng.uniform(0.3, 0.999)
        evidence = frozenset(name for name in weights if rng.random() < 0.3)
        odds = intercept + slope * logit(raw) + sum(weights[name] for name in evidence)
        cells.append(Observation(raw, evidence, rng.random() < 1 / (1 + exp(-odds))))
    return Observed(1, "0" * 64, tuple(cells), ())


def test_a_known_curve_is_found_again() -> None:
    curve = fit(observed(30_000, TRUE)).cells
    assert curve.intercept == pytest.approx(0.4, abs=0.1)
    assert curve.slope == pytest.approx(0.6, abs=0.05)
    assert {name: curve.weights[name] for name in TRUE} == pytest.approx(TRUE, abs=0.15)


def test_without_observations_raw_confidences_stand() -> None:
    found = fit(Observed(0, "0" * 64, (), ()))
    assert (found.figures.intercept, found.figures.slope, found.figures.weights) == (0.0, 1.0, {})
    assert found.ceiling == CEILING == 0.9995


def test_blanks_are_fitted_apart() -> None:
    cells = observed(4_000, TRUE).cells
    blank = tuple(replace(one, evidence=one.evidence | {CellEvidence.BLANK}, right=not one.right) for one in cells)
    both = fit(Observed(1, "0" * 64, (*cells, *blank), ()))
    assert both.cells == fit(Observed(1, "0" * 64, cells, ())).cells
    assert CellEvidence.BLANK not in both.blanks.weights
    assert both.blanks(0.9) < 0.5 < both.cells(0.9)


def test_agreement_that_seems_to_mislead_is_left_out() -> None:
    weights = fit(observed(5_000, {CellEvidence.SUM_HOLDS: -1.0, CellEvidence.DOUBTFUL: 1.0})).cells.weights
    assert CellEvidence.SUM_HOLDS not in weights
    assert CellEvidence.DOUBTFUL not in weights


def test_where_nothing_was_ever_wrong_confidence_stays_below_certainty() -> None:
    cells = tuple(Observation(0.999, frozenset((CellEvidence.SUM_HOLDS,)), True) for _ in range(5_000))
    found = fit(Observed(1, "0" * 64, cells, ()))
    assert 0.99 < found.cells(0.999, [CellEvidence.SUM_HOLDS]) < 1
    assert found.of_cell(1.0, [CellEvidence.SUM_HOLDS]) == CEILING


def test_the_same_observations_give_the_same_curve() -> None:
    assert fit(observed(2_000, TRUE)) == fit(observed(2_000, TRUE))
