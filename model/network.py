"""The network: any Hugging Face encoder under a linear head over the tags. The only torch file at this level."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import AutoConfig, AutoModelForTokenClassification, PreTrainedModel

from gongkai.model.checkpoint import DEFAULT_POSITIONS
from gongkai.model.errors import CheckpointError

DROPOUT_KEYS = (
    "hidden_dropout_prob",
    "attention_probs_dropout_prob",
    "classifier_dropout",
    "dropout",
    "attention_dropout",
    "embd_pdrop",
    "resid_pdrop",
    "attn_pdrop",
    "embedding_dropout",
    "mlp_dropout",
)


def build_network(base: str | Path, tags: Sequence[str], dropout: float = 0.0) -> PreTrainedModel:
    """The encoder `base` (a folder or a Hugging Face name) with one output for every tag, in float32, eager attention.

    A head that `base` already has is kept if it was made for the same tags in the same order.
    """
    config = AutoConfig.from_pretrained(str(base))
    keeps_head = _tags_of(config) == tuple(tags)
    config.id2label = dict(enumerate(tags))
    config.label2id = {tag: number for number, tag in enumerate(tags)}
    set_dropout(config, dropout)
    network: PreTrainedModel = AutoModelForTokenClassification.from_pretrained(
        str(base), config=config, dtype=torch.float32, attn_implementation="eager", ignore_mismatched_sizes=True
    )
    if not keeps_head:
        head = head_of(network)
        nn.init.normal_(head.weight, std=0.02)
        nn.init.zeros_(head.bias)
    return network


def set_dropout(config: Any, dropout: float) -> None:
    """Let a Hugging Face configuration drop that share, under whatever names its architecture has for it."""
    for key in DROPOUT_KEYS:
        if hasattr(config, key):
            setattr(config, key, dropout)


def head_of(network: PreTrainedModel) -> nn.Linear:
    """The linear layer that scores tags: the last one that is not part of the encoder.

    Some classes list it before the encoder, so its place among all modules says nothing.
    """
    encoder = {id(module) for module in network.base_model.modules()}
    layers = [module for module in network.modules() if isinstance(module, nn.Linear) and id(module) not in encoder]
    if not layers or layers[-1].bias is None:
        raise CheckpointError(
            f"{type(network).__name__} has no linear layer with bias above its encoder; take an encoder with a token-classification class"
        )
    return layers[-1]


def encoder_parameters(network: PreTrainedModel) -> Iterable[nn.Parameter]:
    """All parameters but the head's."""
    head = {id(parameter) for parameter in head_of(network).parameters()}
    return [parameter for parameter in network.parameters() if id(parameter) not in head]


def usable_positions(network: PreTrainedModel) -> int:
    """The longest window that `network` takes, special tokens included.

    An embedding of positions with a row for padding (RoBERTa) starts counting behind that row.
    """
    for name, module in network.named_modules():
        if isinstance(module, torch.nn.Embedding) and name.endswith("position_embeddings"):
            return module.num_embeddings - (0 if module.padding_idx is None else module.padding_idx + 1)
    return int(getattr(network.config, "max_position_embeddings", None) or DEFAULT_POSITIONS)


def _tags_of(config: Any) -> tuple[str, ...]:
    return tuple(config.id2label[number] for number in sorted(config.id2label))
