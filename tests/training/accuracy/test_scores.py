"""Cells counted on extractions made by hand."""

from __future__ import annotations

import pytest

from gongkai.inference.results import Cell, Status
from gongkai.training.accuracy.scores import Counts, PageTruth, score_page

TRUTH = PageTruth(
    printed={"t.r.a": 5, "t.r.b": 0, "t.r.c": 7}, open=frozenset({"t.r.c"}), derivable={"t.s.a": 2}, belongs={"t.r.d": 4, "t.s.a": 2}
)


def cell(key: str, value: int | None, status: Status = Status.PRINTED, confidence: float = 0.99) -> Cell:
    return Cell(key, value, status, None, (), confidence)


def test_a_page_read_right() -> None:
    cells = [cell("t.r.a", 5), cell("t.r.b", 0, Status.PLACED), cell("t.s.a", 2, Status.DERIVED), cell("t.r.d", None, Status.BLANK)]
    counts, differences = score_page(TRUTH, cells)
    rates = counts.rates()
    assert (counts.whole, counts.complete, len(differences)) == (1, 1, 0)
    assert (rates["recall_determinable"], rates["precision"], rates["derived_recall"], rates["derived_precision"]) == (1, 1, 1, 1)
    assert rates["recall"] == pytest.approx(2 / 3)


def test_undeterminable_cells_count_once_they_are_read() -> None:
    right, _ = score_page(TRUTH, [cell("t.r.a", 5), cell("t.r.b", 0), cell("t.r.c", 7)])
    assert (right.right, right.read, right.determined, right.whole, right.complete) == (3, 3, 2, 1, 0)
    wrong, differences = score_page(TRUTH, [cell("t.r.a", 5), cell("t.r.b", 0), cell("t.r.c", 8)])
    assert (wrong.right, wrong.read, wrong.whole) == (2, 3, 0)
    assert differences.wrong == {"t.r.c": (8, 7)}
    assert wrong.rates()["wrong_per_10000"] == pytest.approx(10_000 / 3)


def test_missed_misread_and_invented_cells_are_named() -> None:
    counts, differences = score_page(TRUTH, [cell("t.r.b", 1), cell("t.x.a", 3)])
    assert (counts.right, counts.read, counts.whole) == (0, 2, 0)
    assert differences.missed == {"t.r.a": 5}
    assert differences.wrong == {"t.r.b": (1, 0), "t.x.a": (3, None)}


def test_derived_cells_are_right_as_printed_or_as_belongs_there_and_zeros_for_blanks_are_no_claim() -> None:
    derived = [cell(key, value, Status.DERIVED) for key, value in (("t.r.c", 7), ("t.r.d", 4), ("t.q.a", 0), ("t.s.a", 3), ("t.q.b", 1))]
    counts, _ = score_page(TRUTH, derived)
    assert (counts.derived, counts.follows, counts.found, counts.read) == (4, 2, 0, 0)


def test_calibration_error_and_the_share_of_sure_cells() -> None:
    truth = PageTruth(printed={f"t.r.{i}": 1 for i in range(10)})
    cells = [cell(f"t.r.{i}", 1 if i else 2, confidence=0.96) for i in range(8)] + [cell(f"t.r.{i}", 1, confidence=0.5) for i in (8, 9)]
    rates = score_page(truth, cells)[0].rates()
    assert rates["calibration_error"] == pytest.approx((abs(7 - 8 * 0.96) + abs(2 - 1.0)) / 10)
    assert rates["sure"] == pytest.approx(0.8)
    assert rates["sure_right"] == pytest.approx(7 / 8)


def test_counts_add_up_and_nothing_to_count_is_no_fault() -> None:
    one, _ = score_page(TRUTH, [cell("t.r.a", 5)])
    both = one + one
    assert (both.pages, both.printed, both.right, sum(b.cells for b in both.bins)) == (2, 6, 2, 2)
    assert Counts().rates()["precision"] == 1.0
    assert Counts().as_json()["bins"] == [[0, 0, 0.0]] * 20
