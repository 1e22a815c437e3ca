from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from gongkai.model.errors import ConfigError
from gongkai.model.network import build_network
from gongkai.training.examples import Example, to_dataset
from gongkai.training.loop import Padding, checkpoints, train_network
from gongkai.training.settings import TrainSettings, load_settings
from gongkai.training.tiny import random_encoder

TAGS = ("O", "B-value", "I-value")


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return random_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture(scope="module")
def settings() -> TrainSettings:
    tiny = load_settings("tiny")
    return tiny.model_copy(update={"threads": 1, "loop": tiny.loop.model_copy(update={"save_steps": 4, "log_steps": 4})})


def examples(count: int) -> Iterator[Example]:
    """Token 20 is a value, everything else is not."""
    random = np.random.default_rng(0)
    for _ in range(count):
        ids = random.integers(10, 30, random.integers(8, 16)).astype(np.int32)
        yield Example(ids, (ids == 20).astype(np.int32))


def test_padding_is_neither_seen_nor_trained_on() -> None:
    batch = Padding(7)([{"input_ids": [1, 2], "labels": [0, 1]}, {"input_ids": [3], "labels": [2]}])
    assert batch["input_ids"].tolist() == [[1, 2], [3, 7]]
    assert batch["labels"].tolist() == [[0, 1], [2, -100]]
    assert batch["attention_mask"].tolist() == [[1, 1], [1, 0]]


def test_training_learns_and_goes_on_as_if_it_had_not_been_cut(encoder: Path, settings: TrainSettings, tmp_path: Path) -> None:
    data = to_dataset(list(examples(96)))
    whole = build_network(encoder, TAGS)
    loss = train_network(whole, data, settings, tmp_path)
    assert loss < 1.0
    assert [path.name for path in checkpoints(tmp_path)] == ["checkpoint-8", "checkpoint-12"]
    (tmp_path / "checkpoint-12" / "trainer_state.json").unlink()
    resumed = build_network(encoder, TAGS)
    train_network(resumed, data, settings, tmp_path, resume=True)
    for one, other in zip(whole.parameters(), resumed.parameters(), strict=True):
        assert torch.equal(one, other)
    assert resumed(input_ids=torch.tensor([[20, 11]])).logits.dtype == torch.float32


def test_settings_are_checked(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"no training configuration nothing: .*one of ablations, ablations-tenth, corrected, exits, shipped, tiny"
    ):
        load_settings("nothing")
    path = tmp_path / "mine.yaml"
    path.write_text("base_model: x\nepochs: 3\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"mine\.yaml: (?s:.*)epochs"):
        load_settings(str(path))


def test_shipped_settings_fit_inference() -> None:
    assert load_settings("shipped").data.window == 256
