"""`python -m gongkai.training.calibrate [MODEL]`: how sure a model may be, fitted on held-out pages and written into its folder.

The curves are fitted on generated pages and passages that neither training nor the benchmark has, and measured on others. `calibration.json`,
the diagram, the metrics, the card and the manifest are written.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from gongkai.inference.extract import Extractor
from gongkai.inference.predict import Predictor
from gongkai.model.calibration import Calibration, CellEvidence, write_calibration
from gongkai.model.checkpoint import CARD, METRICS, shipped_folder, write_manifest
from gongkai.training.calibrate.diagram import diagram
from gongkai.training.calibrate.fit import fit
from gongkai.training.calibrate.observe import CHECK_SEEDS, FIT_SEEDS, Observed, documents, observe
from gongkai.training.calibrate.reliability import reliability
from gongkai.training.card import card
from gongkai.training.card_calibration import DIAGRAM

PAGES = 140
CHECKED = 60


def calibrate(
    model: Annotated[Path | None, typer.Argument(help="A model folder; default: the shipped one.")] = None,
    pages: Annotated[int, typer.Option(min=1, help="Generated pages of each severity to fit on.")] = PAGES,
    checked: Annotated[int, typer.Option(min=1, help="Other pages of each severity to measure on.")] = CHECKED,
    date: Annotated[str | None, typer.Option(help="The date to write; default: today.")] = None,
) -> None:
    """Fit the confidence of a model on held-out pages, and write it into its folder."""
    folder = model or shipped_folder()
    raw = Extractor(Predictor.from_folder(folder, threads=1))
    learned, others = observe(raw, documents(FIT_SEEDS, pages, 0)), observe(raw, documents(CHECK_SEEDS, checked, 1))
    calibration = fit(learned)
    section = {"date": date or datetime.now(UTC).date().isoformat(), **report(calibration, learned, others)}
    write(folder, calibration, section)
    typer.echo("\n".join((f"{folder}: calibration, metrics and card written", *summary(section))))


def report(calibration: Calibration, learned: Observed, others: Observed) -> dict[str, Any]:
    """What metrics.json says of a calibration: what it was fitted on, and its bins before and after on `others`."""
    values: dict[str, list[tuple[float, float, bool]]] = {"cells": [], "blanks": [], "figures": []}
    for cell in others.cells:
        kind = "blanks" if CellEvidence.BLANK in cell.evidence else "cells"
        values[kind].append((cell.raw, calibration.of_cell(cell.raw, cell.evidence), cell.right))
    for figure in others.figures:
        values["figures"].append((figure.raw, calibration.of_figure(figure.raw, figure.evidence), figure.right))
    kinds = {
        kind: {
            "before": reliability((raw, right) for raw, _, right in triples).as_json(),
            "after": reliability((sure, right) for _, sure, right in triples).as_json(),
        }
        for kind, triples in values.items()
    }
    return {"fitted": _source(learned), "measured": _source(others), **kinds}


def _source(observed: Observed) -> dict[str, Any]:
    counts = {"cells": len(observed.cells), "figures": len(observed.figures)}
    return {"documents": observed.documents, "sha256": observed.sha256, **counts}


def write(folder: Path, calibration: Calibration, section: dict[str, Any]) -> None:
    """Everything that a calibration changes in a model folder; the manifest last."""
    metrics = {**json.loads((folder / METRICS).read_text(encoding="utf-8")), "calibration": section}
    text = card(metrics)  # first, so that metrics of which no card can be written leave the folder as it was
    write_calibration(folder, calibration)
    (folder / DIAGRAM).write_text(diagram({kind: section[kind] for kind in ("cells", "figures")}), encoding="utf-8")
    (folder / METRICS).write_text(json.dumps(metrics, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    (folder / CARD).write_text(text, encoding="utf-8")
    write_manifest(folder)


def summary(section: dict[str, Any]) -> list[str]:
    """The errors and the share of sure values, before and after, for a person."""
    return [
        f"{kind:8} {when:7} error {found['error']:.4f}, {100 * found['sure']:.2f} % at 0.95 or more, {100 * found['sure_right']:.3f} % of them right"
        for kind in ("cells", "blanks", "figures")
        for when, found in section[kind].items()
    ]


if __name__ == "__main__":
    typer.run(calibrate)
