"""The whole command on a random model, on as few pages as there can be."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from gongkai.inference.extract import Extractor
from gongkai.model.calibration import Calibration, CellEvidence, Curve, FigureEvidence
from gongkai.model.checkpoint import METRICS, load_checkpoint
from gongkai.training.calibrate import __main__ as command
from gongkai.training.calibrate.observe import Document, Observation, Observed, documents
from gongkai.training.card_calibration import calibration_section
from gongkai.training.tiny import random_checkpoint

METRICS_BEFORE: dict[str, Any] = {
    "run": {
        "config": "x",
        "date": "2024-01-02",
        "windows": 1,
        "tokens": 2,
        "steps": 5,
        "loss": 0.25,
        "tags": 131,
        "data_digest": "ab" * 32,
    },
    "settings": {"base_model": "e5-characters", "layers": 6, "seed": 1, "threads": 2, "loop": {"batch": 8}, "mix": {"pages": 1}},
    "export": {"windows": 8, "int8_agreement": 0.985},
    "sets": {},
}
CALIBRATION = Calibration(
    cells=Curve[CellEvidence](intercept=1.0, slope=1.0),
    blanks=Curve[CellEvidence](intercept=0.0, slope=1.0),
    figures=Curve[FigureEvidence](intercept=0.0, slope=1.0),
    ceiling=0.999,
)


def few(first: int, pages: int, half: int) -> Iterator[Document]:
    """The pages, and of the passages a few."""
    return islice(documents(first, pages, half), 4 * pages + 6)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = random_checkpoint(tmp_path_factory.mktemp("calibrate"))
    (folder / METRICS).write_text(json.dumps(METRICS_BEFORE), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(command, "documents", few)
        command.write(folder, CALIBRATION, {"parent": "before", **EMPTY})
        command.calibrate(folder, pages=1, checked=1, date="2026-01-02")
    return folder


NOTHING = {"values": 0, "right": 0, "error": 0.0, "sure": 0.0, "sure_right": 1.0, "bins": []}
EMPTY = {kind: {"before": NOTHING, "after": NOTHING} for kind in ("cells", "figures")}


def test_the_folder_is_whole_again(folder: Path) -> None:
    checkpoint = load_checkpoint(folder)
    assert checkpoint.calibration is not None
    assert checkpoint.calibration != CALIBRATION
    assert checkpoint.calibration.ceiling == 0.9995
    assert "reliability.svg" in (folder / "manifest.sha256").read_text(encoding="utf-8")
    assert Extractor.from_pretrained(folder, threads=1).calibration == checkpoint.calibration


def test_metrics_and_card_say_what_was_measured(folder: Path) -> None:
    metrics = json.loads((folder / METRICS).read_text(encoding="utf-8"))
    found = metrics.pop("calibration")
    assert metrics == METRICS_BEFORE
    assert found["date"] == "2026-01-02"
    assert found["fitted"]["documents"] == found["measured"]["documents"] == 10
    assert found["fitted"]["sha256"] != found["measured"]["sha256"]
    assert found["measured"]["figures"] == found["figures"]["before"]["values"] == found["figures"]["after"]["values"]
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert "](reliability.svg)" in card
    assert f"| figures | calibrated | {found['figures']['after']['values']} | {found['figures']['after']['error']:.4f} |" in card


def test_the_report_holds_raw_against_calibrated() -> None:
    nothing: frozenset[CellEvidence] = frozenset()
    cells = tuple(Observation(0.9, nothing, number != 0) for number in range(20))
    found = command.report(CALIBRATION, Observed(0, "a", (), ()), Observed(1, "b", cells, ()))
    assert found["cells"]["before"] == {
        "values": 20,
        "right": 19,
        "error": 0.05,
        "sure": 0.0,
        "sure_right": 1.0,
        "bins": [[0.9, 0.95, 20, 19, 0.9]],
    }
    assert found["cells"]["after"]["bins"] == [[0.95, 0.98, 20, 19, 0.96073]]
    assert found["measured"] == {"documents": 1, "sha256": "b", "cells": 20, "figures": 0}
    assert found["blanks"]["after"]["values"] == 0
    assert command.summary(found)[1] == "cells    after   error 0.0107, 100.00 % at 0.95 or more, 95.000 % of them right"


def test_a_card_without_a_calibration_says_that_scores_are_raw() -> None:
    assert "Confidences are raw scores and no probabilities" in calibration_section(None)
    assert "calibrated as those of the model `mine`" in calibration_section({"parent": "mine"})
