"""`python -m gongkai.training.seeds tables|figures`: the command line held against pages that people read.

Reads the folder named by GONGKAI_GOLD: `seeds/NAME.txt` with `seeds/NAME.gold.json`, and `dev/*.jsonl`. These pages are
for measuring; nothing is trained on them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from gongkai.training.passage_scores import PassageScores
from gongkai.training.scores import Score

Number = int | float
Record = dict[str, Any]
READ = ("printed", "placed")
app = typer.Typer(add_completion=False, no_args_is_help=True)


@dataclass(frozen=True, slots=True)
class GoldTable:
    """What a page says, cell by cell. A key of `ambiguous` may be read either way; `derivable` is printed nowhere.

    `hidden` are values that follow for cells printed blank: right if given, not asked for.
    """

    printed: dict[str, Number]
    blank: frozenset[str]
    ambiguous: dict[str, list[Number | None]]
    derivable: dict[str, Number]
    hidden: dict[str, Number]

    @classmethod
    def of(cls, record: Record) -> GoldTable:
        """The gold of a `.gold.json`."""
        ambiguous = record.get("cells_ambiguous", {})
        cells = {key: value for key, value in record["cells"].items() if key not in ambiguous}
        return cls(
            {key: value for key, value in cells.items() if value is not None},
            frozenset(key for key, value in cells.items() if value is None),
            ambiguous,
            record.get("derivable", {}),
            record.get("blank_derivable", {}),
        )

    def follows(self, key: str) -> Number | None:
        """The value that a derived cell must have, or None where the page forces none."""
        return self.derivable.get(key, self.printed.get(key, self.hidden.get(key)))


@dataclass(slots=True)
class Tally:
    """Counts by kind, and a line for every difference."""

    counts: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    def differs(self, kind: str, key: str, expected: object, got: Record | None) -> None:
        """Count one difference of `kind` and keep the line that tells it."""
        self.counts[kind] += 1
        said = "nothing" if got is None else f"{got['value']} ({got['status']})"
        self.differences.append(f"{kind:8} {key}: expected {expected}, got {said}")


def compare_table(gold: GoldTable, cells: Iterable[Record]) -> Tally:
    """Hold the cells of an extraction against the gold.

    A printed number must be read; a number read where none is printed, or another one, is wrong; what is derivable must be
    given. A derived zero that the gold does not know is neither right nor wrong.
    """
    tally, got = Tally(), {cell["key"]: cell for cell in cells}
    for key, value in gold.printed.items():
        _printed(tally, key, value, got.get(key))
    for key, value in gold.derivable.items():
        if key in got and _same(got[key]["value"], value):
            tally.counts["derived"] += 1
        else:
            tally.differs("underived", key, value, got.get(key))
    for key, cell in got.items():
        _claimed(tally, gold, key, cell)
    tally.counts["blank as blank"] = sum(1 for key in gold.blank if key in got and got[key]["value"] is None)
    return tally


def _printed(tally: Tally, key: str, value: Number, cell: Record | None) -> None:
    if cell is None or cell["status"] not in READ:
        tally.differs("missing", key, value, cell)
    elif _same(cell["value"], value):
        tally.counts["right"] += 1
    else:
        tally.differs("wrong", key, value, cell)


def _claimed(tally: Tally, gold: GoldTable, key: str, cell: Record) -> None:
    """What the extraction says beyond the printed cells of the gold."""
    if cell["value"] is None:
        return
    if key in gold.ambiguous:
        tally.counts["ambiguous stated"] += 1
        if not any(_same(cell["value"], one) for one in gold.ambiguous[key]):
            tally.differs("wrong", key, gold.ambiguous[key], cell)
    elif cell["status"] in READ:
        if key not in gold.printed:
            tally.differs("wrong", key, "a blank" if key in gold.blank else "nothing", cell)
    elif not _same(cell["value"], gold.follows(key)) and not (gold.follows(key) is None and cell["value"] == 0):
        tally.differs("wrong", key, gold.follows(key), cell)


def _same(got: Number | None, value: Number | None) -> bool:
    return got is not None and value is not None and abs(got - value) < 1e-6


@app.command()
def tables() -> None:
    """The cells of every page of GONGKAI_GOLD/seeds; exit code 1 if any differs."""
    golds = {
        path.name.removesuffix(".gold.json"): json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(_folder("seeds").glob("*.gold.json"))
    }
    sources = [_folder("seeds") / f"{name}.txt" for name in golds]
    differs = False
    for (name, gold), extraction in zip(golds.items(), extract(sources), strict=True):
        table = GoldTable.of(gold)
        tally = compare_table(table, extraction["cells"])
        typer.echo(f"{name}: {_summary(table, tally.counts)}")
        for line in tally.differences:
            typer.echo(f"  {line}")
        differs |= bool(tally.differences)
    raise typer.Exit(int(differs))


def _summary(gold: GoldTable, counts: Counter[str]) -> str:
    return (
        f"printed {counts['right']}/{len(gold.printed)}, missing {counts['missing']}, wrong {counts['wrong']}; "
        f"derived {counts['derived']}/{len(gold.derivable)}; blank {counts['blank as blank']}/{len(gold.blank)}; "
        f"ambiguous stated {counts['ambiguous stated']}/{len(gold.ambiguous)}"
    )


@app.command()
def figures(least: Annotated[float, typer.Option(help="Exit with 1 if the F1 of the figures is below this.")] = 0.0) -> None:
    """Figures and entities of every passage of GONGKAI_GOLD/dev, by label: same characters, same label."""
    path = next(iter(sorted(_folder("dev").glob("*.jsonl"))), None)
    if path is None:
        raise _absent(_folder("dev") / "*.jsonl")
    golds = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
    found = list(extract([path]))
    scores = PassageScores.of(golds, found)
    _print_scores(scores)
    raise typer.Exit(int(scores.total("figures").f1 < least))


def _print_scores(scores: PassageScores) -> None:
    for kind, by_label in scores.spans.items():
        typer.echo(f"{kind}: {_line(scores.total(kind))}")
        for label, score in sorted(by_label.items(), key=lambda item: (-item[1].gold, item[0])):
            typer.echo(f"  {label:28} {_line(score)}")
    typer.echo(f"label and value: {_line(scores.values)}")
    typer.echo(f"printed numbers of requests, reviews, litigations: {_line(scores.cases)}")
    typer.echo(f"passages without a figure: {scores.without}, figures found in them: {scores.false}")


def _line(score: Score) -> str:
    return f"gold {score.gold:4} found {score.predicted:4} right {score.hits:4}  P {score.precision:.3f}  R {score.recall:.3f}  F1 {score.f1:.3f}"


def _folder(name: str) -> Path:
    """A folder of the gold; leaves with 0 where there is none."""
    folder = Path(os.environ.get("GONGKAI_GOLD") or ".") / name
    if not folder.is_dir():
        raise _absent(folder)
    return folder


def _absent(path: Path) -> typer.Exit:
    typer.echo(f"{path}: no gold there, nothing measured; set GONGKAI_GOLD to a folder that has it")
    return typer.Exit(0)


def extract(sources: list[Path], model: Path | None = None) -> Iterator[Record]:
    """What the command line says of each document in `sources`, in their order, as a user gets it."""
    with TemporaryDirectory() as folder:
        out = Path(folder) / "all.jsonl"
        command = [sys.executable, "-m", "gongkai.inference.cli", "extract", "--format", "jsonl", *map(str, sources)]
        command += ["--model", str(model)] if model is not None else []
        with out.open("wb") as stream:
            subprocess.run(command, stdout=stream, check=True)  # noqa: S603  the command is our own
        for line in filter(None, out.read_text(encoding="utf-8").split("\n")):
            yield json.loads(line)


if __name__ == "__main__":
    app()
