import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gongkai.inference import Extractor
from gongkai.inference.cli import main
from gongkai.inference.current import open_model
from gongkai.inference.predict import Predictor
from gongkai.model.checkpoint import load_checkpoint, shipped_folder
from gongkai.model.errors import CheckpointError, ModelFallbackWarning
from gongkai.model.registry import Event, Registry
from gongkai.training.tiny import random_checkpoint


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return random_checkpoint(tmp_path_factory.mktemp("current"))


@pytest.fixture
def known(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """A registry in which the model `mine` was promoted."""
    monkeypatch.setenv("GONGKAI_MODELS", str(tmp_path))
    shutil.copytree(tiny, tmp_path / "mine")
    found = Registry(tmp_path)
    found.record(Event("promote", "mine", load_checkpoint(tmp_path / "mine").digest, "2026-01-01T00:00:00+00:00"))
    return found


def opened(extractor_model: str | Path | None = None) -> Path:
    return open_model(extractor_model, threads=1).checkpoint.folder


def test_the_shipped_model_is_used_until_another_is_promoted() -> None:
    assert opened() == shipped_folder()


def test_the_promoted_model_is_used_by_default(known: Registry) -> None:
    assert opened() == known.root / "mine"
    labeller = Extractor.from_pretrained(threads=1).labeller
    assert isinstance(labeller, Predictor)
    assert labeller.checkpoint.folder == known.root / "mine"
    assert opened("mine") == known.root / "mine"
    assert opened("shipped") == shipped_folder()
    known.record(Event("rollback", "shipped", "", "2026-01-02T00:00:00+00:00"))
    assert opened() == shipped_folder()


def damage(known: Registry, how: str) -> None:
    if how == "list":
        known.pointer.write_text("{", encoding="utf-8")
    elif how == "gone":
        shutil.rmtree(known.root / "mine")
    elif how == "altered":
        (known.root / "mine" / "config.json").write_text("{}", encoding="utf-8")
    elif how == "another":
        content = json.loads(known.pointer.read_text(encoding="utf-8"))
        content["events"][0]["digest"] = "0" * 64
        known.pointer.write_text(json.dumps(content), encoding="utf-8")


REASONS = {
    "list": r"promotions\.json: is no list of promotions",
    "gone": "no model mine; there are shipped",
    "altered": r"config\.json: SHA-256 is",
    "another": "is not the model that was promoted under this name",
}


@pytest.mark.parametrize("how", list(REASONS))
def test_a_promoted_model_that_cannot_be_used_gives_way_aloud(known: Registry, how: str) -> None:
    damage(known, how)
    with pytest.warns(ModelFallbackWarning, match=f"so the shipped one is: .*{REASONS[how]}.*gongkai models rollback"):
        assert opened() == shipped_folder()


def test_a_named_model_does_not_give_way(known: Registry) -> None:
    damage(known, "altered")
    with pytest.raises(CheckpointError, match="altered or cut short"):
        opened("mine")


def test_the_command_line_says_it_in_one_line(known: Registry, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    damage(known, "gone")
    page = tmp_path / "page.txt"
    page.write_text("全年收到政府信息公开申请5件。", encoding="utf-8")
    assert main(["extract", str(page), "--format", "jsonl"]) == 0
    said = capsys.readouterr()
    assert said.err.startswith("gongkai: the promoted model cannot be used, so the shipped one is: ")
    assert said.err.count("\n") == 1
    assert '"requests_received"' in said.out


def test_finding_it_costs_nothing_heavy() -> None:
    code = "import sys, gongkai.model.registry as r; r.registry().current(); print(*{'numpy', 'onnxruntime', 'typer'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "onnxruntime" not in done.stdout
    assert "typer" not in done.stdout
