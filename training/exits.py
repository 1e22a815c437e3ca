"""`python -m gongkai.training.exits`: early heads for a trained model, so that most tokens need only its first layers.

The model teaches itself: every head learns to say what the last layer said before, on text whose labels nobody looks at. The
layers learn along, with the same aim, so that what goes through all of them is answered as before. After "Accelerating BERT
Inference for Sequence Labeling via Early-Exit" (Li et al., 2021): tokens that are certain stop, as they will when pages are read.
"""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Annotated, Any

import torch
import typer
from pydantic import ValidationError
from torch.nn import functional
from transformers import PreTrainedModel, Trainer, set_seed

from gongkai.inference.commands.streams import say, tell
from gongkai.model.checkpoint import METRICS, TOKENIZER, load_checkpoint
from gongkai.model.errors import CheckpointError, GongkaiError
from gongkai.model.network import build_network
from gongkai.model.registry import model_folder
from gongkai.training.base import Base
from gongkai.training.early import Depth, EarlyNetwork
from gongkai.training.examples import IGNORED
from gongkai.training.loop import Padding, arguments, carry_out
from gongkai.training.run import Run, encoder_of, prepare_data
from gongkai.training.settings import ExitSettings, LoopSettings, Teaching, TrainSettings, TuneSettings, load_exit_settings
from gongkai.training.train import RUNS, finish


class SelfTaught(Trainer):
    """Teaches every head of an EarlyNetwork to say what `teacher` says, of the tokens that it is asked of."""

    teacher: PreTrainedModel
    teaching: Teaching

    def compute_loss(self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, *_: Any, **__: Any) -> Any:
        """The sum over the heads of the divergence (Kullback-Leibler) from the teacher, as a mean over all tokens."""
        ids, seen, trained = inputs["input_ids"], inputs["attention_mask"], inputs["labels"] != IGNORED
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            taught = self.teacher(input_ids=ids, attention_mask=seen).logits.float().log_softmax(-1)
        depths = model(input_ids=ids, attention_mask=seen, certain=drawn_certainty(ids, self.teaching))
        loss = sum((_divergence(depth, taught, trained) for depth in depths), torch.zeros(())) / trained.sum()
        return (loss, depths) if return_outputs else loss


def _divergence(depth: Depth, taught: torch.Tensor, trained: torch.Tensor) -> torch.Tensor:
    asked = depth.asked & trained
    own = depth.logits[asked].float().log_softmax(-1)
    return functional.kl_div(own, taught[asked], reduction="sum", log_target=True)


def drawn_certainty(ids: torch.Tensor, teaching: Teaching) -> float | None:
    """From which certainty on tokens stop in the batch `ids`; None if none does. The same whenever the batch comes."""
    rng = Random(zlib.crc32(ids.numpy().tobytes()))
    if rng.random() < teaching.whole:
        return None
    return 1 - math.exp(rng.uniform(math.log(1 - teaching.to_certain), math.log(1 - teaching.from_certain)))


def teach(run: Run, settings: ExitSettings, resume: bool = False) -> Path:
    """Carry out `run`, whose base is the model that is to have early heads; the folder of the new model is returned."""
    encoder = encoder_of(run.base)
    begun, told = history(Path(run.base.encoder))  # asked for first: it is known at once whether the model will do
    data, digest = prepare_data(run, encoder, resume)
    steps = -(-len(data) // settings.loop.batch)
    tell(f"{len(data)} windows, {steps} steps, data {digest[:12]}")
    torch.set_num_threads(settings.threads)
    set_seed(settings.seed)
    teacher = build_network(run.base.encoder, tuple(encoder.tag_ids)).train(False).requires_grad_(False)
    early = EarlyNetwork(deepcopy(teacher).requires_grad_(True), settings.exits.layers)
    trainer = SelfTaught(
        model=early,
        args=arguments(settings, run.folder / "steps", steps, remove_unused_columns=False),
        train_dataset=data,
        data_collator=Padding(teacher.config.pad_token_id or 0),
        optimizers=(_optimizer(early, settings.loop), None),
    )
    trainer.teacher, trainer.teaching = teacher, settings.exits
    loss = carry_out(trainer, run.folder / "steps", resume)
    facts = {
        "date": datetime.now(UTC).date().isoformat(),
        "layers": list(settings.exits.layers),
        "certain": settings.exits.certain,
        "windows": len(data),
        "tokens": sum(map(len, data["input_ids"])),
        "steps": steps,
        "loss": round(loss, 5),
        "data_digest": digest,
    }
    exits = early.exits(settings.exits.certain)
    return finish(replace(run, settings=begun), early.network, encoder, {**told, "exits": facts}, exits=exits)


def history(model: Path) -> tuple[TrainSettings, dict[str, Any]]:
    """The settings that the model was trained with, and what its `metrics.json` tells of that. Raises CheckpointError if nothing does."""
    path = model / METRICS
    metrics = json.loads(path.read_text(encoding="utf-8"))
    try:
        kind = TuneSettings if "tune" in metrics["settings"] else TrainSettings
        return kind.model_validate(metrics["settings"]), dict(metrics["run"])
    except (KeyError, TypeError, ValidationError) as error:
        raise CheckpointError(f"{path}: does not tell how the model was trained ({error}); take one that `gongkai train` wrote") from error


def _optimizer(early: EarlyNetwork, settings: LoopSettings) -> torch.optim.Optimizer:
    """AdamW with a rate of its own for the early heads; the head of the network keeps pace with its layers."""

    def group(parameters: Iterable[torch.nn.Parameter], rate: float) -> dict[str, Any]:
        return {"params": list(parameters), "lr": rate}

    groups = [group(early.network.parameters(), settings.learning_rate), group(early.heads.parameters(), settings.head_learning_rate)]
    return torch.optim.AdamW(groups, weight_decay=settings.weight_decay, fused=True)


def main(
    config: Annotated[str, typer.Option(help="A name in configs/train, or the path of a .yaml file.")] = "exits",
    model: Annotated[str | None, typer.Option(help="The model, a name or a folder; default: that of the settings.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for everything the run writes; default runs/NAME.")] = None,
    resume: Annotated[bool, typer.Option(help="Go on from the last whole step of a run that was cut short, if there is one.")] = False,
) -> None:
    """Give a trained model early heads, in a new folder; the model itself stays as it is."""
    try:
        settings = load_exit_settings(config)
        settings = settings.model_copy(update={"base_model": model or settings.base_model})
        base = load_checkpoint(model_folder(settings.base_model)).folder
        folder = out or RUNS / Path(config).stem
        folder.mkdir(parents=True, exist_ok=True)
        tell(str(teach(Run(settings, config, folder, Base(base, base / TOKENIZER)), settings, resume)))
    except GongkaiError as error:
        say(str(error))
        raise typer.Exit(1) from error


if __name__ == "__main__":
    typer.run(main)
