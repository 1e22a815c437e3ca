"""`docs/performance.md`, whole, from the results of a run."""

from __future__ import annotations

from collections.abc import Iterator

from gongkai.training.bench.readers import FULL, INT8, OURS, PIPELINE, STRIDE, WHOLE
from gongkai.training.bench.results import Bench

PLOT = "images/performance.svg"
_WAYS = {
    OURS: "this project, as installed",
    WHOLE: "the same without early heads",
    PIPELINE: f'`pipeline("token-classification", stride={STRIDE})`, torch fp32',
    FULL: "the network in fp32 on onnxruntime, our windows",
    INT8: "`model.int8.onnx` on onnxruntime, our windows",
}


def markdown(bench: Bench) -> str:
    """The page."""
    return "\n".join((*_head(bench), *_table(bench), *_share(bench), *_cells(bench), *_growth(bench), *_TAIL))


def _head(bench: Bench) -> Iterator[str]:
    pages = len(bench.best(OURS).seconds)
    yield "# Performance\n"
    command = f"python -m gongkai.training.bench --most {bench.growth[-1].pages} --write docs"
    yield f"Written by `make bench` (`{command}`); change nothing by hand.\n"
    yield f"- Date {bench.date}; model `{bench.digest[:16]}`; {bench.machine.processor}, {bench.machine.cores} cores."
    yield f"- {pages} generated pages of all severities ({bench.tokens:,} tokens), {len(bench.rounds[OURS])} rounds in turn, the best of each."
    yield f"- Our network was computed by `{bench.choice.kernel}`: {bench.choice.reason}.\n"
    yield f"![Pages in a second, and time by number of pages]({PLOT})\n"


def _table(bench: Bench) -> Iterator[str]:
    yield "| reader | pages/s | times the pipeline | tokens/s | median page on one core | peak memory of a process |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for reader in bench.rounds:
        turn = bench.best(reader)
        yield (
            f"| {reader}: {_WAYS[reader]} | {bench.pages_per_second(reader):.2f} | {bench.ratio(reader):.1f} | {bench.tokens / turn.total:,.0f}"
            f" | {bench.median_page(reader):.3f} s | {turn.memory:.0f} MB |"
        )
    yield "\nAll five read the same pages with the same weights and go through the same assembler, each in as many processes of one thread as"
    yield "there are cores. While one reads, the others wait.\n"


def _share(bench: Bench) -> Iterator[str]:
    rates = bench.machine.rates
    yield "| our chain | |"
    yield "| --- | --- |"
    yield f"| from the start of Python to the first page's tables | {bench.startup:.2f} s |"
    yield f"| median page on all cores (one process) | {bench.growth[-1].median:.3f} s |"
    yield f"| share of a page's time outside the network | {bench.outside:.1%} |"
    yield f"| measured products of matrices on one core: int8, fp32 | {rates['int8'] / 1e9:,.0f}, {rates['fp32'] / 1e9:,.0f} GOP/s |"
    yield f"| the network's products, all layers, as a share of that int8 rate | {bench.of_roof:.1%} |"
    yield f"| time in the network with early heads, as a share of that in all layers | {bench.of_layers:.1%} |\n"


def _cells(bench: Bench) -> Iterator[str]:
    yield "| cells, held against fp32 on onnxruntime | cells | lost | gained | other value |"
    yield "| --- | --- | --- | --- | --- |"
    for reader in bench.rounds:
        if reader != FULL:
            found = bench.difference(reader)
            share = found.lost / max(found.cells, 1)
            yield f"| {reader} | {found.cells:,} | {found.lost} ({share:.3%}) | {found.gained} | {found.different} |"
    yield "\nThe pipeline's windows are longer and cut elsewhere, so not all of its differences are those of fp32.\n"


def _growth(bench: Bench) -> Iterator[str]:
    yield "| pages in one process | a page since the line before | memory held |"
    yield "| --- | --- | --- |"
    for stage in bench.growth:
        yield f"| {stage.pages:,} | {1000 * stage.seconds:.1f} ms | {stage.memory:.0f} MB |"
    yield ""


_TAIL = (
    "## Where the speed comes from",
    "",
    "- **One pass.** Every character is labelled once, with a closed set of labels; no pass for each label, and nothing is generated.",
    "- **Windows without padding**, one at a time, of a length that fills the tiles of the processor.",
    "- **int8.** On processors with AMX a kernel of our own computes the encoder: int8 products with a scale for each token and for each",
    "  output, attention in bf16, everything else in fp32 or fp16. Between the products of 32 outputs, the sums of the 32 before become",
    "  activations; weights are streamed past the first cache, where activations stay.",
    "  Scores do not depend on what else is read, nor on the number of threads.",
    "  Elsewhere onnxruntime computes `model.int8.onnx` where the processor multiplies int8 exactly, and fp32 where it does not.",
    "  `gongkai doctor` says what is used and why; `GONGKAI_KERNEL=int8` (or `amx`, `fp32`) overrules it, for the same rows on unlike machines.",
    "- **Early heads.** A token stops behind one of the first layers where a head is certain of its tag and of its neighbours': the tokens",
    "  that go on still look at it, but it is not computed any further. Only our kernel does this; elsewhere every token goes through all layers.",
    "- **Nothing is imported that is not needed**: neither torch nor transformers, and no onnxruntime where the kernel computes.",
    "- **Not done, because it loses cells**: windows that share less with their neighbours (a table that is cut needs its titles on both",
    "  sides), and leaving out text without numbers (titles of columns stand in it). Windows repeat too seldom for keeping their scores.",
    "",
)
