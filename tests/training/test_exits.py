"""Early heads taught to a random model: what they learn, what stays, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from gongkai.inference.predict import Predictor
from gongkai.model.checkpoint import METRICS, load_checkpoint, write_manifest
from gongkai.model.errors import ConfigError
from gongkai.model.exits import EXITS, read_exits
from gongkai.model.network import build_network, head_of
from gongkai.model.types import Page
from gongkai.training.base import Base
from gongkai.training.early import EarlyNetwork, Stopped, near, stopped
from gongkai.training.exits import report, teach
from gongkai.training.run import Run
from gongkai.training.settings import ExitSettings, Mix, load_exit_settings, load_settings
from gongkai.training.tiny import random_checkpoint

WIDTH = 64


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random model of two layers with a whole `metrics.json`."""
    folder = random_checkpoint(tmp_path_factory.mktemp("model"), width=WIDTH)
    told = {
        "config": "tiny",
        "date": "2026-01-02",
        "windows": 1,
        "tokens": 100,
        "steps": 1,
        "loss": 1.0,
        "tags": 131,
        "data_digest": "ab" * 32,
    }
    metrics = {
        "run": told,
        "settings": load_settings("tiny").model_dump(mode="json"),
        "export": {"windows": 1, "int8_agreement": 1.0},
        "sets": {},
    }
    (folder / METRICS).write_text(json.dumps(metrics), encoding="utf-8")
    write_manifest(folder)
    return folder


@pytest.fixture(scope="module")
def settings(model: Path) -> ExitSettings:
    full = load_exit_settings("exits")
    return full.model_copy(
        update={
            "base_model": str(model),
            "mix": Mix(passages=5000, narratives=1000, pages=2000),
            "data": full.data.model_copy(update={"window": 128, "held_out_pages": 1}),
            "loop": full.loop.model_copy(update={"save_steps": 4, "log_steps": 1}),
            "exits": full.exits.model_copy(update={"layers": (1,), "certain": 0.5}),
        }
    )


