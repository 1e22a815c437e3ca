"""Traditional script to simplified, character by character, and Taiwan's words back to the mainland's.

A page is traditional if enough of its characters exist in traditional script only. Those are converted on every page: they say
the same there. Characters that simplified text has too (`乾` `著` `瞭`) are converted on traditional pages only.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from gongkai.inference.aligned import AlignedText
from gongkai.inference.normalise.taiwan import FOR_TAIWAN_PAGES, ON_ANY_TRADITIONAL_PAGE, TELL_TALE
from gongkai.inference.normalise.widths import Replacements

_LEAST = 3
_SHARE = 0.02
_IDEOGRAPH = re.compile("[\u4e00-\u9fff]")
_KEEP = {
    "著": re.compile("(?:(?<=[显顯卓昭名专專原土论論编編遗遺巨译譯拙合所]))著|著(?=[名作称稱述录錄书書者])"),
    "乾": re.compile("乾(?=[坤隆县縣安陵元州])"),
    "瞭": re.compile("瞭(?=[望哨])"),
    "於": re.compile("於(?=[潜潛陵菟])"),
}


@cache
def tables() -> tuple[dict[int, str], dict[int, str]]:
    """Code point → simplified character: those of traditional script only, and those that simplified text has too."""
    found: dict[str, dict[int, str]] = {}
    section: dict[int, str] = {}
    for line in (files("gongkai.inference") / "normalise" / "traditional.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = found.setdefault(line.strip("[]"), {})
        elif not line.startswith("#"):
            section |= {ord(pair[0]): pair[1] for pair in line.split()}
    return found["always"], found["traditional pages"]


@cache
def _replacements() -> tuple[Replacements, Replacements]:
    """What is simplified on every page, and what is on traditional ones."""
    always, shared = tables()
    return Replacements.of(always), Replacements.of(always | shared)


def is_traditional(text: str) -> bool:
    """Whether enough characters exist in traditional script only: three, and one in fifty of the ideographs."""
    count = _replacements()[0].count(text)
    return count >= _LEAST and (count >= _SHARE * len(text) or count >= _SHARE * len(_IDEOGRAPH.findall(text)))


def simplify(text: AlignedText) -> tuple[AlignedText, int]:
    """Traditional characters become their simplified form, one for one."""
    kept = {
        match.start(): match.group() for character, keep in _KEEP.items() if character in text.text for match in keep.finditer(text.text)
    }
    new, count = _replacements()[is_traditional(text.text)].made(text)
    if not kept:
        return new, count
    characters = list(new.text)
    for position, character in kept.items():
        count -= characters[position] != character
        characters[position] = character
    return (new.with_text("".join(characters)), count) if count else (text, 0)


def undo_taiwan_wording(text: AlignedText) -> tuple[AlignedText, int]:
    """Words of a Taiwan conversion (`規範性檔案` `資訊`) become the mainland's (simplified), on traditional pages only.

    Most of the words are good mainland Chinese with another sense, so they are changed only where the page says `資訊` and not `信息`.
    """
    if not is_traditional(text.text):
        return text, 0
    simplified = _replacements()[True].made(text)[0].text
    edits = [(*match.span(), ON_ANY_TRADITIONAL_PAGE.word(match)) for match in ON_ANY_TRADITIONAL_PAGE.pattern.finditer(simplified)]
    if simplified.count(TELL_TALE[0]) > simplified.count(TELL_TALE[1]):
        edits = [(*match.span(), FOR_TAIWAN_PAGES.word(match)) for match in FOR_TAIWAN_PAGES.pattern.finditer(simplified)]
    return text.edit(edits), len(edits)
