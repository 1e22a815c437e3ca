"""The whole loop against a real Label Studio: pages that the shipped model cannot read, corrected, learned from, and read."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from string import ascii_uppercase
from typing import Any

import httpx
import pytest

from gongkai.annotations.gold import read_gold_pages
from gongkai.inference.cli import main
from gongkai.inference.extract import Extractor
from gongkai.model.checkpoint import shipped_folder
from gongkai.model.registry import registry
from gongkai.model.types import Span
from gongkai.training.passages import HELD_OUT_WRITERS, TRAIN_WRITERS
from gongkai.training.pinned import count, generated_document
from gongkai.training.synth import layouts, plan
from gongkai.training.synth.grid import Grid
from gongkai.training.synth.layouts.common import Part, on_one_line, trimmed
from gongkai.training.synth.marked import MarkedText
from gongkai.training.synth.pages import PageOptions, SyntheticPage, generate_page

pytestmark = [pytest.mark.slow, pytest.mark.timeout(5400)]

LAYOUT = "Z1"
CORRECTED, OPEN, MEASURED = 30, 3, 12
LOSS = 0.001
"""A tenth of a point: so much may be lost elsewhere."""
FIRST_SEED = 2_000_000_000
MODES = ("C1", "C2", "C7", "C13", "W")
Region = dict[str, Any]


def addressed(grid: Grid, _: random.Random) -> MarkedText:
    """A layout that no page of training has: every cell behind its address in the sheet (`B7=12`), blank ones too, a row on a line.

    Half of the digits in such a table are none of its numbers.
    """
    parts: list[Part] = []
    for number, row in enumerate(on_one_line(grid, "").rows, 1):
        for column, piece in zip(ascii_uppercase, row.pieces, strict=False):
            parts += (f"{column}{number}=", piece.marked(), " ")
        parts.append("\n")
    return trimmed(parts)


def pages(first: int, number: int, writers: Sequence[str] = TRAIN_WRITERS) -> list[SyntheticPage]:
    options = PageOptions(layouts=(LAYOUT,), severities=(0, 1), table_modes=MODES, page_modes=("F1", "F5"), writers=tuple(writers))
    return [generate_page(first + place, options) for place in range(number)]


class Annotator:
    """A person at the server's API who knows what is right: keeps, relabels, deletes and adds spans, and submits."""

    def __init__(self, url: str, token: str, title: str) -> None:
        self.url, self.headers = url, {"Authorization": f"Token {token}"}
        projects = self._get("projects", title=title)["results"]
        (self.project,) = [project["id"] for project in projects if project["title"] == title]
        self.done: Counter[str] = Counter()

    def tasks(self) -> list[dict[str, Any]]:
        tasks: list[dict[str, Any]] = self._get("tasks", project=self.project, fields="all", page_size=100)["tasks"]
        return tasks

    def correct(self, task: dict[str, Any], right: Sequence[Span]) -> None:
        """Submit the prediction of `task` with every region that differs from `right` put right."""
        (prediction,) = task["predictions"]
        result = list(self._regions(task["data"]["text"], prediction["result"], right))
        body = {"result": result, "lead_time": 60.0, "parent_prediction": prediction["id"]}
        place = f"{self.url}/api/tasks/{task['id']}/annotations/"
        httpx.post(place, json=body, headers=self.headers, timeout=60).raise_for_status()

    def _get(self, what: str, **parameters: str | int) -> dict[str, Any]:
        answer = httpx.get(f"{self.url}/api/{what}", params=parameters, headers=self.headers, timeout=60).raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def _regions(self, text: str, predicted: Sequence[Region], right: Sequence[Span]) -> Iterator[Region]:
        wanted = {(span.start, span.end): span.label for span in right}
        for region in predicted:
            label = wanted.pop((region["value"]["start"], region["value"]["end"]), None)
            kind = "deleted" if label is None else "kept" if region["value"]["labels"] == [label] else "relabelled"
            self.done[kind] += 1
            if label is not None:
                origin = "prediction" if kind == "kept" else "prediction-changed"
                yield {**region, "origin": origin, "value": {**region["value"], "labels": [label]}}
        for (start, end), label in wanted.items():
            self.done["added"] += 1
            value = {"start": start, "end": end, "text": text[start:end], "labels": [label]}
            yield {"id": f"n{start}", "from_name": "label", "to_name": "text", "type": "labels", "origin": "manual", "value": value}


