from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.model.calibration import (
    AGAINST,
    FOR,
    NEAREST,
    Calibration,
    CellEvidence,
    Curve,
    FigureEvidence,
    logit,
    read_calibration,
    write_calibration,
)
from gongkai.model.errors import CheckpointError

CURVE = Curve[CellEvidence](
    intercept=0.5, slope=0.8, weights={CellEvidence.SUM_HOLDS: 1.0, CellEvidence.DOUBTFUL: -3.0, CellEvidence.DERIVED: 2.0}
)
BLANKS = Curve[CellEvidence](intercept=-1.0, slope=0.5, weights={CellEvidence.SUM_HOLDS: 2.0})
FIGURES = Curve[FigureEvidence](intercept=0.0, slope=1.0, weights={FigureEvidence.CELL_AGREES: 1.5})
CALIBRATION = Calibration(cells=CURVE, blanks=BLANKS, figures=FIGURES, ceiling=0.9995)

shares = st.floats(0, 1)
evidence = st.frozensets(st.sampled_from(CellEvidence))


def record(**changes: Any) -> dict[str, Any]:
    curve = {"intercept": 0.0, "slope": 1.0, "weights": {}}
    return {"cells": {**curve, **changes}, "blanks": curve, "figures": curve, "ceiling": 0.9995}


def test_a_curve_is_logistic() -> None:
    assert CURVE(0.5) == round(1 / (1 + 2.718281828459045**-0.5), 6) == 0.622459
    assert CURVE(0.9, [CellEvidence.SUM_HOLDS]) == 0.962952
    assert CURVE(0.9, [CellEvidence.PLACED]) == CURVE(0.9)


def test_without_a_shift_the_raw_confidence_stands() -> None:
    assert [FIGURES(raw) for raw in (0.01, 0.3, 0.5, 0.97)] == [0.01, 0.3, 0.5, 0.97]


def test_a_blank_has_a_curve_of_its_own() -> None:
    assert CALIBRATION.of_cell(0.9, [CellEvidence.BLANK]) == BLANKS(0.9) == 0.524633
    assert CALIBRATION.of_cell(0.9, [CellEvidence.PLACED]) == CURVE(0.9)


@given(shares, shares, evidence)
def test_more_raw_confidence_never_gives_less(one: float, other: float, known: frozenset[CellEvidence]) -> None:
    assert CALIBRATION.of_cell(min(one, other), known) <= CALIBRATION.of_cell(max(one, other), known)


@given(shares, evidence)
def test_agreement_never_lowers_and_contradiction_never_raises(raw: float, known: frozenset[CellEvidence]) -> None:
    plain = CALIBRATION.of_cell(raw, known - {CellEvidence.SUM_HOLDS, CellEvidence.DOUBTFUL})
    assert CALIBRATION.of_cell(raw, known - {CellEvidence.DOUBTFUL} | {CellEvidence.SUM_HOLDS}) >= plain
    assert CALIBRATION.of_cell(raw, known - {CellEvidence.SUM_HOLDS} | {CellEvidence.DOUBTFUL}) <= plain


@given(shares, evidence)
def test_confidences_stay_between_nothing_and_the_ceiling(raw: float, known: frozenset[CellEvidence]) -> None:
    assert 0 <= CALIBRATION.of_cell(raw, known) <= 0.9995


def test_what_is_nearer_to_certain_than_can_be_told_counts_as_that_near() -> None:
    assert logit(1.0) == logit(1 - NEAREST / 2) == pytest.approx(11.512915, abs=1e-5)
    assert logit(0.0) == logit(-0.1) == pytest.approx(-11.512915, abs=1e-5)
    steep = Curve[CellEvidence](intercept=-1e6, slope=1e6)
    assert (steep(0.0), steep(1.0)) == (0.0, 1.0)


def test_every_kind_of_evidence_has_a_side_or_none() -> None:
    assert FOR.isdisjoint(AGAINST)
    assert set(CellEvidence) - FOR - AGAINST == {CellEvidence.PLACED, CellEvidence.DERIVED, CellEvidence.BLANK}
    assert set(FigureEvidence) - FOR - AGAINST == {FigureEvidence.ZERO, FigureEvidence.ALL}


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    write_calibration(tmp_path, CALIBRATION)
    assert read_calibration(tmp_path) == CALIBRATION
    assert json.loads((tmp_path / "calibration.json").read_text(encoding="utf-8"))["cells"]["weights"] == {
        "sum_holds": 1.0,
        "doubtful": -3.0,
        "derived": 2.0,
    }


def test_a_folder_without_one_has_none(tmp_path: Path) -> None:
    assert read_calibration(tmp_path) is None


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("{", "Invalid JSON"),
        ("[]", "Calibration"),
        (json.dumps({**record(), "ceiling": 1.0}), "ceiling"),
        (json.dumps({**record(), "more": 1}), "more"),
        (json.dumps(record(slope=0.0)), "cells.slope"),
        (json.dumps(record(intercept="high")), "cells.intercept"),
        (json.dumps(record(intercept=float("nan"))), "cells.intercept"),
        (json.dumps(record(weights={"weather": 1.0})), "cells.weights.weather"),
        (json.dumps(record(weights={"sum_holds": -0.1})), "sum_holds is -0.1, but agreement must not lower"),
        (json.dumps(record(weights={"doubtful": 2})), "doubtful is 2, but agreement must not lower and contradiction must not raise"),
        (json.dumps({key: value for key, value in record().items() if key != "figures"}), "figures"),
    ],
)
def test_a_malformed_file_is_refused_with_its_name_and_the_way_out(tmp_path: Path, content: str, named: str) -> None:
    (tmp_path / "calibration.json").write_text(content, encoding="utf-8")
    with pytest.raises(CheckpointError, match=r"calibration\.json: ") as caught:
        read_calibration(tmp_path)
    assert named in str(caught.value)
    assert str(caught.value).endswith("fit it again with `python -m gongkai.training.calibrate MODEL`")
