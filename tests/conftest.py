"""What tests of several folders share."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from gongkai.inference.extract import Extractor

PAGES = Path(__file__).parent / "pages"


@pytest.fixture(scope="session")
def shipped_extractor() -> Extractor:
    """The extractor with the model that comes with the package; a test that asks for it is skipped where there is none yet."""
    folder = Path(str(files("gongkai.model"))) / "shipped"
    if not folder.is_dir():
        pytest.skip(f"no shipped model at {folder}: train and export one first (make train)")
    from gongkai.inference.extract import Extractor  # only here: most tests need no model

    return Extractor.from_pretrained(threads=1)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test with an argument `page_case` runs once for every folder of tests/pages."""
    if "page_case" in metafunc.fixturenames:
        folders = sorted(path.parent for path in PAGES.glob("*/expected.json"))
        metafunc.parametrize("page_case", folders, ids=[folder.name for folder in folders])


@pytest.fixture(autouse=True)
def _no_settings_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's terminal or proxy settings decide a test."""
    for name in ("COLUMNS", "LINES", "FORCE_COLOR", "NO_COLOR", "PYTHONIOENCODING"):
        monkeypatch.delenv(name, raising=False)
