"""What tests of several folders share."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from _pytest.mark.structures import ParameterSet

    from gongkai.inference.extract import Extractor

PAGES = Path(__file__).parent / "pages"
KNOWN_MISSES: Mapping[str, tuple[tuple[str, ...], str]] = {
    "c6-a10-bare-page-numbers-after-rows": (("cells",), "a page number on a line of its own counts as a cell of the row before"),
}
"""What is known to be missed on the page cases, and why; a case that passes again may go."""

_WHAT = {
    "test_every_cell_is_what_a_careful_person_reads": "cells",
    "test_the_figures_of_the_narrative_are_found": "figures",
    "test_sums_that_do_not_add_up_are_told": "checks",
    "test_what_was_left_out_is_told_with_its_reason": "warnings",
}
"""Which kind of miss lets which test fail."""


@pytest.fixture(scope="session")
def shipped_extractor() -> Extractor:
    """The extractor with the model that comes with the package; a test that asks for it is skipped where there is none yet."""
    folder = Path(str(files("gongkai.model"))) / "shipped"
    if not folder.is_dir():
        pytest.skip(f"no shipped model at {folder}: train and export one first (make train)")
    from gongkai.inference.extract import Extractor  # only here: most tests need no model

    return Extractor.from_pretrained(folder, threads=1)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test with an argument `page_case` runs once for every folder of tests/pages."""
    if "page_case" in metafunc.fixturenames:
        folders = sorted(path.parent for path in PAGES.glob("*/expected.json"))
        what = _WHAT.get(metafunc.function.__name__, "")
        metafunc.parametrize("page_case", [_case(folder, what) for folder in folders])


def _case(folder: Path, what: str) -> ParameterSet:
    """The case, expected to fail where `what` is known to be missed."""
    missed, reason = KNOWN_MISSES.get(folder.name, ((), ""))
    marks = [pytest.mark.xfail(reason=reason, strict=False)] if what in missed else []
    return pytest.param(folder, id=folder.name, marks=marks)


@pytest.fixture(autouse=True)
def _no_settings_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nobody's terminal or proxy settings decide a test, nor the models that somebody promoted."""
    monkeypatch.setenv("GONGKAI_MODELS", str(tmp_path_factory.getbasetemp() / "no-models"))
    for name in ("COLUMNS", "LINES", "FORCE_COLOR", "NO_COLOR", "PYTHONIOENCODING", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
