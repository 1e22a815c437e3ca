"""Where an entity begins and ends: spans that a network cut too short or too long, mended to the whole name, number or date."""

from __future__ import annotations

import re

from gongkai.inference.results import Offsets

ORGAN = re.compile(
    r"(?:人民政府(?:办公[厅室])?|办公[厅室]|街道办事处|办事处|委员会(?:办公室)?|管委会|[局厅署院社处站所队校办会委部室馆场台]|中心|[总分]公司|银行|海关|大学|学院|"
    r"法院|检察院|街道|[省市县区州盟旗镇乡])$"
)
"""What names of organs end with."""

_PAD = " \t\r\n\u3000\xa0,，。;；:：、“”\"'《》【】|"
_PARTNERS = {"(": ")", ")": "(", "（": "）", "）": "（", "〔": "〕", "〕": "〔", "[": "]", "]": "["}
_EDGES = {"period": ("自从", "止"), "phone": ("-", "-")}

_REACH = 16
_ORDER = re.compile(r"(?:国务院)?令\s?第?\s?\d{1,4}\s?号")
_FILED = re.compile(r"〔\s?20\d\d〕?\s?第?\s?\d{1,5}\s?号")
_PHONE = re.compile(r"[\d*]+(?:\s?[-—–－]\s?[\d*]+)*")
_DATE = re.compile(r"(?<!\d)20\d\d\s?[-年/.]\s?\d{1,2}\s?[-月/.]\s?\d{1,2}(?!\d)(?:\s?日)?")
_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
_WHOLE = {"document_number": (_ORDER, _FILED), "phone": (_PHONE,), "issue_date": (_DATE,), "report_year": (_YEAR,)}
_NUMERAL = r"[\d\uff10-\uff19〇○零OoＯ一二三四五六七八九十廿卅元]"
_MEANT = {
    "issue_date": re.compile(rf"{_NUMERAL}(?:\W{{1,4}}|\W{{0,4}}[年月]\W{{0,4}}){_NUMERAL}|\d{{8}}"),
    "phone": re.compile(r"(?:[\d\uff10-\uff19*]\W*){5}"),
}
"""What must be in a span of a label: a page number (`- 1 -`) is no date."""

_OF_DISCLOSURE = re.compile(r"(?:(?<!人民)政府)?(?:信息|政务)公开(?:工作)?领导小组")
_REST_OF_NAME = re.compile(
    r"[\u4e00-\u9fff]{0,8}?(?:委员会|管委会|办公[厅室]|街道(?:办事处)?|中心|(?:[省市县区州盟旗镇乡])(?:人民政府(?:办公[厅室])?)?|[局厅署院委])"
)


def entity_span(text: str, start: int, end: int, label: str) -> Offsets | None:
    """Characters `start` to `end` of `text` as the whole entity that they are, hold or cut through, or None if nothing is left
    or what is left cannot be what the label says.

    Punctuation, 自 … 止 and brackets without their partner are left out.

    >>> entity_span("(国务院令第711号)", 1, 2, "document_number")
    (1, 10)
    """
    start, end = _trimmed(text, start, end, label)
    if start >= end:
        return None
    for pattern in _WHOLE.get(label, ()):
        start, end = _whole(text, start, end, pattern)
    if label in _MEANT and not _MEANT[label].search(text, start, end):
        return None
    return _name(text, start, end) if label == "agency" else (start, end)


def _trimmed(text: str, start: int, end: int, label: str) -> Offsets:
    before, after = _EDGES.get(label, ("", ""))
    while start < end and (text[start] in _PAD + before or _lacks_partner(text[start:end], 0)):
        start += 1
    while start < end and (text[end - 1] in _PAD + after or _lacks_partner(text[start:end], -1)):
        end -= 1
    return start, end


def _lacks_partner(text: str, place: int) -> bool:
    """Whether the first or last character is a bracket whose partner is not in the text."""
    partner = _PARTNERS.get(text[place])
    return partner is not None and partner not in text


def _whole(text: str, start: int, end: int, pattern: re.Pattern[str]) -> Offsets:
    """The span widened to the one match of `pattern` that it overlaps; left as it is where it overlaps none or several."""
    origin = max(0, start - _REACH)
    found = [match.span() for match in pattern.finditer(text, origin, end + _REACH) if match.start() < end and start < match.end()]
    if len(found) != 1:
        return start, end
    return min(start, found[0][0]), max(end, found[0][1])


def _name(text: str, start: int, end: int) -> Offsets:
    """The name of an organ without its committee for disclosure, and completed where it breaks off inside a word."""
    start += text[start - 1 : start + 1] in ("结合", "会同", "联合")
    body = _OF_DISCLOSURE.search(text, start + 3, end + _REACH)
    if body and body.start() < end:
        return start, body.start()
    if ORGAN.search(text[start:end]):
        return start, end
    rest = _REST_OF_NAME.match(text, end)
    return start, rest.end() if rest else end
