"""Any base model by the same commands: trained, exported, evaluated and used. Every encoder is made here, with random weights."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from safetensors.numpy import load_file

from gongkai.inference.cli import main
from gongkai.inference.predict import Predictor, WindowSettings
from gongkai.model.checkpoint import REQUIRED, load_checkpoint
from gongkai.model.types import Page
from gongkai.model.vocabulary import PieceVocabulary
from gongkai.training.settings import load_settings
from gongkai.training.tiny import checkpoint_over

ARCHITECTURES = ("bert", "xlm_roberta", "deberta")
TEXT = "全年收到政府信息公开申请12件\n|办理|12件。"
GOLD = {
    "id": "a",
    "text": TEXT,
    "figures": [{"label": "requests_received", "start": 12, "end": 14}, {"label": "requests_handled", "start": 19, "end": 21}],
    "entities": [],
}


@pytest.fixture(scope="module", params=ARCHITECTURES)
def trained(request: pytest.FixtureRequest, random_bases: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `gongkai train` writes for a base of one architecture."""
    folder = tmp_path_factory.mktemp(request.param)
    settings: dict[str, Any] = load_settings("tiny").model_dump(mode="json", exclude={"layers"})
    settings |= {"base_model": str(random_bases[request.param]), "threads": 1, "mix": {"passages": 1500, "narratives": 500, "pages": 500}}
    settings["data"] |= {"window": 64, "held_out_pages": 1}
    config = folder / "mine.yaml"
    config.write_text(yaml.safe_dump(settings), encoding="utf-8")
    assert main(["train", "--config", str(config), "--out", str(folder / "run")]) == 0
    return folder / "run" / "checkpoint"


def test_training_writes_a_whole_checkpoint(trained: Path) -> None:
    checkpoint = load_checkpoint(trained)
    assert (checkpoint.positions, checkpoint.window) == (140, 64)
    assert Predictor.from_folder(trained, threads=1).settings == WindowSettings(window=64, overlap=16)
    assert {path.name for path in trained.iterdir()} >= set(REQUIRED)
    assert {str(values.dtype) for values in load_file(trained / "model.safetensors").values()} == {"float16"}
    metrics = json.loads((trained / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["export"]["fp32_difference"] < 1e-3
    assert metrics["sets"]["held-out-passages"]["texts"] > 100


def test_the_checkpoint_can_be_evaluated(trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gold = tmp_path / "gold.jsonl"
    gold.write_text(json.dumps(GOLD, ensure_ascii=False) + "\n", encoding="utf-8")
    page = tmp_path / "report.html"
    assert main(["evaluate", str(trained), str(gold), "synth:1", "--json", "--html", str(page), "--threads", "1"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["gold.jsonl"]["figures"]["gold"] == 2
    assert found["synth:1"]["structure"]["gold"] > 50
    assert "<h2>gold.jsonl</h2>" in page.read_text(encoding="utf-8")


def test_the_checkpoint_reads_pages(trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.txt"
    page.write_text(TEXT * 20, encoding="utf-8")
    assert main(["extract", str(page), "--model", str(trained), "--format", "jsonl"]) == 0
    assert json.loads(capsys.readouterr().out)["source"].endswith("page.txt")


@pytest.mark.parametrize("name", ["bert", "xlm_roberta", "roberta"])
def test_a_checkpoint_of_word_pieces_made_elsewhere_is_read_on_characters(name: str, random_bases: dict[str, Path], tmp_path: Path) -> None:
    folder = checkpoint_over(random_bases[name], tmp_path / "pieces")
    assert isinstance(load_checkpoint(folder).vocabulary, PieceVocabulary)
    text = TEXT * 9 + "\n \u3000𠮷"
    (page,) = Predictor.from_folder(folder, threads=1).label([Page("a", text)])
    assert page.spans
    assert all(page.text_of(span) == page.text_of(span).strip() != "" for span in page.spans)
    gold = tmp_path / "gold.jsonl"
    gold.write_text(json.dumps(GOLD, ensure_ascii=False) + "\n", encoding="utf-8")
    assert main(["evaluate", str(folder), str(gold), "--json", "--threads", "1"]) == 0
