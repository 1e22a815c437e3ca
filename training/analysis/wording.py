"""In which words a span says what it says: the classes that errors fall into."""

from __future__ import annotations

import re
from enum import StrEnum

from gongkai.inference.numbers import read_number
from gongkai.inference.numerals import NUMERAL_CHARS, fold
from gongkai.inference.results import Basis
from gongkai.inference.universal import wording_basis
from gongkai.model.labels import label_set


class Wording(StrEnum):
    """The class of a span; every span is of exactly one."""

    PRINTED = "printed number"
    PRINTED_ZERO = "printed 0"
    RATE = "rate"
    SCALED = "digits and 万, 亿, 百"
    APART = "digits apart or wide"
    NUMERALS = "Chinese numerals"
    ZERO = "wording that means 0"
    ALL = "universal statement"
    ENTITY = "entity"
    TABLE = "table structure"


_DIGITS = re.compile(r"\d")
_PLAIN = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
_SCALE = re.compile(r"[万亿百千]")
_NUMERALS = re.compile(rf"[{NUMERAL_CHARS}廿卅百千\s]+")


def wording_class(text: str, label: str) -> Wording:
    """The class of a span with these characters under the single label `label`.

    >>> wording_class("2.3万", "website_visits").value
    'digits and 万, 亿, 百'
    >>> wording_class("未收到公开申请", "requests_received").value
    'wording that means 0'
    """
    labels = label_set()
    if label in labels.structure:
        return Wording.TABLE
    if label in labels.entities:
        return Wording.ENTITY
    if label == "completion_rate" and (read_number(text) or _DIGITS.search(fold(text))):
        return Wording.RATE
    return _figure_class(text, label)


def _figure_class(text: str, label: str) -> Wording:
    folded = fold(text)
    number = read_number(text)
    if number is None and not _PLAIN.fullmatch(folded):
        return Wording.ZERO if wording_basis(text, label) is Basis.ZERO else Wording.ALL
    if _NUMERALS.fullmatch(folded):
        return Wording.NUMERALS
    if _SCALE.search(folded):
        return Wording.SCALED
    if not _PLAIN.fullmatch(text):
        return Wording.APART
    return Wording.PRINTED_ZERO if number is not None and number.value == 0 else Wording.PRINTED
