"""Every way in which a table was seen flattened: `render` turns a grid into text under the name of its layout."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from gongkai.training.synth.grid import Grid
from gongkai.training.synth.layouts.drawn import DRAWN_RENDERERS
from gongkai.training.synth.layouts.lines import cell_lines, framed, pipe_after, pipe_before_row, pipe_line, single_lines
from gongkai.training.synth.layouts.printed import glued, one_line, paged, stacked
from gongkai.training.synth.layouts.rows import filler_rows, markdown, outer_pipes, padded_pipes, plain_rows, spaced_rows, trailing_filler
from gongkai.training.synth.layouts.unseen import UNSEEN_RENDERERS
from gongkai.training.synth.marked import MarkedText

Layout = Callable[[Grid, random.Random], MarkedText]

RENDERERS: Mapping[str, Layout] = {
    "A1": cell_lines,
    "A2": filler_rows,
    "A3": plain_rows,
    "A4": pipe_after,
    "A5": pipe_before_row,
    "A6": pipe_line,
    "A7": outer_pipes,
    "A8": padded_pipes,
    "A9": trailing_filler,
    "A10": single_lines,
    "A11": spaced_rows,
    "A12": glued,
    "A13": paged,
    "A14": stacked,
    "A15": one_line,
    "A16": framed,
    "A18": markdown,
}

ALL_RENDERERS: Mapping[str, Layout] = {**RENDERERS, **DRAWN_RENDERERS, **UNSEEN_RENDERERS}
"""With the layouts drawn for training only, and those kept for the benchmark."""


def render(layout: str, grid: Grid, rng: random.Random) -> MarkedText:
    """`grid` as text in `layout`: stripped of newlines at both ends, no newline added."""
    return ALL_RENDERERS[layout](grid, rng)
