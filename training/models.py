"""`gongkai models list | compare | promote | rollback | pin`: the trained models, and which of them is in use.

Listing and going back need nothing of the train extra; measuring does, so what measures is imported by the commands that do.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from gongkai.inference.commands.streams import say, tell
from gongkai.inference.messages import translated
from gongkai.model.checkpoint import METRICS, load_checkpoint
from gongkai.model.errors import GongkaiError, RegistryError
from gongkai.model.registry import SHIPPED, Event, Registry, registry

if TYPE_CHECKING:
    from gongkai.training.gate import Measured, Verdict

Root = Annotated[Path | None, typer.Option(help="The folder of models; default: $GONGKAI_MODELS, or the user's data folder.")]
Candidate = Annotated[str, typer.Argument(metavar="NAME", help="A name of `gongkai models list`.")]
Gold = Annotated[list[Path] | None, typer.Option(help="Further gold (JSON Lines) to measure on, beside what is pinned.")]
Pages = Annotated[int, typer.Option(min=0, help="Generated pages of each severity to measure on.")]
PAGES = 50
app = typer.Typer(no_args_is_help=True, help="The trained models, and which of them is in use.")


@app.command("list")
def list_models(root: Root = None) -> None:
    """Every model with its parent, its date, its state and its scores; the one in use is marked."""
    known = registry(root)
    tell(str(known.root))
    current = _current(known)
    table = Table(*map(translated, ("", "model", "parent", "made", "state", "corrected pages")), box=None)
    for name in known.names():
        table.add_row("*" if name == current else "", name, *_facts(known, name))
    Console().print(table)


def _current(known: Registry) -> str:
    """The model in use; the shipped one, with a word on why, where the list of promotions cannot be read."""
    try:
        return known.current()
    except RegistryError as error:
        say(f"the shipped model is in use: {error}")
        return SHIPPED


def _facts(known: Registry, name: str) -> tuple[str, str, str, str]:
    try:
        folder = load_checkpoint(known.folder(name)).folder
    except GongkaiError as error:
        return known.parent(name) or "", "", translated(f"unusable: {error}"), ""
    metrics: dict[str, Any] = json.loads((folder / METRICS).read_text(encoding="utf-8"))
    scores = metrics.get("seqeval", {})
    rates = [scores.get(when, {}).get("micro avg", {}).get("f1-score") for when in ("before", "after")]
    told = f"F1 {rates[0]:.4f} → {rates[1]:.4f}" if None not in rates else ""
    return known.parent(name) or "", str(metrics.get("run", {}).get("date", "")), translated("whole"), told


@app.command()
def compare(
    candidate: Candidate,
    against: Annotated[str | None, typer.Argument(metavar="[OTHER]")] = None,
    root: Root = None,
    gold: Gold = None,
    pages: Pages = PAGES,
) -> None:
    """Measure a model against another one (default: the one in use) on pinned gold and generated pages; changes nothing."""
    known = registry(root)
    _print(_judge(known, candidate, against or known.current(), gold or (), pages))


@app.command()
def promote(
    candidate: Candidate,
    root: Root = None,
    gold: Gold = None,
    pages: Pages = PAGES,
    force: Annotated[bool, typer.Option("--force", help="Promote in spite of the gate; this is recorded with its reasons.")] = False,
) -> None:
    """Put a model into use, if it reaches the floors and is no worse than the one in use; exit code 1 if it is refused."""
    known = registry(root)
    current = known.current()
    if candidate == current:
        tell(f"{candidate} is in use already")
        return
    digest = load_checkpoint(known.folder(candidate)).digest
    verdict = _judge(known, candidate, current, gold or (), pages)
    verdict = replace(verdict, reasons=(*_below_floors(known.folder(candidate)), *verdict.reasons))
    _print(verdict)
    if verdict.reasons and not force:
        say(f"{candidate} is refused; {current} stays in use (--force promotes it all the same, and records that)")
        raise typer.Exit(1)
    report = {"against": current, "measured": [one.as_json() for one in verdict.measured]}
    known.record(Event("promote", candidate, digest, _now(), bool(verdict.reasons), verdict.reasons, report))
    tell(f"{candidate} is in use, by force" if verdict.reasons else f"{candidate} is in use")


@app.command()
def rollback(root: Root = None) -> None:
    """Go back to the model that was in use before the last promotion."""
    known = registry(root)
    stack = known.in_use()
    if len(stack) == 1:
        raise RegistryError(f"{known.pointer}: nothing was promoted, the shipped model is in use; there is nothing to go back to")
    digest = load_checkpoint(known.folder(stack[-2])).digest
    known.record(Event("rollback", stack[-2], digest, _now()))
    tell(f"{stack[-2]} is in use again")


@app.command("pin")
def pin_gold(gold: Annotated[list[Path], typer.Argument(help="Gold files (JSON Lines).")], root: Root = None) -> None:
    """Keep gold to measure every model on: its pages are never trained on, and a change of the files is noticed."""
    from gongkai.training.pinned import pin

    for path in pin(registry(root), gold):
        tell(f"pinned {path}")


def _judge(known: Registry, candidate: str, against: str, gold: Sequence[Path], pages: int) -> Verdict:
    from gongkai.inference.extract import Extractor
    from gongkai.training.gate import judge
    from gongkai.training.pinned import generated_documents, gold_documents, pinned_files

    files = (*pinned_files(known), *gold)
    if not files:
        say("no gold is pinned, so the models are held against each other on generated pages alone (`gongkai models pin`)")
    documents = [*(document for path in files for document in gold_documents(path)), *generated_documents(pages)]
    extractors = [Extractor.from_pretrained(known.folder(name)) for name in (against, candidate)]
    return judge(extractors[0], extractors[1], documents)


def _below_floors(folder: Path) -> tuple[str, ...]:
    from gongkai.training.gate import below_floors

    return below_floors(folder)


def _print(verdict: Verdict) -> None:
    table = Table(*map(translated, ("set", "measure", "documents", "before", "after", "change", "95 % between")), box=None)
    for one in verdict.measured:
        table.add_row(*_row(one))
    Console().print(table)
    for reason in verdict.reasons:
        say(reason)


def _row(one: Measured) -> Iterator[str]:
    found = one.difference
    yield from (translated(one.set), translated(one.measure), str(one.documents))
    yield from (f"{100 * found.before:.2f} %", f"{100 * found.after:.2f} %", f"{100 * found.change:+.2f}")
    yield f"{100 * found.low:+.2f} … {100 * found.high:+.2f}"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
