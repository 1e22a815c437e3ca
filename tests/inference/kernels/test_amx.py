"""The kernel on AMX against torch in fp32. Where the processor has none, what can be tested without it still is."""

from __future__ import annotations

import shutil
import subprocess
import sysconfig
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file
from transformers import AutoModelForTokenClassification

from gongkai.inference.kernels.amx import AmxNetwork, why_not
from gongkai.inference.kernels.network import Ids
from gongkai.inference.kernels.packed import aligned, packed, tiles, unfit
from gongkai.model.errors import CheckpointError
from gongkai.training.tiny import random_checkpoint

SOURCE = Path(__file__).parents[3] / "inference/kernels/amx.c"

WIDTH = 64


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return random_checkpoint(tmp_path_factory.mktemp("amx"), width=WIDTH)


@pytest.fixture(scope="module")
def network(folder: Path) -> AmxNetwork:
    if reason := why_not(folder):
        pytest.skip(reason)
    return AmxNetwork.open(folder, threads=1)


def window(length: int, seed: int = 0) -> Ids:
    return np.random.default_rng(seed).integers(5, 6000, length)


def difference(network: AmxNetwork, folder: Path, length: int) -> float:
    """How far the scores of a window are from those of torch, as a part of those."""
    model = AutoModelForTokenClassification.from_pretrained(folder, dtype=torch.float32)
    ids = window(length, length)
    with torch.no_grad():
        wanted = model(input_ids=torch.from_numpy(ids)[None]).logits[0].numpy()
    (found,) = network.run([ids])
    assert found.shape == wanted.shape
    return float(np.linalg.norm(found - wanted) / np.linalg.norm(wanted))


@pytest.mark.parametrize("length", [1, 2, 15, 16, 17, 31, 32, 33, 64, 100, 256, 258, 300])
def test_scores_are_those_of_torch_but_for_rounding(network: AmxNetwork, folder: Path, length: int) -> None:
    assert difference(network, folder, length) < 0.12


@pytest.mark.parametrize(("width", "rounding"), [(2 * WIDTH, 0.12), (6 * WIDTH, 0.4), (7 * WIDTH, 0.3)])
def test_wide_heads_and_layers_finished_while_others_are_multiplied(width: int, rounding: float, tmp_path: Path) -> None:
    """From 384 inputs on, sums become activations between the products that follow; a layer of 896 inputs is taken in two parts.

    Attention of such random heads is so sharp that int8 alone makes these differences; scores of other weights differ by 1.4.
    """
    folder = random_checkpoint(tmp_path, width=width)
    if reason := why_not(folder):
        pytest.skip(reason)
    assert difference(AmxNetwork.open(folder, threads=1), folder, 100) < rounding


@pytest.mark.parametrize("far", [32.0, -32.0])
def test_attention_to_scores_beyond_the_powers_of_two(network: AmxNetwork, tmp_path: Path, far: float) -> None:
    """All scores of a head are moved by the same 32 * 32 or its negative, which changes no softmax."""
    folder = random_checkpoint(tmp_path, width=WIDTH)
    model = AutoModelForTokenClassification.from_pretrained(folder)
    for layer in model.bert.encoder.layer:
        for linear, moved in ((layer.attention.self.query, 32.0), (layer.attention.self.key, far)):
            linear.weight.data[0], linear.bias.data[0] = 0.0, moved
    model.save_pretrained(folder)
    assert difference(AmxNetwork.open(folder, threads=1), folder, 77) < 0.1


def test_a_window_has_the_same_scores_beside_any_other_and_on_any_number_of_threads(network: AmxNetwork, folder: Path) -> None:
    windows = [window(length, length) for length in (40, 256, 3, 256, 97, 300)]
    alone = [next(network.run([ids])) for ids in windows]
    for threads in (1, 2, 3):
        together = list(AmxNetwork.open(folder, threads).run(windows * 4))
        assert all(np.array_equal(one, other) for one, other in zip(alone * 4, together, strict=True))


@pytest.mark.parametrize(
    ("ids", "room", "message"),
    [
        (np.array([], dtype=np.int64), 1 << 20, "no window, or one longer than the positions"),
        (np.zeros(301, dtype=np.int64), 1 << 24, "no window, or one longer than the positions"),
        (np.array([-1]), 1 << 20, "a token that the vocabulary has not"),
        (np.array([1 << 40]), 1 << 20, "a token that the vocabulary has not"),
        (np.array([5]), 64, "a workspace too small"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_read(network: AmxNetwork, ids: Ids, room: int, message: str) -> None:
    scores = np.zeros((len(ids), network._shape.tags), dtype=np.float32)
    with pytest.raises(ValueError, match=message):
        network._kernel.run(network._shape, network._weights, ids, aligned(room), scores)


def test_weights_of_another_shape_are_refused(network: AmxNetwork) -> None:
    shape = network._shape._replace(layers=3)
    with pytest.raises(ValueError, match="weights of another shape"):
        network._kernel.run(shape, network._weights, window(5), aligned(1 << 20), np.zeros((5, shape.tags), dtype=np.float32))


def test_a_network_of_sizes_that_fill_no_tiles_is_left_to_onnxruntime(tmp_path: Path) -> None:
    assert unfit(random_checkpoint(tmp_path)) == "its sizes fill no tiles (hidden 32, heads 2, intermediate 64)"


def test_tiles_hold_four_inputs_of_an_output_together() -> None:
    weights = np.arange(32 * 128).reshape(32, 128)
    laid = tiles(weights.astype(np.int8)).reshape(-1)
    wanted = [weights[0, 0], weights[0, 1], weights[0, 2], weights[0, 3], weights[1, 0]]
    assert laid[:5].tolist() == np.array(wanted).astype(np.int8).tolist()
    assert laid[64] == weights.astype(np.int8)[0, 16]  # the second row of the first tile: the next 16 inputs
    assert laid[256] == weights.astype(np.int8)[0, 4]  # the fifth row: again the first 16
    assert laid[1024] == weights.astype(np.int8)[16, 0]  # the second tile: the other 16 outputs
    assert laid[2048] == weights.astype(np.int8)[0, 64]  # the next 64 inputs


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_the_kernel_is_compiled_without_a_warning(compiler: str, tmp_path: Path) -> None:
    """For any processor: what is not the kernel may use no instruction that is not everywhere."""
    found = shutil.which(compiler)
    if found is None:
        pytest.skip(f"no {compiler} here")
    includes = f"-I{sysconfig.get_path('include')}"
    strict = ("-O1", "-Wall", "-Wextra", "-Werror", "-fPIC", includes)
    done = subprocess.run([found, *strict, "-c", SOURCE, "-o", tmp_path / "amx.o"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_weights_that_are_no_numbers_are_refused_with_their_name(broken: float, tmp_path: Path) -> None:
    folder = random_checkpoint(tmp_path, width=WIDTH)
    tensors = load_file(folder / "model.safetensors")
    tensors["bert.encoder.layer.1.intermediate.dense.weight"][3, 5] = broken
    save_file(tensors, folder / "model.safetensors")
    with pytest.raises(CheckpointError, match=r"layer\.1\.intermediate\.dense has weights that are no finite numbers.*export it again"):
        packed(folder)


def test_packed_weights_are_within_half_a_step(folder: Path) -> None:
    shape, weights = packed(folder)
    assert shape[:4] == (64, 2, 2, 128)
    assert weights.ctypes.data % 64 == 0
    assert len(weights) % 64 == 0
