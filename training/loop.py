"""The training loop: Hugging Face's Trainer over windows whose order was settled beforehand."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from transformers import EarlyStoppingCallback, EvalPrediction, PreTrainedModel, Trainer, TrainingArguments, set_seed

from gongkai.model.network import encoder_parameters, head_of
from gongkai.training.examples import IGNORED
from gongkai.training.scores import strict_f1
from gongkai.training.settings import LoopSettings, TrainSettings
from gongkai.training.teacher import Remembering, open_teacher


@dataclass(frozen=True, slots=True)
class Padding:
    """Collates windows to one length; padding is neither attended to nor trained on."""

    pad_id: int

    def __call__(self, rows: Sequence[dict[str, Any]]) -> dict[str, torch.Tensor]:
        """Tensors of shape (rows, longest row), and of shape (rows,) whether a row is replayed, where the rows say so."""
        longest = max(len(row["input_ids"]) for row in rows)
        ids = np.full((len(rows), longest), self.pad_id, dtype=np.int64)
        tags = np.full((len(rows), longest), IGNORED, dtype=np.int64)
        seen = np.zeros((len(rows), longest), dtype=np.int64)
        for index, row in enumerate(rows):
            length = len(row["input_ids"])
            ids[index, :length], tags[index, :length], seen[index, :length] = row["input_ids"], row["labels"], 1
        batch = {"input_ids": torch.from_numpy(ids), "attention_mask": torch.from_numpy(seen), "labels": torch.from_numpy(tags)}
        if "replayed" in rows[0]:
            batch["replayed"] = torch.tensor([row["replayed"] for row in rows])
        return batch


@dataclass(frozen=True, slots=True)
class Watch:
    """What training is stopped by, and how much of the network as it began is mixed into the result.

    Every `steps` steps the windows of `data` are scored; after `patience` scores that are no better than the best, training ends, and
    the network of the best score is taken. Of the shares `keep` of the old weights, the largest is mixed in that costs at most
    `cost` of that score: weights between the two networks forget less than those at the end of the way, and often are better.
    """

    data: Dataset
    tags: tuple[str, ...]
    steps: int
    patience: int
    keep: tuple[float, ...] = (0.0,)
    cost: float = 0.0


@dataclass(frozen=True, slots=True)
class Watched:
    """What was seen: `step`, `f1` and `loss` of every evaluation, the F1 with every share of the old weights, and the share kept."""

    history: tuple[dict[str, float], ...]
    f1_by_share: dict[float, float]
    kept: float


def train_watched(network: PreTrainedModel, data: Dataset, settings: TrainSettings, out: Path, watch: Watch) -> Watched:
    """Train `network` in place, at most once over `data` in its order, and leave it as `watch` finds it best."""
    torch.set_num_threads(settings.threads)
    set_seed(settings.seed)
    shutil.rmtree(out, ignore_errors=True)
    begun = _weights(network)
    steps = -(-len(data) // settings.loop.batch)
    trainer = Remembering(
        model=network,
        args=arguments(settings, out, steps, **_watching(watch, settings.loop.batch)),
        train_dataset=data,
        eval_dataset=watch.data,
        data_collator=Padding(network.config.pad_token_id or 0),
        optimizers=(_optimizer(network, settings.loop), None),
        compute_metrics=_f1_of(watch.tags),
        preprocess_logits_for_metrics=lambda logits, _: logits.argmax(-1),
        callbacks=[EarlyStoppingCallback(watch.patience)],
    )
    trainer.teacher = copy.deepcopy(network).train(False)
    trainer.train()
    history = tuple(
        {"step": entry["step"], "f1": entry["eval_f1"], "loss": entry["eval_loss"]}
        for entry in trainer.state.log_history
        if "eval_f1" in entry
    )
    learned = _weights(network)
    f1_by_share = {}
    for share in watch.keep:
        network.load_state_dict(_mixed(begun, learned, share))
        f1_by_share[share] = float(trainer.evaluate()["eval_f1"])
    kept = max(share for share, f1 in f1_by_share.items() if f1 >= max(f1_by_share.values()) - watch.cost)
    network.load_state_dict(_mixed(begun, learned, kept))
    trainer.accelerator.unwrap_model(network, keep_fp32_wrapper=False)
    network.train(False)
    shutil.rmtree(out, ignore_errors=True)
    return Watched(history, f1_by_share, kept)


def _weights(network: PreTrainedModel) -> dict[str, torch.Tensor]:
    return {name: weight.detach().clone() for name, weight in network.state_dict().items()}


def _mixed(begun: dict[str, torch.Tensor], learned: dict[str, torch.Tensor], share: float) -> dict[str, torch.Tensor]:
    """The weights of a network `share` of the way back; what is no floating-point number is as it was learned."""
    return {
        name: torch.lerp(weight, begun[name], share) if weight.is_floating_point() and weight.shape == begun[name].shape else weight
        for name, weight in learned.items()
    }


def _watching(watch: Watch, batch: int) -> dict[str, Any]:
    return {
        "eval_strategy": "steps",
        "eval_steps": watch.steps,
        "eval_on_start": True,
        "save_steps": watch.steps,
        "save_only_model": True,
        "load_best_model_at_end": True,
        "metric_for_best_model": "f1",
        "greater_is_better": True,
        "per_device_eval_batch_size": batch,
        "remove_unused_columns": False,
    }


def _f1_of(tags: tuple[str, ...]) -> Callable[[EvalPrediction], dict[str, float]]:
    """Strict IOB2 F1 (seqeval) over the positions that are trained on."""

    def score(found: EvalPrediction) -> dict[str, float]:
        gold, predicted = np.asarray(found.label_ids), np.asarray(found.predictions)
        rows = [(right[right != IGNORED], best[right != IGNORED]) for right, best in zip(gold, predicted, strict=True)]
        named = [tuple([tags[number] for number in row] for row in pair) for pair in rows]
        return {"f1": strict_f1([right for right, _ in named], [best for _, best in named])}

    return score


def train_network(network: PreTrainedModel, data: Dataset, settings: TrainSettings, out: Path, resume: bool = False) -> float:
    """Train `network` in place, once over `data` in its order; the loss over the last logged steps is returned.

    Checkpoints go to `out`; with `resume` the last whole one there is taken up, and the result is as if nothing had happened.
    """
    torch.set_num_threads(settings.threads)
    set_seed(settings.seed)
    kind = Remembering if settings.teacher else Trainer
    trainer = kind(
        model=network,
        args=arguments(settings, out, steps=-(-len(data) // settings.loop.batch)),
        train_dataset=data,
        data_collator=Padding(network.config.pad_token_id or 0),
        optimizers=(_optimizer(network, settings.loop), None),
    )
    if isinstance(trainer, Remembering) and settings.teacher:
        trainer.teacher = open_teacher(settings.teacher)
    return carry_out(trainer, out, resume)


def carry_out(trainer: Trainer, out: Path, resume: bool) -> float:
    """Train, with `resume` from the last whole checkpoint in `out`, and leave the network ready for use; the last loss that was logged."""
    if not resume:
        for path in checkpoints(out):
            shutil.rmtree(path)
    whole = [path for path in checkpoints(out) if (path / "trainer_state.json").exists()]
    trainer.train(resume_from_checkpoint=str(whole[-1]) if whole else None)
    # The trainer leaves bf16 autocast around `forward`; what is exported and measured is fp32.
    trainer.accelerator.unwrap_model(trainer.model, keep_fp32_wrapper=False).train(False)
    return float(next((entry["loss"] for entry in reversed(trainer.state.log_history) if "loss" in entry), float("nan")))


def checkpoints(out: Path) -> list[Path]:
    """The checkpoint folders in `out`, oldest first."""
    return sorted(out.glob("checkpoint-*"), key=lambda path: int(path.name.rpartition("-")[2]))


def _optimizer(network: PreTrainedModel, settings: LoopSettings) -> torch.optim.Optimizer:
    encoder: dict[str, Any] = {"params": list(encoder_parameters(network)), "lr": settings.learning_rate}
    head: dict[str, Any] = {"params": list(head_of(network).parameters()), "lr": settings.head_learning_rate}
    return torch.optim.AdamW([encoder, head], weight_decay=settings.weight_decay, fused=True)


def arguments(settings: TrainSettings, out: Path, steps: int, **more: Any) -> TrainingArguments:
    """What the Trainer is told for `steps` steps, with `more` over what is usual."""
    loop = settings.loop
    usual: dict[str, Any] = {
        "output_dir": str(out),
        "per_device_train_batch_size": loop.batch,
        "max_steps": steps,
        "lr_scheduler_type": "linear",
        "warmup_steps": round(loop.warmup * steps),
        "max_grad_norm": loop.clip,
        "bf16": True,
        "use_cpu": True,
        "train_sampling_strategy": "sequential",
        "save_steps": loop.save_steps,
        "save_total_limit": 2,
        "logging_steps": loop.log_steps,
        "seed": settings.seed,
        "data_seed": settings.seed,
        "report_to": "none",
        "disable_tqdm": True,
    }
    return TrainingArguments(**{**usual, **more})
