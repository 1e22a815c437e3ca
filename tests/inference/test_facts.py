"""What the narrative says without contradiction."""

from __future__ import annotations

import pytest

from gongkai.inference.facts import CELLS_OF, GROUPS_OF, LITIGATION_ROWS, OUTCOMES, Fact, facts_of
from gongkai.inference.forms import forms
from gongkai.inference.results import Basis, Figure
from gongkai.model.labels import label_set


def figure(label: str, value: int | None, start: int = 0, confidence: float = 0.9) -> Figure:
    """A figure of one character."""
    return Figure(label, value, "件", "x", start, start + 1, Basis.PRINTED, confidence)


def values(*figures: Figure) -> dict[str, int | float]:
    """The facts as plain numbers."""
    return {label: fact.value for label, fact in facts_of(figures).items()}


def test_a_figure_that_is_stated_once_is_a_fact() -> None:
    one = figure("requests_received", 5)
    assert facts_of([one]) == {"requests_received": Fact("requests_received", 5, (one,))}


def test_statements_that_agree_are_one_fact_with_the_surest_confidence() -> None:
    fact = facts_of([figure("reviews", 2, 0, 0.6), figure("reviews", 2, 9, 0.8)])["reviews"]
    assert (fact.value, fact.confidence, len(fact.figures)) == (2, 0.8, 2)


def test_statements_that_differ_are_no_fact() -> None:
    assert values(figure("requests_received", 5), figure("requests_received", 6, 3), figure("reviews", 0, 5)) == {"reviews": 0}


def test_a_figure_without_a_value_says_nothing() -> None:
    assert values(figure("requests_received", None)) == {}
    assert values(figure("requests_received", None), figure("requests_received", 4, 2)) == {"requests_received": 4}


def test_parts_that_add_up_to_the_whole_are_summed() -> None:
    found = values(figure("reviews", 3), figure("reviews_other", 1, 2), figure("reviews_other", 2, 4))
    assert found == {"reviews": 3, "reviews_other": 3}


def test_parts_of_several_kinds_are_summed_each() -> None:
    stated = [figure("reviews", 6), figure("reviews_upheld", 1, 1), figure("reviews_upheld", 2, 2), figure("reviews_pending", 3, 3)]
    assert values(*stated) == {"reviews": 6, "reviews_upheld": 3, "reviews_pending": 3}


def test_parts_that_do_not_add_up_stay_a_contradiction() -> None:
    assert values(figure("reviews", 4), figure("reviews_other", 1, 2), figure("reviews_other", 2, 4)) == {"reviews": 4}


@pytest.mark.parametrize(
    ("stated", "value"),
    [
        ([(1, 0), (2, 20)], 3),  # grounds without a total: each counts
        ([(3, 0), (2, 20), (1, 30)], 3),  # a total and its grounds
        ([(2, 0), (2, 20)], None),  # a total and its one ground, or two grounds
        ([(2, 0), (2, 300)], 2),  # said twice
        ([(1, 0), (2, 20), (3, 300)], 3),  # a list, and its total elsewhere
        ([(1, 0), (2, 20), (4, 300)], None),
    ],
)
def test_grounds_of_one_list_are_added(stated: list[tuple[int, int]], value: int | None) -> None:
    assert values(*(figure("requests_denied", number, start) for number, start in stated)) == (
        {} if value is None else {"requests_denied": value}
    )


def test_nothing_stated_nothing_known() -> None:
    assert facts_of([]) == {}


def test_facts_speak_of_figures_and_cells_that_exist() -> None:
    keys = set(forms()["2021"].keys())
    assert set(CELLS_OF.values()) <= keys
    assert {*CELLS_OF, *GROUPS_OF, *(f"litigations{suffix}" for suffix in OUTCOMES)} <= set(label_set().figures)
    assert {f"review_litigation.{row}.{column}" for row in LITIGATION_ROWS for column in OUTCOMES.values()} <= keys
    rows = {key.split(".")[1] for key in keys if key.startswith("requests.")}
    assert all(any(row.startswith(prefix) for row in rows) for prefix in GROUPS_OF.values())
