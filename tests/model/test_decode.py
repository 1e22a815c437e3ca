import itertools
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from gongkai.model.decode import Scores, best_tags, classes_of, is_legal, log_posteriors, logits_to_runs, runs_to_spans, tags_to_runs
from gongkai.model.labels import label_set
from gongkai.model.types import Span

OUT, B0, I0, B1, I1 = range(5)


def hot(tags: Sequence[Any], width: int = 5, sure: float = 8.0) -> Scores:
    logits = np.zeros((len(tags), width), dtype=np.float32)
    logits[np.arange(len(tags)), tags] = sure
    return logits


def characters(count: int) -> NDArray[np.int32]:
    return np.stack((np.arange(count), np.arange(count) + 1), axis=1).astype(np.int32)


def test_neighbouring_spans_of_one_label_stay_two() -> None:
    assert tags_to_runs(best_tags(hot([B0, B0, I0, OUT, B1]))) == [(0, 1, 0), (1, 3, 0), (4, 5, 1)]


def test_inside_without_begin_is_mended_to_the_likeliest_legal_sequence() -> None:
    assert best_tags(hot([OUT, I0, I0, I0])).tolist() in ([OUT, B0, I0, I0], [B0, I0, I0, I0])


def test_one_odd_character_does_not_break_a_span() -> None:
    logits = hot([B0, I0, I1, I0])
    logits[2, I0] = 7.0
    assert best_tags(logits).tolist() == [B0, I0, I0, I0]


def test_score_is_the_weakest_character() -> None:
    logits = hot([B0, I0])
    logits[1] = np.log(np.array([0.3, 0.0001, 0.6, 0.05, 0.0499], dtype=np.float32))
    ((start, end, number, score),) = logits_to_runs(logits)
    assert (start, end, number) == (0, 2, 0)
    assert score == pytest.approx(0.6001, abs=1e-4)


def test_spans_lose_blank_ends_and_blank_spans_are_dropped() -> None:
    runs = [(0, 4, 0, 0.9), (4, 6, 1, 0.8), (6, 7, 1, 0.7)]
    assert runs_to_spans(runs, " 公开\n \u30005", characters(7), ("row", "value")) == (Span(1, 3, "row", 0.9), Span(6, 7, "value", 0.7))


def test_tokens_that_share_a_character_give_it_to_the_first_span() -> None:
    offsets = np.array([[0, 1], [1, 3], [2, 4]], dtype=np.int32)
    assert runs_to_spans([(0, 2, 0, 1.0), (2, 3, 1, 1.0)], "abcd", offsets, ("row", "value")) == (Span(0, 3, "row"), Span(3, 4, "value"))


def test_classes_of_the_label_set_include_joint_ones() -> None:
    assert "reviews+litigations" in classes_of(label_set().tags())


@pytest.mark.parametrize("tags", [("O", "I-a", "B-a"), ("B-a", "I-a"), ("O", "B-a"), ()])
def test_tags_out_of_order_are_refused(tags: Sequence[Any]) -> None:
    with pytest.raises(ValueError, match="tags must be O, then B-x and I-x"):
        classes_of(tags)


@settings(max_examples=40, deadline=None)
@given(arrays(np.float32, (4, 5), elements=st.floats(-3, 3, width=32)))
def test_no_legal_sequence_beats_the_best(scores: Scores) -> None:
    rows = np.arange(4)
    legal = (np.array(path) for path in itertools.product(range(5), repeat=4) if is_legal(np.array(path)))
    best = best_tags(scores)
    assert is_legal(best)
    assert scores[rows, best].sum() == pytest.approx(max(scores[rows, path].sum() for path in legal), abs=1e-4)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 80), st.integers(0, 2**32 - 1), st.sampled_from((0.3, 1.0, 5.0)))
def test_stretches_chosen_by_themselves_are_as_good_as_the_whole(length: int, seed: int, spread: float) -> None:
    scores = (spread * np.random.default_rng(seed).normal(size=(length, 7))).astype(np.float32)
    best = best_tags(scores)
    assert is_legal(best)
    assert scores[np.arange(length), best].sum(dtype=np.float64) == pytest.approx(_best_sum(scores), abs=1e-3)


def _best_sum(scores: Scores) -> float:
    """What the best legal sequence comes to, position by position and tag by tag."""
    tags = range(scores.shape[1])
    reached = [-np.inf if tag and tag % 2 == 0 else float(scores[0, tag]) for tag in tags]
    for row in scores[1:].astype(np.float64):
        anywhere = max(reached)
        reached = [float(row[tag]) + (max(reached[tag - 1], reached[tag]) if tag and tag % 2 == 0 else anywhere) for tag in tags]
    return max(reached)


def test_a_stretch_that_reaches_into_the_one_before_takes_all_of_it() -> None:
    rows = [[5, 2, 2, 4, 3], [6, 0, 4, 0, 6], [2, 5, 2, 2, 7], [4, 1, 4, 5, 2], [1, 1, 5, 2, 2], [3, 0, 4, 0, 4]]
    scores = np.array(rows, dtype=np.float32)
    assert scores.argmax(axis=1).tolist() == [OUT, OUT, I1, B1, I0, I0]
    assert best_tags(scores).tolist() == [OUT, OUT, B0, I0, I0, I0]  # 29; 28 with the span that the first three are best with


def test_a_span_that_every_position_prolongs_decodes_fast() -> None:
    scores = np.full((20_000, 5), -5, dtype=np.float32)
    scores[0, B0], scores[1:, I0] = 0, -0.1
    scores[1::3, OUT] = -0.05  # the best by itself, but then B would have to follow
    started = time.process_time()
    assert set(best_tags(scores)[1:-1].tolist()) == {I0}
    assert time.process_time() - started < 3


def test_posteriors_sum_to_one_even_for_huge_logits() -> None:
    logits = np.array([[1000.0, 999.0, -1000.0]], dtype=np.float32)
    assert np.exp(log_posteriors(logits)).sum() == pytest.approx(1.0)


def test_nothing_decodes_to_nothing() -> None:
    assert logits_to_runs(np.zeros((0, 5), dtype=np.float32)) == []


def test_a_page_of_noise_decodes_fast() -> None:
    logits = np.random.default_rng(0).normal(size=(4000, 149)).astype(np.float32)
    best = float("inf")
    for _ in range(5):
        started = time.process_time()
        logits_to_runs(logits)
        best = min(best, time.process_time() - started)
    assert best < 0.3
