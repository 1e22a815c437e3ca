"""A BERT with heads behind some of its layers: what each says of a token, and which tokens would have stopped before."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional
from transformers import BertForTokenClassification, PreTrainedModel

from gongkai.model.errors import ConfigError
from gongkai.model.exits import NEAR, Exits, exit_name
from gongkai.model.network import head_of


class Depth(NamedTuple):
    """What the head behind `layer` says (shape: rows x length x tags), and of which tokens it was asked (rows x length)."""

    layer: int
    logits: torch.Tensor
    asked: torch.Tensor


class Stopped(NamedTuple):
    """How far `tokens` went: the share `left` behind each early head, the share of all `layers` that was computed (a token that
    stopped counts for a sixth of a layer: its keys and values), and how many tags `differ` from those of the last head.
    """

    tokens: int
    left: list[float]
    layers: float
    differ: int


class EarlyNetwork(nn.Module):
    """`network`, and beside it a head behind each of `layers`, which begins as a copy of the network's own.

    Raises ConfigError if the network is no BERT or has no such layers.
    """

    def __init__(self, network: PreTrainedModel, layers: Sequence[int]) -> None:
        super().__init__()
        if not isinstance(network, BertForTokenClassification):
            raise ConfigError(f"{type(network).__name__}: early heads are for BERT encoders only; other models do without")
        depth = int(network.config.num_hidden_layers)
        if max(layers) >= depth:
            raise ConfigError(f"exits.layers: {max(layers)} is not before the last of {depth} layers; name layers below {depth}")
        self.network = network
        self.heads = nn.ModuleDict({str(layer): _copy_of(head_of(network)) for layer in layers})

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor, certain: float | None = None) -> list[Depth]:
        """What every head says, the last one included.

        A token stays as it is once a head was at least `certain` of it and of those near it; without that all go through all layers.
        """
        network = self.network
        states = network.bert.embeddings(input_ids=input_ids)
        unseen = torch.where(attention_mask[:, None, None, :].bool(), 0.0, torch.finfo(torch.float32).min)
        going, depths = attention_mask.bool(), []
        for number, layer in enumerate(network.bert.encoder.layer, 1):
            changed = layer(states, unseen)
            states = torch.where(going[..., None], changed[0] if isinstance(changed, tuple) else changed, states)
            if str(number) in self.heads:
                depths.append(Depth(number, self.heads[str(number)](states), going))
                if certain is not None:
                    doubtful = going & (depths[-1].logits.detach().float().softmax(-1).amax(-1) < certain)
                    going = going & near(doubtful)
        return [*depths, Depth(len(network.bert.encoder.layer), network.classifier(states), going)]

    def exits(self, certain: float) -> Exits:
        """The early heads, for whoever stops tokens that are as `certain`."""
        tensors: dict[str, NDArray[np.float32]] = {}
        for layer, head in self.heads.items():
            for name, tensor in head.named_parameters():
                tensors[f"{exit_name(int(layer))}.{name}"] = tensor.detach().float().numpy()
        return Exits(tuple(map(int, self.heads)), certain, tensors)


def near(doubtful: torch.Tensor) -> torch.Tensor:
    """Which tokens (shape: rows x length) are `doubtful`, or have one of those within `NEAR` tokens."""
    pooled: torch.Tensor = functional.max_pool1d(doubtful[:, None].float(), 2 * NEAR + 1, stride=1, padding=NEAR)
    return pooled[:, 0] > 0


def _copy_of(head: nn.Linear) -> nn.Linear:
    copied = nn.Linear(head.in_features, head.out_features)
    copied.load_state_dict(head.state_dict())
    return copied


@torch.no_grad()
def stopped(early: EarlyNetwork, windows: Sequence[NDArray[np.int64]], certain: float) -> Stopped:
    """What stops in `windows` where a head is at least `certain`, by torch in fp32."""
    left, differ = np.zeros(len(early.heads)), 0
    for window in windows:
        ids = torch.from_numpy(window)[None]
        depths = early(ids, torch.ones_like(ids), certain)
        said = depths[-1].logits.argmax(-1)
        for here, after in pairwise(depths):
            gone = here.asked & ~after.asked
            said[gone] = here.logits.argmax(-1)[gone]
        left += [int(depth.asked.sum()) for depth in depths[1:]]
        differ += int((said != early(ids, torch.ones_like(ids))[-1].logits.argmax(-1)).sum())
    tokens = sum(map(len, windows))
    shares = left / tokens
    return Stopped(tokens, [round(float(share), 4) for share in shares], round(_work(early, shares), 4), differ)


def _work(early: EarlyNetwork, shares: NDArray[np.float64]) -> float:
    """The share of the layers' products that is computed, attention aside: those that stopped give two of twelve."""
    behind = dict(zip(map(int, early.heads), shares, strict=True))
    going, work = 1.0, []
    for layer in range(1, early.network.config.num_hidden_layers + 1):
        work.append(going + (1 - going) / 6)
        going = behind.get(layer, going)
    return float(np.mean(work))
