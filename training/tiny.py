"""A random checkpoint made in a second: complete and verifiable, and good for nothing but trying out code paths."""

from __future__ import annotations

from pathlib import Path

from transformers import BertConfig, BertModel, set_seed

from gongkai.model.checkpoint import CARD, METRICS, TOKENIZER, write_manifest
from gongkai.model.labels import label_set
from gongkai.model.network import build_network
from gongkai.training.characters import SPECIALS, WHITESPACE, gb2312
from gongkai.training.encoder import fast_tokenizer
from gongkai.training.export import export_network

POSITIONS = 300


def random_encoder(folder: Path, seed: int = 0, width: int = 32) -> Path:
    """A character-level encoder of two layers and two heads, `width` wide, with random weights."""
    set_seed(seed)
    tokens = dict.fromkeys((*SPECIALS, *WHITESPACE, *map(chr, range(33, 127)), *gb2312()))
    config = BertConfig(
        vocab_size=len(tokens),
        hidden_size=width,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=2 * width,
        max_position_embeddings=POSITIONS,
        pad_token_id=0,
        # Larger than usual, so that random weights label something.
        initializer_range=0.3,
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    fast_tokenizer({token: number for number, token in enumerate(tokens)}, POSITIONS).save_pretrained(folder)
    return folder


def random_checkpoint(folder: Path, seed: int = 0, width: int = 32) -> Path:
    """A whole checkpoint folder over a random encoder, labels of the package."""
    return checkpoint_over(random_encoder(folder / "encoder", seed, width), folder / "checkpoint", seed)


def checkpoint_over(encoder: Path, target: Path, seed: int = 0) -> Path:
    """A whole checkpoint folder `target` over the encoder and tokenizer in `encoder`, with a random head."""
    set_seed(seed)
    tags = label_set().tags()
    export_network(build_network(encoder, tags), encoder / TOKENIZER, tags, target)
    (target / METRICS).write_text("{}\n", encoding="utf-8")
    (target / CARD).write_text("A random model.\n", encoding="utf-8")
    write_manifest(target)
    return target
