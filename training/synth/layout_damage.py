"""Damage to the flow of running text: spaces, hard line ends, markup left over, recognition errors."""

from __future__ import annotations

import re
from random import Random

from gongkai.inference.aligned import Edit
from gongkai.training.synth.augment import replace_marked
from gongkai.training.synth.edits import insert
from gongkai.training.synth.marked import MarkedText

_WORDS = re.compile("行政复议|行政诉讼|主动公开|依申请公开|政府信息公开|自然人|总体情况|予以公开|年度报告|办结率")
_ENTITIES = {"“": "&ldquo;", "”": "&rdquo;", ">": "&gt;", "—": "&mdash;", "·": "&middot;", "&": "&amp;", "《": "&laquo;"}
_TAGS = ("<br>", "<br/>", "</p><p>", "<p>", "</span>", "<strong>", "<!-- -->", "<!--StartFragment-->", "<o:p></o:p>")
_SOFT = ("\u200b", "\ufeff", "\xa0")


def spaces_inside(text: MarkedText, rng: Random) -> MarkedText:
    """Spaces inside numbers (`2 4 6`), inside words (`行 政 复 议`), or around numbers; never inside cells of tables."""
    kind = rng.choice(("numbers", "words", "around", "around"))
    cells = [mark for mark in text.marks if mark.label in ("value", "blank")]
    numbers = [m.span() for m in re.finditer("[0-9]+(?:[.,][0-9]+)*", text.text)]
    free = [(s, e) for s, e in numbers if not any(mark.start < e and s < mark.end for mark in cells)]
    if kind == "numbers":
        return insert(text, [(i, " ") for s, e in free if e - s > 1 and rng.random() < 0.5 for i in range(s + 1, e)])
    if kind == "words":
        spans = [m.span() for m in _WORDS.finditer(text.text) if rng.random() < 0.5]
        return insert(text, [(i, " ") for s, e in spans for i in range(s + 1, e)])
    return insert(text, [(i, " ") for span in free for i in span])


def hard_wraps(text: MarkedText, rng: Random) -> MarkedText:
    """A line end every so many characters, wherever that falls: inside words, and inside numbers too."""
    width = rng.randint(18, 46)
    end = rng.choice(("\n", "\n", "\n\n", " \n"))
    insertions, column = [], 0
    for place, character in enumerate(text.text):
        if column >= width and character != "\n":
            insertions.append((place, end))
            column = 0
        column = 0 if character == "\n" else column + 1
    return insert(text, insertions)


def markup_left(text: MarkedText, rng: Random) -> MarkedText:
    """HTML entities in place of signs, and tags or comments after full stops."""
    edits: list[Edit] = []
    if rng.random() < 0.7:
        edits = [(i, i + 1, _ENTITIES[c]) for i, c in enumerate(text.text) if c in _ENTITIES]
    text = replace_marked(text, edits)
    tag = rng.choice(_TAGS)
    ends = [m.start() for m in re.finditer("(?<=。)", text.text) if rng.random() < 0.4]
    return insert(text, [(place, tag) for place in ends if not any(mark.start < place < mark.end for mark in text.marks)])


def recognition_errors(text: MarkedText, rng: Random) -> MarkedText:
    """O for 0, l for 1 in some numbers, as optical recognition has it."""
    letters = str.maketrans("0", "O") if rng.random() < 0.8 else str.maketrans("1", "l")
    numbers = [match for match in re.finditer("[0-9]+", text.text) if rng.random() < 0.2]
    return text.edit((match.start(), match.end(), match[0].translate(letters)) for match in numbers)


def soft_characters(text: MarkedText, rng: Random) -> MarkedText:
    """Characters without width, and hard spaces."""
    sign = rng.choice(_SOFT)
    return insert(text, [(place, sign) for place in range(1, len(text.text)) if rng.random() < 0.02])


def one_line(text: MarkedText, rng: Random) -> MarkedText:
    """A15: no line ends, with a space or nothing in their place."""
    space = rng.choice((" ", " ", ""))
    return text.edit((m.start(), m.end(), space) for m in re.finditer("\\s*\n\\s*", text.text))
