"""Damage to the characters of a text (E1 to E11 and what comes with them): every mark stays on its characters."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from random import Random

from gongkai.training.synth import byte_damage, layout_damage, script_damage
from gongkai.training.synth.edits import trimmed
from gongkai.training.synth.marked import MarkedText

Damage = Callable[[MarkedText, Random], MarkedText]

NARRATIVE_DAMAGE: Mapping[str, tuple[Damage, float]] = {
    "E7": (byte_damage.gaps_in_dates, 5),
    "E8": (byte_damage.gaps_in_document_numbers, 2),
    "E9": (byte_damage.gaps_in_punctuation, 3),
    "no_punctuation": (byte_damage.no_punctuation, 2),
    "utf8_as_gbk": (byte_damage.misread_utf8, 1.5),
    "spaces": (layout_damage.spaces_inside, 3),
    "wraps": (layout_damage.hard_wraps, 3),
    "ocr": (layout_damage.recognition_errors, 0.7),
    "full_width": (byte_damage.full_width, 3),
    "soft": (layout_damage.soft_characters, 1),
}
"""What befalls running text, with how often; each entry is a function that changes nothing but characters and offsets."""

PAGE_DAMAGE: Mapping[str, tuple[Damage, float]] = {
    "E10": (byte_damage.noise_symbols, 1),
    "E11": (byte_damage.redaction, 1),
    "E5": (byte_damage.slip_bytes, 2),
    "E6": (byte_damage.question_marks, 2),
    "markup": (layout_damage.markup_left, 1.5),
    "E4": (script_damage.annotate_and_lose, 1),
    "E3": (script_damage.annotate, 4),
    "E2": (script_damage.to_taiwan, 2),
    "E1": (script_damage.to_traditional, 7),
}
"""What befalls a whole page, in the order in which it happens."""

DAMAGE: Mapping[str, tuple[Damage, float]] = {**NARRATIVE_DAMAGE, **PAGE_DAMAGE}
_EXCLUSIVE = ({"E3", "E4"}, {"E1", "E2"}, {"wraps", "no_punctuation"})


def draw_modes(
    rng: Random, count: int, pool: Mapping[str, tuple[Damage, float]], allowed: Collection[str] | None = None
) -> tuple[str, ...]:
    """Up to `count` names of `pool` that can befall one text together, in the order of the pool."""
    weights = {name: weight for name, (_, weight) in pool.items() if allowed is None or name in allowed}
    chosen: set[str] = set()
    while weights and len(chosen) < count:
        name = rng.choices(list(weights), list(weights.values()))[0]
        chosen.add(name)
        rivals = {name}.union(*(group for group in _EXCLUSIVE if name in group))
        weights = {other: weight for other, weight in weights.items() if other not in rivals}
    return tuple(name for name in pool if name in chosen)


def apply_modes(text: MarkedText, modes: Collection[str], rng: Random) -> MarkedText:
    """`text` with the damage of `modes`, in the order in which it happens."""
    for name, (change, _) in DAMAGE.items():
        if name in modes:
            text = trimmed(change(text, rng))
    return text


def damage(text: MarkedText, rng: Random, undamaged: float = 0.5) -> MarkedText:
    """A piece of running text as a page may show it: as it is (with chance `undamaged`), or with one to three kinds of damage."""
    if rng.random() < undamaged:
        return text
    return apply_modes(text, draw_modes(rng, rng.choices((1, 2, 3), (6, 3, 1))[0], DAMAGE), rng)
