import json
import shutil
from pathlib import Path

import pytest

from gongkai.model.calibration import Calibration, Curve, write_calibration
from gongkai.model.checkpoint import REQUIRED, load_checkpoint, write_manifest
from gongkai.model.errors import CheckpointError
from gongkai.model.labels import label_set
from gongkai.training.tiny import random_checkpoint

CALIBRATION = Calibration(
    cells=Curve(intercept=1.0, slope=0.5), blanks=Curve(intercept=2.0, slope=0.5), figures=Curve(intercept=0.0, slope=1.0), ceiling=0.999
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return random_checkpoint(tmp_path_factory.mktemp("checkpoint"))


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "model")


def test_a_whole_folder_opens(folder: Path) -> None:
    checkpoint = load_checkpoint(folder)
    assert checkpoint.tags == label_set().tags()
    assert checkpoint.classes == label_set().classes()
    assert checkpoint.positions == 300
    assert checkpoint.network == folder / "model.int8.onnx"
    assert len(checkpoint.digest) == 64


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"nowhere: no such model folder; take the folder"):
        load_checkpoint(tmp_path / "nowhere")


def test_no_manifest(folder: Path) -> None:
    (folder / "manifest.sha256").unlink()
    with pytest.raises(CheckpointError, match=r"manifest\.sha256: missing"):
        load_checkpoint(folder)


def test_torn_manifest(folder: Path) -> None:
    (folder / "manifest.sha256").write_text("abc\n", encoding="utf-8")
    with pytest.raises(CheckpointError, match="line 1: is not `<sha256>  <file name>`: 'abc'"):
        load_checkpoint(folder)


def test_manifest_cannot_point_outside(folder: Path) -> None:
    (folder / "manifest.sha256").write_text(f"{'0' * 64}  ../secret\n", encoding="utf-8")
    with pytest.raises(CheckpointError, match="line 1"):
        load_checkpoint(folder)


@pytest.mark.parametrize("name", REQUIRED)
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(CheckpointError, match=f"{name}: is listed in manifest.sha256 but missing"):
        load_checkpoint(folder)


def test_a_required_file_must_be_listed(folder: Path) -> None:
    (folder / "metrics.json").unlink()
    write_manifest(folder)
    with pytest.raises(CheckpointError, match=r"does not list metrics\.json"):
        load_checkpoint(folder)


def test_an_altered_file_is_named(folder: Path) -> None:
    with (folder / "model.int8.onnx").open("ab") as file:
        file.write(b"x")
    with pytest.raises(CheckpointError, match=r"model\.int8\.onnx: SHA-256 is .* altered or cut short"):
        load_checkpoint(folder)


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pkl", "weights.pt"])
def test_files_that_can_run_code_are_refused(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"")
    with pytest.raises(CheckpointError, match=f"{name}: files of type .* can run code when opened and are refused"):
        load_checkpoint(folder)


def test_unknown_labels_are_refused(folder: Path) -> None:
    tags = ["O", "B-row", "I-row", "B-weather", "I-weather"]
    (folder / "labels.json").write_text(json.dumps({"tags": tags}), encoding="utf-8")
    (folder / "config.json").write_text("{}", encoding="utf-8")
    write_manifest(folder)
    with pytest.raises(CheckpointError, match=r"labels\.json: labels that configs/labels\.yaml does not have: weather"):
        load_checkpoint(folder)


def test_outputs_must_match_tags(folder: Path) -> None:
    (folder / "labels.json").write_text(json.dumps({"tags": ["O", "B-row", "I-row"]}), encoding="utf-8")
    write_manifest(folder)
    with pytest.raises(CheckpointError, match=r"131 outputs, but labels\.json has 3 tags"):
        load_checkpoint(folder)


def test_broken_json_is_named(folder: Path) -> None:
    (folder / "config.json").write_text("{", encoding="utf-8")
    write_manifest(folder)
    with pytest.raises(CheckpointError, match=r"config\.json: cannot be read as JSON"):
        load_checkpoint(folder)


def test_a_folder_without_a_calibration_has_none(folder: Path) -> None:
    assert load_checkpoint(folder).calibration is None


def test_a_calibration_belongs_to_the_model_and_changes_its_digest(folder: Path) -> None:
    before = load_checkpoint(folder).digest
    write_calibration(folder, CALIBRATION)
    write_manifest(folder)
    opened = load_checkpoint(folder)
    assert opened.calibration == CALIBRATION
    assert opened.digest != before


def test_a_calibration_that_the_manifest_does_not_list_is_refused(folder: Path) -> None:
    write_calibration(folder, CALIBRATION)
    with pytest.raises(CheckpointError, match=r"calibration\.json: manifest\.sha256 does not list it"):
        load_checkpoint(folder)
