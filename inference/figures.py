"""From labelled spans to the figures of the narrative: numbers as printed, wording that means 0, wording that means all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from gongkai.inference.foreign import carried_which_way, without_foreign, without_repeats
from gongkai.inference.numbers import PERCENT, Number, read_number, unit_after
from gongkai.inference.numerals import NUMERAL_CHARS, fold
from gongkai.inference.results import Basis, Figure, Offsets
from gongkai.inference.universal import antecedent_value, can_mean_all, of_both, wording_basis
from gongkai.inference.wording import denied_outcome, whole_clause, wording_span
from gongkai.model.labels import label_set, split_class
from gongkai.model.types import LabelledPage, Span

_RATE = "completion_rate"
_OF_APPLICANTS = ("requests_natural_person", "requests_organization", "requests_by_channel")
_REACH = 16
_CUT_OFF = 3
_NEAREST = 60
_SPACE = r"\s{0,2}"
_ARABIC = rf"\d+(?:{_SPACE}[.,]?{_SPACE}\d+)*(?:\s?[余多]?\s?[百千]?[万亿]|[百千](?![分家姓户名]))?"
_NUMERAL = rf"百分之(?:\d+(?:\.\d+)?|[{NUMERAL_CHARS}]+)|[{NUMERAL_CHARS}廿卅]+"
_NUMBER = re.compile(rf"{_ARABIC}|{_NUMERAL}")
_LEFT = re.compile(r"(?:\d+|\d[\d,]*,|\d[\d,]*\.)$")
_RIGHT = re.compile(r"\d+|,\d{3}(?!\d)|\.\d+")
_SCALE = re.compile(r"\s?[余多]?\s?[百千]?[万亿](?![元]*[户家])|[百千](?![分家姓户名里])")
_MORE_SCALES = re.compile(r"(?:\d+(?:\.\d+)?[百千万]+)+")
_COUNTING = NUMERAL_CHARS + "廿卅"
_DATE_AFTER = re.compile(r" ?(?:年|月|日)")
_ORDINAL = re.compile(r"[一二三四五六七八九十]+是")
_WORDS = re.compile(r"[\u4e00-\u9fff]{2}")
_MEASURE = re.compile(r"^[余多来几]?\s*(?:人次|件次|条次|场次|[件条宗份起例次期册篇个部元封场人%])?\s*")
_LIMIT_AFTER = re.compile(r"\s*(?:个|%)?\s*(?:工作|法定)?(?:日|天|年|月|%)")
_EDGES = re.compile(r"^[约近超逾达共仅为同满\s]+|(?:[余多来几]|\s|%|件|条|宗|份|起|例|次|人次|期|册|篇|个|部|元|封|场)+$")


def read_figures(page: LabelledPage, outside: Sequence[Offsets] = ()) -> tuple[Figure, ...]:
    """The figures that the spans of `page` state, in order; offsets are characters of the page's text.

    A joint span gives one figure for each of its labels. Spans that touch one of the ranges `outside` (tables) state none,
    nor do spans whose number cannot be read for certain, nor 均… without a number it could mean.
    """
    figures: list[Figure] = []
    wanted = label_set().figures
    for span in page.spans:
        labels = split_class(span.label)
        if labels[0] in wanted and not any(span.start < end and start < span.end for start, end in outside):
            figures += without_foreign(page.page.text, _figures_of(page.page.text, span, labels, tuple(figures[-_NEAREST:])), figures)
    return without_repeats(page.page.text, figures)


def snap(text: str, start: int, end: int) -> Offsets | None:
    """The span of the whole number that characters `start` to `end` are, hold or cut through, or None.

    约 and 余, a measure word and other words round the number are left out; digits, separators and 万 that belong to it are
    taken in. None if there is no number inside, more than one, or a date.
    """
    origin = max(0, start - _REACH)
    folded = fold(text[origin : end + _REACH])
    found = [match.span() for match in _NUMBER.finditer(folded, start - origin, end - origin)]
    if len(found) != 1:
        return None
    first, last = found[0]
    if folded[first].isdigit():
        first -= _cut_off(folded, first)
    elif folded[first] in _COUNTING:
        first, last = _numeral_run(folded, first, last)
    while folded[last - 1].isdigit() and (more := _RIGHT.match(folded, last)):
        last = more.end()
    scale = _SCALE.match(folded, last) if folded[last - 1].isdigit() else None
    last = _with_more_scales(folded, first, scale.end() if scale else last)
    return None if _DATE_AFTER.match(folded, last) or _ORDINAL.match(folded, first) else (first + origin, last + origin)


def _with_more_scales(text: str, first: int, last: int) -> int:
    """The end of a number that goes on behind its 万 or 亿 (1万2千)."""
    more = _MORE_SCALES.match(text, last) if text[last - 1] in "万亿" else None
    return more.end() if more and read_number(text[first : more.end()]) else last


def _cut_off(text: str, first: int) -> int:
    """How many characters before `first` belong to the number that starts there; a year or 12345 glued to it does not."""
    before = _LEFT.search(text, 0, first)
    digits = before.group() if before else ""
    return 0 if digits.isdigit() and len(digits) > _CUT_OFF else len(digits)


def _numeral_run(text: str, first: int, last: int) -> Offsets:
    """The run of Chinese numerals round `first` to `last`, where it is one number; otherwise those two."""
    begin, end = first, last
    while begin and text[begin - 1] in _COUNTING:
        begin -= 1
    while end < len(text) and text[end] in _COUNTING:
        end += 1
    return (begin, end) if read_number(text[begin:end]) else (first, last)


def _figures_of(text: str, span: Span, labels: tuple[str, ...], earlier: tuple[Figure, ...]) -> Iterator[Figure]:
    printed = _printed(text, span)
    for label in labels if printed else of_both(labels, span, text, earlier):
        if printed is not None:
            yield _printed_figure(text, carried_which_way(text, label, *printed[0]), printed, span.score)
        elif _is_wording(text[span.start : span.end]):
            yield from _worded(text, span, label, earlier)


def _printed(text: str, span: Span) -> tuple[Offsets, Number] | None:
    """The number that the span prints and its place, or None if the span is wording or no certain number."""
    inner = text[span.start : span.end]
    if read_number(inner) is None and _is_wording(inner):
        return None
    place = (span.start, span.end) if "(" in fold(inner) and read_number(inner) else snap(text, span.start, span.end)
    number = read_number(text[slice(*place)]) if place else None
    return (place, number) if place and number else None


def _is_wording(text: str) -> bool:
    """Whether a span speaks instead of counting (均在10日内办结, 没有1件纠正), and is no number with a word too many (5件无)."""
    text = fold(text)
    number = _NUMBER.search(text)
    if number is None:
        return _WORDS.search(_EDGES.sub("", text)) is not None or text.strip() in ("无", "没", "都", "均")
    head, tail = text[: number.start()], _MEASURE.sub("", text[number.end() :])
    if wording_basis(head, "") is Basis.ZERO:
        return True
    counted = number.group()[0].isdigit() or tail != text[number.end() :]
    if counted and not _LIMIT_AFTER.match(text, number.end()) and (not head or not tail):
        return tail.startswith(("也", "都", "均"))
    return _WORDS.search(head + tail) is not None


def _printed_figure(text: str, label: str, printed: tuple[Offsets, Number], score: float) -> Figure:
    (start, end), number = printed
    unit = number.unit or (PERCENT if label == _RATE else unit_after(text, end))
    return Figure(label, number.value, unit, text[start:end], start, end, Basis.PRINTED, score)


def _worded(text: str, span: Span, label: str, earlier: tuple[Figure, ...]) -> Iterator[Figure]:
    start, end = wording_span(text, span.start, span.end)
    basis = wording_basis(text[start:end], label)
    value: int | float | None = None
    if basis is Basis.ZERO:
        label, end = denied_outcome(text, start, end, carried_which_way(text, label, start, end))
        value = None if _denied_of_all(text[start:end], label) else 0
    elif can_mean_all(text[start:end], label):
        start, end = whole_clause(text, start, end)
        value = None if _denied_of_all(text[start:end], label) else antecedent_value(label, (start, end), text, earlier)
    if value is not None:
        yield Figure(label, value, None, text[start:end], start, end, basis, span.score)


def _denied_of_all(words: str, label: str) -> bool:
    """Whether wording about applicants or channels denies something else of all requests (均未产生费用)."""
    return label in _OF_APPLICANTS and words.startswith(("均", "都", "皆")) and wording_basis(words, label) is Basis.ZERO
