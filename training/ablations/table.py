"""What the variants say together: the table, what is noise in it, and the file that holds both."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gongkai.inference.write import write_whole
from gongkai.model.errors import ConfigError
from gongkai.training.ablations.settings import CONFIG, Ablations
from gongkai.training.ablations.variant import RESULT, read_result

COLUMNS = {"figures": "figures", "entities": "entities", "pages": "pages", "layouts": "new layouts"}
BEGIN, END = "<!-- ablations: begin -->", "<!-- ablations: end -->"
COMMAND = "python -m gongkai.training.ablations"
SMALLEST = 0.00005


@dataclass(frozen=True, slots=True)
class Noise:
    """The base and its repeats in one column: their mean, and how far the best is from the worst."""

    runs: int
    mean: float
    spread: float

    def holds(self, value: float) -> bool:
        """Whether `value` is no further from the mean than the repeats are from each other."""
        return abs(value - self.mean) <= self.spread + SMALLEST


@dataclass(frozen=True, slots=True)
class Results:
    """The variants that are done, in the order of the settings, and the names of those that are not."""

    base: str
    done: dict[str, dict[str, Any]]
    missing: tuple[str, ...]
    repeats: tuple[str, ...]
    command: str = COMMAND

    @property
    def noise(self) -> dict[str, Noise] | None:
        """The noise of every column; None unless the base and at least one repeat are done."""
        names = [name for name in (self.base, *self.repeats) if name in self.done]
        if len(names) < 2 or self.base not in names:
            return None
        columns = {column: [self.done[name]["f1"][column] for name in names] for column in self.done[self.base]["f1"]}
        return {
            column: Noise(len(values), round(sum(values) / len(values), 4), round(max(values) - min(values), 4))
            for column, values in columns.items()
        }


def results_in(ablations: Ablations, out: Path, config: str = CONFIG) -> Results:
    """What is done in `out` of the `ablations` that `config` names."""
    done = {name: read_result(out / name) for name in ablations.variants if (out / name / RESULT).is_file()}
    repeats = tuple(name for name, variant in ablations.variants.items() if variant.repeat)
    missing = tuple(name for name in ablations.variants if name not in done)
    return Results(ablations.base, done, missing, repeats, COMMAND if config == CONFIG else f"{COMMAND} --config {config}")


def as_json(results: Results) -> dict[str, Any]:
    """Everything that the table is made of; the cost of training as a multiple of the base's."""
    noise = results.noise
    return {
        "command": results.command,
        "date": max((result["date"] for result in results.done.values()), default=None),
        "base": results.base,
        "noise": {column: {"runs": one.runs, "mean": one.mean, "spread": one.spread} for column, one in (noise or {}).items()},
        "missing": results.missing,
        "variants": {
            name: {**{key: value for key, value in result.items() if key != "seconds"}, "cost": _cost(results, name)}
            for name, result in results.done.items()
        },
    }


def markdown(results: Results) -> Iterator[str]:
    """The lines of the table, of the precisions, and of what must be known to read them."""
    if not results.done:
        yield f"Nothing is trained yet; `{results.command}` does it."
        return
    yield f"Made with `{results.command}`, {as_json(results)['date']}."
    yield ""
    yield "| variant | what it is | parameters | steps | cost | " + " | ".join(COLUMNS.values()) + " |"
    yield "| --- | --- | ---: | ---: | ---: | " + " | ".join("---:" for _ in COLUMNS) + " |"
    for name, result in results.done.items():
        yield _row(results, name, result)
    yield ""
    yield from _noise_lines(results)
    if results.missing:
        yield f"Not trained yet, so not in the table: {', '.join(results.missing)}."
    yield from _precision_lines(results)
    yield ""
    digests = {result["data_digest"][:16]: None for result in results.done.values()}
    yield "Digests of the training windows: " + ", ".join(
        f"`{digest}` ({', '.join(name for name, result in results.done.items() if result['data_digest'].startswith(digest))})"
        for digest in digests
    )


def _row(results: Results, name: str, result: Mapping[str, Any]) -> str:
    cost = _cost(results, name)
    cells = (
        name,
        result["about"],
        f"{result['parameters'] / 1e6:.1f} M",
        f"{result['steps']:,}",
        "" if cost is None else f"{cost:.2f}",
        *(_score(results, name, column) for column in COLUMNS),
    )
    return f"| {' | '.join(cells)} |"


def _score(results: Results, name: str, column: str) -> str:
    """The F1, and how far it is from the mean of the base's runs, or that chance alone does as much."""
    value: float | None = results.done[name]["f1"].get(column)
    if value is None:
        return ""
    if results.noise is None or name == results.base or name in results.repeats:
        return f"{value:.4f}"
    noise = results.noise[column]
    return f"{value:.4f} (noise)" if noise.holds(value) else f"{value:.4f} ({value - noise.mean:+.4f})"


def _cost(results: Results, name: str) -> float | None:
    """Processor time of training as a multiple of the base's; None where either was done in parts."""
    own, base = (results.done.get(one, {}).get("seconds") for one in (name, results.base))
    return round(own / base, 2) if own and base else None


def _noise_lines(results: Results) -> Iterator[str]:
    if results.noise is None:
        yield "The base was not trained with two seeds yet, so nothing says yet how large a difference must be to mean anything."
        return
    told = ", ".join(f"{COLUMNS[column]} {one.mean:.4f} ± {one.spread / 2:.4f}" for column, one in results.noise.items())
    runs = next(iter(results.noise.values())).runs
    yield f"The base in {runs} runs that differ by their seed (mean, half of the range): {told}."
    yield "A difference from that mean in brackets is larger than the whole range; what is not is called noise."


def _precision_lines(results: Results) -> Iterator[str]:
    for name, result in results.done.items():
        if result["precisions"]:
            yield ""
            yield f"int8 against fp32 of the same weights (`{name}`):"
            yield ""
            yield "| set | texts | spans | differ | characters | differ | F1 fp32 | F1 int8 |"
            yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
            yield from (_precision_row(one, found) for one, found in result["precisions"].items())


def _precision_row(name: str, found: Mapping[str, Any]) -> str:
    shares = [(found[all_], found[some]) for all_, some in (("spans", "spans_differ"), ("characters", "tags_differ"))]
    counts = " | ".join(f"{whole:,} | {part:,} ({part / max(whole, 1):.2%})" for whole, part in shares)
    return f"| {name} | {found['texts']} | {counts} | {found['f1_fp32']:.4f} | {found['f1_int8']:.4f} |"


def write_document(results: Results, path: Path) -> None:
    """Put the table between the markers of the document `path`, and its content as JSON beside it. Raises ConfigError."""
    text = path.read_text(encoding="utf-8") if path.is_file() else f"{BEGIN}\n{END}\n"
    found = re.fullmatch(f"(.*{BEGIN}\n).*({END}.*)", text, re.DOTALL)
    if found is None:
        raise ConfigError(f"{path}: has no lines {BEGIN} and {END}, between which the table belongs; add them")
    write_whole(path, found[1] + "\n".join(markdown(results)) + "\n" + found[2])
    write_whole(path.with_suffix(".json"), json.dumps(as_json(results), ensure_ascii=False, indent=1) + "\n")
