"""The time of assembly grows with the page, whatever a labeller makes of it."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from gongkai.inference.assemble import assemble
from gongkai.inference.figures import read_figures
from gongkai.model.types import LabelledPage

Label = Callable[[str], LabelledPage]

PROACTIVE, REQUESTS, REVIEW = (
    "s{二、主动公开政府信息情况}\n",
    "s{三、收到和处理政府信息公开申请情况}\n",
    "s{四、政府信息公开行政复议、行政诉讼情况}\n",
)
ROW = "r{规章} | v{1} | v{0} | v{5} |\n"
RECEIVED = "r{一、本年新收政府信息公开申请数量}"
PAGES: dict[str, Callable[[int], str]] = {
    "one row again and again": lambda size: PROACTIVE + ROW * size,
    "numbers between bars": lambda size: f"{PROACTIVE}r{{规章}} | " + "v{5} | " * (4 * size),
    "numbers without a table": lambda size: "v{5} " * (4 * size),
    "numbers on lines": lambda size: f"{REQUESTS}{RECEIVED}\n" + "v{5}\n" * (4 * size),
    "numbers glued": lambda size: f"{REQUESTS}{RECEIVED}" + "v{12}" * (2 * size),
    "blanks between bars": lambda size: f"{REQUESTS}{RECEIVED} | " + "b{/} | " * (4 * size),
    "one title again and again": lambda size: REQUESTS + f"{RECEIVED}\n" * (4 * size),
    "columns": lambda size: REQUESTS + "c{自然人} c{商业企业} c{总计} " * size,
    "tables": lambda size: f"{PROACTIVE}{ROW}{REVIEW}v{{1}} v{{0}} v{{0}} v{{0}} v{{1}}\n" * (size // 4),
    "junk between rows": lambda size: REQUESTS + f"j{{第5页}}\n{RECEIVED}\nv{{5}}\n" * (size // 2),
    "numbers overlooked": lambda size: f"{REQUESTS}{RECEIVED}\n" + "5 | " * (8 * size) + "\nr{（七）总计} v{5}\n",
}


@pytest.mark.parametrize("kind", PAGES)
def test_time_grows_no_faster_than_the_page(kind: str, labelled: Label) -> None:
    """Four times the page may take eight times as long; a quadratic step takes sixteen times."""
    make, size = PAGES[kind], 250
    seconds(labelled(make(20)))  # what is loaded once
    short, long = seconds(labelled(make(size))), seconds(labelled(make(4 * size)))
    if long > 8 * short:  # once more, larger: something else may have had the processor
        short, long = long, seconds(labelled(make(16 * size)))
    assert long <= 8 * max(short, 0.005), f"{short:.3f} s, and {long:.3f} s for four times as much"


def seconds(page: LabelledPage) -> float:
    """The lesser of two, of this process's own time."""
    taken = []
    for _ in range(2):
        begun = time.process_time()
        assemble(page, read_figures(page))
        taken.append(time.process_time() - begun)
    return min(taken)
