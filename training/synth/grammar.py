"""Wordings expanded to marked text: the notation of `training/synth/wording`, and the facts that fill it.

`[a|b]` one of several, nestable · `<name>` a wording of that name, or a fact (`<Y>`, `<self>`) · `{rr}` a figure printed ·
`{rr=0:…}` wording that means 0 · `{rh=*:…}` a universal statement · `{AG}` an entity · `#2` a number of two digits that is no figure ·
`#%` a rate.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random

from gongkai.inference.results import Basis
from gongkai.model.errors import ConfigError
from gongkai.model.labels import label_set
from gongkai.training.passages import ENTITY_CODES, FIGURE_CODES
from gongkai.training.synth.marked import MarkedText
from gongkai.training.synth.numerals import Number, write
from gongkai.training.synth.statements import statement_key

_INNERMOST = re.compile("\\[([^\\[\\]]*)\\]")
_NAME = re.compile("<([a-zA-Z_.0-9+-]+)>")
_STRAY = re.compile("#([1-9%])")
_TOKEN = re.compile("\\{([A-Za-z+]+)(?:=([0*]):([^{}]*))?\\}")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the wordings speak of: figures by code (`rr`), entities by code (`AG`), names (`self`, `Y`, `m`), and how numbers look.

    `manner` is a number written as all are to be written: `1` plain, `1,000` with commas, `三` in Chinese numerals below 100.
    """

    figures: Mapping[str, Number]
    entities: Mapping[str, str]
    names: Mapping[str, str]
    manner: str = "1"
    pad: str = ""


@cache
def wordings() -> dict[str, tuple[str, ...]]:
    """All wordings by name. Raises ConfigError, naming file and line, for a wording that stands under no name."""
    found: dict[str, list[str]] = {}
    folder = files("gongkai.training") / "synth" / "wording"
    for source in sorted((item for item in folder.iterdir() if item.name.endswith(".txt")), key=lambda item: item.name):
        name = ""
        for number, line in enumerate(source.read_text(encoding="utf-8").splitlines(), 1):
            title = re.fullmatch("\\[([a-z_.0-9]+)\\]", line)
            if title:
                name = title[1]
            elif line and not line.startswith("# "):
                if not name:
                    raise ConfigError(f"{source.name}:{number}: {line[:30]!r} stands under no [name]")
                found.setdefault(name, []).append(line.replace("\\n", "\n"))
    return {name: tuple(lines) for name, lines in found.items()}


def say(name: str, facts: Facts, rng: Random) -> MarkedText:
    """One wording of `name`, filled with `facts`."""
    return fill(expand(rng.choice(_wording(name)), facts, rng), facts)


def _wording(name: str) -> tuple[str, ...]:
    lines = wordings().get(name)
    if not lines:
        raise ConfigError(f"no wording [{name}] in training/synth/wording, and no fact of that name was given")
    return lines


def expand(template: str, facts: Facts, rng: Random) -> str:
    """`template` with alternatives chosen, names resolved and stray numbers drawn; the `{…}` stay."""
    while True:
        match = _NAME.search(template) if "[" not in template else None
        if "[" in template:
            template = _INNERMOST.sub(lambda choice: rng.choice(choice[1].split("|")), template, count=1)
        elif match:
            known = facts.names.get(match[1])
            template = (
                template[: match.start()] + (known if known is not None else rng.choice(_wording(match[1]))) + template[match.end() :]
            )
        else:
            return _STRAY.sub(lambda stray: _stray_number(stray[1], rng), template)


def _stray_number(size: str, rng: Random) -> str:
    if size == "%":
        return f"{rng.uniform(1, 100):.{rng.choice((0, 1, 1, 2))}f}"
    return str(rng.randint(10 ** (int(size) - 1), 10 ** int(size) - 1))


def fill(text: str, facts: Facts) -> MarkedText:
    """`text` with every `{…}` replaced by what `facts` say, under its mark."""
    parts: list[MarkedText | str] = []
    position = 0
    for token in _TOKEN.finditer(text):
        parts += (text[position : token.start()], _filled(token, facts))
        position = token.end()
    return MarkedText.join((*parts, text[position:]))


def _filled(token: re.Match[str], facts: Facts) -> MarkedText | str:
    codes = token[1].split("+")
    if codes[0] in ENTITY_CODES:
        return MarkedText.of(facts.entities[codes[0]], ENTITY_CODES[codes[0]])
    label = label_set().class_of(FIGURE_CODES[code] for code in codes)
    if token[2] == "0":
        return MarkedText.of(token[3], label, statement_key(0, Basis.ZERO))
    value = facts.figures[codes[0]]
    if token[2] == "*":
        return MarkedText.of(token[3], label, statement_key(value, Basis.ALL))
    number = MarkedText.of(printed(value, facts.manner), label, statement_key(value, Basis.PRINTED))
    return MarkedText.join((facts.pad, number, facts.pad)) if facts.pad else number


def printed(value: Number, manner: str) -> str:
    """`value` in the manner of the report; Chinese numerals only for small whole numbers."""
    if manner == "三" and (value != int(value) or value >= 100 or value == 0):
        return str(value)
    if manner == "1.1万":
        exact = round(value / 10**4, 1) * 10**4 == value
        return write(value, manner) if value >= 10**4 and exact else str(value)
    return write(value, manner)
