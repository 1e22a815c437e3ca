"""One training run: what it is, where it writes, and the windows that it learns from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from datasets import Dataset

from gongkai.model.errors import ConfigError
from gongkai.model.labels import label_set
from gongkai.model.vocabulary import load_vocabulary
from gongkai.training.base import Base
from gongkai.training.examples import Encoder, digest, mixed_examples, to_dataset
from gongkai.training.settings import TrainSettings


@dataclass(frozen=True, slots=True)
class Run:
    """One run: its settings, the name they came under, and the folder for everything it writes."""

    settings: TrainSettings
    config: str
    folder: Path
    base: Base


def prepare_data(run: Run, encoder: Encoder, resume: bool) -> tuple[Dataset, str]:
    """The windows of the run and their digest; a resumed run takes those that it began with.

    Raises ConfigError if a run is to be resumed under settings that would give other windows.
    """
    folder, facts = run.folder / "data", run.folder / "data.json"
    # What is as by default may be missing in a run that was begun before there was such a setting.
    settings = run.settings.model_dump(mode="json", include={"base_model", "seed", "mix", "data"}, exclude_defaults=True)
    settings["batch"] = run.settings.loop.batch
    if resume and facts.exists():
        begun = json.loads(facts.read_text(encoding="utf-8"))
        if begun["settings"] != settings:
            raise ConfigError(f"{facts}: the run was begun with other data settings; start anew without --resume, or in another folder")
        return Dataset.load_from_disk(str(folder)), str(begun["digest"])
    run.folder.mkdir(parents=True, exist_ok=True)
    examples = mixed_examples(run.settings, encoder)
    found = digest(examples)
    data = to_dataset(examples)
    data.save_to_disk(str(folder))
    facts.write_text(json.dumps({"digest": found, "settings": settings}), encoding="utf-8")
    return data, found


def encoder_of(base: Base) -> Encoder:
    """How text becomes numbers for an encoder that is to learn the tags of the label set."""
    return Encoder(load_vocabulary(base.tokenizer), {tag: number for number, tag in enumerate(label_set().tags())})
