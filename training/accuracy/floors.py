"""`python -m gongkai.training.accuracy.floors RESULT.json`: pin the floors that accuracy may not fall below.

A floor lies a margin below what a result file says of the whole chain on a slice of pages: a tenth of a percent under the precision,
half a percent under the recall of determinable cells, two pages of the slice under the share of whole pages. The same code reads the
same cells on every run, so the margin is room for a change that trades one page for another, not for noise.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gongkai.model.errors import ConfigError
from gongkai.training.accuracy.measure import measure
from gongkai.training.accuracy.pages import SEVERITIES, orders
from gongkai.training.accuracy.scores import Counts

NAME = "floors.json"
MARGINS: Mapping[str, float] = {"recall_determinable": 0.005, "precision": 0.001}
WHOLE_PAGES = 2


class Floor(BaseModel):
    """The least shares, from 0 to 1, of the pages of one severity."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    recall_determinable: float = Field(ge=0, le=1)
    precision: float = Field(ge=0, le=1)
    whole: float = Field(ge=0, le=1)


class Floors(BaseModel):
    """The floors by severity, and of how many pages each (the first of the benchmark's)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pages: int = Field(ge=1)
    severities: dict[int, Floor]


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A share that fell below its floor."""

    severity: int
    rate: str
    floor: float
    found: float


def load_floors() -> Floors:
    """`configs/floors.json`.

    Raises ConfigError, naming the file and the key, if it is not what it must be.
    """
    try:
        return Floors.model_validate_json((files("gongkai.configs") / NAME).read_text(encoding="utf-8"))
    except (OSError, ValidationError) as error:
        raise ConfigError(f"configs/{NAME}: {error}") from error


def measured_slice(floors: Floors, model: Path | None = None) -> dict[int, Counts]:
    """The chain's counts with `model` (default: the shipped one) on the pages that the floors are of, by severity."""
    found = measure(orders(floors.pages, SEVERITIES), ("chain",), model).counts("chain")
    return {severity: found[f"severity {severity}"] for severity in floors.severities}


def shortfalls(floors: Floors, found: Mapping[int, Counts]) -> list[Shortfall]:
    """Every share that is below its floor, by severity."""
    fallen = []
    for severity, floor in sorted(floors.severities.items()):
        rates = found[severity].rates()
        fallen += [Shortfall(severity, rate, least, rates[rate]) for rate, least in floor.model_dump().items() if rates[rate] < least]
    return fallen


def shortfall_lines(fallen: list[Shortfall]) -> Iterator[str]:
    """A table of what fell below what."""
    yield "severity  share                   floor     found"
    for one in fallen:
        yield f"{one.severity:8}  {one.rate:20} {100 * one.floor:8.3f} % {100 * one.found:8.3f} %"


def floors_of(result: Mapping[str, Any]) -> Floors:
    """Floors a margin below a result of the benchmark (what `--out` writes)."""
    groups = result["groups"]["chain"]
    measured = {severity: groups[f"severity {severity}"] for severity in SEVERITIES}
    pages = {group["pages"] for group in measured.values()}
    if len(pages) != 1:
        raise ValueError(f"floors are pinned on as many pages of each severity, not on {', '.join(map(str, sorted(pages)))}")
    return Floors(pages=pages.pop(), severities={severity: _floor(group["pages"], group["rates"]) for severity, group in measured.items()})


def _floor(pages: int, rates: Mapping[str, float]) -> Floor:
    below = {rate: max(0.0, round(rates[rate] - margin, 4)) for rate, margin in MARGINS.items()}
    return Floor(**below, whole=max(0.0, round(rates["whole"] - WHOLE_PAGES / pages, 4)))


def pin(
    result: Annotated[Path, typer.Argument(help="What `python -m gongkai.training.accuracy --out` wrote.", exists=True, dir_okay=False)],
    out: Annotated[Path, typer.Option(help="The file of floors.")] = Path("configs") / NAME,
) -> None:
    """Write floors a margin below a result."""
    try:
        floors = floors_of(json.loads(result.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        way_out = "give what `python -m gongkai.training.accuracy --out` wrote of all severities and the whole chain"
        raise typer.BadParameter(f"{result}: no floors follow from it ({error}); {way_out}") from error
    out.write_text(floors.model_dump_json(indent=1) + "\n", encoding="utf-8")
    typer.echo(f"{out}: floors of {floors.pages} pages of each severity")


if __name__ == "__main__":
    typer.run(pin)
