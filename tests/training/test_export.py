from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from gongkai.inference.kernels.onnx import OnnxNetwork
from gongkai.model.checkpoint import load_checkpoint, write_manifest
from gongkai.model.labels import label_set
from gongkai.model.network import build_network, encoder_parameters, head_of
from gongkai.training.card import card
from gongkai.training.export import check_export, sizes
from gongkai.training.export_full import add_full_network
from gongkai.training.tiny import random_checkpoint, random_encoder

WINDOWS = [np.arange(5, 5 + length, dtype=np.int64) for length in (1, 20, 200)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return random_checkpoint(tmp_path_factory.mktemp("export"))


def test_checkpoint_is_complete_and_in_half_precision(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == {
        *("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "labels.json"),
        *("model.int8.onnx", "model.fp32.onnx", "README.md", "metrics.json", "manifest.sha256"),
    }
    assert {str(values.dtype) for values in load_file(folder / "model.safetensors").values()} == {"float16"}
    assert load_checkpoint(folder).tags == label_set().tags()
    assert sizes(folder)["model.int8.onnx"] < sizes(folder)["model.safetensors"]


def test_a_calibration_of_other_weights_does_not_stay(tmp_path: Path) -> None:
    folder = tmp_path / "checkpoint"
    folder.mkdir()
    for name in ("calibration.json", "reliability.svg"):
        (folder / name).write_text("of other weights", encoding="utf-8")
    assert load_checkpoint(random_checkpoint(tmp_path)).calibration is None
    assert not {"calibration.json", "reliability.svg"} & {path.name for path in folder.iterdir()}


def test_int8_agrees_with_the_network_it_came_from(folder: Path) -> None:
    network = build_network(folder, label_set().tags())
    agreement = check_export(network, folder, WINDOWS)
    assert agreement.fp32_difference < 1e-3
    assert agreement.int8_agreement > 0.7
    assert not network.training


def test_the_fp32_network_reads_the_weights_of_the_safetensors(folder: Path) -> None:
    network = build_network(folder, label_set().tags())
    full = folder / "model.fp32.onnx"
    assert full.stat().st_size < 200_000
    for ids, found in zip(WINDOWS, OnnxNetwork.open(full, threads=1).run(WINDOWS), strict=True):
        with torch.no_grad():
            wanted = network(input_ids=torch.from_numpy(ids)[None]).logits[0].numpy()
        assert np.abs(found - wanted).max() < 1e-3


def test_a_folder_without_an_fp32_network_is_given_one(tmp_path: Path) -> None:
    folder = random_checkpoint(tmp_path)
    wanted = (folder / "model.fp32.onnx").read_bytes()
    (folder / "model.fp32.onnx").unlink()
    write_manifest(folder)
    add_full_network(folder)
    assert (folder / "model.fp32.onnx").read_bytes() == wanted
    assert load_checkpoint(folder).tags == label_set().tags()


def test_a_trained_head_is_kept_for_the_same_tags_only(folder: Path) -> None:
    tags = label_set().tags()
    stored = torch.from_numpy(load_file(folder / "model.safetensors")["classifier.weight"].astype(np.float32))
    assert torch.equal(head_of(build_network(folder, tags)).weight, stored)
    swapped = (tags[0], *tags[3:5], *tags[1:3], *tags[5:])
    assert not torch.equal(head_of(build_network(folder, swapped)).weight, stored)


def test_head_and_encoder_share_no_parameter(tmp_path: Path) -> None:
    network = build_network(random_encoder(tmp_path), ("O", "B-row", "I-row"))
    assert head_of(network).out_features == 3
    assert len(list(encoder_parameters(network))) + 2 == len(list(network.parameters()))
    assert network.config.hidden_dropout_prob == 0.0


def test_card_prints_what_the_metrics_say() -> None:
    rate = {"gold": 4, "predicted": 4, "hits": 2, "precision": 0.5, "recall": 0.5, "f1": 0.5}
    none = {**rate, "gold": 0}
    metrics = {
        "run": {"config": "x", "date": "2024-01-02", "windows": 10, "tokens": 2000, "steps": 5, "loss": 0.25, "tags": 131}
        | {"data_digest": "ab" * 32},
        "settings": {
            "base_model": "e5-characters",
            "layers": 6,
            "seed": 1,
            "threads": 2,
            "loop": {"batch": 8},
            "mix": {"passages": 1000, "pages": 0},
        },
        "export": {"windows": 8, "int8_agreement": 0.985},
        "sets": {"held-out-passages": {"texts": 3, "structure": none, "figures": rate, "entities": none}},
    }
    text = card(metrics)
    assert text.startswith("---\nlanguage: zh\n")
    assert "model-index:" in text
    assert "| held-out-passages | 3 | narrative figures | 0.5000 | 0.5000 | 0.5000 |" in text
    assert "passages (1,000 characters)" in text
    assert "98.50%" in text
    assert "pages (" not in text
