"""A trained model that another one learns from (distillation): its answers are learned beside the tags."""

from __future__ import annotations

from transformers import PreTrainedModel

from gongkai.model.checkpoint import load_checkpoint
from gongkai.model.errors import ConfigError
from gongkai.model.network import build_network
from gongkai.model.registry import model_folder
from gongkai.training.examples import Encoder


def check_teacher(name: str, encoder: Encoder) -> str:
    """The digest of the model `name`, which can teach what `encoder` gives.

    Raises CheckpointError if there is no such model, ConfigError if it reads other tokens or says other tags.
    """
    checkpoint = load_checkpoint(model_folder(name))
    if checkpoint.vocabulary != encoder.vocabulary:
        raise ConfigError(
            f"teacher {name}: reads text as other tokens than the encoder does; take a teacher and an encoder of one vocabulary"
        )
    if checkpoint.tags != tuple(encoder.tag_ids):
        raise ConfigError(
            f"teacher {name}: has {len(checkpoint.tags)} tags, {len(encoder.tag_ids)} are trained; take one of the same labels"
        )
    return checkpoint.digest


def open_teacher(name: str) -> PreTrainedModel:
    """The network of a checked model, for nothing but being asked."""
    checkpoint = load_checkpoint(model_folder(name))
    return build_network(checkpoint.folder, checkpoint.tags).train(False).requires_grad_(False)
