"""The table says what is noise and what is missing, in words and as JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gongkai.model.errors import ConfigError
from gongkai.training.ablations.table import Results, as_json, markdown, write_document

PRECISIONS = {"texts": 2, "characters": 1000, "tags_differ": 5, "spans": 40, "spans_differ": 2, "f1_int8": 0.91, "f1_fp32": 0.92}


def made(figures: float, seconds: float | None = 100.0, **more: Any) -> dict[str, Any]:
    scores = {"figures": figures, "entities": 0.9, "pages": 0.95, "layouts": 0.8}
    facts = {"about": "a run", "date": "2025-01-02", "parameters": 15_340_000, "steps": 1050, "data_digest": "ab" * 32, "precisions": None}
    return {**facts, "seconds": seconds, "f1": scores, **more}


DONE = {
    "base": made(0.80, precisions={"held-out-passages": PRECISIONS}),
    "near": made(0.799, 50.0),
    "far": made(0.70, None, date="2025-01-03", data_digest="cd" * 32),
    "again": made(0.82, 104.0),
}
RESULTS = Results("base", DONE, ("third",), ("again", "third"))


def test_a_difference_within_the_spread_of_the_seeds_is_called_noise() -> None:
    lines = list(markdown(RESULTS))
    assert lines[0] == "Made with `python -m gongkai.training.ablations`, 2025-01-03."
    assert lines[2:8] == [
        "| variant | what it is | parameters | steps | cost | figures | entities | pages | new layouts |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        "| base | a run | 15.3 M | 1,050 | 1.00 | 0.8000 | 0.9000 | 0.9500 | 0.8000 |",
        "| near | a run | 15.3 M | 1,050 | 0.50 | 0.7990 (noise) | 0.9000 (noise) | 0.9500 (noise) | 0.8000 (noise) |",
        "| far | a run | 15.3 M | 1,050 |  | 0.7000 (-0.1100) | 0.9000 (noise) | 0.9500 (noise) | 0.8000 (noise) |",
        "| again | a run | 15.3 M | 1,050 | 1.04 | 0.8200 | 0.9000 | 0.9500 | 0.8000 |",
    ]
    assert "The base in 2 runs that differ by their seed (mean, half of the range): figures 0.8100 ± 0.0100, " in "\n".join(lines)
    assert "Not trained yet, so not in the table: third." in lines
    assert "| held-out-passages | 2 | 40 | 2 (5.00%) | 1,000 | 5 (0.50%) | 0.9200 | 0.9100 |" in lines
    assert lines[-1].endswith("`abababababababab` (base, near, again), `cdcdcdcdcdcdcdcd` (far)")


def test_without_a_repeat_nothing_is_called_noise() -> None:
    lines = list(markdown(Results("base", {name: DONE[name] for name in ("base", "far")}, ("again",), ("again",))))
    assert lines[5] == "| far | a run | 15.3 M | 1,050 |  | 0.7000 | 0.9000 | 0.9500 | 0.8000 |"
    assert "The base was not trained with two seeds yet, so nothing says yet how large a difference must be to mean anything." in lines


def test_nothing_done_gives_no_table() -> None:
    assert list(markdown(Results("base", {}, ("base",), ()))) == ["Nothing is trained yet; `python -m gongkai.training.ablations` does it."]


def test_other_settings_are_named_in_the_command() -> None:
    lines = list(markdown(replace(RESULTS, command="python -m gongkai.training.ablations --config mine.yaml")))
    assert lines[0] == "Made with `python -m gongkai.training.ablations --config mine.yaml`, 2025-01-03."


def test_the_json_says_the_same_but_no_times() -> None:
    found = as_json(RESULTS)
    assert found["noise"]["figures"] == {"runs": 2, "mean": 0.81, "spread": 0.02}
    assert (found["date"], found["missing"]) == ("2025-01-03", ("third",))
    assert [one["cost"] for one in found["variants"].values()] == [1.0, 0.5, None, 1.04]
    assert all("seconds" not in one for one in found["variants"].values())


def test_the_document_keeps_what_stands_round_the_markers(tmp_path: Path) -> None:
    path = tmp_path / "ablations.md"
    path.write_text("# Title\n<!-- ablations: begin -->\nold\n<!-- ablations: end -->\nAfter.\n", encoding="utf-8")
    for _ in range(2):
        write_document(RESULTS, path)
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# Title\n<!-- ablations: begin -->\nMade with")
    assert text.endswith("\n<!-- ablations: end -->\nAfter.\n")
    assert text.count("| base |") == 1
    assert "old" not in text
    assert json.loads((tmp_path / "ablations.json").read_text(encoding="utf-8"))["variants"]["near"]["f1"]["figures"] == 0.799


def test_a_document_without_markers_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "mine.md"
    path.write_text("# Title\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"mine\.md: has no lines <!-- ablations: begin -->"):
        write_document(RESULTS, path)
    assert path.read_text(encoding="utf-8") == "# Title\n"
