"""Writes `inference/normalise/traditional.txt` from OpenCC: `python -m gongkai.training.tools.traditional_table`."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import opencc

_IDEOGRAPHS = (range(0x3400, 0x4DC0), range(0x4E00, 0xA000))
_PER_LINE = 40
_HEADER = """\
# Made by gongkai.training.tools.traditional_table from OpenCC (t2s, tw2s, hk2s, jp2t, one character at a time). Do not edit.
# Pairs of a character and its simplified form. [always]: never part of simplified text. [traditional pages]: simplified text has it too.
"""
# OpenCC leaves these to its phrase tables, or takes them for simplified.
EXTRA = {"谘": "咨", "瞭": "了", "著": "着", "鉅": "巨", "甯": "宁", "迳": "径", "併": "并", "並": "并", "効": "效", "緖": "绪"}

# In the standard set of simplified text, yet used there by mistake only.
NEVER_SIMPLIFIED = frozenset("於後菸谘")


def table() -> dict[str, str]:
    """Every ideograph of the basic plane with its one simplified form, where that is another one of the basic plane."""
    to_simplified = opencc.OpenCC("t2s").convert
    found = {a: b for a in _ideographs() if (b := to_simplified(a)) != a and len(b) == 1 and ord(b) < 0x10000}
    for config in ("tw2s", "hk2s", "jp2t"):
        convert = opencc.OpenCC(config).convert
        for character in _ideographs():
            simplified = to_simplified(convert(character))
            if character not in found and simplified != character and not in_gb2312(character) and in_gb2312(simplified):
                found[character] = simplified
    return {**found, **EXTRA}


def _ideographs() -> list[str]:
    return [chr(code) for part in _IDEOGRAPHS for code in part]


def in_gb2312(character: str) -> bool:
    """Whether simplified text of the standard set can hold `character`."""
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def render(pairs: dict[str, str]) -> str:
    """The file's text: both sections in code point order."""
    shared = ({a for a in pairs if in_gb2312(a)} | {"瞭", "著"}) - NEVER_SIMPLIFIED
    sections = (("always", sorted(set(pairs) - shared)), ("traditional pages", sorted(shared)))
    return _HEADER + "".join(f"[{name}]\n{_lines([a + pairs[a] for a in keys])}" for name, keys in sections)


def _lines(pairs: list[str]) -> str:
    return "".join(" ".join(pairs[i : i + _PER_LINE]) + "\n" for i in range(0, len(pairs), _PER_LINE))


if __name__ == "__main__":
    Path(str(files("gongkai.inference") / "normalise" / "traditional.txt")).write_text(render(table()), encoding="utf-8")
