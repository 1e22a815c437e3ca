"""Who reports, and for which year: entity spans tidied, and the evidence of title, period, signature and date weighed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from gongkai.inference.numerals import fold, read_numeral
from gongkai.inference.results import Entity
from gongkai.model.labels import label_set
from gongkai.model.types import LabelledPage

FIRST_YEAR, LAST_YEAR = 2008, 2035

_PAD = " \t\r\n\u3000\xa0,，。;；:：、“”\"'《》【】|"
_PARTNERS = {"(": ")", ")": "(", "（": "）", "）": "（", "〔": "〕", "〕": "〔", "[": "]", "]": "["}
_EDGES = {"period": ("自从", "止"), "phone": ("-", "-")}

_YEAR_IN_WORDS = r"二[〇零0Oo][〇零一二三][〇零一二三四五六七八九]"
_YEAR = rf"(?:20[0-3]\d|{_YEAR_IN_WORDS})"
_REPORT = r"(?:政府)?信息公开(?:工作)?(?:情况)?(?:的)?(?:年度)?(?:工作)?[报報]告"
_NAME = r"[\u4e00-\u9fff()（）·]{2,45}?"
_REPORTED = re.compile(_REPORT)
_TITLE, _MOST_TITLES = 70, 40
_TITLES = (
    re.compile(rf"(?P<agency>{_NAME})?[ \t\u3000\n《【】]{{0,3}}(?<!\d)(?P<year>{_YEAR}|\d\d)\s?(?:年度?|度)\s?{_REPORT}\Z"),
    re.compile(rf"(?<!\d)(?P<year>{_YEAR})\s?(?:年度?|度)[ \t\u3000\n]?(?P<agency>{_NAME})[ \t\u3000\n]?{_REPORT}\Z"),
    re.compile(rf"(?P<agency>{_NAME})\s?{_REPORT}\s?[(（](?P<year>{_YEAR})年?度?[)）]"),
)
_PERIOD = re.compile(
    r"(?<!\d)(?P<year>20[0-3]\d)(?:年\s?0?1\s?月\s?0?1\s?日?|[-./]0?1[-./]0?1(?!\d)|年?1月1日?|11日|0101)\s?(?:起|至|到|[-—－~])"
)
_PERIOD_ONLY_END = re.compile(r"截[至止]\s?(?:到)?\s?(?P<year>20[0-3]\d)\s?年?\s?12\s?月?")
_DATED = re.compile(r"(?<!\d)(?P<year>20[0-3]\d)\s?[年./-]\s?(?P<month>\d{1,2})(?:\s?[月./-]|$)")
_DATED_WORDS = re.compile(rf"(?P<year>{_YEAR_IN_WORDS})年(?P<month>十?[一二三四五六七八九]|十|元)月")
_MENTION = re.compile(rf"(?<![\d〔\[(（])(?P<year>{_YEAR})年(?!\d*号|第)")

_LEAD_IN = re.compile(r"^.*(?:特编制|编制|形成|撰写|起草|现将|公布|发布|印发|标题|题名|名称|关于|如下|报送|以下是|根据|按照)(?:了|的)?")
_ORGAN = re.compile(
    r"(?:人民政府(?:办公[厅室])?|办公[厅室]|街道办事处|办事处|委员会(?:办公室)?|管委会|[局厅署院社处站所队校办会]|中心|[总分]公司|银行|海关|大学|学院|法院|检察院|"
    r"街道|[省市县区州盟旗镇乡])$"
)
_PLACE = re.compile(r"[省市县区州盟旗镇乡]$")
_SIGNATURE = re.compile(
    r"(?:^|\n)[ \t\u3000]*(?P<agency>[\u4e00-\u9fff()（）]{4,40})[ \t\u3000]*\n\s*(?=(?:20[0-3]\d|二[〇零0Oo])[^\n]{2,16}(?:\n|$))"
)
_CLOSING = 600
_SIGNED = 150


def read_entities(page: LabelledPage) -> tuple[Entity, ...]:
    """The entities that the spans of `page` mark, in order, without punctuation, 自 … 止 or brackets round them.

    Offsets are characters of the page's text; a span with nothing left in it is none.
    """
    wanted = label_set().entities
    found = (_tidy(page.page.text, span.start, span.end, span.label, span.score) for span in page.spans if span.label in wanted)
    return tuple(entity for entity in found if entity is not None)


def agency_of(entities: Sequence[Entity], page: LabelledPage) -> str | None:
    """The full name of the organ that reports, or None.

    Every mention votes; title and signature count more, and what is part of a longer name (青溪县 of 青溪县教育局) votes for it.
    Without spans only title and signature speak.
    """
    text = page.page.text
    marked, titled, signed = list(_marked_agencies(entities)), list(_titled_agencies(text)), list(_signed_agencies(text))
    votes: Counter[str] = Counter()
    for name, weight in (*marked, *titled, *signed):
        votes[name] += weight
    names = [name for name, _ in (*marked, *signed)] or [name for name, _ in titled]
    return max(names, key=lambda name: (_support(name, votes), len(name)), default=None)


def report_year_of(page: LabelledPage, entities: Sequence[Entity]) -> int | None:
    """The year that is reported on, from 2008 to 2035, or None.

    Title, period, the date of issue in the next year and plain mentions are weighed, each kind once for a year; a tie goes to the title.
    """
    text = fold(page.page.text)
    votes: Counter[int] = Counter()
    for years, weight in (
        ((*_marked_years(entities, "report_year"), *_titled_years(text)), 4),
        ((*_marked_years(entities, "period"), *_period_years(text)), 3),
        ((*_issue_years(entities), *_closing_years(text)), 2),
        (_most_mentioned_years(text), 1),
    ):
        votes.update({year: weight for year in dict.fromkeys(years) if FIRST_YEAR <= year <= LAST_YEAR})
    return max(votes, key=lambda year: votes[year]) if votes else None


def read_year(text: str) -> int | None:
    """The first year in `text`: `2021`, `20231月1日` (2023), `二〇二三`, `21` alone (2021), or None."""
    text = fold(text)
    match = re.search(r"(?<!\d)20[0-3]\d", text)
    if match:
        return int(match.group())
    words = re.search(_YEAR_IN_WORDS, text)
    if words:
        value = read_numeral(re.sub("[0Oo]", "〇", words.group()))
        return int(value) if value is not None else None
    short = re.fullmatch(r"\s*([0-3]\d)\s*年?度?\s*", text)
    return 2000 + int(short.group(1)) if short else None


def _tidy(text: str, start: int, end: int, label: str, score: float) -> Entity | None:
    before, after = _EDGES.get(label, ("", ""))
    while start < end and (text[start] in _PAD + before or _lacks_partner(text[start:end], 0)):
        start += 1
    while start < end and (text[end - 1] in _PAD + after or _lacks_partner(text[start:end], -1)):
        end -= 1
    return Entity(label, text[start:end], start, end, score) if start < end else None


def _lacks_partner(text: str, place: int) -> bool:
    """Whether the first or last character is a bracket whose partner is not in the text."""
    partner = _PARTNERS.get(text[place])
    return partner is not None and partner not in text


def _marked_agencies(entities: Iterable[Entity]) -> Iterator[tuple[str, int]]:
    for entity in entities:
        if entity.label == "agency":
            yield re.sub(r"\s+", "", entity.text), 3


def _titled_agencies(text: str) -> Iterator[tuple[str, int]]:
    names = dict.fromkeys(_organ(title["agency"] or "") for title in _titles(text))
    yield from ((name, 2 if _PLACE.search(name) else 4) for name in names if name)


def _signed_agencies(text: str) -> Iterator[tuple[str, int]]:
    for match in _SIGNATURE.finditer(text, max(0, len(text) - _CLOSING)):
        name = _organ(match["agency"])
        if name:
            yield name, 5


def _organ(name: str) -> str | None:
    """`name` without what leads up to it (特编制…), if it ends as names of organs do."""
    name = _LEAD_IN.sub("", re.sub(r"\s+", "", name)).strip("()（）")
    return name if len(name) >= 3 and _ORGAN.search(name) else None


def _support(name: str, votes: Counter[str]) -> int:
    """The votes for a name and for the parts of it."""
    return sum(weight for other, weight in votes.items() if other in name)


def _titles(text: str) -> Iterator[re.Match[str]]:
    """Titles of reports: before each `信息公开…报告`, the name and the year in either order; or the year in brackets after it."""
    for report in islice(_REPORTED.finditer(text), _MOST_TITLES):
        begin = max(0, report.start() - _TITLE)
        for pattern, more in zip(_TITLES, (0, 0, 10), strict=True):
            title = pattern.search(text, begin, report.end() + more)
            if title:
                yield title


def _marked_years(entities: Iterable[Entity], label: str) -> Iterator[int]:
    yield from (year for entity in entities if entity.label == label and (year := read_year(entity.text)) is not None)


def _issue_years(entities: Iterable[Entity]) -> Iterator[int]:
    for entity in entities:
        if entity.label == "issue_date":
            yield from _years_before(fold(entity.text))


def _titled_years(text: str) -> Iterator[int]:
    yield from (year for title in _titles(text) if (year := read_year(title["year"])) is not None)


def _period_years(text: str) -> Iterator[int]:
    matches = (pattern.search(text) for pattern in (_PERIOD, _PERIOD_ONLY_END))
    yield from (int(match["year"]) for match in matches if match)


def _closing_years(text: str) -> Iterator[int]:
    """The year before the last date of the page."""
    yield from list(_years_before(text[-_SIGNED:]))[-1:]


def _years_before(text: str) -> Iterator[int]:
    """The year before each date in the first half of a year, when reports come out."""
    for match in (*_DATED.finditer(text), *_DATED_WORDS.finditer(text)):
        year, month = read_year(match["year"]), _month(match["month"])
        if year is not None and 1 <= month <= 6:
            yield year - 1


def _month(text: str) -> int:
    return int(text) if text.isdigit() else int(read_numeral(text.replace("元", "一")) or 0)


def _most_mentioned_years(text: str) -> Iterator[int]:
    """The year that the text names most often."""
    counts = Counter(year for match in _MENTION.finditer(text) if (year := read_year(match["year"])) is not None)
    yield from (year for year, count in counts.items() if count == max(counts.values()))
