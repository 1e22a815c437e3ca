"""The sums of both forms as instances over cells."""

from __future__ import annotations

import pytest

from gongkai.inference.arithmetic import Sum, form_for_sums, sums_of
from gongkai.inference.forms import forms


@pytest.mark.parametrize(("form", "rows"), [("2019", 23), ("2021", 25)])
def test_every_column_and_row_has_its_sums(form: str, rows: int) -> None:
    sums = sums_of(form)
    assert [rule.rule for rule in sums].count("new_received + carried_in = handled_total + carried_out") == 7
    assert [rule.rule for rule in sums].count("handled_total = sum of results") == 7
    assert [rule.rule for rule in sums].count("total = sum of applicants") == rows
    assert [rule.rule for rule in sums].count("total = sum of outcomes") == 3
    assert len(sums) == 17 + rows


@pytest.mark.parametrize("form", ["2019", "2021"])
def test_every_key_of_a_sum_is_a_cell_of_the_form_and_stands_once(form: str) -> None:
    known = set(forms()[form].keys())
    for rule in sums_of(form):
        assert set(rule.keys) <= known
        assert len(set(rule.keys)) == len(rule.keys)


def test_the_sum_of_the_results_holds_every_result_row_of_its_form() -> None:
    old, new = (next(rule for rule in sums_of(form) if rule.rule == "handled_total = sum of results") for form in ("2019", "2021"))
    assert old.left == new.left == ("requests.handled_total.natural_person",)
    assert (len(old.right), len(new.right)) == (19, 21)
    assert "requests.other_handling.natural_person" in old.right
    assert "requests.other_other.natural_person" in new.right


def test_literal_sums() -> None:
    assert Sum(
        "total = sum of outcomes",
        ("review_litigation.review.total",),
        tuple(f"review_litigation.review.{column}" for column in ("upheld", "corrected", "other", "pending")),
    ) in sums_of("2021")
    assert Sum("r", ("a",), ("b", "c")).keys == ("a", "b", "c")


@pytest.mark.parametrize(
    ("form", "keys", "expected"),
    [
        ("2019", set(), "2019"),
        ("2021", {"requests.other_handling.total"}, "2021"),
        ("mixed", {"requests.other_handling.total"}, "2019"),
        (None, {"requests.other_other.total"}, "2021"),
        (None, set(), "2021"),
    ],
)
def test_which_forms_sums_hold(form: str | None, keys: set[str], expected: str) -> None:
    assert form_for_sums(form, keys) == expected
