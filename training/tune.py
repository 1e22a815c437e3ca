"""Fine-tuning on corrected pages: from a model and a gold file to a new model in the registry."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from seqeval.metrics import classification_report
from seqeval.scheme import IOB2

from gongkai.annotations.gold import read_gold
from gongkai.inference.predict import Predictor
from gongkai.model.checkpoint import METRICS, TOKENIZER, Checkpoint, load_checkpoint
from gongkai.model.errors import AnnotationError
from gongkai.model.labels import label_set
from gongkai.model.network import build_network
from gongkai.model.registry import Registry, write_parent
from gongkai.training.corrected import Corrected, Split, corrected_windows, split_pages, tuning_examples, without_pinned
from gongkai.training.examples import Encoder, digest, to_dataset
from gongkai.training.loop import Watch, train_watched
from gongkai.training.pinned import pinned_digests
from gongkai.training.scores import character_tags, predict_spans, score_labeller
from gongkai.training.settings import TuneSettings
from gongkai.training.train import Base, Run, finish, held_out_sets, write_metrics


@dataclass(frozen=True, slots=True)
class Tuning:
    """One run: the model it starts from, under the name that `parent` files will give it, and the new model's name and home."""

    settings: TuneSettings
    config: str
    start: Checkpoint
    start_name: str
    registry: Registry
    name: str
