"""What the command of the benchmark refuses, before it reads a page."""

from __future__ import annotations

import pytest
import typer
from typer.testing import CliRunner

from gongkai.training.accuracy.__main__ import accuracy


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--show", "5"], "--show"),
        (["--layouts", "A2,A99"], "'A99'"),
        (["--pages", "0"], "--pages"),
        (["--severity", "4"], "--severity"),
        (["--out", "no/such/folder/x.json"], "--out"),
    ],
)
def test_nonsense_is_refused(options: list[str], told: str) -> None:
    app = typer.Typer()
    app.command()(accuracy)
    found = CliRunner().invoke(app, options)
    assert found.exit_code == 2
    assert told in found.output
