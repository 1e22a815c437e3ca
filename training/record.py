"""`python -m gongkai.training.record`: what a model folder does on gold, written into its metrics and its card.

Everything goes through the command line, as a user gets it: the passages of GONGKAI_GOLD/dev by label, the cells of the pages in
GONGKAI_GOLD/seeds, and the cells of generated pages that no training saw.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from gongkai.model.checkpoint import METRICS, shipped_folder, write_manifest
from gongkai.training.accuracy.measure import READERS, measure
from gongkai.training.accuracy.pages import UNSEEN_SHARE, orders, unseen_orders
from gongkai.training.accuracy.results import in_card
from gongkai.training.card import write_card
from gongkai.training.passage_scores import PassageScores
from gongkai.training.scores import Score
from gongkai.training.seeds import GoldTable, compare_table, extract


def measure_passages(path: Path, model: Path) -> dict[str, Any]:
    """Scores by label of one file of annotated passages."""
    golds = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
    found = list(extract([path], model))
    scores = PassageScores.of(golds, found)
    return {
        "texts": scores.texts,
        "sha256": _sha256([path]),
        **{kind: _rates(scores.total(kind)) for kind in scores.spans},
        "values": _rates(scores.values),
        "cases": _rates(scores.cases),
        "without": scores.without,
        "false": scores.false,
        "by_label": {label: _rates(score) for by_label in scores.spans.values() for label, score in by_label.items()},
    }


def measure_seeds(folder: Path, model: Path) -> dict[str, Any]:
    """Cells of all pages with gold in `folder`, together."""
    golds = sorted(folder.glob("*.gold.json"))
    pages = [path.with_name(path.name.replace(".gold.json", ".txt")) for path in golds]
    counts: Counter[str] = Counter()
    for path, extraction in zip(golds, extract(pages, model), strict=True):
        table = GoldTable.of(json.loads(path.read_text(encoding="utf-8")))
        counts.update(compare_table(table, extraction["cells"]).counts)
        counts.update(printed=len(table.printed), derivable=len(table.derivable), blanks=len(table.blank))
    return {"pages": len(pages), "sha256": _sha256(pages), **counts}


def measure_generated(model: Path, pages: int, jobs: int) -> dict[str, Any]:
    """Cells of `pages` generated pages of each severity, and of a fifth as many in unseen layouts: whole chain, and gold labels."""
    asked = (*orders(pages), *unseen_orders(max(1, pages // UNSEEN_SHARE)))
    results = measure(asked, READERS, model, jobs)
    groups = {reader: {group: counts.as_json() for group, counts in results.counts(reader).items() if in_card(group)} for reader in READERS}
    return {"pages": len(results.pages), "sha256": results.digest, "groups": groups}


def _rates(score: Score) -> dict[str, float | int]:
    rates = {"precision": score.precision, "recall": score.recall, "f1": score.f1}
    return {"gold": score.gold, "predicted": score.predicted, **{name: round(rate, 4) for name, rate in rates.items()}}


def _sha256(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def record(
    gold: Annotated[Path, typer.Argument(help="The folder with dev/ and seeds/.", envvar="GONGKAI_GOLD")],
    model: Annotated[Path | None, typer.Option(help="The model folder; default: the shipped one.")] = None,
    pages: Annotated[int, typer.Option(help="Generated pages of each severity.")] = 250,
    jobs: Annotated[int, typer.Option(min=1, help="Processes for the generated pages.")] = 2,
) -> None:
    """Measure a model on gold and generated pages, and write the figures into its metrics.json and card."""
    folder = model or shipped_folder()
    metrics = json.loads((folder / METRICS).read_text(encoding="utf-8"))
    metrics["gold"] = {
        "date": datetime.now(UTC).date().isoformat(),
        "passages": {path.name: measure_passages(path, folder) for path in sorted((gold / "dev").glob("*.jsonl"))},
        "seeds": measure_seeds(gold / "seeds", folder),
        "generated": measure_generated(folder, pages, jobs),
    }
    (folder / METRICS).write_text(json.dumps(metrics, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    write_card(folder)
    write_manifest(folder)
    typer.echo(f"{folder}: metrics and card written")


if __name__ == "__main__":
    typer.run(record)
