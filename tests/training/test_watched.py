"""What fine-tuning keeps of the network that it began with."""

from __future__ import annotations

import numpy as np
import pytest
from transformers import EvalPrediction

from gongkai.training.settings import Tuning, load_tune_settings
from gongkai.training.watched import Mixture, chosen, scores_of_tags

TAGS = ("O", "B-value", "I-value", "B-requests_received", "I-requests_received", "B-agency")


def mixture(share: float, f1: float, structure: float = 0.0, figures: float = 0.0) -> Mixture:
    return Mixture(share, f1, {"structure": structure, "figures": figures, "entities": -0.01})


@pytest.fixture
def tuning() -> Tuning:
    return load_tune_settings("corrected").tune.model_copy(update={"forget": 0.001, "keep_cost": 0.01})


def test_most_of_the_old_is_kept_that_costs_next_to_nothing(tuning: Tuning) -> None:
    mixtures = [mixture(0.8, 0.60), mixture(0.5, 0.985), mixture(0.2, 0.99), mixture(0.0, 0.99)]
    assert chosen(mixtures, tuning).share == 0.5


def test_a_mixture_that_forgets_is_passed_over_however_well_it_learned(tuning: Tuning) -> None:
    mixtures = [mixture(0.8, 0.60), mixture(0.5, 0.90, figures=0.0009), mixture(0.2, 0.99, figures=0.0011), mixture(0.0, 0.99, 0.02)]
    assert chosen(mixtures, tuning).share == 0.5


def test_where_all_forget_the_least_is_taken(tuning: Tuning) -> None:
    mixtures = [mixture(0.5, 0.90, structure=0.004), mixture(0.2, 0.99, figures=0.003), mixture(0.0, 0.99, figures=0.02)]
    assert chosen(mixtures, tuning).share == 0.2


def test_what_got_better_is_not_set_against_what_got_worse(tuning: Tuning) -> None:
    assert mixture(0.5, 0.9, structure=-0.2, figures=0.002).forgotten == 0.002
    assert mixture(0.5, 0.9, structure=-0.2, figures=-0.1).forgotten == 0.0
    assert chosen([mixture(0.5, 0.9, structure=-0.2, figures=0.002), mixture(0.8, 0.5)], tuning).share == 0.8


def test_every_kind_of_label_is_scored_alone_and_padding_not_at_all() -> None:
    gold = np.array([[-100, 1, 2, 0, 3, 4, 5, -100], [-100, 1, 2, 0, 3, 4, -100, -100]])
    found = np.array([[1, 1, 2, 0, 3, 0, 5, 5], [1, 1, 2, 0, 3, 4, 5, 5]])
    scores = scores_of_tags(TAGS)(EvalPrediction(found, gold))
    assert scores == {"f1": pytest.approx(4 / 5), "structure": 1.0, "figures": 0.5, "entities": 1.0}