@pytest.fixture(scope="module")
def taught(model: Path, settings: ExitSettings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return teach(run_of(model, settings, tmp_path_factory.mktemp("run")), settings)


def run_of(model: Path, settings: ExitSettings, folder: Path) -> Run:
    return Run(settings, "exits", folder, Base(model, model / "tokenizer.json"))


def log_of(run: Path) -> list[dict[str, float]]:
    """What was logged by the last checkpoint."""
    last = max((run / "steps").glob("checkpoint-*"), key=lambda path: int(path.name.rpartition("-")[2]))
    logged: list[dict[str, float]] = json.loads((last / "trainer_state.json").read_text(encoding="utf-8"))["log_history"]
    return logged


def test_heads_come_closer_to_what_the_model_says(taught: Path) -> None:
    losses = [entry["loss"] for entry in log_of(taught.parent) if "loss" in entry]
    assert np.mean(losses[-3:]) < 0.9 * np.mean(losses[:3])


def test_the_new_folder_is_the_model_with_heads_beside_it(model: Path, taught: Path) -> None:
    checkpoint = load_checkpoint(taught)
    exits = read_exits(taught)
    assert exits is not None
    assert (exits.layers, exits.certain) == ((1,), 0.5)
    assert exits.tensors["exit.1.weight"].shape == (len(checkpoint.tags), WIDTH)
    changed = {
        path.name for path in taught.iterdir() if not (model / path.name).exists() or path.read_bytes() != (model / path.name).read_bytes()
    }
    assert changed == {EXITS, METRICS, "README.md", "manifest.sha256"}
    assert not (model / EXITS).exists(), "the model itself stays as it is"
    metrics = json.loads((taught / METRICS).read_text(encoding="utf-8"))
    assert metrics["exits"]["layers"] == [1]
    card = (taught / "README.md").read_text(encoding="utf-8")
    assert "a head behind each of the layers 1 learned to say what the model says in the end" in card
    assert "`exits.safetensors`" in card
    (labelled,) = Predictor.from_folder(taught, threads=1).label([Page("a", "全年收到政府信息公开申请5件")])
    assert labelled.page.text == "全年收到政府信息公开申请5件"


def test_what_is_cut_short_ends_the_same(model: Path, settings: ExitSettings, taught: Path, tmp_path: Path) -> None:
    run = run_of(model, settings, tmp_path)
    teach(run, settings)
    steps = sorted((tmp_path / "steps").glob("checkpoint-*"), key=lambda path: int(path.name.rpartition("-")[2]))
    (steps[-1] / "trainer_state.json").unlink()
    again = teach(run, settings, resume=True)
    wanted = load_file(taught / EXITS)
    assert all(np.array_equal(values, wanted[key]) for key, values in load_file(again / EXITS).items())


def test_a_network_that_nothing_stops_in_says_what_it_says_alone(model: Path) -> None:
    network = build_network(model, load_checkpoint(model).tags).train(False)
    early = EarlyNetwork(network, (1,)).train(False)
    ids = torch.randint(5, 6000, (2, 40), generator=torch.Generator().manual_seed(1))
    seen = torch.ones_like(ids)
    seen[1, 30:] = 0
    with torch.no_grad():
        first, last = early(ids, seen)
        alone = network(input_ids=ids, attention_mask=seen).logits
        assert torch.allclose(last.logits[seen.bool()], alone[seen.bool()], atol=1e-5)
        assert torch.equal(last.asked, seen.bool())
        certainty = first.logits.softmax(-1).amax(-1)
        middle = float(certainty[seen.bool()].median())
        _, stopped = early(ids, seen, middle)
    assert torch.equal(stopped.asked, seen.bool() & near(seen.bool() & (certainty < middle)))
    assert torch.equal(stopped.logits[~stopped.asked], head_of(network)(_states(early, ids, seen))[~stopped.asked])


def _states(early: EarlyNetwork, ids: torch.Tensor, seen: torch.Tensor) -> torch.Tensor:
    """What the first layer makes of `ids`."""
    with torch.no_grad():
        unseen = torch.where(seen[:, None, None, :].bool(), 0.0, torch.finfo(torch.float32).min)
        first = early.network.bert.encoder.layer[0](early.network.bert.embeddings(input_ids=ids), unseen)
    states = first[0] if isinstance(first, tuple) else first
    return torch.where(seen[..., None].bool(), states, early.network.bert.embeddings(input_ids=ids))


def test_what_stops_is_counted(model: Path) -> None:
    early = EarlyNetwork(build_network(model, load_checkpoint(model).tags), (1,)).train(False)
    windows = [np.random.default_rng(length).integers(5, 6000, length) for length in (20, 30)]
    assert stopped(early, windows, 1.1) == Stopped(50, [1.0], 1.0, 0)
    everything = stopped(early, windows, 0.0)
    assert everything[:3] == (50, [0.0], round((1 + 1 / 6) / 2, 4))
    with torch.no_grad():
        depths = [early(torch.from_numpy(window)[None], torch.ones(1, len(window))) for window in windows]
    assert everything.differ == sum(int((first.logits.argmax(-1) != last.logits.argmax(-1)).sum()) for first, last in depths)
    some = stopped(early, windows, min(float(first.logits.softmax(-1).amax(-1).quantile(0.1)) for first, _ in depths))
    assert 0 < some.left[0] < 1
    assert report(some).startswith("of 50 held-out tokens, ")


@pytest.mark.parametrize(("layers", "message"), [((2,), "2 is not before the last of 2 layers"), ((1, 5), "5 is not before the last")])
def test_heads_belong_before_the_last_layer(model: Path, layers: tuple[int, ...], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        EarlyNetwork(build_network(model, load_checkpoint(model).tags), layers)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ("layers: [3, 2]", "exits: Value error, layers must rise: 3, 2"),
        ("certain: 1.0", "exits.certain: Input should be less than 1"),
    ],
)
def test_settings_are_checked(changed: str, message: str, tmp_path: Path) -> None:
    name = changed.split(":", maxsplit=1)[0]
    lines = (Path(__file__).parents[2] / "configs/train/exits.yaml").read_text(encoding="utf-8").splitlines()
    (tmp_path / "mine.yaml").write_text(
        "\n".join(f"  {changed}" if line.startswith(f"  {name}:") else line for line in lines), encoding="utf-8"
    )
    with pytest.raises(ConfigError, match=message):
        load_exit_settings(str(tmp_path / "mine.yaml"))
