"""`python -m gongkai.training.bench`: pages in a second, against the same model run the usual way; `--write docs` puts it on paper."""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from gongkai.inference.aligned import AlignedText
from gongkai.inference.kernels.choose import choose
from gongkai.inference.kernels.packed import shape_of
from gongkai.inference.normalise import normalise
from gongkai.inference.write import write_whole
from gongkai.model.checkpoint import load_checkpoint, shipped_folder
from gongkai.model.errors import GongkaiError
from gongkai.training.accuracy.pages import SEVERITIES, orders
from gongkai.training.bench.costs import growth, startup
from gongkai.training.bench.page import PLOT, markdown
from gongkai.training.bench.plot import draw
from gongkai.training.bench.readers import READERS
from gongkai.training.bench.results import Bench, Machine
from gongkai.training.bench.roof import rates
from gongkai.training.bench.rounds import Task, run_rounds

STAGES = (10, 100, 1000)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is run: pages, turns of each reader, cores to be used, and the stages of growth."""

    pages: Sequence[str]
    rounds: int
    cores: int
    stages: Sequence[int]


def run(folder: Path, plan: Plan, scratch: Path) -> Bench:
    """One run of the benchmark, with `scratch` for files on the way."""
    checkpoint = load_checkpoint(folder)
    full = export_full(folder, scratch)
    first = scratch / "page.txt"
    first.write_text(plan.pages[0], encoding="utf-8")
    machine = Machine(processor(), plan.cores, rates(scratch))
    tokens = sum(len(checkpoint.vocabulary.encode(normalise(AlignedText.identity(page)).aligned.text).ids) for page in plan.pages)
    return Bench(
        date=datetime.now(UTC).date().isoformat(),
        digest=checkpoint.digest,
        choice=choose(folder),
        machine=machine,
        shape=shape_of(folder),
        tokens=tokens,
        rounds=run_rounds([Task(name, folder, full, plan.cores) for name in READERS], plan.pages, plan.rounds),
        startup=startup(folder, first),
        growth=growth(folder, plan.cores, plan.pages, plan.stages),
    )


def export_full(folder: Path, scratch: Path) -> Path:
    """The network of `folder` in fp32, as ONNX, in `scratch`."""
    from gongkai.training.export import to_onnx
    from gongkai.training.export_full import open_full

    to_onnx(open_full(folder), scratch / "model.onnx")
    return scratch / "model.onnx"


def processor() -> str:
    """The name of the processor, as far as the system tells."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else ()
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.processor() or platform.machine()
    )


def write(bench: Bench, docs: Path) -> None:
    """The page and its plot in the folder `docs`."""
    (docs / PLOT).parent.mkdir(exist_ok=True)
    draw(bench, docs / PLOT)
    write_whole(docs / "performance.md", markdown(bench))


def bench(  # noqa: PLR0913, PLR0917 - an option is an argument
    pages: Annotated[int, typer.Option(min=1, help="Generated pages of each severity.")] = 10,
    rounds: Annotated[int, typer.Option(min=1, help="Turns of each reader.")] = 3,
    cores: Annotated[int, typer.Option(min=1, help="Cores to use; default: all.")] = os.cpu_count() or 1,
    most: Annotated[int, typer.Option(min=1, help="The last stage of growth: 10, 100, 1,000 … pages; 10000 for the long run.")] = STAGES[
        -1
    ],
    model: Annotated[Path | None, typer.Option(help="A model folder; default: the shipped one.")] = None,
    docs: Annotated[Path | None, typer.Option("--write", help="Write performance.md and its plot into this folder.")] = None,
) -> None:
    """Time our chain, the Hugging Face pipeline, and onnxruntime in fp32 and int8 on the same pages, in turn."""
    if docs is not None and not docs.is_dir():  # told before minutes of measuring, not after
        raise typer.BadParameter(f"{docs} is no folder", param_hint="--write")
    stages = [10**power for power in range(1, 7) if 10**power <= most] or [most]
    texts = [order.page().text for order in orders(pages, SEVERITIES)]
    try:
        with tempfile.TemporaryDirectory() as scratch:
            found = run(model or shipped_folder(), Plan(texts, rounds, cores, stages), Path(scratch))
        if docs is not None:
            write(found, docs)
    except GongkaiError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    typer.echo(markdown(found))


if __name__ == "__main__":
    typer.run(bench)
