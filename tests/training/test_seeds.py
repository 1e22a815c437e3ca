from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gongkai.training.seeds import GoldTable, app, compare_table

GOLD = GoldTable.of(
    {
        "cells": {"a.b.c": 3, "a.b.d": 0, "a.b.e": None, "a.b.f": 7},
        "cells_ambiguous": {"a.b.f": [7, None]},
        "derivable": {"a.b.g": 4},
        "blank_derivable": {"a.b.e": 2},
    }
)


def _cell(key: str, value: float | None, status: str = "printed") -> dict[str, Any]:
    return {"key": key, "value": value, "status": status}


def test_everything_as_the_page_says() -> None:
    cells = [_cell("a.b.c", 3), _cell("a.b.d", 0, "placed"), _cell("a.b.e", None, "blank"), _cell("a.b.f", 7), _cell("a.b.g", 4, "derived")]
    tally = compare_table(GOLD, cells)
    assert tally.differences == []
    assert tally.counts == {"right": 2, "derived": 1, "ambiguous stated": 1, "blank as blank": 1}


def test_nothing_said_is_missing_and_underived_but_never_wrong() -> None:
    tally = compare_table(GOLD, [])
    assert tally.counts == {"missing": 2, "underived": 1, "blank as blank": 0}


@pytest.mark.parametrize(
    ("cell", "line"),
    [
        (_cell("a.b.c", 4), "wrong    a.b.c: expected 3, got 4 (printed)"),
        (_cell("a.b.c", 3, "derived"), "missing  a.b.c: expected 3, got 3 (derived)"),
        (_cell("a.b.e", 0, "placed"), "wrong    a.b.e: expected a blank, got 0 (placed)"),
        (_cell("x.y.z", 1), "wrong    x.y.z: expected nothing, got 1 (printed)"),
        (_cell("x.y.z", 1, "derived"), "wrong    x.y.z: expected None, got 1 (derived)"),
        (_cell("a.b.f", 8), "wrong    a.b.f: expected [7, None], got 8 (printed)"),
    ],
)
def test_each_difference_is_told(cell: dict[str, Any], line: str) -> None:
    assert line in compare_table(GOLD, [cell]).differences


@pytest.mark.parametrize("cell", [_cell("x.y.z", 0, "derived"), _cell("a.b.e", 2, "derived"), _cell("a.b.e", 0, "blank") | {"value": None}])
def test_what_is_neither_asked_for_nor_wrong(cell: dict[str, Any]) -> None:
    assert compare_table(GOLD, [cell]).counts["wrong"] == 0


@pytest.mark.parametrize("command", ["tables", "figures"])
def test_without_gold_it_says_so_and_is_content(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONGKAI_GOLD", str(tmp_path / "nowhere"))
    result = CliRunner().invoke(app, [command])
    assert result.exit_code == 0
    assert "nothing measured" in result.output
