"""Writes `inference/normalise/bigrams.txt`: `python -m gongkai.training.tools.bigram_table PASSAGES...`.

The passages are texts written for the project, in simplified script; markup of the form `{label:words}` is taken off.
"""

from __future__ import annotations

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

from gongkai.inference.forms import forms

_MARKUP = re.compile(r"\{[^:{}]*:([^{}]*)\}")
_KNOWN = re.compile("[\u4e00-\u9fff、。“”《》〔〕,;:()!%-]")
_LEAST = 2
_HEADER = "# Made by gongkai.training.tools.bigram_table: a character, then all that follow it, by the power of two of how often.\n"


def counts(texts: Iterable[str]) -> Counter[str]:
    """How often each pair of neighbours occurs; `^` is the start of a line, `#` any digit, `$` any letter, `~` any rare character."""
    found: Counter[str] = Counter()
    for text in texts:
        for line in _MARKUP.sub(r"\1", text).splitlines():
            classes = "^" + "".join(map(character_class, line))
            found.update(map("".join, pairwise(classes)))
    return found


def character_class(character: str) -> str:
    """What stands for `character` in the table."""
    if character.isdecimal():
        return "#"
    if character.isalpha() and character.isascii():
        return "$"
    return character if _KNOWN.match(character) else "~"


def render(found: Counter[str]) -> str:
    """One line for each first character: `公5开务3民` means 公开 at least 2^5 times and 公务, 公民 at least 2^3."""
    rows: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for pair, count in sorted(found.items()):
        if count >= _LEAST:
            rows[pair[0]][count.bit_length() - 1].append(pair[1])
    lines = (first + "".join(f"{_digit(n)}{''.join(rows[first][n])}" for n in sorted(rows[first], reverse=True)) for first in sorted(rows))
    return _HEADER + "".join(line + "\n" for line in lines)


def _digit(power: int) -> str:
    return "0123456789ABCDEFGHIJ"[power]


def _titles() -> Iterable[str]:
    for form in forms().values():
        for table in form.tables:
            yield table.section
            for block in table.blocks:
                yield from (wording for title in (*block.rows, *block.columns) for wording in title.wordings())


if __name__ == "__main__":
    written = (Path(name).read_text(encoding="utf-8") for name in sys.argv[1:])
    target = Path(str(files("gongkai.inference") / "normalise" / "bigrams.txt"))
    target.write_text(render(counts([*written, *_titles(), *_titles()])), encoding="utf-8")
