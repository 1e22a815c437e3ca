"""The plot of `docs/performance.md`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gongkai.training.bench.results import Bench

_BLUE, _GREY = "#1f5fa8", "#9aa4ae"


def draw(bench: Bench, path: Path) -> None:
    """Write the rates of all readers, and our time by number of pages, as SVG; the same bytes for the same results."""
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot as plt

    settings: dict[Any, Any] = {"svg.hashsalt": "gongkai", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False}
    with mpl.rc_context(settings):
        figure, (rates, growth) = plt.subplots(1, 2, figsize=(9, 2.8), layout="constrained", width_ratios=(3, 2))
        readers = list(bench.rounds)[::-1]
        bars = rates.barh(readers, [bench.pages_per_second(name) for name in readers], color=[_GREY] * (len(readers) - 1) + [_BLUE])
        rates.bar_label(bars, [f"{bench.pages_per_second(name):.1f}  ({bench.ratio(name):.1f}×)" for name in readers], padding=3)
        rates.set_xlabel("pages in a second")
        rates.margins(x=0.25)
        most = 1000 * max(stage.seconds for stage in bench.growth)
        growth.plot([stage.pages for stage in bench.growth], [1000 * stage.seconds for stage in bench.growth], "o-", color=_BLUE)
        growth.set(xscale="log", xlabel="pages read by one process", ylabel="ms a page", ylim=(0, 1.2 * most))
        figure.savefig(path, metadata={"Date": None})
        plt.close(figure)
