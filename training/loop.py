"""The training loop: Hugging Face's Trainer over windows whose order was settled beforehand."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from transformers import PreTrainedModel, Trainer, TrainingArguments, set_seed

from gongkai.model.network import encoder_parameters, head_of
from gongkai.training.examples import IGNORED
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
        optimizers=(optimizer(network, settings.loop), None),
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


def optimizer(network: PreTrainedModel, settings: LoopSettings) -> torch.optim.Optimizer:
    """AdamW with a rate of its own for the head."""
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