def rightly_labelled(prediction: dict[str, Any], right: Sequence[Span]) -> int:
    """How many regions of a prediction are on the right characters under the right label."""
    values = [region["value"] for region in prediction["result"]]
    return len({(value["start"], value["end"], value["labels"][0]) for value in values} & {(s.start, s.end, s.label) for s in right})


def cell_recall(model: Path, measured: Sequence[SyntheticPage]) -> float:
    extractor = Extractor.from_pretrained(model)
    counted = [count(extractor, generated_document(page)) for page in measured]
    return sum(found.right for found in counted) / sum(found.printed for found in counted)


def test_thirty_corrected_pages_teach_a_layout(
    label_studio: Any, title: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(layouts.ALL_RENDERERS, LAYOUT, addressed)
    monkeypatch.setitem(plan.LAYOUT_WEIGHTS, LAYOUT, 1)
    for name, value in {"LABEL_STUDIO_URL": label_studio.url, "LABEL_STUDIO_API_KEY": label_studio.token, "GONGKAI_PROJECT": title}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("GONGKAI_MODELS", str(tmp_path / "models"))
    known = registry()
    measured = pages(FIRST_SEED + 1000, MEASURED, HELD_OUT_WRITERS)
    before = cell_recall(shipped_folder(), measured)
    assert before < 0.4, "the shipped model knows this layout: choose one that it does not know"

    made = {page.id: page for page in pages(FIRST_SEED, CORRECTED + OPEN)}
    (tmp_path / "pages").mkdir()
    for page in made.values():
        (tmp_path / "pages" / f"{page.id}.txt").write_bytes(page.text.encode())
    assert main(["annotate", "init"]) == 0
    assert main(["annotate", "push", str(tmp_path / "pages")]) == 0
    annotator = Annotator(label_studio.url, label_studio.token, title)
    tasks = annotator.tasks()
    assert len(tasks) == len(made)
    by_text = {page.text: page for page in made.values()}
    for task in tasks[:CORRECTED]:
        annotator.correct(task, by_text[task["data"]["text"]].marked.spans())
    assert all(annotator.done[kind] for kind in ("kept", "relabelled", "deleted", "added"))

    gold = tmp_path / "gold.jsonl"
    assert main(["annotate", "pull", "--out", str(gold)]) == 0
    pulled = read_gold_pages(gold)
    assert len(pulled) == CORRECTED
    assert all(one.page.spans == by_text[one.page.page.text].marked.spans() and one.origin for one in pulled)

    assert main(["train", "--annotations", str(gold), "--name", "addressed"]) == 0
    metrics = json.loads((known.folder("addressed") / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["run"]["corrected"]["parent"] == "shipped"
    assert known.current() == "shipped"
    after = cell_recall(known.folder("addressed"), measured)
    assert after >= before + (1 - before) / 2

    assert main(["models", "promote", "addressed", "--pages", "50"]) == 0
    (event,) = known.events()
    changes = {one["measure"]: one["after"] - one["before"] for one in event.report["measured"] if one["set"] == "generated pages"}
    assert not event.forced
    assert known.current() == "addressed"
    assert all(change >= -LOSS for change in changes.values()), changes
    with capsys.disabled():
        rates = ", ".join(f"{name} {100 * change:+.2f}" for name, change in changes.items())
        print(f"\ncell recall on the new layout {before:.4f} -> {after:.4f}; elsewhere: {rates}; regions: {dict(annotator.done)}")
        for mixture in metrics["run"]["corrected"]["mixtures"]:
            print(mixture)

    assert main(["annotate", "push", "--renew"]) == 0
    left = [task for task in annotator.tasks() if not task["is_labeled"]]
    assert len(left) == OPEN
    for task in left:
        old, new = sorted(task["predictions"], key=lambda prediction: prediction["id"])
        right = by_text[task["data"]["text"]].marked.spans()
        assert old["model_version"] != new["model_version"]
        assert rightly_labelled(new, right) > rightly_labelled(old, right)
