"""Damage to the titles of a table before it is flattened (C1 to C14): every function changes some titles and nothing else."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from gongkai.training.synth.grid import Grid, Piece
from gongkai.training.synth.titles import COLUMN_NOTES, LINE_BREAKS, ROW_NOTES, TYPOS, wordings

FULL_WIDTH = {ord(sign): ord(sign) + 0xFEE0 for sign in "():,"}
_SPLITS = ("\n", "\n", "\n\n", "\n\n", " ", " ", "  ", "\n \n")
_NUMBERINGS = (".",) * 5 + ("、", "、", "．", ". ", "", ")")
_NUMBER = re.compile(r"^(\d)\.")
_SPACES = (" ", " ", "\xa0", "  ", "\u3000")


@dataclass(frozen=True, slots=True)
class Context:
    """What the damage of one page has in common: the report's year, and how titles are split or spaced on this page."""

    rng: random.Random
    year: int
    split: str
    share: float
    space: str
    numbering: str


Change = Callable[[Piece, Context], str]


def draw_context(rng: random.Random, year: int) -> Context:
    """How the titles of one page are split."""
    return Context(rng, year, rng.choice(_SPLITS), rng.choice((0.25, 0.6, 1.0)), rng.choice(_SPACES), rng.choice(_NUMBERINGS))


def reworded(piece: Piece, context: Context) -> str:
    """W: another wording of the title, its number written in the way of the page."""
    variants = wordings().get(piece.text)
    text = context.rng.choice(variants) if variants and context.rng.random() < context.share else piece.text
    return _NUMBER.sub(rf"\g<1>{context.numbering}" if context.numbering else "", text)


def mistyped(piece: Piece, context: Context) -> str:
    """C9: a word mistaken for another, or a character lost, doubled or out of order."""
    rng, text = context.rng, piece.text
    known = [(right, wrong) for right, wrong in TYPOS if right in text]
    if known and rng.random() < 0.25:
        return text.replace(*rng.choice(known), 1)
    if len(text) < 4 or rng.random() > 0.06:
        return text
    i = rng.randrange(1, len(text) - 1)
    return text[:i] + rng.choice(("", text[i] * 2, text[i + 1] + text[i])) + text[i + 1 + (rng.random() < 0.3) :]


def second_line_lost(piece: Piece, context: Context) -> str:
    """C3: only the first line of a column title."""
    found = _line_break(piece.text) if piece.label == "column" else None
    return piece.text[:found] if found and context.rng.random() < 0.7 else piece.text


def decrease_lost(piece: Piece, context: Context) -> str:
    """C4: 本年增/减 without its 减, with the other slash, or as 本年数量."""
    return context.rng.choice(("本年增/", "本年增\\减", "本年数量", "本年增减", "本年增")) if piece.text == "本年增/减" else piece.text


def brackets_lost(piece: Piece, context: Context) -> str:
    """C5: what stood in brackets is gone, and 规章 with it."""
    if piece.label == "block":
        return piece.text.split("(")[0]
    if piece.text == "规章":
        return "" if context.share > 0.5 else piece.text
    text = piece.text
    if "(" in text and text.find(")") < len(text) - 1:
        return text[: text.find("(")] + text[text.find(")") + 1 :] if context.share > 0.9 else text
    return text.replace("(", "").replace(")", "") if context.share > 0.5 or text.startswith("(") else text.split("(")[0]


def digits_inside(piece: Piece, context: Context) -> str:
    """C6: a page number or footnote mark in the middle of a title, most likely of the long corner."""
    rng = context.rng
    if len(piece.text) < 5 or rng.random() > (0.7 if "勾稽" in piece.text else 0.03):
        return piece.text
    i = rng.randrange(2, len(piece.text) - 1)
    number = str(rng.randint(1, 60))
    return piece.text[:i] + rng.choice((number, number, f"\n{number}\n", f" {number} ", f"[{number}]", f"- {number} -")) + piece.text[i:]


def annotated(piece: Piece, context: Context) -> str:
    """C7: a note to whoever fills in the form, with digits and years in it."""
    notes = COLUMN_NOTES if piece.label == "column" else ROW_NOTES
    if piece.label == "block" or context.rng.random() > 0.25 * context.share:
        return piece.text
    note = context.rng.choice(notes)
    return piece.text + note.format(year=context.year, before=context.year - 1, digit=context.rng.randint(1, 30))


def spaced(piece: Piece, context: Context) -> str:
    """C13: spaces in the title: after its number, between two characters, or anywhere."""
    rng, text = context.rng, piece.text
    if len(text) < 2 or rng.random() > context.share:
        return text
    places = [i + 1 for i, c in enumerate(text[:-1]) if c in "、.)"] or [rng.randrange(1, len(text))]
    i = rng.choice(places)
    return text[:i] + context.space + text[i:]


def column_split(piece: Piece, context: Context) -> str:
    """C1: a column title on two lines."""
    return _split(piece, context) if piece.label == "column" else piece.text


def row_split(piece: Piece, context: Context) -> str:
    """C2: a row or block title on two lines."""
    return _split(piece, context) if piece.label in ("row", "block") else piece.text


def full_width(piece: Piece, context: Context) -> str:
    """Brackets, colons and commas of full width, as Chinese is printed."""
    return piece.text.translate(FULL_WIDTH)


def _split(piece: Piece, context: Context) -> str:
    text = piece.text
    if len(text) < 2 or context.rng.random() > context.share:
        return text
    place = _line_break(text) or (context.rng.randrange(2, len(text) - 1) if len(text) > 8 and context.rng.random() < 0.4 else None)
    return text[:place] + context.split + text[place:] if place else text


def _line_break(text: str) -> int | None:
    """Where a narrow cell breaks this title."""
    for before, after in LINE_BREAKS:
        at = text.find(before + after)
        if at >= 0:
            return at + len(before)
    return None


TITLE_DAMAGE: Mapping[str, Change] = {
    "W": reworded,
    "C9": mistyped,
    "C4": decrease_lost,
    "C3": second_line_lost,
    "C5": brackets_lost,
    "C7": annotated,
    "C6": digits_inside,
    "C13": spaced,
    "C1": column_split,
    "C2": row_split,
    "full_width": full_width,
}
"""Mode → what it does to a title, in the order in which the modes are applied."""


def damage_titles(grid: Grid, modes: frozenset[str], context: Context) -> Grid:
    """The grid with the titles hurt by `modes`."""
    changes = [change for mode, change in TITLE_DAMAGE.items() if mode in modes]

    def hurt(piece: Piece) -> Piece:
        if not piece.is_title or piece.label == "junk":
            return piece
        for change in changes:
            piece = replace(piece, text=change(piece, context).strip())
        return piece

    return grid.map(hurt) if changes else grid
