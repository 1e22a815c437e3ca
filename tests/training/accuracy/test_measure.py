"""The benchmark itself: its pages, its groups, its reports, and that a run repeats itself."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from gongkai.training.accuracy.__main__ import accuracy
from gongkai.training.accuracy.measure import Results, measure, truth_of
from gongkai.training.accuracy.pages import FIRST_SEED, UNSEEN, UNSEEN_SEEDS, groups_of, order_of, orders, unseen_orders
from gongkai.training.accuracy.results import group_order, markdown_lines, result_json, table_lines, worst_lines
from gongkai.training.sources import HELD_OUT_SEEDS
from gongkai.training.synth.layouts.unseen import UNSEEN_LAYOUTS

KNOWN = ("assembler",)
ASKED = (*orders(2), *unseen_orders(1, severities=(0,)))


@pytest.fixture(scope="module")
def results() -> Results:
    return measure(ASKED, KNOWN)


def test_pages_have_seeds_that_training_never_has_and_each_severity_its_own() -> None:
    asked = [*orders(2, first=5), *unseen_orders(1)]
    assert [order.severity for order in asked] == [0, 0, 1, 1, 2, 2, 3, 3, 0, 1, 2, 3]
    assert len({order.seed for order in asked}) == 12
    assert min(order.seed for order in asked) == FIRST_SEED + 5 > HELD_OUT_SEEDS
    assert [order_of(order.seed) for order in asked] == asked
    with pytest.raises(ValueError, match="seed 7 is none of the benchmark's"):
        order_of(7)


def test_pages_in_unseen_layouts_count_under_nothing_else() -> None:
    for order in unseen_orders(1):
        page = order.page()
        assert set(page.layouts.values()) <= set(UNSEEN_LAYOUTS)
        assert all(group.startswith(UNSEEN) for group in groups_of(page, order))
    page = order_of(FIRST_SEED + 2_000_004).page()
    assert {"all", "severity 2"} <= set(groups_of(page, order_of(FIRST_SEED + 2_000_004)))
    assert order_of(UNSEEN_SEEDS).unseen


def test_a_run_repeats_itself(results: Results) -> None:
    chosen = Results(results.pages[4:7])
    again = measure(ASKED[4:7], KNOWN)
    assert again == chosen
    assert result_json(again, KNOWN, None, "2026-01-01") == result_json(chosen, KNOWN, None, "2026-01-01")


@pytest.mark.slow
def test_processes_change_nothing(results: Results) -> None:
    assert measure(ASKED, KNOWN, jobs=2) == results


def test_counts_are_those_of_the_pages(results: Results) -> None:
    counts = results.counts("assembler")
    truths = [truth_of(order.page()) for order in orders(2)]
    assert counts["all"].pages == 8
    assert counts[UNSEEN].pages == 1
    assert counts["all"].printed == sum(len(truth.printed) for truth in truths)
    assert counts["all"].determinable == sum(len(truth.printed) - len(truth.open) for truth in truths)
    assert sum(counts[f"severity {severity}"].read for severity in range(4)) == counts["all"].read > 500


def test_reports_name_every_group_once_and_the_worst_pages_first(results: Results) -> None:
    lines = list(table_lines(results, KNOWN))
    assert lines[1].split()[:2] == ["all", "8"]
    assert [line.split()[1] for line in lines[2:6]] == ["0", "1", "2", "3"]
    assert lines[-1] == f"digest of the pages: {results.digest[:16]}"
    assert sorted(["layout A10", "damage D3", "all", "layout A2", "severity 1", UNSEEN], key=group_order) == [
        "all",
        "severity 1",
        UNSEEN,
        "layout A2",
        "layout A10",
        "damage D3",
    ]
    worst = results.worst("assembler", 3)
    assert [len(page.differences["assembler"]) for page in worst] == sorted((len(p.differences["assembler"]) for p in worst), reverse=True)
    assert next(worst_lines(results, "assembler", 3)) == "worst pages of the assembler:"


def test_the_card_gets_a_table_of_both_readers(results: Results) -> None:
    groups = result_json(results, KNOWN, None, "2026-01-01")["groups"]
    lines = list(markdown_lines({"chain": groups["assembler"], "assembler": groups["assembler"]}))
    assert lines[2].startswith("| all (8) | ")
    assert all(line.count("|") == lines[0].count("|") for line in lines)
    assert not any("unseen layouts U" in line for line in lines)


def test_the_command_writes_its_results_and_shows_a_page(tmp_path: Path) -> None:
    app = typer.Typer()
    app.command()(accuracy)
    path = tmp_path / "result.json"
    arguments = [
        "--pages",
        "1",
        "--severity",
        "0",
        "--layouts",
        "A2,A11",
        "--only",
        "assembler",
        "--out",
        str(path),
        "--date",
        "2026-01-01",
    ]
    run = CliRunner().invoke(app, arguments)
    assert run.exit_code == 0, run.output
    assert '"date": "2026-01-01"' in path.read_text(encoding="utf-8")
    shown = CliRunner().invoke(app, ["--show", str(FIRST_SEED), "--only", "assembler"])
    assert shown.exit_code == 0, shown.output
    assert order_of(FIRST_SEED).page().text in shown.output
    assert f"synth-{FIRST_SEED}, severity 0" in shown.output
