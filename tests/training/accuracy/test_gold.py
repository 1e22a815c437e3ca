"""Generated pages as files."""

from __future__ import annotations

import json
from pathlib import Path

from gongkai.training.accuracy.gold import gold_of, write_pages
from gongkai.training.synth.pages import PageOptions, generate_page

KEYS = "id form agency report_year cells cells_ambiguous derivable blank_derivable severity layout garble"
DROPPED = PageOptions(layouts=("A2",), table_modes=("D3",), page_modes=(), damage=(), severities=(2,))


def test_written_pages_have_the_shape_of_gold(tmp_path: Path) -> None:
    assert write_pages(tmp_path, range(2)) == 2
    gold = json.loads((tmp_path / "gold" / "synth-0000001.json").read_text(encoding="utf-8"))
    page = generate_page(1)
    assert gold == json.loads(json.dumps(gold_of(page)))
    assert list(gold) == KEYS.split()
    assert (tmp_path / "docs" / "synth-0000001.txt").read_bytes().decode() == page.text


def test_ambiguous_cells_are_printed_and_blank_ones_have_their_number() -> None:
    page = next(page for page in (generate_page(seed, DROPPED) for seed in range(50)) if gold_of(page)["cells_ambiguous"])
    gold = gold_of(page)
    assert isinstance(gold["cells_ambiguous"], dict)
    assert all([page.cells[key]] == values for key, values in gold["cells_ambiguous"].items())
    assert gold["blank_derivable"] == {key: page.truth[key] for key, value in page.cells.items() if value is None}
    assert gold["derivable"] == {}
