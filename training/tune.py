"""`gongkai train --annotations GOLD`: from a model and corrected pages to a new model in the registry."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import torch
from datasets import Dataset
from seqeval.metrics import classification_report
from seqeval.scheme import IOB2
from transformers import PreTrainedModel

from gongkai.inference.commands.streams import say, tell
from gongkai.inference.messages import translated
from gongkai.inference.predict import Predictor
from gongkai.model.calibration import write_calibration
from gongkai.model.checkpoint import METRICS, TOKENIZER, load_checkpoint
from gongkai.model.errors import MissingExtraError
from gongkai.model.labels import label_set
from gongkai.model.network import build_network
from gongkai.model.registry import Registry, flush_folder, model_folder, registry, write_parent
from gongkai.model.types import LabelledPage
from gongkai.training.audit import rank_suspects
from gongkai.training.base import Base
from gongkai.training.corrected import (
    Split,
    corrected_windows,
    known_examples,
    read_corrected,
    split_pages,
    tuning_examples,
    without_pinned,
)
from gongkai.training.examples import Encoder, digest, to_dataset
from gongkai.training.pinned import pinned_digests
from gongkai.training.run import Run
from gongkai.training.scores import character_tags, predict_spans
from gongkai.training.settings import IN_USE, TuneSettings, load_tune_settings
from gongkai.training.train import finish, write_metrics
from gongkai.training.watched import Mixture, Watch, Watched, train_watched

DEV, SUSPECTS = "corrected-pages", "suspects.jsonl"
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Start:
    """The model that fine-tuning starts from, opened, under the name by which the new one will call its parent."""

    name: str
    predictor: Predictor

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self.predictor.checkpoint.folder


@dataclass(frozen=True, slots=True)
class Tuned:
    """What training did: the windows that it saw, and every score on the pages that were watched."""

    network: PreTrainedModel
    encoder: Encoder
    data: Dataset
    data_digest: str
    watched: Watched


def tune_into_registry(annotations: Sequence[Path], config: str, start: str | None, name: str | None, root: Path | None) -> Path:
    """Fine-tune on the gold files and put the new model into the registry, whole or not at all; its folder.

    Raises ConfigError, BadRecordError, AnnotationError, CheckpointError or RegistryError, before anything is trained.
    """
    settings, known = load_tune_settings(config), registry(root)
    chosen = start or (known.current() if settings.base_model == IN_USE else settings.base_model)
    settings = settings.model_copy(update={"base_model": chosen})
    begin = Start(chosen, Predictor.from_folder(model_folder(chosen, known.root), settings.threads))
    target = known.new_folder(name or _free_name(known))
    pages = without_pinned((page for path in annotations for page in read_corrected(path, begin.predictor)), pinned_digests(known))
    split = split_pages(pages, settings.tune.dev, Random(f"{settings.seed} split"))
    tell(f"{len(split.train)} pages to learn from, {len(split.dev)} to measure on, split by {split.by}; from {chosen} to {target.name}")
    scratch = known.root / f".{target.name}.training"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    run = Run(settings, config, scratch, Base(begin.folder, begin.folder / TOKENIZER))
    try:
        _complete(run, begin, split, _tune(run, settings, split)).replace(target)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    flush_folder(known.root)
    for line in summary(target):
        tell(line)
    return target


def _free_name(known: Registry) -> str:
    today = datetime.now(UTC).date().isoformat()
    taken = set(known.names())
    return next(name for number in range(1, len(taken) + 2) if (name := f"{today}-{number}") not in taken)


def _tune(run: Run, settings: TuneSettings, split: Split) -> Tuned:
    torch.set_num_threads(settings.threads)
    vocabulary = load_checkpoint(Path(run.base.encoder)).vocabulary
    tags = label_set().tags()
    encoder = Encoder(vocabulary, {tag: number for number, tag in enumerate(tags)})
    examples = tuning_examples(split.train, encoder, settings)
    slicing = Random(f"{settings.seed} watched")
    watched = [example for page in split.dev for example in corrected_windows(page, encoder, settings, slicing)]
    steps = -(-len(examples) // settings.loop.batch)
    tell(f"{len(examples)} windows, at most {steps} steps")
    network = build_network(run.base.encoder, tags)
    known = to_dataset(known_examples(encoder, settings))
    watch = Watch(to_dataset(watched), known, tags, max(1, steps // settings.tune.evaluations), settings.tune)
    data = to_dataset(examples)
    seen = train_watched(network, data, settings, run.folder / "steps", watch)
    tell(_told(seen.taken))
    return Tuned(network, encoder, data, digest(examples), seen)


def _told(taken: Mixture) -> str:
    """The mixture that was taken, in one line: what the measured pages and the rest say of it."""
    changes = ", ".join(f"{kind} {-100 * lost:+.2f}" for kind, lost in taken.lost.items())
    return f"{taken.share:.0%} of the old weights kept: F1 {taken.f1:.4f} on the measured pages; in points of F1 elsewhere: {changes}"


def _complete(run: Run, begin: Start, split: Split, tuned: Tuned) -> Path:
    """The whole checkpoint folder, with what it learned from whom, and the annotations that look wrong."""
    dev = [page.page for page in split.dev]
    history = tuned.watched.history
    facts = {
        "config": run.config,
        "date": datetime.now(UTC).date().isoformat(),
        "windows": len(tuned.data),
        "tokens": sum(map(len, tuned.data["input_ids"])),
        "steps": max((int(entry["step"]) for entry in history), default=0),
        "loss": round(min((entry["loss"] for entry in history), default=0.0), 5),
        "tags": len(tuned.encoder.tag_ids),
        "data_digest": tuned.data_digest,
        "corrected": {
            "parent": begin.name,
            "train": len(split.train),
            "dev": len(split.dev),
            "split": split.by,
            "watched": history,
            "mixtures": [asdict(one) for one in tuned.watched.mixtures],
            "kept": tuned.watched.taken.share,
        },
    }
    folder = finish(run, tuned.network, tuned.encoder, facts, {DEV: dev})
    after = Predictor.from_folder(folder, run.settings.threads)
    report = {"before": _report(begin.predictor, dev), "after": _report(after, dev)}
    suspects = _write_suspects(folder, after, split)
    write_parent(folder, begin.name, begin.predictor.checkpoint.digest)
    metrics = json.loads((folder / METRICS).read_text(encoding="utf-8"))
    write_metrics(folder, {**metrics, "seqeval": report, "suspects": suspects, **_calibrated_like(begin, folder)})
    load_checkpoint(folder)
    return folder


def _calibrated_like(begin: Start, folder: Path) -> dict[str, Any]:
    """The calibration of the parent, put into `folder`, with what metrics.json says of it: its own would need many more pages."""
    calibration = begin.predictor.checkpoint.calibration
    if calibration is None:
        return {}
    write_calibration(folder, calibration)
    return {"calibration": {"parent": begin.name}}


def _report(predictor: Predictor, pages: Sequence[LabelledPage]) -> dict[str, Any]:
    """The report of seqeval by class, strict, over the characters of `pages`."""
    gold = [character_tags(len(page.page.text), page.spans) for page in pages]
    found = [character_tags(len(page.page.text), predict_spans(predictor, page.page.text)) for page in pages]
    # seqeval is not annotated, and what a checker guesses from its defaults is too narrow.
    report: Callable[..., Any] = classification_report
    scores = report(gold, found, mode="strict", scheme=IOB2, output_dict=True, zero_division=0)
    return {name: {rate: round(float(value), 4) for rate, value in by_rate.items()} for name, by_rate in scores.items()}


def _write_suspects(folder: Path, predictor: Predictor, split: Split) -> int | None:
    """The annotations that look wrong, beside the model that doubts them; how many, or None without cleanlab."""
    learned = frozenset(page.sha256 for page in split.train)
    try:
        suspects = rank_suspects(predictor, (*split.train, *split.dev), learned)
    except MissingExtraError as error:
        say(str(error))
        return None
    lines = (json.dumps(asdict(suspect), ensure_ascii=False) + "\n" for suspect in suspects)
    (folder / SUSPECTS).write_text("".join(lines), encoding="utf-8")
    return len(suspects)


def summary(folder: Path) -> Iterable[str]:
    """What a person wants to know of a new model: scores before and after on the watched pages, and the doubtful annotations."""
    metrics = json.loads((folder / METRICS).read_text(encoding="utf-8"))
    before, after = (metrics["seqeval"][when] for when in ("before", "after"))
    yield f"{'':28} {translated('spans'):>6} {translated('F1 before'):>10} {translated('F1 after'):>10}"
    for name in sorted(set(before) | set(after), key=lambda name: (name.endswith("avg"), name)):
        scores = [report.get(name, {}) for report in (before, after)]
        support = max(score.get("support", 0) for score in scores)
        yield f"{name:28} {support:6.0f} {scores[0].get('f1-score', 0.0):10.4f} {scores[1].get('f1-score', 0.0):10.4f}"
    if metrics["suspects"]:
        yield f"{metrics['suspects']} annotations look wrong; the first of {folder / SUSPECTS}:"
        lines = (folder / SUSPECTS).read_text(encoding="utf-8").splitlines()[:SHOWN]
        yield from (_suspect_line(json.loads(line)) for line in lines)


def _suspect_line(suspect: dict[str, Any]) -> str:
    place = suspect["link"] or suspect["id"]
    return f"  {place} [{suspect['start']}, {suspect['end']}) {suspect['text'][:20]!r}: {suspect['given']}, rather {suspect['suggested']}"
