"""Early heads on AMX: which tokens stop, what is said of them, and what the others see of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from transformers import AutoModelForTokenClassification, BertForTokenClassification

from gongkai.inference.kernels.amx import AmxNetwork, why_not
from gongkai.inference.kernels.network import Ids, Scores
from gongkai.inference.kernels.packed import packed
from gongkai.model.checkpoint import load_checkpoint, write_manifest
from gongkai.model.errors import CheckpointError
from gongkai.model.exits import EXITS, NEAR, Exits, exit_name, read_exits, write_exits
from gongkai.training.tiny import random_checkpoint

WIDTH, BLOCK, CERTAIN = 64, 32, 0.98
Head = tuple[NDArray[np.float32], NDArray[np.float32]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return random_checkpoint(tmp_path, width=WIDTH)


def on_amx(folder: Path, *, early: bool = True) -> AmxNetwork:
    if reason := why_not(folder):
        pytest.skip(reason)
    return AmxNetwork.open(folder, threads=1, early=early)


def window(length: int) -> Ids:
    return np.random.default_rng(length).integers(5, 6000, length)


def tags_of(folder: Path) -> int:
    return len(load_checkpoint(folder).tags)


def decided(folder: Path) -> Head:
    """A head that is certain of most tokens, and of few others nearly."""
    weight = np.zeros((tags_of(folder), WIDTH), dtype=np.float32)
    weight[3] = 60 * np.random.default_rng(1).standard_normal(WIDTH)
    bias = np.zeros(len(weight), dtype=np.float32)
    bias[3] = 250
    return weight, bias


def with_head(folder: Path, head: Head, certain: float = CERTAIN) -> Path:
    write_exits(Exits((1,), certain, {f"{exit_name(1)}.weight": head[0], f"{exit_name(1)}.bias": head[1]}), folder)
    write_manifest(folder)
    return folder


def reference(folder: Path, head: Head, ids: Ids) -> tuple[Scores, Scores]:
    """By torch in fp32: what the early head and the last one say of each token."""
    model = AutoModelForTokenClassification.from_pretrained(folder, dtype=torch.float32)
    assert isinstance(model, BertForTokenClassification)
    weight, bias = map(torch.from_numpy, head)
    with torch.no_grad():
        first, second = model.bert.encoder.layer
        states = output(first(model.bert.embeddings(input_ids=torch.from_numpy(ids)[None])))
        early, late = states @ weight.T + bias, model.classifier(output(second(states[None])))
    return early.numpy(), late.numpy()


def output(given: object) -> torch.Tensor:
    states = given[0] if isinstance(given, tuple) else given
    assert isinstance(states, torch.Tensor)
    return states[0]


def spread(marked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """What is marked, and what has a mark near it."""
    reach = np.ones(2 * NEAR + 1)
    return np.asarray(np.convolve(marked, reach, "full")[NEAR : NEAR + len(marked)] > 0)


@pytest.mark.parametrize("length", [1, 31, 32, 33, 64, 77, 100, 200, 256, 300])
def test_what_stops_keeps_its_scores_and_what_goes_on_still_sees_it(folder: Path, length: int) -> None:
    head, ids = decided(folder), window(length)
    (found,) = on_amx(with_head(folder, head)).run([ids])
    early, late = reference(folder, head, ids)
    stopped: NDArray[np.bool_] = np.count_nonzero(np.delete(found, 3, axis=1), axis=1) == 0  # the early head says nothing of other tags
    wanted = np.where(stopped[:, None], early, late)
    assert float(np.linalg.norm(found - wanted) / np.linalg.norm(wanted)) < 0.12
    margins = early[:, 3] - np.log(CERTAIN / (1 - CERTAIN) * (early.shape[1] - 1))
    unclear = spread(np.abs(margins) < 0.2 * margins.std())  # int8 may see these otherwise
    above = np.where(spread(margins < 0), -1, 1)
    assert not np.any(stopped & (above < 0) & ~unclear)
    gone_on, unsure = int((~stopped).sum()), int((above < 0).sum())
    assert unsure - unclear.sum() <= gone_on < unsure + unclear.sum() + BLOCK
    assert gone_on % BLOCK == 0 or gone_on == length
    assert length < 100 or 0 < gone_on < length, "some stop, some go on"


def test_where_nothing_is_certain_all_is_as_without_early_heads(folder: Path) -> None:
    empty = np.zeros((tags_of(folder), WIDTH), dtype=np.float32), np.zeros(tags_of(folder), dtype=np.float32)
    with_head(folder, empty)
    ids = window(200)
    assert np.array_equal(next(on_amx(folder).run([ids])), next(on_amx(folder, early=False).run([ids])))


def test_where_all_is_certain_the_first_head_says_everything(folder: Path) -> None:
    (found,) = on_amx(with_head(folder, decided(folder), certain=1e-9)).run([window(200)])
    assert not found[:, 4:].any(), "all but one tag of this head have nothing"
    assert found[:, 3].all()


def test_scores_do_not_hang_on_other_windows_or_threads(folder: Path) -> None:
    with_head(folder, decided(folder))
    windows = [window(length) for length in (40, 256, 3, 97, 300)]
    alone = [next(on_amx(folder).run([ids])) for ids in windows]
    together = list(AmxNetwork.open(folder, threads=3).run(windows * 4))
    assert all(np.array_equal(one, other) for one, other in zip(alone * 4, together, strict=True))


def test_heads_are_read_as_they_were_written(folder: Path) -> None:
    assert read_exits(folder) is None
    weight, bias = decided(folder)
    read = read_exits(with_head(folder, (weight, bias)))
    assert read is not None
    assert (read.layers, read.certain) == ((1,), CERTAIN)
    assert np.array_equal(read.tensors["exit.1.weight"], weight.astype(np.float16))
    load_checkpoint(folder)


@pytest.mark.parametrize("content", [b"", b"no heads", b"\x08\0\0\0\0\0\0\0{}      "])
def test_damaged_heads_are_named(folder: Path, content: bytes) -> None:
    (folder / EXITS).write_bytes(content)
    with pytest.raises(CheckpointError, match=r"exits\.safetensors: holds no early heads .*remove the file to do without"):
        read_exits(folder)


def test_heads_that_no_manifest_lists_are_refused(folder: Path) -> None:
    with_head(folder, decided(folder))
    (folder / "manifest.sha256").write_text(
        "".join(line for line in (folder / "manifest.sha256").read_text().splitlines(keepends=True) if EXITS not in line)
    )
    with pytest.raises(CheckpointError, match=r"exits\.safetensors: manifest\.sha256 does not list it"):
        load_checkpoint(folder)


def test_heads_of_another_width_are_refused(folder: Path) -> None:
    narrow = np.zeros((tags_of(folder), WIDTH // 2), dtype=np.float32), np.zeros(tags_of(folder), dtype=np.float32)
    with_head(folder, narrow)
    with pytest.raises(CheckpointError, match=r"exits\.safetensors: a head of 131 x 32 behind layer 1 belongs to another model"):
        packed(folder)
