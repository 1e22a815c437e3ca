"""`gongkai train --config NAME`: encoder, data, loop, scores, export: one complete checkpoint folder."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import Annotated, Any

import numpy as np
import torch
import typer
from numpy.typing import NDArray
from transformers import PreTrainedModel, set_seed

from gongkai.annotations.gold import KINDS
from gongkai.inference.commands.streams import say, tell
from gongkai.inference.predict import Predictor, WindowSettings
from gongkai.model.checkpoint import METRICS, load_checkpoint, write_manifest
from gongkai.model.errors import GongkaiError
from gongkai.model.network import build_network
from gongkai.model.types import LabelledPage
from gongkai.training.base import open_base
from gongkai.training.card import write_card
from gongkai.training.examples import Encoder, normalised_page, page_examples
from gongkai.training.export import check_export, export_network, sizes
from gongkai.training.loop import train_network
from gongkai.training.passages import load_passages
from gongkai.training.pretrain import pretrained_encoder
from gongkai.training.run import Run, encoder_of, prepare_data
from gongkai.training.scores import Scores, gold_of, score_labeller
from gongkai.training.settings import TrainSettings, load_settings
from gongkai.training.sources import HELD_OUT_LAYOUTS, held_out_pages
from gongkai.training.synth.marked import MarkedText
from gongkai.training.teacher import check_teacher

Golds = list[LabelledPage]
RUNS = Path("runs")
CORRECTED = "corrected"
PASSAGES = "held-out-passages"
AGREEMENT_WINDOWS = 40


def held_out_sets(settings: TrainSettings) -> dict[str, list[LabelledPage]]:
    """What a run is measured on: passages of writers it never read, pages it never saw."""
    passages = [gold_of(passage.marked(), passage.id) for passage in load_passages(settings.data.held_out)]
    pages = {
        "held-out-pages": held_out_pages(settings.data.held_out, settings.data.held_out_pages),
        "held-out-layouts": held_out_pages(settings.data.held_out, settings.data.held_out_pages, HELD_OUT_LAYOUTS),
    }
    golds = {name: [gold_of(marked, f"page-{number}") for number, marked in enumerate(texts)] for name, texts in pages.items()}
    return {PASSAGES: passages, **golds}


def score_sets(labeller: Predictor, sets: dict[str, list[LabelledPage]]) -> dict[str, Scores]:
    """Every set that is not empty; passages say nothing of tables, so only figures and entities count there."""
    return {name: score_labeller(labeller, golds, kinds_in(name)) for name, golds in sets.items() if golds}


def kinds_in(name: str) -> tuple[str, ...]:
    """The kinds of labels that the gold of the set `name` says anything of."""
    return ("figures", "entities") if name == PASSAGES else KINDS


def train(run: Run, resume: bool = False) -> Path:
    """Carry out `run`; the checkpoint folder that comes out of it is returned."""
    return finish(run, *fit(run, resume))


def fit(run: Run, resume: bool = False) -> tuple[PreTrainedModel, Encoder, dict[str, Any]]:
    """The trained network of `run`, how it reads text, and what is to be said of its training."""
    started = time.monotonic()
    encoder, settings = encoder_of(run.base), run.settings
    # Asked for first: it is known at once whether the teacher will do, the windows take minutes.
    more: dict[str, Any] = {"teacher": check_teacher(settings.teacher, encoder)} if settings.teacher else {}
    data, data_digest = prepare_data(run, encoder, resume)
    steps = -(-len(data) // settings.loop.batch)
    tell(f"{len(data)} windows, {steps} steps, data {data_digest[:12]}, ready after {time.monotonic() - started:.0f} s")
    folder = run.base.encoder
    if settings.pretrain:
        folder, more["pretraining"] = pretrained_encoder(run, encoder, resume)
    set_seed(settings.seed)
    network = build_network(folder, tuple(encoder.tag_ids))
    loss = train_network(network, data, settings, run.folder / "steps", resume)
    facts = {
        "config": run.config,
        "date": datetime.now(UTC).date().isoformat(),
        "windows": len(data),
        "tokens": sum(map(len, data["input_ids"])),
        "steps": steps,
        "loss": round(loss, 5),
        "tags": len(encoder.tag_ids),
        "data_digest": data_digest,
    }
    return network, encoder, {**facts, **more}


def finish(
    run: Run,
    network: PreTrainedModel,
    encoder: Encoder,
    facts: dict[str, Any],
    more: Mapping[str, Golds] = MappingProxyType({}),
) -> Path:
    """Export, verify and measure a trained network, on `more` sets of gold beside the held-out ones; the complete checkpoint folder."""
    folder = run.folder / "checkpoint"
    network.train(False)
    export_network(network, run.base.tokenizer, tuple(encoder.tag_ids), folder)
    sets = {**more, **held_out_sets(run.settings)}
    windows = held_out_windows(sets, encoder, run.settings)
    agreement = check_export(network, folder, windows)
    export = {"windows": len(windows), **asdict(agreement), "bytes": sizes(folder)}
    metrics = {"run": facts, "settings": run.settings.model_dump(mode="json"), "export": export, "sets": {}}
    write_metrics(folder, metrics)
    predictor = Predictor.from_folder(folder, run.settings.threads, window_settings_of(run.settings))
    write_metrics(folder, {**metrics, "sets": {name: scores.as_json() for name, scores in score_sets(predictor, sets).items()}})
    load_checkpoint(folder)
    return folder


def write_metrics(folder: Path, metrics: dict[str, Any]) -> None:
    """metrics.json, the card that says the same in words, and the manifest over everything."""
    (folder / METRICS).write_text(json.dumps(metrics, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    write_card(folder)
    write_manifest(folder)


def held_out_windows(sets: dict[str, list[LabelledPage]], encoder: Encoder, settings: TrainSettings) -> list[NDArray[np.int64]]:
    """Windows of the held-out texts (token ids, special ones included), to compare networks on."""
    pages = [normalised_page(MarkedText(gold.page.text)) for golds in sets.values() for gold in golds[:AGREEMENT_WINDOWS]]
    examples = (example for page in pages for example in page_examples(page, encoder, settings, Random(settings.seed)))
    return [example.ids.astype(np.int64) for example in islice(examples, AGREEMENT_WINDOWS * 2)]


def window_settings_of(settings: TrainSettings) -> WindowSettings:
    """The trained window, with a quarter of it shared between neighbours."""
    return WindowSettings(window=settings.data.window, overlap=settings.data.window // 4)


def _refuse_mixture(options: Mapping[str, object], annotations: bool) -> None:
    """Options that mean nothing here were meant to do something."""
    for name, value in options.items():
        if value:
            raise typer.BadParameter("goes without --annotations" if annotations else "goes only with --annotations", param_hint=name)


def main(
    config: Annotated[
        str | None, typer.Option(help="A name in configs/train, or the path of a .yaml file; default: shipped, or corrected.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for everything the run writes; default runs/NAME.")] = None,
    resume: Annotated[bool, typer.Option(help="Go on from the last whole step of a run that was cut short, if there is one.")] = False,
    annotations: Annotated[
        list[Path] | None, typer.Option(help="Corrected pages (gold JSON Lines) to fine-tune on; may be given several times.")
    ] = None,
    start: Annotated[
        str | None, typer.Option("--from", help="With --annotations: the model to start from, a name or a folder; default: the one in use.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="With --annotations: the name of the new model; default: the date and a number.")] = None,
    root: Annotated[
        Path | None, typer.Option(help="With --annotations: the folder of models; default: $GONGKAI_MODELS or the user's.")
    ] = None,
) -> None:
    """Train a model and write a complete checkpoint folder; with --annotations, fine-tune one into the registry of models."""
    _refuse_mixture(
        {"--from": start, "--name": name, "--root": root} if not annotations else {"--out": out, "--resume": resume}, bool(annotations)
    )
    try:
        if annotations:
            from gongkai.training.tune import tune_into_registry  # only here: it is built on this module

            tell(str(tune_into_registry(annotations, config or CORRECTED, start, name, root)))
            return
        settings = load_settings(config or "shipped")
        folder = out or RUNS / Path(config or "shipped").stem
        folder.mkdir(parents=True, exist_ok=True)
        torch.set_num_threads(settings.threads)
        tell(str(train(Run(settings, config or "shipped", folder, open_base(settings, folder.parent)), resume)))
    except GongkaiError as error:
        say(str(error))
        raise typer.Exit(1) from error


if __name__ == "__main__":
    typer.run(main)
