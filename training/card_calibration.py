"""The part of the model card that says how far its confidences can be trusted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

COMMAND = "python -m gongkai.training.calibrate"
DIAGRAM = "reliability.svg"


def calibration_section(calibration: Mapping[str, Any] | None) -> str:
    """Markdown for the `calibration` of a metrics.json; without one, that confidences are raw."""
    if calibration is None:
        return f"""
## How sure it is

Confidences are raw scores and no probabilities: nobody has calibrated this model. `{COMMAND} MODEL` does.
"""
    if "parent" in calibration:
        return f"""
## How sure it is

Confidences are calibrated as those of the model `{calibration["parent"]}`, which this one was trained from; how well that fits here was not
measured. `{COMMAND} MODEL` fits and measures it.
"""
    fitted, measured = calibration["fitted"], calibration["measured"]
    return f"""
## How sure it is

Confidences of cells and figures are calibrated (`calibration.json`): logistic curves over the raw confidence and over what else the page says,
fitted on {fitted["documents"]} held-out generated pages and passages (sha256 `{fitted["sha256"][:16]}`: {fitted["cells"]:,} cells, {fitted["figures"]:,} figures)
and measured on {calibration["date"]} with `{COMMAND}` on {measured["documents"]} others (sha256 `{measured["sha256"][:16]}`). A cell is right if its number is printed
there, though nobody could tell from the page; a figure, if place, label and value are; blanks are cells said to be printed empty. The error is the mean distance between confidence and the share that is right.

| values | | how many | error | at 0.95 or more | of them right |
| --- | --- | --- | --- | --- | --- |
{chr(10).join(_totals(calibration))}

![Confidence against the share that is right, before and after calibration]({DIAGRAM})

| confidence | cells | mean | right | figures | mean | right |
| --- | --- | --- | --- | --- | --- | --- |
{chr(10).join(_bins(calibration))}
"""


def _totals(calibration: Mapping[str, Any]) -> Iterator[str]:
    for kind in ("cells", "blanks", "figures"):
        for when, word in (("before", "raw"), ("after", "calibrated")):
            found = calibration[kind][when]
            rates = f"{found['error']:.4f} | {100 * found['sure']:.2f} % | {100 * found['sure_right']:.3f} %"
            yield f"| {kind} | {word} | {found['values']:,} | {rates} |"


def _bins(calibration: Mapping[str, Any]) -> Iterator[str]:
    """A line for every bin that holds a cell or a figure, after calibration."""
    held = {kind: {(low, high): rest for low, high, *rest in calibration[kind]["after"]["bins"]} for kind in ("cells", "figures")}
    for low, high in sorted(held["cells"].keys() | held["figures"].keys()):
        counts = " | ".join(_bin(held[kind].get((low, high))) for kind in ("cells", "figures"))
        yield f"| {low:g} to {high:g} | {counts} |"


def _bin(found: list[float] | None) -> str:
    if found is None:
        return "0 | | "
    values, right, confidence = found
    return f"{values:,} | {confidence:.4f} | {right / values:.4f}"
