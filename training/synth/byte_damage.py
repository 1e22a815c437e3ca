"""Damage of wrong decoding and of lost characters: slips, mojibake, question marks, gaps in dates and numbers of documents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

from gongkai.inference.aligned import Edit
from gongkai.training.synth.augment import replace_marked
from gongkai.training.synth.edits import insert, remove, touched, translate
from gongkai.training.synth.marked import MarkedText
from gongkai.training.synth.slips import slip, utf8_as_gbk

_RUN = re.compile("[\u3001-\u3015\u2014-\u201d\u4e00-\u9fff\uff01-\uff5e]{2,}")
_NUMBERED = re.compile("(?m)^[(\uff08][一二三四五六七八九十][)\uff09]|(?m:^)[一二三四五六七八九十]、")
_DATE = re.compile("20[0-9]{2}年[0-9]{1,2}月[0-9]{1,2}日|[0-9]{1,2}月[0-9]{1,2}日")
_LINE = re.compile("(?m)^(?=[\u4e00-\u9fff(\uff08“])")
_STRUCTURE = ("section", "row", "column", "block")


def _wide(text: MarkedText) -> MarkedText:
    """Brackets, commas and colons beside Chinese characters in full width, as they are in a page before it is normalised."""
    table = {"(": "\uff08", ")": "\uff09", ",": "\uff0c", ":": "\uff1a", ";": "\uff1b"}
    edits = [(i, i + 1, table[c]) for i, c in enumerate(text.text) if c in table and not text.text[i + 1 : i + 2].isdigit()]
    return text.edit(edits)


def _slippable(text: MarkedText) -> Iterator[tuple[int, int]]:
    """Runs without ASCII that a slip can take: at a line's beginning or after a quote, without figures in them."""
    for match in _RUN.finditer(text.text):
        start, end = match.span()
        crossing = [mark for mark in text.marks if mark.start < end and start < mark.end]
        whole = all(mark.label in _STRUCTURE and mark.start <= start and end <= mark.end for mark in crossing)
        if whole and (not start or text.text[start - 1] in "\n\u3000 “”"):
            yield start, end


def slip_bytes(text: MarkedText, rng: Random) -> MarkedText:
    """E5: headings, and some other runs at the beginning of lines, read one byte out of step."""
    text = _wide(text) if rng.random() < 0.8 else text
    edits: list[Edit] = []
    share = rng.choice((0.1, 0.3))
    for start, end in _slippable(text):
        heading = text.text[start] in "\uff08“"
        if rng.random() < (0.8 if heading else share):
            stop = end if rng.random() < 0.6 else start + min(end - start, rng.randint(2, 14))
            edits.append((start, stop, slip(text.text[start:stop])))
    return replace_marked(text, [edit for edit in edits if edit[2].strip()])


def misread_utf8(text: MarkedText, rng: Random) -> MarkedText:
    """Bits of the running text in UTF-8 read as GBK."""
    edits: list[Edit] = []
    for match in _RUN.finditer(text.text):
        if rng.random() > 0.08:
            continue
        start = match.start()
        end = min(match.end(), start + rng.randint(2, 12))
        if not touched(text, start, end):
            edits.append((start, end, utf8_as_gbk(text.text[start:end])))
    return replace_marked(text, [edit for edit in edits if edit[2].strip()])


def question_marks(text: MarkedText, rng: Random) -> MarkedText:
    """E6: `????` where full-width spaces stood at the beginning of paragraphs."""
    sign = rng.choice(("????", "??", "????", "\u3000\u3000", "&nbsp;&nbsp;"))
    return insert(text, [(match.start(), sign) for match in _LINE.finditer(text.text) if rng.random() < 0.8 and _long(text, match.start())])


def _long(text: MarkedText, start: int) -> bool:
    end = text.text.find("\n", start)
    return (len(text.text) if end < 0 else end) - start > 12


def gaps_in_dates(text: MarkedText, rng: Random) -> MarkedText:
    """E7: the same signs of all dates lost (年, or 年 and 月, or all), or some of their digits."""
    lost = rng.choice(("年", "年", "年月", "年月日", "月", "0", "年月"))
    places: list[int] = []
    for match in _DATE.finditer(text.text):
        if rng.random() < 0.9:
            places += [match.start() + i for i, character in enumerate(match[0]) if character in lost and not (lost == "0" and i < 4)]
    return remove(text, places)


def gaps_in_document_numbers(text: MarkedText, rng: Random) -> MarkedText:
    """E8: the closing (or the opening) bracket of document numbers lost."""
    sign = rng.choice("〕〕〕〔")
    return remove(text, [i for i, character in enumerate(text.text) if character == sign])


def gaps_in_punctuation(text: MarkedText, rng: Random) -> MarkedText:
    """E9: some kinds of signs lost everywhere: @, quotes, brackets, stops."""
    kinds = rng.sample(("@", "“”", "《》", "-", "、", "%", "()\uff08\uff09", ";\uff1b"), rng.randint(1, 3))
    lost = "".join(kinds)
    tables = {i for mark in text.marks if mark.label in ("value", "blank", *_STRUCTURE) for i in range(mark.start, mark.end)}
    return remove(text, [i for i, character in enumerate(text.text) if character in lost and i not in tables])


def no_punctuation(text: MarkedText, rng: Random) -> MarkedText:
    """All stops and commas of the running text lost, or turned to spaces; decimal points and commas in numbers stay."""
    signs = [match.start() for match in re.finditer("[、。;:\uff0c\uff1b\uff1a]|,(?![0-9]{3})", text.text)]
    free = [place for place in signs if not touched(text, place, place + 1)]
    if rng.random() < 0.4:
        return text.edit((place, place + 1, " ") for place in free)
    return remove(text, free)


def noise_symbols(text: MarkedText, rng: Random) -> MarkedText:
    """E10: symbols or brackets strewn between Chinese characters."""
    share = rng.choice((0.01, 0.03))
    gaps = re.finditer("(?<=[\u4e00-\u9fff])(?=[\u4e00-\u9fff])", text.text)
    signs = ("■◆★■", "■", "◆", "★●", "【", "】", "—", "◤", "※")
    return insert(text, [(gap.start(), rng.choice(signs)) for gap in gaps if rng.random() < share])


def redaction(text: MarkedText, rng: Random) -> MarkedText:
    """E11: asterisks over the place of the organ wherever it stands, or over a few words."""
    name = next((text.text[m.start : m.end] for m in text.marks if m.label == "agency"), None)
    stem = re.escape(name[: rng.choice((2, 3))]) if name and len(name) > 4 else rng.choice(("动信", "务公", "开工"))
    stars = "*" * rng.choice((2, 3, 4))
    return replace_marked(text, [(match.start(), match.end(), stars) for match in re.finditer(stem, text.text)])


def full_width(text: MarkedText, rng: Random) -> MarkedText:
    """Digits, or digits and letters and signs, in full width."""
    signs = "0123456789" if rng.random() < 0.6 else "0123456789,.:;()%-@abcdefghijklmnopqrstuvwxyz"
    return translate(text, {ord(character): ord(character) + 0xFEE0 for character in signs})
