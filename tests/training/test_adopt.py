"""Any encoder under a vocabulary of single characters: nothing dropped, nothing joined, the same states as before."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer
from transformers import AutoModel

from gongkai.model.errors import CheckpointError, ConfigError
from gongkai.model.network import build_network, head_of, usable_positions
from gongkai.model.vocabulary import CharacterVocabulary, load_vocabulary
from gongkai.training.adopt import adopted_encoder, character_rows, identity, with_padding_kept
from gongkai.training.base import open_base
from gongkai.training.settings import TrainSettings, load_settings
from gongkai.training.tiny import random_encoder

ARCHITECTURES = ("bert", "xlm_roberta", "deberta", "roberta")


@pytest.fixture(scope="module", params=ARCHITECTURES)
def base(request: pytest.FixtureRequest, random_bases: dict[str, Path]) -> Path:
    return random_bases[request.param]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def adopted(base: Path, runs: Path) -> Path:
    return adopted_encoder(str(base), None, runs)


def rows_of(folder: Path) -> Any:
    return AutoModel.from_pretrained(folder, dtype=torch.float32).get_input_embeddings().weight.detach().numpy()


def settings(base: Path, **changes: Any) -> TrainSettings:
    tiny = load_settings("tiny")
    return tiny.model_copy(update={"base_model": str(base), "layers": None, "threads": 1, **changes})


def test_every_character_is_a_token_of_its_own(adopted: Path) -> None:
    vocabulary = load_vocabulary(adopted / "tokenizer.json")
    assert isinstance(vocabulary, CharacterVocabulary)
    text = "公开12件\n |\t\u3000申\u00a0请\r2021"
    encoded = vocabulary.encode(text)
    assert encoded.offsets.tolist() == [[at, at + 1] for at in range(len(text))]
    assert vocabulary.unknown not in encoded.ids.tolist()
    assert len({int(number) for number, character in zip(encoded.ids, text, strict=True) if character in "\n |\t\u3000\u00a0\r"}) == 7
    assert vocabulary.encode("\x00𠮷\u200b").ids.tolist() == [vocabulary.unknown] * 3


def test_layout_characters_start_apart_from_each_other(adopted: Path) -> None:
    rows, vocabulary = rows_of(adopted), load_vocabulary(adopted / "tokenizer.json")
    ids = vocabulary.encode("\n |\t").ids
    assert all(not np.array_equal(rows[one], rows[other]) for one in ids for other in ids if one != other)


def test_what_the_encoder_computes_stays_the_same(base: Path, adopted: Path) -> None:
    """The same rows in the same places of a window give the same states, position counting and all."""
    before = AutoModel.from_pretrained(base, dtype=torch.float32).train(False)
    after = AutoModel.from_pretrained(adopted, dtype=torch.float32).train(False)
    old, new = Tokenizer.from_file(str(base / "tokenizer.json")), Tokenizer.from_file(str(adopted / "tokenizer.json"))
    vocabulary = load_vocabulary(adopted / "tokenizer.json")
    text = "公开" if old.token_to_id("公") is not None else "()"
    own = [old.token_to_id(character) for character in text]
    frame = old.encode("").ids
    with torch.no_grad():
        one = before(input_ids=torch.tensor([[frame[0], *own, frame[-1]]])).last_hidden_state
        other = after(
            input_ids=torch.tensor([[*vocabulary.before, *vocabulary.encode(text).ids.tolist(), *vocabulary.after]])
        ).last_hidden_state
    torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-4)
    assert new.encode(text).ids == [*vocabulary.before, *vocabulary.encode(text).ids.tolist(), *vocabulary.after]


def test_an_encoder_is_adopted_once_and_the_same_each_time(base: Path, adopted: Path, runs: Path, tmp_path: Path) -> None:
    again = adopted_encoder(str(base), None, tmp_path)
    assert {path.name for path in again.iterdir()} == {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"}
    for name in ("model.safetensors", "tokenizer.json", "config.json"):
        assert (again / name).read_bytes() == (adopted / name).read_bytes()
    written = (adopted / "config.json").stat().st_mtime_ns
    assert adopted_encoder(str(base), None, runs) == adopted
    assert (adopted / "config.json").stat().st_mtime_ns == written


def test_other_weights_are_another_encoder(random_bases: dict[str, Path], tmp_path: Path) -> None:
    first = identity(str(shutil.copytree(random_bases["bert"], tmp_path / "base")))
    (tmp_path / "base" / "config.json").write_text("{}", encoding="utf-8")
    assert identity(str(tmp_path / "base")) != first


def test_the_full_window_can_be_read_and_not_one_token_more(adopted: Path) -> None:
    network = AutoModel.from_pretrained(adopted, dtype=torch.float32)
    assert usable_positions(network) == 140
    assert json.loads((adopted / "tokenizer_config.json").read_text(encoding="utf-8"))["model_max_length"] == 140
    with torch.no_grad():
        assert network(input_ids=torch.full((1, 140), 7)).last_hidden_state.shape == (1, 140, 32)
        if network.config.model_type != "deberta-v2":  # reads distances, not places
            with pytest.raises((IndexError, RuntimeError)):
                network(input_ids=torch.full((1, 141), 7))


def test_the_head_is_above_the_encoder(adopted: Path) -> None:
    head = head_of(build_network(adopted, ("O", "B-row", "I-row")))
    assert (head.in_features, head.out_features) == (32, 3)
    assert head.bias.tolist() == [0.0, 0.0, 0.0]


def test_windows_that_the_encoder_does_not_take_are_refused_at_once(base: Path, runs: Path) -> None:
    data = load_settings("tiny").data.model_copy(update={"window": 139})
    with pytest.raises(ConfigError, match=r"reads at most 138 characters at a time, data\.window is 139; lower it"):
        open_base(settings(base, data=data), runs)


def test_pieces_of_characters_where_a_tokenizer_joins_drops_or_begins_words(random_bases: dict[str, Path], tmp_path: Path) -> None:
    source = random_bases["xlm_roberta"]
    old, rows = Tokenizer.from_file(str(source / "tokenizer.json")), rows_of(source)
    folder = adopted_encoder(str(source), None, tmp_path)
    table, vocabulary = rows_of(folder), load_vocabulary(folder / "tokenizer.json")

    def row(character: str) -> Any:
        return table[int(vocabulary.encode(character).ids[0])]

    np.testing.assert_array_equal(row("公"), rows[old.token_to_id("公")])  # not the piece that begins a word
    np.testing.assert_array_equal(row("㎡"), (rows[old.token_to_id("m")] + rows[old.token_to_id("2")]) / 2)
    np.testing.assert_allclose(row("1"), rows[old.token_to_id("1")])
    np.testing.assert_allclose(row("１"), rows[old.token_to_id("1")], atol=0.2)
    np.testing.assert_allclose(row("\n"), rows[old.token_to_id("\u2581")], atol=0.2)


def test_layers_can_be_cut(random_bases: dict[str, Path], tmp_path: Path) -> None:
    source = random_bases["bert"]
    folder = adopted_encoder(str(source), 1, tmp_path)
    assert json.loads((folder / "config.json").read_text(encoding="utf-8"))["num_hidden_layers"] == 1
    assert open_base(settings(source, layers=1), tmp_path).encoder == folder


def test_an_encoder_of_single_characters_is_taken_as_it_is(tmp_path: Path) -> None:
    folder = random_encoder(tmp_path / "characters")
    assert open_base(settings(folder), tmp_path).encoder == folder


def test_padding_stays_where_positions_are_counted_from() -> None:
    rows = {"[PAD]": (1,), "[UNK]": (3,), "[CLS]": (0,), "a": (7,)}
    assert list(with_padding_kept(rows, 1)) == ["[UNK]", "[PAD]", "[CLS]", "a"]
    assert list(with_padding_kept(rows, 0)) == ["[PAD]", "[UNK]", "[CLS]", "a"]
    assert list(with_padding_kept(rows, 99)) == ["[PAD]", "[UNK]", "[CLS]", "a"]


def test_rows_are_means_and_no_two_are_the_same() -> None:
    table = character_rows(np.array([[1.0, 2.0], [3.0, 6.0]], dtype=np.float32), [(0,), (0, 1), (0,)])
    assert table[:2].tolist() == [[1.0, 2.0], [2.0, 4.0]]
    assert table[2].tolist() != [1.0, 2.0]
    np.testing.assert_allclose(table[2], [1.0, 2.0], atol=0.5)


@pytest.mark.parametrize("spoil", ["config.json", "tokenizer.json"])
def test_what_is_no_encoder_is_named_with_the_way_out(spoil: str, random_bases: dict[str, Path], tmp_path: Path) -> None:
    folder = shutil.copytree(random_bases["bert"], tmp_path / "base")
    (folder / spoil).write_text("{", encoding="utf-8")
    with pytest.raises(CheckpointError, match=r"base: no (tokenizer|encoder) can be opened there \(.*; give the name of an encoder"):
        adopted_encoder(str(folder), None, tmp_path)
