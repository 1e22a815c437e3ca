"""Reports: arithmetic, sizes, forms, printed habits."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongkai.inference.forms import forms
from gongkai.training.synth.values import SIZES, Report, draw_report, split

SEEDS = st.integers(min_value=0, max_value=2**32)


def broken_rules(report: Report, numbers: dict[str, int | float]) -> list[str]:
    """The instances of the rules of arithmetic that `numbers` break."""
    broken = []
    for table, blocks in report.blocks.items():
        for block in blocks:
            for rule in block.arithmetic:
                other = block.columns if rule.over == "columns" else block.rows
                for fixed in other:
                    pattern = f"{table}.{{}}.{fixed.key}" if rule.over == "columns" else f"{table}.{fixed.key}.{{}}"
                    left, right = (sum(numbers[pattern.format(k)] for k in block.expand(side)) for side in (rule.left, rule.right))
                    if left != right:
                        broken.append(f"{rule.rule} @ {fixed.key}: {left} != {right}")
    return broken


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_the_truth_keeps_all_arithmetic(seed: int) -> None:
    report = draw_report(random.Random(seed))
    assert broken_rules(report, dict(report.truth)) == []


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_what_is_printed_is_the_truth_or_blank_or_the_one_error(seed: int) -> None:
    report = draw_report(random.Random(seed))
    off = {key for key, value in report.cells.items() if value is not None and value != report.truth[key]}
    assert off == ({report.printed_error} if report.printed_error else set())
    assert report.cells.keys() == report.truth.keys()
    assert all(report.cells[key] is None for key in report.signs)


@pytest.mark.parametrize("form", ["2019", "2021"])
def test_a_pure_form_has_exactly_its_keys_in_order(form: str) -> None:
    report = draw_report(random.Random(1), form=form)
    assert report.form == form
    assert tuple(report.cells) == forms()[form].keys()


def test_a_mixed_form_has_blocks_of_both() -> None:
    old, new = ([block for table in forms()[form].tables[:2] for block in table.blocks] for form in ("2019", "2021"))
    for seed in range(40):
        report = draw_report(random.Random(seed), form="mixed")
        blocks = [*report.blocks["proactive"], *report.blocks["requests"]]
        assert any(block in old for block in blocks)
        assert any(block in new for block in blocks)
        assert all(block in old or block in new for block in blocks)


@pytest.mark.parametrize("size", SIZES)
def test_the_size_bounds_the_requests_received(size: str) -> None:
    _, fewest, most = SIZES[size]
    for seed in range(10):
        assert fewest <= draw_report(random.Random(seed), size=size).total("new_received") <= most


def test_totals_and_groups_agree() -> None:
    report = draw_report(random.Random(3), form="2021", size="some")
    groups = ("granted", "partially_granted", "denied", "unavailable", "rejected", "other_handling")
    assert sum(map(report.group_total, groups)) == report.total("handled_total")
    assert report.applicant("new_received", "natural_person") <= report.total("new_received")
    assert report.outcome(("litigation_direct", "litigation_after_review"), "total") == report.total("litigation_direct") + report.total(
        "litigation_after_review"
    )


def test_the_same_seed_draws_the_same_report() -> None:
    first, second = (draw_report(random.Random(11)) for _ in range(2))
    assert (first.cells, first.signs, first.form, first.year) == (second.cells, second.signs, second.form, second.year)


def test_how_often_organs_do_what() -> None:
    reports = [draw_report(random.Random(seed)) for seed in range(400)]
    assert 0.3 < sum(r.total("new_received") == 0 for r in reports) / 400 < 0.45
    assert 0.05 < sum(r.printed_error is not None for r in reports) / 400 < 0.16
    assert 0.2 < sum(None in r.cells.values() for r in reports) / 400 < 0.5
    assert any(isinstance(value, float) for r in reports for value in r.cells.values())
    assert any((r.cells.get("proactive.penalties.change") or 0) < 0 for r in reports)


@given(SEEDS, st.integers(0, 5000), st.lists(st.floats(0.01, 10), min_size=1, max_size=8))
def test_a_split_adds_up(seed: int, number: int, weights: list[float]) -> None:
    parts = split(random.Random(seed), number, weights)
    assert sum(parts) == number
    assert min(parts) >= 0
