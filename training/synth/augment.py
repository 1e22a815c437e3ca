"""A written passage made anew: other numbers, years, names, measure words and punctuation under the same marks."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from random import Random

from gongkai.inference.aligned import Edit
from gongkai.inference.results import Basis
from gongkai.training.synth.marked import Mark, MarkedText
from gongkai.training.synth.names import place_stem
from gongkai.training.synth.numerals import Number, drawn_like, is_chinese, value_of, write
from gongkai.training.synth.statements import stated, statement_key

Change = Callable[[MarkedText, Random], MarkedText]

_COUNTED = re.compile(
    "(?<![第0-9.,\uff0c./〔(-])((?:[0-9]{1,3}(?:,[0-9]{3})+|0|[1-9][0-9]*)(?:\\.[0-9]+)?[万亿]?)(?=[余多]?"
    "(?:[件条宗份起例次期册篇个场封则项部批幅人家通章本集讲轮班%\uff05]|万元|元|平方米|台|块|户|名|亩|公里))"
)
_RATE = re.compile("\\s*[%\uff05]")
_YEAR = re.compile("(?<![0-9〔])20(?:1[5-9]|2[0-6])(?=年)")
_PLACE = re.compile("^([\u4e00-\u9fff]{2})(?:省|市|县|区|州|镇|乡|街道|自治)")
_SWAPPED_UNITS = {"requests": "件宗份条", "reviews": "件起宗例", "litigations": "件起宗例", "complaints": "件起宗例"}
_FULL_WIDTH_MARKS = {",": "\uff0c", ";": "\uff1b", ":": "\uff1a", "(": "\uff08", ")": "\uff09"}
_HALF_WIDTH_MARKS = {wide: narrow for narrow, wide in _FULL_WIDTH_MARKS.items()}


def replace_marked(text: MarkedText, edits: list[Edit]) -> MarkedText:
    """`text` with `edits` applied in order of their places; of overlapping edits the first counts."""
    chosen: list[Edit] = []
    for edit in sorted(edits):
        if not chosen or edit[0] >= chosen[-1][1]:
            chosen.append(edit)
    return text.edit(chosen)


def new_numbers(text: MarkedText, rng: Random) -> MarkedText:
    """Every count under a new value of the same size and manner; equal numbers stay equal, 0 stays 0.

    A passage whose universal statement speaks of a number that is not printed in it is left alone.
    """
    printed = {mark: said[0] for mark in text.marks if (said := stated(mark.key)) and said[1] is Basis.PRINTED}
    universal = {said[0] for mark in text.marks if (said := stated(mark.key)) and said[1] is Basis.ALL}
    found = _counted(text)
    known = {*printed.values(), *(value_of(text.text[start:end]) for start, end in found)}
    if not universal <= known:
        return text
    drawn: dict[Number, Number] = {0: 0}
    spans = [(mark.start, mark.end) for mark in printed] + found
    edits = []
    for start, end in sorted(spans):
        old = text.text[start:end]
        value = value_of(old)
        if value not in drawn:
            drawn[value] = _drawn(text.text, start, end, rng)
        edits.append((start, end, write(drawn[value], old)))
    return replace_marked(_restated(text, drawn), edits)


def _drawn(text: str, start: int, end: int, rng: Random) -> Number:
    """A new value; a rate stays a rate."""
    old = text[start:end]
    if _RATE.match(text, end):
        value = value_of(old)
        return value if value == 100 else round(rng.uniform(1, 99.9), len(old.partition(".")[2]))
    return drawn_like(old, rng)


def _counted(text: MarkedText) -> list[tuple[int, int]]:
    """Numbers with a measure word that no mark touches."""
    taken = [(mark.start, mark.end) for mark in text.marks]
    spans = [match.span(1) for match in _COUNTED.finditer(text.text)]
    return [(start, end) for start, end in spans if not any(start < stop and first < end for first, stop in taken)]


def _restated(text: MarkedText, drawn: dict[Number, Number]) -> MarkedText:
    """The keys of the marks with the values that the new numbers give them."""
    marks = []
    for mark in text.marks:
        said = stated(mark.key)
        marks.append(replace(mark, key=statement_key(drawn.get(said[0], said[0]), said[1])) if said else mark)
    return MarkedText(text.text, tuple(marks))


def new_years(text: MarkedText, rng: Random) -> MarkedText:
    """All years shifted alike, so that last year stays last year; document numbers keep theirs."""
    years = [int(match[0]) for match in _YEAR.finditer(text.text)]
    if not years:
        return text
    shift = rng.randint(2018 - min(years), max(2025 - max(years), 2018 - min(years)))
    edits = [(match.start(), match.end(), str(int(match[0]) + shift)) for match in _YEAR.finditer(text.text)]
    titled = [mark for mark in text.marks if mark.label == "report_year" and re.fullmatch("20[0-9]{2}", text.text[mark.start : mark.end])]
    edits += [(mark.start, mark.end, str(int(text.text[mark.start : mark.end]) + shift)) for mark in titled]
    return replace_marked(text, edits)


def new_place(text: MarkedText, rng: Random) -> MarkedText:
    """The two characters that name the place of the organ replaced wherever they stand."""
    names = (text.text[mark.start : mark.end] for mark in text.marks if mark.label == "agency")
    stem = next((match[1] for name in names if (match := _PLACE.match(name))), None)
    if stem is None:
        return text
    other = place_stem(rng)
    return replace_marked(text, [(match.start(), match.end(), other) for match in re.finditer(stem, text.text)])


def new_measure_words(text: MarkedText, rng: Random) -> MarkedText:
    """件 after figures of requests, reviews or suits replaced by another measure word, the same for the whole passage."""
    chosen = {family: rng.choice(units) for family, units in _SWAPPED_UNITS.items()}
    edits = []
    for mark in text.marks:
        unit = chosen.get(mark.label.partition("_")[0].partition("+")[0])
        if unit and text.text[mark.end : mark.end + 1] == "件" and text.text[mark.end : mark.end + 2] not in ("件次", "件("):
            edits.append((mark.end, mark.end + 1, unit))
    return replace_marked(text, edits)


def _outside(text: MarkedText, place: int) -> bool:
    return not any(mark.start <= place < mark.end for mark in text.marks)


def new_pauses(text: MarkedText, rng: Random) -> MarkedText:
    """Some commas made semicolons or full stops and the reverse, never inside a mark or a number."""
    others = {",": ";", "\uff0c": "\uff1b", ";": ",。", "\uff1b": "\uff0c。", "。": ";\uff1b"}
    pauses = re.finditer("(?<![0-9])[,;\uff0c\uff1b]|。(?=.)", text.text)
    chosen = [match for match in pauses if rng.random() < 0.12 and _outside(text, match.start())]
    return replace_marked(text, [(match.start(), match.end(), rng.choice(others[match[0]])) for match in chosen])


def other_width(text: MarkedText, rng: Random) -> MarkedText:
    """All punctuation half-width or all full-width; commas inside numbers stay half-width."""
    table = rng.choice((_FULL_WIDTH_MARKS, _HALF_WIDTH_MARKS))
    inside = re.compile("[0-9],[0-9]{3}")
    kept = {match.start() + 1 for match in inside.finditer(text.text)}
    edits = [(i, i + 1, table[c]) for i, c in enumerate(text.text) if c in table and i not in kept]
    return replace_marked(text, edits)


def chinese_or_arabic(text: MarkedText, rng: Random) -> MarkedText:
    """Some small printed figures written in Chinese numerals or, where they were, in Arabic ones."""
    edits = []
    for mark in text.marks:
        said = stated(mark.key)
        if said is None or said[1] is not Basis.PRINTED or rng.random() > 0.06 or mark.label == "completion_rate":
            continue
        old, value = text.text[mark.start : mark.end], said[0]
        if is_chinese(old) and old not in ("百", "千", "十", "万"):
            edits.append((mark.start, mark.end, str(value)))
        elif old.isdigit() and int(value) < 200 and value != 0 and text.text[mark.end : mark.end + 1] >= "\u4e00":
            edits.append((mark.start, mark.end, write(value, "三")))
    return replace_marked(text, edits)


_CHANGES: tuple[tuple[Change, float], ...] = (
    (new_numbers, 0.85),
    (new_years, 0.7),
    (new_place, 0.8),
    (new_measure_words, 0.35),
    (new_pauses, 0.4),
    (chinese_or_arabic, 0.5),
)


def augment(text: MarkedText, rng: Random) -> MarkedText:
    """`text` made anew; its marks keep their labels and state their new values."""
    for change, chance in _CHANGES:
        if rng.random() < chance:
            text = change(text, rng)
    return text


def cut(text: MarkedText, start: int, end: int) -> MarkedText:
    """Characters `start` to `end`; a mark that crosses a border is an error of the caller and is left out."""
    marks = tuple(replace(m, start=m.start - start, end=m.end - start) for m in text.marks if m.start >= start and m.end <= end)
    return MarkedText(text.text[start:end], marks)


def strip(text: MarkedText) -> MarkedText:
    """`text` without blank ends."""
    start = len(text.text) - len(text.text.lstrip())
    end = max(start, len(text.text.rstrip()))
    return cut(text, start, end)


__all__ = ["Change", "Mark", "augment", "cut", "new_numbers", "new_years", "other_width", "replace_marked", "strip"]
