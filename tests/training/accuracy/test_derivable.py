"""Cells without a printed number that follow all the same."""

from __future__ import annotations

from dataclasses import replace

from gongkai.inference.forms import forms
from gongkai.inference.results import Basis
from gongkai.training.accuracy.derivable import derivable
from gongkai.training.synth.marked import MarkedText
from gongkai.training.synth.pages import SyntheticPage
from gongkai.training.synth.statements import Statement

KEYS = forms()["2021"].keys()
REVIEW = "review_litigation.review."


def page(truth: dict[str, int], cells: dict[str, int | None], stated: dict[str, int], form: str | None = "2021") -> SyntheticPage:
    figures = tuple(Statement(label, value, Basis.PRINTED, i, i + 1) for i, (label, value) in enumerate(stated.items()))
    return SyntheticPage("x", MarkedText(""), cells, figures, form, None, 2021, {}, (), 2, (), dict.fromkeys(KEYS, 0) | truth)


def test_what_the_narrative_states_of_a_table_that_is_not_there() -> None:
    truth = {REVIEW + "upheld": 3, REVIEW + "pending": 1, REVIEW + "total": 4}
    said = {"reviews": 4, "reviews_upheld": 3, "reviews_pending": 1}
    found = derivable(page(truth, {}, said, form=None), frozenset())
    # The other outcomes are 0: nothing is left of the four.
    assert found == {**truth, REVIEW + "corrected": 0, REVIEW + "other": 0}


def test_a_total_of_nothing_is_nothing_in_every_column() -> None:
    found = derivable(page({}, {}, {"requests_received": 0}), frozenset())
    assert set(found) == {key for key in KEYS if key.startswith("requests.new_received.")}
    assert set(found.values()) == {0}


def test_one_missing_part_is_the_rest() -> None:
    truth = {REVIEW + "upheld": 2, REVIEW + "corrected": 1, REVIEW + "total": 3}
    printed = {REVIEW + "upheld": 2, REVIEW + "other": 0, REVIEW + "pending": 0, REVIEW + "total": 3}
    assert derivable(page(truth, {**printed}, {}), frozenset()) == {REVIEW + "corrected": 1}
    # With the place of another number open, nothing follows.
    assert derivable(page(truth, {**printed}, {}), frozenset({REVIEW + "upheld"})) == {}


def test_blank_cells_are_not_derivable_and_mistakes_prove_nothing() -> None:
    truth = {REVIEW + "upheld": 2, REVIEW + "total": 2}
    blank = {REVIEW + "upheld": 2, REVIEW + "corrected": None, REVIEW + "other": None, REVIEW + "pending": None, REVIEW + "total": 2}
    known = page(truth, blank, {"reviews": 2})
    assert derivable(known, frozenset()) == {}
    assert derivable(replace(known, cells={REVIEW + "upheld": 2, REVIEW + "total": 7}), frozenset()) == {}
