import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.training.bootstrap import Counts, paired_difference, rates

PAIRS = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)).map(sorted), min_size=1, max_size=20)


def counts(*rows: tuple[int, int]) -> Counts:
    return np.array(rows, dtype=np.int64).reshape(-1, 2)


def test_rates_of_nothing_are_whole() -> None:
    assert rates(counts((3, 4), (0, 0))).tolist() == [0.75, 1.0]


def test_the_same_model_twice() -> None:
    found = paired_difference(counts((3, 4), (5, 9)), counts((3, 4), (5, 9)))
    assert (found.before, found.change, found.low, found.high, found.lower) == (8 / 13, 0.0, 0.0, 0.0, 0.0)


def test_a_loss_on_every_document_is_certain() -> None:
    found = paired_difference(counts(*[(10, 10)] * 20), counts(*[(9, 10)] * 20))
    assert found.change == pytest.approx(-0.1)
    assert found.lower == 1.0
    assert found.high == pytest.approx(-0.1)


def test_a_loss_on_one_document_of_five_may_be_the_draw() -> None:
    found = paired_difference(counts(*[(10, 10)] * 5), counts(*[(10, 10)] * 4, (5, 10)))
    assert found.change == pytest.approx(-0.1)
    assert found.high == 0.0
    assert found.lower == pytest.approx(1 - 0.8**5, abs=0.03)  # the share of draws that hold that document


def test_the_interval_is_that_of_theory() -> None:
    random = np.random.default_rng(1)
    before, after = random.random(400) < 0.6, random.random(400) < 0.7
    old, new = (np.stack((hits, np.ones(400)), axis=1).astype(np.int64) for hits in (before, after))
    found = paired_difference(old, new)
    spread = 1.96 * (after.astype(float) - before).std() / 20
    assert found.low == pytest.approx(found.change - spread, abs=0.008)
    assert found.high == pytest.approx(found.change + spread, abs=0.008)


def test_the_documents_must_be_the_same() -> None:
    with pytest.raises(ValueError, match="not of the same documents"):
        paired_difference(counts((1, 1)), counts((1, 1), (1, 1)))


@given(PAIRS)
def test_the_same_counts_give_the_same_answer(rows: list[list[int]]) -> None:
    one = counts(*((low, high) for low, high in rows))
    found = paired_difference(one, one[::-1].copy())
    assert found == paired_difference(one, one[::-1].copy())
    assert -1 <= found.low <= found.high <= 1
    assert found.change == pytest.approx(0)
