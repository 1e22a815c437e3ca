"""The chain of repairs, in the order in which the damage was done backwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gongkai.inference.aligned import AlignedText
from gongkai.inference.normalise.controls import remove_controls, unify_line_ends
from gongkai.inference.normalise.markup import decode_entities, remove_tags
from gongkai.inference.normalise.mojibake import undo_utf8_as_gbk
from gongkai.inference.normalise.noise import remove_inserted_brackets, remove_noise_symbols
from gongkai.inference.normalise.pinyin import remove_pinyin, restore_annotated
from gongkai.inference.normalise.script import simplify, undo_taiwan_wording
from gongkai.inference.normalise.slips import undo_slips
from gongkai.inference.normalise.widths import narrow, unify_spaces
from gongkai.inference.results import Repair

Step = Callable[[AlignedText], tuple[AlignedText, int]]

CHAIN: tuple[tuple[str, Step], ...] = (
    ("html_entity", decode_entities),
    ("html_tag", remove_tags),
    ("line_end", unify_line_ends),
    ("control_character", remove_controls),
    # What bytes did is undone before any character is changed for another: the damaged ones must still be as they were decoded.
    ("mojibake", undo_utf8_as_gbk),
    ("byte_slip", undo_slips),
    ("space", unify_spaces),
    ("full_width", narrow),
    ("lost_annotated", restore_annotated),
    ("pinyin_annotation", remove_pinyin),
    ("noise_symbol", remove_noise_symbols),
    ("inserted_bracket", remove_inserted_brackets),
    ("taiwan_wording", undo_taiwan_wording),
    ("traditional", simplify),
)


@dataclass(frozen=True, slots=True)
class Normalised:
    """Repaired text, mapped to the same source as what it was made from, and how often each kind of damage was undone.

    `repairs` follow the order of the chain and have a count above 0. Redaction (`***`, `XX`) is no repair: what it hid is
    lost, so it stays.
    """

    aligned: AlignedText
    repairs: tuple[Repair, ...]


def normalise(flat: AlignedText) -> Normalised:
    """Every repair of `CHAIN` on `flat`. Text without damage comes back as the same object, with no repairs.

    No digit is ever changed for another and no number is joined to the next; spaces and newlines that the layout is made of stay.
    """
    repairs: list[Repair] = []
    for kind, step in CHAIN:
        flat, count = step(flat)
        if count:
            repairs.append(Repair(kind, count))
    return Normalised(flat, tuple(repairs))
