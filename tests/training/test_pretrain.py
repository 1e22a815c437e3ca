"""Guessing hidden characters, and learning from a teacher: both with random weights of two layers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file
from torch.nn import functional
from transformers import AutoModel

from gongkai.model.checkpoint import write_manifest
from gongkai.model.errors import CheckpointError, ConfigError
from gongkai.model.labels import label_set
from gongkai.model.network import build_network
from gongkai.training.adopt import embeddings_of
from gongkai.training.base import Base, open_base
from gongkai.training.examples import Encoder, Example, to_dataset
from gongkai.training.loop import train_network
from gongkai.training.pretrain import Guesser, Hiding, open_encoder, pretrained_encoder, tokenizer_of
from gongkai.training.run import Run, encoder_of
from gongkai.training.settings import Mix, Pretraining, TrainSettings, load_settings, load_tune_settings
from gongkai.training.teacher import check_teacher
from gongkai.training.tiny import checkpoint_over, random_encoder


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Base:
    folder = random_encoder(tmp_path_factory.mktemp("encoder"))
    return Base(folder, folder / "tokenizer.json")


@pytest.fixture(scope="module")
def settings(base: Base) -> TrainSettings:
    tiny = load_settings("tiny")
    pretrain = Pretraining(mix=Mix(passages=4000, narratives=1000, pages=0), learning_rate=3e-3)
    loop = tiny.loop.model_copy(update={"save_steps": 3, "log_steps": 1})
    return tiny.model_copy(update={"base_model": str(base.encoder), "layers": None, "threads": 1, "pretrain": pretrain, "loop": loop})


def test_an_encoder_learns_to_guess_and_ends_the_same_after_a_break(base: Base, settings: TrainSettings, tmp_path: Path) -> None:
    run, encoder = Run(settings, "mine", tmp_path, base), encoder_of(base)
    folder, facts = pretrained_encoder(run, encoder)
    assert facts["steps"] > 6
    log = json.loads((tmp_path / "pretraining" / "steps" / f"checkpoint-{facts['steps']}" / "trainer_state.json").read_text())[
        "log_history"
    ]
    assert log[-1]["loss"] < log[0]["loss"]
    learned = load_file(folder / "model.safetensors")
    assert learned.keys() == load_file(base.encoder / "model.safetensors").keys()
    rows = "embeddings.word_embeddings.weight"
    assert not np.array_equal(learned[rows], load_file(base.encoder / "model.safetensors")[rows])
    # Cut short between the last checkpoint but one and the end.
    (tmp_path / "pretraining" / "steps" / f"checkpoint-{facts['steps']}" / "trainer_state.json").unlink()
    (folder / "pretraining.json").unlink()
    again, same = pretrained_encoder(run, encoder, resume=True)
    assert same == facts
    assert all(np.array_equal(values, learned[name]) for name, values in load_file(again / "model.safetensors").items())
    # And what is whole is not made again.
    written = (again / "model.safetensors").stat().st_mtime_ns
    assert pretrained_encoder(run, encoder, resume=True)[1] == facts
    assert (again / "model.safetensors").stat().st_mtime_ns == written


def test_a_pretrained_encoder_is_a_base_model(base: Base, settings: TrainSettings, tmp_path: Path) -> None:
    short = settings.model_copy(update={"pretrain": Pretraining(mix=Mix(passages=600, narratives=0, pages=0), learning_rate=1e-3)})
    folder, _ = pretrained_encoder(Run(short, "mine", tmp_path, base), encoder_of(base))
    named = settings.model_copy(update={"base_model": str(folder), "pretrain": None})
    assert open_base(named, tmp_path) == Base(folder, folder / "tokenizer.json")
    network = build_network(folder, ("O", "B-agency", "I-agency"))
    loaded = AutoModel.from_pretrained(folder, dtype=torch.float32)
    assert torch.equal(embeddings_of(network), embeddings_of(loaded))


@pytest.mark.parametrize("name", ["xlm_roberta", "deberta"])
def test_encoders_of_other_make_learn_to_guess(name: str, random_bases: dict[str, Path], settings: TrainSettings, tmp_path: Path) -> None:
    pretrain = Pretraining(mix=Mix(passages=600, narratives=0, pages=0), learning_rate=1e-3)
    data = settings.data.model_copy(update={"window": 64})
    named = settings.model_copy(update={"base_model": str(random_bases[name]), "pretrain": pretrain, "data": data})
    base = open_base(named, tmp_path)
    folder, facts = pretrained_encoder(Run(named, "mine", tmp_path / "run", base), encoder_of(base))
    assert facts["steps"] >= 1
    assert load_file(folder / "model.safetensors").keys() == load_file(base.encoder / "model.safetensors").keys()


def test_the_head_that_guesses_is_tied_to_the_embeddings(base: Base) -> None:
    guesser = Guesser(open_encoder(base.encoder))
    ids, labels = torch.tensor([[20, 21, 22, 0]]), torch.tensor([[-100, 30, -100, -100]])
    mask = torch.tensor([[1, 1, 1, 0]])
    expected = functional.log_softmax(guesser.transform(guesser.encoder(ids, mask).last_hidden_state[0, 1]) @ guesser.rows.T, dim=-1)
    loss = guesser(ids, mask, labels)["loss"]
    assert loss.item() == pytest.approx(-expected[30].item(), rel=1e-5)
    loss.backward()
    # Every row is pulled, although four of them were read: the rows are the head.
    pulled = guesser.rows.grad
    assert pulled is not None
    assert int((pulled.abs().sum(-1) > 0).sum()) > 1000


def test_of_a_window_about_as_many_characters_are_hidden_as_asked_for(base: Base) -> None:
    hide = Hiding(tokenizer_of(base.encoder), mlm_probability=0.15)
    rows = [{"input_ids": [2, *range(200, 700), 3]}, {"input_ids": [2, *range(300, 500), 3]}]
    batch, again = hide(rows), hide(rows)
    assert all(torch.equal(batch[name], again[name]) for name in batch)
    hidden = batch["labels"] != -100
    assert 70 < int(hidden.sum()) < 140
    assert not hidden[:, 0].any()
    assert not hidden[1, 201:].any()
    mask = tokenizer_of(base.encoder).mask_token_id
    assert 0.65 < float((batch["input_ids"][hidden] == mask).float().mean()) < 0.95
    assert batch["attention_mask"][1].tolist() == [1] * 202 + [0] * 300


def test_nothing_is_guessed_that_was_not_asked_for(base: Base, settings: TrainSettings, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="mine: has no section pretrain"):
        pretrained_encoder(Run(settings.model_copy(update={"pretrain": None}), "mine", tmp_path, base), encoder_of(base))


def test_fine_tuning_takes_neither(tmp_path: Path) -> None:
    text = Path(str(load_tune_settings.__globals__["files"]("gongkai.configs"))) / "train" / "corrected.yaml"
    path = tmp_path / "mine.yaml"
    path.write_text(text.read_text(encoding="utf-8") + "teacher: shipped\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="pretrain and teacher are for training from an encoder"):
        load_tune_settings(str(path))


@pytest.fixture(scope="module")
def teacher(base: Base, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that is sure of its seventh tag."""
    folder = checkpoint_over(base.encoder, tmp_path_factory.mktemp("teacher") / "checkpoint", seed=5)
    weights = load_file(folder / "model.safetensors")
    weights["classifier.bias"][7] = 6
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    write_manifest(folder)
    return folder


