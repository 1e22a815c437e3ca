"""The shipped model held against pages that people annotated, where they are at hand (GONGKAI_GOLD)."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from gongkai.inference.extract import Extractor
from gongkai.inference.output import to_dict
from gongkai.training.passage_scores import PassageScores
from gongkai.training.seeds import GoldTable, compare_table

GOLD = Path(os.environ.get("GONGKAI_GOLD") or Path(__file__).parents[2] / "shared")
SEEDS = sorted((GOLD / "seeds").glob("*.gold.json"))
PASSAGES = sorted((GOLD / "dev").glob("*.jsonl"))
FLOOR = 0.80

needs_gold = pytest.mark.skipif(not SEEDS or not PASSAGES, reason=f"no gold in {GOLD}; GONGKAI_GOLD can name another folder")


@needs_gold
def test_no_cell_of_a_real_page_is_wrong(shipped_extractor: Extractor) -> None:
    for path in SEEDS:
        text = path.with_name(path.name.replace(".gold.json", ".txt")).read_text(encoding="utf-8")
        gold = GoldTable.of(json.loads(path.read_text(encoding="utf-8")))
        tally = compare_table(gold, to_dict(shipped_extractor(text))["cells"])
        assert tally.counts["wrong"] == 0, tally.differences
        assert tally.counts["derived"] == len(gold.derivable), tally.differences
        assert tally.counts["missing"] == 0, tally.differences


@needs_gold
def test_figures_of_narratives_are_found(shipped_extractor: Extractor) -> None:
    golds: list[dict[str, Any]] = [json.loads(line) for line in PASSAGES[0].read_text(encoding="utf-8").split("\n") if line]
    found = [to_dict(shipped_extractor(gold["text"])) for gold in golds]
    assert PassageScores.of(golds, found).total("figures").f1 >= FLOOR
    for gold, extraction in zip(golds, found, strict=True):
        for figure in extraction["figures"]:
            assert gold["text"][figure["start"] : figure["end"]] == figure["text"]
