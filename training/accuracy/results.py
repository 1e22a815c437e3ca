"""Results for people and for files: a table of text, Markdown for the model card, JSON, the worst pages, one page in full."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from gongkai.model.checkpoint import shipped_folder, verify_manifest
from gongkai.training.accuracy.measure import PageScore, Results, score
from gongkai.training.accuracy.pages import Order
from gongkai.training.accuracy.scores import Counts, Differences

_ORDER = ("all", "severity", "held out", "unseen", "form", "layout", "damage")


def group_order(group: str) -> tuple[int, str, int, str]:
    """All pages first, then severities, what was held out, forms, layouts and damage, each in the order of their numbers."""
    kind = next(number for number, start in enumerate(_ORDER) if group.startswith(start))
    match = re.fullmatch(r"(.*?)(\d*)(\D*)", group)
    stem, number, rest = match.groups() if match else (group, "", "")
    return kind, stem, int(number or -1), rest


def table_lines(results: Results, readers: Sequence[str]) -> Iterator[str]:
    """A block of lines for each reader, a line for each group: shares in percent, wrong cells among 10,000 read."""
    for reader in readers:
        yield f"{reader:31} pages  recall  (all)  precision wrong/10⁴  whole complete  derived: recall precision  error  ≥.95 right"
        counts = results.counts(reader)
        yield from (_line(group, counts[group]) for group in sorted(counts, key=group_order))
        yield ""
    yield f"digest of the pages: {results.digest[:16]}"


def _line(group: str, counts: Counts) -> str:
    rates = {name: rate if name in ("wrong_per_10000", "calibration_error") else 100 * rate for name, rate in counts.rates().items()}
    return (
        f"{group:31} {counts.pages:5} {rates['recall_determinable']:7.2f} {rates['recall']:6.2f} {rates['precision']:10.3f}"
        f" {rates['wrong_per_10000']:9.1f} {rates['whole']:6.1f} {rates['complete']:8.1f} {rates['derived_recall']:16.2f}"
        f" {rates['derived_precision']:9.2f} {rates['calibration_error']:6.4f} {rates['sure']:5.1f} {rates['sure_right']:6.2f}"
    )


def markdown_lines(groups: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """A Markdown table of all pages, the severities and the two kinds of held-out pages; `groups` is that of `result_json`."""
    yield "| pages | recall | precision | wrong of 10,000 | whole pages | calibration error | recall on gold labels | precision | whole |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    chain, known = groups["chain"], groups["assembler"]
    for group in sorted(filter(in_card, chain), key=group_order):
        if group in known:
            yield f"| {group} ({chain[group]['pages']}) | {_chain_rates(chain[group]['rates'])} | {_rates(known[group]['rates'])} |"


def in_card(group: str) -> bool:
    """Whether a group is one of the few that the model card shows."""
    return group.split(maxsplit=1)[0] in ("all", "severity", "held", "unseen") and not re.match("unseen layouts U", group)


def _chain_rates(rates: Mapping[str, float]) -> str:
    recall, precision, whole = _rates(rates).split(" | ")
    return f"{recall} | {precision} | {rates['wrong_per_10000']:.1f} | {whole} | {rates['calibration_error']:.4f}"


def _rates(rates: Mapping[str, float]) -> str:
    return f"{100 * rates['recall_determinable']:.2f} % | {100 * rates['precision']:.2f} % | {100 * rates['whole']:.1f} %"


def result_json(results: Results, readers: Iterable[str], model: Path | None, date: str) -> dict[str, Any]:
    """What a result file holds: the digests of pages and model, and every group's counts and rates by reader."""
    return {
        "date": date,
        "pages": len(results.pages),
        "sha256": results.digest,
        "model_sha256": verify_manifest(model or shipped_folder()),
        "groups": {
            reader: {group: counts.as_json() for group, counts in sorted(results.counts(reader).items(), key=lambda g: group_order(g[0]))}
            for reader in readers
        },
    }


def worst_lines(results: Results, reader: str, most: int) -> Iterator[str]:
    """The pages where a reader misses or misreads most, with the cells."""
    yield f"worst pages of the {reader}:"
    for page in results.worst(reader, most):
        yield f"{page.id} (--show {page.seed}): {', '.join(page.garble)}"
        yield from difference_lines(page.differences[reader])


def difference_lines(found: Differences) -> Iterator[str]:
    """Missed cells with what is printed there, wrong ones with what was read and what is printed."""
    if found.missed:
        yield f"    missed {len(found.missed)}: " + ", ".join(f"{key} = {value}" for key, value in found.missed.items())
    if found.wrong:
        pairs = (f"{key} = {got} (printed: {'nothing' if want is None else want})" for key, (got, want) in found.wrong.items())
        yield f"    wrong {len(found.wrong)}: " + ", ".join(pairs)


def show_page(order: Order, readers: Sequence[str], model: Path | None) -> Iterator[str]:
    """The text of a page, its damage, and what each reader misses or misreads."""
    found: PageScore = score(order, readers, model)
    yield order.page().text
    yield f"--- {found.id}, severity {order.severity}: {', '.join(found.garble)}"
    for reader in readers:
        differences = found.differences[reader]
        yield f"{reader}: {len(differences.missed)} missed, {len(differences.wrong)} wrong"
        yield from difference_lines(differences)
