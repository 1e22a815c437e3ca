"""Generated pages as files with their gold, in the shape in which pages with gold are written."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from gongkai.training.accuracy.measure import truth_of
from gongkai.training.synth.pages import PageOptions, SyntheticPage, generate_page


def gold_of(page: SyntheticPage) -> dict[str, object]:
    """What is true of a page.

    `cells` are printed numbers and blanks; `cells_ambiguous` those of them that other placements give another value, with the
    number that is printed there; `derivable` cells are not printed and follow; `blank_derivable` is what belongs in blank cells.
    """
    truth = truth_of(page)
    return {
        "id": page.id,
        "form": page.form,
        "agency": page.agency,
        "report_year": page.report_year,
        "cells": dict(page.cells),
        "cells_ambiguous": {key: [value] for key, value in truth.printed.items() if key in truth.open},
        "derivable": dict(truth.derivable),
        "blank_derivable": {key: page.truth[key] for key, value in page.cells.items() if value is None},
        "severity": page.severity,
        "layout": page.layouts.get("requests", "absent"),
        "garble": list(page.garble),
    }


def write_pages(folder: Path, seeds: Iterable[int], options: PageOptions | None = None) -> int:
    """Write `docs/<id>.txt` and `gold/<id>.json` for every seed; returns how many."""
    docs, gold = folder / "docs", folder / "gold"
    for path in (docs, gold):
        path.mkdir(parents=True, exist_ok=True)
    chosen = list(seeds)
    for seed in chosen:
        page = generate_page(seed, options)
        (docs / f"{page.id}.txt").write_text(page.text, encoding="utf-8", newline="")
        (gold / f"{page.id}.json").write_text(json.dumps(gold_of(page), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return len(chosen)
