"""Accuracy does not fall below what was reached."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from gongkai.training.accuracy.floors import Floor, Floors, floors_of, load_floors, measured_slice, pin, shortfall_lines, shortfalls
from gongkai.training.accuracy.pages import SEVERITIES
from gongkai.training.accuracy.scores import Counts

FOUND = Counts(pages=25, printed=1000, right=990, determinable=995, determined=990, read=1000, whole=20)


def result(pages: int = 25) -> dict[str, object]:
    counts = {**FOUND.as_json(), "pages": pages}
    return {"groups": {"chain": {f"severity {severity}": counts for severity in SEVERITIES}}}


@pytest.mark.slow
def test_accuracy_is_above_its_floors() -> None:
    floors = load_floors()
    fallen = shortfalls(floors, measured_slice(floors))
    assert not fallen, "\n" + "\n".join(shortfall_lines(fallen))


def test_every_severity_has_a_floor() -> None:
    assert tuple(sorted(load_floors().severities)) == SEVERITIES


def test_floors_lie_a_margin_below_a_result() -> None:
    floors = floors_of(result())
    assert floors.pages == 25
    assert floors.severities[2] == Floor(recall_determinable=0.99, precision=0.989, whole=0.72)


def test_what_falls_below_its_floor_is_named() -> None:
    floors = Floors(pages=25, severities={2: Floor(recall_determinable=0.99, precision=0.995, whole=0.8)})
    fallen = shortfalls(floors, {2: FOUND})
    assert [(one.severity, one.rate) for one in fallen] == [(2, "precision")]
    assert list(shortfall_lines(fallen))[1] == "       2  precision              99.500 %   99.000 %"


def test_floors_are_pinned_from_a_result_file(tmp_path: Path) -> None:
    (tmp_path / "result.json").write_text(json.dumps(result()), encoding="utf-8")
    app_result = CliRunner().invoke(command(), [str(tmp_path / "result.json"), "--out", str(tmp_path / "floors.json")])
    assert app_result.exit_code == 0, app_result.output
    assert Floors.model_validate_json((tmp_path / "floors.json").read_text(encoding="utf-8")) == floors_of(result())


def command() -> typer.Typer:
    app = typer.Typer()
    app.command()(pin)
    return app


@pytest.mark.parametrize("content", [b"", b"[]", b'{"a": 1}', b'{"groups": {"chain": {}}}', b"\xd0\xff"])
def test_floors_of_another_file_are_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "other.json").write_bytes(content)
    found = CliRunner().invoke(command(), [str(tmp_path / "other.json"), "--out", str(tmp_path / "floors.json")])
    assert found.exit_code == 2
    assert "no floors follow from it" in found.output
    assert not (tmp_path / "floors.json").exists()
