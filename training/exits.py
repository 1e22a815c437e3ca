"""`python -m gongkai.training.exits`: early heads for a trained model, so that most tokens need only its first layers.

The heads learn to say what the model says in the end, on text whose labels nobody looks at. Nothing else of the model changes:
whoever does not use them reads as before. After "Accelerating BERT Inference for Sequence Labeling via Early-Exit" (Li et al., 2021).
"""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import torch
import typer
from torch.nn import functional
from transformers import Trainer, set_seed

from gongkai.inference.commands.streams import say, tell
from gongkai.model.checkpoint import METRICS, TOKENIZER, load_checkpoint, verified_files
from gongkai.model.errors import GongkaiError
from gongkai.model.exits import write_exits
from gongkai.model.network import build_network
from gongkai.model.registry import model_folder
from gongkai.training.base import Base
from gongkai.training.early import EarlyNetwork, Stopped, stopped
from gongkai.training.examples import IGNORED
from gongkai.training.loop import Padding, arguments, carry_out
from gongkai.training.run import Run, encoder_of, prepare_data
from gongkai.training.settings import ExitSettings, load_exit_settings
from gongkai.training.train import RUNS, held_out_sets, held_out_windows, write_metrics


class SelfTaught(Trainer):
    """Teaches the early heads of an EarlyNetwork to say what its last one says."""

    def compute_loss(self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, *_: Any, **__: Any) -> Any:
        """The sum over the early heads of the divergence (Kullback-Leibler) from the last, as a mean over all tokens."""
        trained = inputs["labels"] != IGNORED
        *early, last = model(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"])
        taught = last.logits[trained].detach().float().log_softmax(-1)
        own = (depth.logits[trained].float().log_softmax(-1) for depth in early)
        loss = sum((functional.kl_div(said, taught, reduction="batchmean", log_target=True) for said in own), torch.zeros(()))
        return (loss, early) if return_outputs else loss


def teach(run: Run, settings: ExitSettings, resume: bool = False) -> Path:
    """Carry out `run`, whose base is the model that is to have early heads; the folder of the new model is returned.

    Raises ConfigError if the model is no BERT or has too few layers.
    """
    encoder = encoder_of(run.base)
    torch.set_num_threads(settings.threads)
    set_seed(settings.seed)
    network = build_network(run.base.encoder, tuple(encoder.tag_ids)).train(False).requires_grad_(False)
    early = EarlyNetwork(network, settings.exits.layers)  # before the windows are drawn: it is known at once whether the model will do
    data, digest = prepare_data(run, encoder, resume)
    steps = -(-len(data) // settings.loop.batch)
    tell(f"{len(data)} windows, {steps} steps, data {digest[:12]}")
    trainer = SelfTaught(
        model=early,
        args=arguments(settings, run.folder / "steps", steps, remove_unused_columns=False),
        train_dataset=data,
        data_collator=Padding(network.config.pad_token_id or 0),
        optimizers=(
            torch.optim.AdamW(
                early.heads.parameters(), lr=settings.loop.head_learning_rate, weight_decay=settings.loop.weight_decay, fused=True
            ),
            None,
        ),
    )
    loss = carry_out(trainer, run.folder / "steps", resume)
    windows = held_out_windows(held_out_sets(settings), encoder, settings)
    facts = {
        "date": datetime.now(UTC).date().isoformat(),
        "layers": list(settings.exits.layers),
        "certain": settings.exits.certain,
        "windows": len(data),
        "tokens": sum(map(len, data["input_ids"])),
        "steps": steps,
        "loss": round(loss, 5),
        "data_digest": digest,
        "held_out": stopped(early.train(False), windows, settings.exits.certain)._asdict(),
    }
    return _complete(run, early, facts)


def _complete(run: Run, early: EarlyNetwork, facts: dict[str, Any]) -> Path:
    """The folder of the model with its new heads, its card and its manifest."""
    model, folder = Path(run.base.encoder), run.folder / "checkpoint"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name in verified_files(model):
        shutil.copyfile(model / name, folder / name)
    write_exits(early.exits(facts["certain"]), folder)
    metrics = json.loads((folder / METRICS).read_text(encoding="utf-8"))
    write_metrics(folder, {**metrics, "exits": facts})
    load_checkpoint(folder)
    return folder


def report(found: Stopped) -> str:
    """In one line what stops where, and what that changes."""
    left = ", ".join(f"{share:.1%}" for share in found.left)
    return f"of {found.tokens:,} held-out tokens, {left} go on behind each head; {found.layers:.1%} of the layers' work is left, {found.differ} tags differ"


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
        made = teach(Run(settings, config, folder, Base(base, base / TOKENIZER)), settings, resume)
        facts = json.loads((made / METRICS).read_text(encoding="utf-8"))["exits"]
        tell(report(Stopped(**facts["held_out"])))
        tell(str(made))
    except GongkaiError as error:
        say(str(error))
        raise typer.Exit(1) from error


if __name__ == "__main__":
    typer.run(main)
