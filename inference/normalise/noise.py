"""Symbols and brackets set between characters to spoil copying."""

from __future__ import annotations

import re

from gongkai.inference.aligned import AlignedText, Edit
from gongkai.inference.normalise.lexicon import lexicon
from gongkai.inference.normalise.script import tables

_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_SYMBOLS = "■◆★●※◤◥◢◣█▓▒▇☆◇▲△▼▽◎♦♣♠♥♀♂"
# The symbol is looked for before the character in front of it: that is on every line, a symbol is not.
_NOISE = re.compile(rf"[{_SYMBOLS}](?<=[{_HAN}][{_SYMBOLS}])[{_SYMBOLS}]{{0,7}}(?=[{_HAN},，。、;；:：])")
_INSERTED = re.compile(rf"【(?<=[{_HAN}]【)[{_HAN}]{{1,4}}】(?=[{_HAN}])")


def remove_noise_symbols(text: AlignedText) -> tuple[AlignedText, int]:
    """Symbols right between Chinese characters are removed.

    A symbol beside a space, a newline or a digit is a bullet or a mark, and a run of one symbol (`张■■`) hides something: both stay.
    """
    found = [match for match in _NOISE.finditer(text.text) if _is_noise(match.group())]
    return text.edit((*match.span(), "") for match in found), len(found)


def _is_noise(run: str) -> bool:
    return len(run) == 1 or len(set(run)) > 1


def remove_inserted_brackets(text: AlignedText) -> tuple[AlignedText, int]:
    """`主【动公】开` without its brackets, where both stand inside a known word; counted by pair of brackets."""
    edits: list[Edit] = []
    for match in _INSERTED.finditer(text.text):
        if _inside_words(text.text, match.start(), match.end() - 1):
            edits += ((match.start(), match.start() + 1, ""), (match.end() - 1, match.end(), ""))
    return text.edit(edits), len(edits) // 2


def _inside_words(text: str, opening: int, closing: int) -> bool:
    always, _ = tables()
    plain = text[opening - 1 : closing + 2].translate(always)
    known = lexicon()
    return known.knows(plain[0], plain[2]) and known.knows(plain[-3], plain[-1])