def test_what_is_taught_comes_from_the_teacher(base: Base, teacher: Path, settings: TrainSettings, tmp_path: Path) -> None:
    """Every tag to learn is O; only the teacher says anything of the seventh."""
    random, tags = np.random.default_rng(0), label_set().tags()
    rows = to_dataset([Example(random.integers(10, 90, 16).astype(np.int32), np.zeros(16, dtype=np.int32)) for _ in range(64)])
    eager = settings.model_copy(update={"loop": settings.loop.model_copy(update={"head_learning_rate": 0.05})})
    seventh = []
    for name in (None, str(teacher)):
        torch.manual_seed(1)
        network = build_network(base.encoder, tags)
        train_network(network, rows, eager.model_copy(update={"teacher": name}), tmp_path / str(bool(name)))
        seventh.append(network(input_ids=torch.tensor([rows[0]["input_ids"]])).logits.softmax(-1)[..., 7].mean().item())
    assert seventh[1] > 3 * seventh[0]


def test_a_teacher_must_fit(base: Base, teacher: Path, random_bases: dict[str, Path], tmp_path: Path) -> None:
    encoder = encoder_of(base)
    assert len(check_teacher(str(teacher), encoder)) == 64
    with pytest.raises(ConfigError, match="reads text as other tokens"):
        check_teacher(str(checkpoint_over(random_bases["bert"], tmp_path / "pieces")), encoder)
    fewer = Encoder(encoder.vocabulary, dict.fromkeys(label_set().tags()[:-2], 0))
    with pytest.raises(ConfigError, match=r"has \d+ tags, \d+ are trained"):
        check_teacher(str(teacher), fewer)
    with pytest.raises(CheckpointError, match="no such model folder"):
        check_teacher(str(tmp_path / "nobody"), encoder)
