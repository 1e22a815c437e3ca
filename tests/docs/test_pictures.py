"""What the README and its picture show is what is read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gongkai.inference.results import Status

if TYPE_CHECKING:
    from gongkai.inference.extract import Extractor

SHOWN = {"new_received": 5, "granted": 3, "denied_process_information": 1, "unavailable_not_held": 1, "handled_total": 5}


def test_the_numbers_of_the_picture_are_read_from_the_page(root: Path, shipped_extractor: Extractor) -> None:
    text = (root / "docs" / "tutorial" / "water-2023.txt").read_text(encoding="utf-8")
    cells = {cell.key: cell for cell in shipped_extractor(text).cells}
    for row, number in SHOWN.items():
        for column in ("natural_person", "total"):
            cell = cells[f"requests.{row}.{column}"]
            assert (cell.value, cell.status) == (number, Status.PLACED)
        between = [cells[f"requests.{row}.{column}"] for column in ("business", "research", "social_org", "legal_service", "other")]
        assert [(cell.value, cell.status) for cell in between] == [(None, Status.BLANK)] * 5


def test_the_readme_fits_on_a_screen(root: Path) -> None:
    for name in ("README.md", "README.zh.md"):
        assert len((root / name).read_text(encoding="utf-8").splitlines()) <= 60, (
            f"{name} is to be read at a glance: move something to docs/"
        )
