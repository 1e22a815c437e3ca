"""Fine-tuning under watch: it ends when the new pages are learned, and goes only as far as what was known before allows."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from datasets import Dataset
from numpy.typing import NDArray
from transformers import EarlyStoppingCallback, EvalPrediction, PreTrainedModel, Trainer, set_seed

from gongkai.annotations.gold import KINDS
from gongkai.model.labels import OUTSIDE, label_set, split_class
from gongkai.training.examples import IGNORED
from gongkai.training.loop import Padding, arguments, optimizer
from gongkai.training.scores import strict_f1
from gongkai.training.settings import TrainSettings, Tuning
from gongkai.training.teacher import Remembering

Weights = dict[str, torch.Tensor]


@dataclass(frozen=True, slots=True)
class Watch:
    """What is looked at: windows of new pages that are not trained on, and of text as it was known before, `tags` by their numbers.

    The windows of `new` are scored every `steps` steps; they say when training ends and which network is taken. What of it stays
    is then decided on both, as `Tuning` says.
    """

    new: Dataset
    known: Dataset
    tags: tuple[str, ...]
    steps: int
    tuning: Tuning


@dataclass(frozen=True, slots=True)
class Mixture:
    """A network `share` of the way back to where it began: the F1 on new pages, and how much F1 each kind of label lost elsewhere."""

    share: float
    f1: float
    lost: Mapping[str, float]

    @property
    def forgotten(self) -> float:
        """The largest loss in any kind of label; 0 where nothing was lost."""
        return max(0.0, *self.lost.values())


@dataclass(frozen=True, slots=True)
class Watched:
    """What was seen: `step`, `f1` and `loss` of every evaluation on the new pages, every mixture, and the one that was taken."""

    history: tuple[dict[str, float], ...]
    mixtures: tuple[Mixture, ...]
    taken: Mixture


def train_watched(network: PreTrainedModel, data: Dataset, settings: TrainSettings, out: Path, watch: Watch) -> Watched:
    """Train `network` in place, at most once over `data` in its order, and leave it as the mixture that is best by `watch`."""
    torch.set_num_threads(settings.threads)
    set_seed(settings.seed)
    shutil.rmtree(out, ignore_errors=True)
    begun = _weights(network)
    trainer = _trainer(network, data, settings, out, watch)
    before = _scores(trainer, watch.known)
    trainer.train()
    history = tuple(
        {"step": entry["step"], "f1": entry["eval_f1"], "loss": entry["eval_loss"]}
        for entry in trainer.state.log_history
        if "eval_f1" in entry
    )
    learned = _weights(network)
    mixtures = []
    for share in watch.tuning.keep:
        network.load_state_dict(_mixed(begun, learned, share))
        after = _scores(trainer, watch.known)
        mixtures.append(Mixture(share, _scores(trainer, watch.new)["f1"], {kind: before[kind] - after[kind] for kind in KINDS}))
    taken = chosen(mixtures, watch.tuning)
    network.load_state_dict(_mixed(begun, learned, taken.share))
    trainer.accelerator.unwrap_model(network, keep_fp32_wrapper=False)
    network.train(False)
    shutil.rmtree(out, ignore_errors=True)
    return Watched(history, tuple(mixtures), taken)


def chosen(mixtures: Sequence[Mixture], tuning: Tuning) -> Mixture:
    """Of the mixtures that forget at most `tuning.forget`, the one with most of the old that costs at most `tuning.keep_cost` of F1.

    Where all forget more, the one that forgets least.
    """
    bearable = [one for one in mixtures if one.forgotten <= tuning.forget]
    bearable = bearable or [min(mixtures, key=lambda one: (one.forgotten, -one.share))]
    best = max(one.f1 for one in bearable)
    return max((one for one in bearable if one.f1 >= best - tuning.keep_cost), key=lambda one: one.share)


def _trainer(network: PreTrainedModel, data: Dataset, settings: TrainSettings, out: Path, watch: Watch) -> Remembering:
    batch = settings.loop.batch
    trainer = Remembering(
        model=network,
        args=arguments(settings, out, -(-len(data) // batch), **_watching(watch.steps, batch)),
        train_dataset=data,
        eval_dataset=watch.new,
        data_collator=Padding(network.config.pad_token_id or 0),
        optimizers=(optimizer(network, settings.loop), None),
        compute_metrics=scores_of_tags(watch.tags),
        preprocess_logits_for_metrics=lambda logits, _: logits.argmax(-1),
        callbacks=[EarlyStoppingCallback(watch.tuning.patience)],
    )
    trainer.teacher = copy.deepcopy(network).train(False)
    return trainer


def _watching(steps: int, batch: int) -> dict[str, Any]:
    return {
        "eval_strategy": "steps",
        "eval_steps": steps,
        "eval_on_start": True,
        "save_steps": steps,
        "save_only_model": True,
        "load_best_model_at_end": True,
        "metric_for_best_model": "f1",
        "greater_is_better": True,
        "per_device_eval_batch_size": batch,
        "remove_unused_columns": False,
    }


def _scores(trainer: Trainer, data: Dataset) -> dict[str, float]:
    """The F1 over all labels (`f1`) and over each kind of them. Not the trainer's `evaluate`, which would count as a step of training."""
    metrics = trainer.predict(cast("Any", data), metric_key_prefix="now").metrics or {}
    return {name: float(metrics[f"now_{name}"]) for name in ("f1", *KINDS)}


def scores_of_tags(tags: tuple[str, ...]) -> Callable[[EvalPrediction], dict[str, float]]:
    """Strict IOB2 F1 (seqeval) over the positions that are trained on, of all labels and of each kind alone."""
    kept = {"f1": tags, **{kind: _only(tags, kind) for kind in KINDS}}

    def score(found: EvalPrediction) -> dict[str, float]:
        gold, predicted = np.asarray(found.label_ids), np.asarray(found.predictions)
        seen = [row != IGNORED for row in gold]
        right, best = ([row[mask] for row, mask in zip(rows, seen, strict=True)] for rows in (gold, predicted))
        return {name: strict_f1(_named(right, names), _named(best, names)) for name, names in kept.items()}

    return score


def _only(tags: Sequence[str], kind: str) -> tuple[str, ...]:
    """The tags, those of other kinds of labels as if there were none."""
    names = getattr(label_set(), kind)
    return tuple(tag if tag != OUTSIDE and split_class(tag[2:])[0] in names else OUTSIDE for tag in tags)


def _named(rows: Iterable[NDArray[np.int64]], names: Sequence[str]) -> list[list[str]]:
    return [[names[int(number)] for number in row] for row in rows]


def _weights(network: PreTrainedModel) -> Weights:
    return {name: weight.detach().clone() for name, weight in network.state_dict().items()}


def _mixed(begun: Weights, learned: Weights, share: float) -> Weights:
    """The weights of a network `share` of the way back; what is no floating-point number is as it was learned."""
    return {
        name: torch.lerp(weight, begun[name], share) if weight.is_floating_point() and weight.shape == begun[name].shape else weight
        for name, weight in learned.items()
    }
