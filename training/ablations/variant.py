"""One variant: trained, measured and written down, in a folder of its own; taken up where it was cut short, skipped when it is done."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch
import typer
import yaml
from transformers import PreTrainedModel

from gongkai.inference.kernels.choose import Kernel
from gongkai.inference.predict import Predictor
from gongkai.inference.write import write_whole
from gongkai.model.checkpoint import METRICS
from gongkai.model.errors import ConfigError
from gongkai.training.ablations.precision import precisions
from gongkai.training.ablations.settings import Ablations, Variant, variant_settings
from gongkai.training.base import open_base
from gongkai.training.pretrain import pretraining_run
from gongkai.training.run import Run, encoder_of, prepare_data
from gongkai.training.scores import Score
from gongkai.training.settings import TrainSettings
from gongkai.training.train import PASSAGES, finish, fit, held_out_sets, window_settings_of

RESULT, SETTINGS = "result.json", "settings.yaml"
PAGES, LAYOUTS = "held-out-pages", "held-out-layouts"


def run_variant(ablations: Ablations, name: str, out: Path) -> dict[str, Any]:
    """What came out of the variant `name`, whose folder is in `out`; it is trained unless it is done.

    Raises ConfigError if the folder was begun with other settings.
    """
    settings = variant_settings(ablations, name, out)
    folder = out / name
    _begin(folder, settings)
    if not (folder / RESULT).is_file():
        typer.echo(f"{name}: {ablations.variants[name].about}")
        result = _carry_out(ablations.variants[name], Run(settings, str(folder / SETTINGS), folder, open_base(settings, out)))
        write_whole(folder / RESULT, json.dumps(result, ensure_ascii=False, indent=1) + "\n")
    return read_result(folder)


def read_result(folder: Path) -> dict[str, Any]:
    """What came out of the variant in `folder`."""
    found: dict[str, Any] = json.loads((folder / RESULT).read_text(encoding="utf-8"))
    return found


def _begin(folder: Path, settings: TrainSettings) -> None:
    """Write down what the folder is for, or see that it is for this."""
    path, wanted = folder / SETTINGS, settings.model_dump(mode="json", exclude_defaults=True)
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(path, yaml.safe_dump(wanted, sort_keys=False, allow_unicode=True))
    elif yaml.safe_load(path.read_text(encoding="utf-8")) != wanted:
        raise ConfigError(f"{path}: the variant was begun with other settings; remove the folder to train it anew, or name another --out")


def _carry_out(variant: Variant, run: Run) -> dict[str, Any]:
    settings = run.settings
    torch.set_num_threads(settings.threads)
    encoder = encoder_of(run.base)
    prepare_data(run, encoder, resume=True)
    if settings.pretrain:
        prepare_data(pretraining_run(run, settings.pretrain), encoder, resume=True)
    cut_short = any(run.folder.rglob("checkpoint-*"))
    started = time.process_time()
    network, encoder, facts = fit(run, resume=True)
    seconds = time.process_time() - started
    folder = finish(run, network, encoder, facts)
    metrics = json.loads((folder / METRICS).read_text(encoding="utf-8"))
    return {
        "about": variant.about,
        "date": datetime.now(UTC).date().isoformat(),
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
        "steps": facts["steps"] + facts.get("pretraining", {}).get("steps", 0),
        "data_digest": facts["data_digest"],
        "teacher": facts.get("teacher"),
        # Only in relation to another variant of the same machine does this say anything, and not at all where a part was done before.
        "seconds": None if cut_short else round(seconds, 1),
        "f1": measures(metrics["sets"]),
        "precisions": _precisions(network, folder, settings) if variant.precisions else None,
    }


def measures(sets: dict[str, Any]) -> dict[str, float]:
    """The F1 of each column of the table: figures and entities of passages, all labels of pages and of unseen layouts."""
    wanted = {
        "figures": (PASSAGES, ("figures",)),
        "entities": (PASSAGES, ("entities",)),
        "pages": (PAGES, ("structure", "figures", "entities")),
        "layouts": (LAYOUTS, ("structure", "figures", "entities")),
    }
    return {column: round(_together(sets[name], kinds).f1, 4) for column, (name, kinds) in wanted.items() if name in sets}


def _together(scores: dict[str, Any], kinds: tuple[str, ...]) -> Score:
    return sum((Score(*(scores[kind][count] for count in ("gold", "predicted", "hits"))) for kind in kinds), Score())


def _precisions(network: PreTrainedModel, folder: Path, settings: TrainSettings) -> dict[str, Any]:
    int8 = Predictor.from_folder(folder, settings.threads, window_settings_of(settings), Kernel.INT8)
    return precisions(network, int8, held_out_sets(settings))
