"""The part of the model card that says what the whole chain does on gold: passages by label, pages with gold, generated pages."""

from __future__ import annotations

from typing import Any

from gongkai.training.accuracy.results import markdown_lines

COMMAND = "python -m gongkai.training.record GOLD"
_TOTALS = {
    "figures": "figures",
    "values": "figures, by value instead of characters",
    "cases": "printed numbers of requests, reviews, litigations",
    "entities": "entities",
}
NOT_MEASURED = f"""
### Cells of generated pages

Measured in an older way; `{COMMAND}` measures them again.
"""


def gold_sections(gold: dict[str, Any]) -> str:
    """Markdown for the `gold` of a metrics.json, as `gongkai.training.record` writes it."""
    passages = "".join(_passages(name, scores) for name, scores in gold["passages"].items())
    return f"""
## What the command line makes of gold

Measured on {gold["date"]} with `{COMMAND}`, through the command line, on pages and passages that training never saw.
{passages}{_seeds(gold["seeds"])}{_generated(gold["generated"]) if "groups" in gold["generated"] else NOT_MEASURED}
"""


def _passages(name: str, scores: dict[str, Any]) -> str:
    rows = [_row(f"**{name}**", scores[key]) for key, name in _TOTALS.items() if key in scores]
    rows += [_row(label, found) for label, found in sorted(scores["by_label"].items(), key=lambda item: -item[1]["gold"])]
    return f"""
### Narrative: {name}

{scores["texts"]} annotated passages (sha256 `{scores["sha256"][:16]}`); a hit is the same characters under the same label.
The rules that read values off labelled words were adjusted after looking at its errors; the network was not.{_false(scores)}

| label | gold | found | precision | recall | F1 |
| --- | --- | --- | --- | --- | --- |
{chr(10).join(rows)}
"""


def _false(scores: dict[str, Any]) -> str:
    if "without" not in scores:
        return ""
    return f"\nIn the {scores['without']} passages without a figure {scores['false']} were found."


def _row(name: str, score: dict[str, Any]) -> str:
    rates = " | ".join(f"{score[rate]:.3f}" for rate in ("precision", "recall", "f1"))
    return f"| {name} | {score['gold']} | {score['predicted']} | {rates} |"


def _seeds(seeds: dict[str, Any]) -> str:
    return f"""
### Real pages

{seeds["pages"]} real pages (sha256 `{seeds["sha256"][:16]}`): of {seeds["printed"]} printed cells {seeds.get("right", 0)} right,
{seeds.get("wrong", 0)} wrong, {seeds.get("missing", 0)} missing; of {seeds["derivable"]} cells that follow {seeds.get("derived", 0)} derived.
"""


def _generated(found: dict[str, Any]) -> str:
    return f"""
### Cells of generated pages

{found["pages"]} pages (sha256 `{found["sha256"][:16]}`), seeds and narrative writer held out: the whole chain, and the assembler alone on gold labels.
Recall is of the cells that the page determines: every placement that keeps order, arithmetic and narrative gives them the same number.

{chr(10).join(markdown_lines(found["groups"]))}
"""
