"""A trained model that another one learns from (distillation): its answers are learned beside the tags."""

from __future__ import annotations

from typing import Any

import torch
from torch.nn import functional
from transformers import PreTrainedModel, Trainer

from gongkai.model.checkpoint import load_checkpoint
from gongkai.model.errors import ConfigError
from gongkai.model.network import build_network
from gongkai.model.registry import model_folder
from gongkai.training.examples import IGNORED, Encoder


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
    network = build_network(checkpoint.folder, checkpoint.tags)
    network.train(False)
    network.requires_grad_(False)
    return network


class Remembering(Trainer):
    """Learns the tags of all windows, and on replayed ones also to say what `teacher` says, as surely as it does.

    The tags alone say which answer is right, and the network knew them; how sure it was of every other answer is what fine-tuning
    forgets first (learning without forgetting). Where no window says whether it is replayed, `teacher` is asked about all of them
    (distillation).
    """

    teacher: PreTrainedModel

    def compute_loss(self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, *_: Any, **__: Any) -> Any:
        """The loss of the tags, and on replayed windows the divergence from the teacher beside it."""
        replayed = inputs.pop("replayed", None)
        outputs = model(**inputs)
        loss = outputs.loss
        if model.training and (replayed is None or bool(replayed.any())):
            asked = slice(None) if replayed is None else replayed
            loss = loss + self._forgotten(outputs.logits[asked], {name: inputs[name][asked] for name in inputs})
        return (loss, outputs) if return_outputs else loss

    def _forgotten(self, logits: torch.Tensor, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
        """The mean divergence (Kullback-Leibler) from the teacher over the positions that are trained on."""
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            said = self.teacher(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"]).logits
        kept = inputs["labels"] != IGNORED
        own, taught = (functional.log_softmax(scores[kept].float(), dim=-1) for scores in (logits, said))
        return functional.kl_div(own, taught, reduction="batchmean", log_target=True)
