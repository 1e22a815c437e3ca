"""Fine-tuning from a random model: every step of it, in seconds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from gongkai.annotations.gold import write_gold
from gongkai.inference.cli import main
from gongkai.model.calibration import Calibration, Curve, write_calibration
from gongkai.model.checkpoint import load_checkpoint, write_manifest
from gongkai.model.registry import Registry
from gongkai.model.types import LabelledPage, Page, Span
from gongkai.training.pinned import pin
from gongkai.training.tiny import random_checkpoint

SETTINGS = {
    "base_model": "shipped",
    "layers": 2,
    "seed": 1,
    "threads": 1,
    "mix": {"passages": 500, "narratives": 500, "pages": 500},
    "data": {"window": 128, "shortest": 32, "held_out": [], "held_out_pages": 0},
    "loop": {
        "batch": 4,
        "learning_rate": 1e-3,
        "head_learning_rate": 1e-3,
        "warmup": 0.1,
        "weight_decay": 0.01,
        "clip": 1.0,
        "save_steps": 100,
        "log_steps": 10,
    },
    "tune": {
        "passes": 2,
        "replay": 1.0,
        "dev": 0.2,
        "evaluations": 3,
        "patience": 2,
        "known": {"passages": 500, "narratives": 500, "pages": 500},
        "keep": [0.5, 0.0],
        "forget": 0.001,
        "keep_cost": 0.01,
    },
}
CALIBRATION = Calibration(
    cells=Curve(intercept=1.0, slope=0.5), blanks=Curve(intercept=2.0, slope=0.5), figures=Curve(intercept=0.0, slope=1.0), ceiling=0.999
)


def corrected(number: int) -> LabelledPage:
    text = f"测试{number % 4}局\n全年收到政府信息公开申请{number}件。" * 4
    spans = [Span(place, place + len(f"测试{number % 4}局"), "agency") for place in range(len(text)) if text.startswith("测试", place)]
    spans += [
        Span(place + 12, place + 12 + len(str(number)), "requests_received")
        for place in range(len(text))
        if text.startswith("全年收到", place)
    ]
    return LabelledPage(Page(f"d{number}", text), tuple(sorted(spans)))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry with pinned gold, and beside it a random model, corrected pages and settings."""
    root = tmp_path_factory.mktemp("tune")
    tiny = random_checkpoint(root / "tiny")
    write_calibration(tiny, CALIBRATION)
    write_manifest(tiny)
    write_gold(root / "gold.jsonl", map(corrected, range(8)))
    write_gold(root / "held.jsonl", [corrected(3)])
    pin(Registry(root / "models"), [root / "held.jsonl"])
    (root / "config.yaml").write_text(yaml.safe_dump(SETTINGS), encoding="utf-8")
    return root


def train(root: Path, *more: str) -> int:
    arguments = ["--annotations", str(root / "gold.jsonl"), "--config", str(root / "config.yaml"), "--root", str(root / "models")]
    return main(["train", *arguments, "--from", str(root / "tiny" / "checkpoint"), *more])


@pytest.fixture(scope="module")
def trained(root: Path) -> Path:
    assert train(root, "--name", "mine") == 0
    return root / "models" / "mine"


def test_the_new_model_is_whole(trained: Path, root: Path) -> None:
    assert load_checkpoint(trained).tags == load_checkpoint(root / "tiny" / "checkpoint").tags
    names = {path.name for path in trained.iterdir()}
    assert names >= {"model.safetensors", "model.int8.onnx", "config.json", "labels.json", "metrics.json", "manifest.sha256", "parent"}
    digest, parent = (trained / "parent").read_text(encoding="utf-8").split()
    assert digest == load_checkpoint(root / "tiny" / "checkpoint").digest
    assert parent == str(root / "tiny" / "checkpoint")
    assert Registry(root / "models").names() == ("shipped", "mine")
    assert Registry(root / "models").current() == "shipped"
    assert [path.name for path in (root / "models").glob(".*")] == []


def test_metrics_say_what_was_learned(trained: Path) -> None:
    metrics = json.loads((trained / "metrics.json").read_text(encoding="utf-8"))
    learned = metrics["run"]["corrected"]
    assert learned["train"] + learned["dev"] == 7  # of eight pages one is pinned
    assert learned["split"] == "publisher"
    assert len(learned["watched"]) >= 2
    assert [one["share"] for one in learned["mixtures"]] == [0.5, 0.0]
    assert all(set(one["lost"]) == {"structure", "figures", "entities"} for one in learned["mixtures"])
    assert learned["kept"] in (0.5, 0.0)
    assert metrics["sets"]["corrected-pages"]["texts"] == learned["dev"]
    before, after = (metrics["seqeval"][when]["micro avg"]["f1-score"] for when in ("before", "after"))
    assert 0 <= before <= after <= 1
    assert "Fine-tuned from the model" in (trained / "README.md").read_text(encoding="utf-8")


def test_confidences_are_calibrated_as_those_of_the_parent(trained: Path, root: Path) -> None:
    parent = root / "tiny" / "checkpoint"
    assert load_checkpoint(trained).calibration == CALIBRATION
    assert json.loads((trained / "metrics.json").read_text(encoding="utf-8"))["calibration"] == {"parent": str(parent)}
    assert f"Confidences are calibrated as those of the model `{parent}`" in (trained / "README.md").read_text(encoding="utf-8")


def test_suspects_are_ranked_with_their_places(trained: Path, root: Path) -> None:
    lines = (trained / "suspects.jsonl").read_text(encoding="utf-8").splitlines()
    suspects = [json.loads(line) for line in lines]
    assert json.loads((trained / "metrics.json").read_text(encoding="utf-8"))["suspects"] == len(suspects)
    assert [one["score"] for one in suspects] == sorted(one["score"] for one in suspects)
    pages = {f"d{number}": corrected(number).page.text for number in range(8)}
    assert all(pages[one["id"]][one["start"] : one["end"]] == one["text"] for one in suspects)


def test_a_name_is_taken_once_and_found_where_none_is_given(trained: Path, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert train(root, "--name", trained.name) == 1
    assert "there is something of that name" in capsys.readouterr().err


def test_too_few_pages(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_gold(tmp_path / "gold.jsonl", [corrected(1), corrected(3)])
    arguments = ["--annotations", str(tmp_path / "gold.jsonl"), "--root", str(root / "models"), "--from", str(root / "tiny" / "checkpoint")]
    assert main(["train", *arguments, "--config", str(root / "config.yaml")]) == 1
    assert "1 corrected page(s) to learn from" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--name", "x"], "goes only with --annotations"),
        (["--from", "shipped"], "goes only with --annotations"),
        (["--annotations", "gold.jsonl", "--resume"], "goes without --annotations"),
    ],
)
def test_options_that_would_mean_nothing_are_refused(capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    assert main(["train", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_what_training_starts_from(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--annotations", str(root / "gold.jsonl"), "--root", str(root / "models")]
    assert main(["train", *arguments, "--from", "nobody"]) == 1
    assert "nobody: no such model folder" in capsys.readouterr().err
