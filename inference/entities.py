"""Who reports, and for which year: the evidence of title, period, signature and date weighed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from gongkai.inference.entity_spans import ORGAN, entity_span
from gongkai.inference.numerals import fold, read_numeral
from gongkai.inference.results import Entity, Offsets
from gongkai.model.labels import label_set
from gongkai.model.types import LabelledPage, Span

FIRST_YEAR, LAST_YEAR = 2008, 2035

_YEAR_IN_WORDS = r"二[〇零0Oo][〇零一二三][〇零一二三四五六七八九]"
_YEAR = rf"(?:20[0-3]\d|{_YEAR_IN_WORDS})"
_REPORT = r"(?:政府信息|信息)公开(?:工作)?(?:情况)?(?:的)?(?:年度)?(?:工作)?[报報]告"
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
_MENTION = re.compile(rf"(?P<year>{_YEAR})年(?<![\d〔\[(（].{{5}})(?!\d*号|第)")

_LEAD_IN = re.compile(r"^.*(?:特编制|编制|形成|撰写|起草|现将|公布|发布|印发|标题|题名|名称|关于|如下|报送|以下是|根据|按照)(?:了|的)?")
_INNER_OFFICE = re.compile(r"(?:(?:党政|行政)?综合(?:办公室|办|科)|(?:党政|行政)(?:综合)?(?:办公室|办)|政办室)$")
_OFFICE = re.compile(r"办公[室厅]$")
_REMARK = re.compile(r"[(（][^()（）]*[)）]$")
_NOT_OWN = re.compile(r"^[我本该各全]")
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
    found = (_entity(page.page.text, span) for span in page.spans if span.label in wanted)
    return _joined([entity for entity in found if entity is not None], page.page.text)


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


def _entity(text: str, span: Span) -> Entity | None:
    place = entity_span(text, span.start, span.end, span.label)
    if place is None or (span.label == "agency" and _issued(text, place)):
        return None
    return Entity(span.label, text[slice(*place)], *place, span.score)


def _issued(text: str, place: Offsets) -> bool:
    """Whether an organ is the one that issued a document which the report refers to (《青溪市人民政府关于…的通知》)."""
    start, end = place
    return text.startswith("《关于", end) or (text[start - 1 : start] == "《" and text.startswith("关于", end))


def _joined(entities: Sequence[Entity], text: str) -> tuple[Entity, ...]:
    """The entities with the two halves of one organ's name (国家税务总局 and 青溪县税务局) put together, and none twice."""
    found: list[Entity] = []
    for entity in entities:
        before = found[-1] if found else None
        if before and before.label == entity.label == "agency" and entity.start <= before.end:
            end = max(before.end, entity.end)
            found[-1] = Entity("agency", text[before.start : end], before.start, end, min(before.confidence, entity.confidence))
        elif before is None or entity.start >= before.end:
            found.append(entity)
    return tuple(found)


def _marked_agencies(entities: Iterable[Entity]) -> Iterator[tuple[str, int]]:
    for entity in entities:
        if entity.label == "agency":
            name = _INNER_OFFICE.sub("", re.sub(r"\s+", "", entity.text))
            yield name, 3 if ORGAN.search(name) else 2


def _titled_agencies(text: str) -> Iterator[tuple[str, int]]:
    names = dict.fromkeys(_organ(_with_government(title)) for title in _titles(text))
    yield from ((name, 2 if _PLACE.search(name) else 4) for name in names if name)


def _signed_agencies(text: str) -> Iterator[tuple[str, int]]:
    for match in _SIGNATURE.finditer(text, max(0, len(text) - _CLOSING)):
        name = _organ(match["agency"])
        if name:
            yield name, 5


def _with_government(title: re.Match[str]) -> str:
    """The name in a title; of 人民政府信息公开 the first four characters are its end."""
    name: str = title["agency"] or ""
    return name + "政府" if name.endswith("人民") and title.string.startswith("政府", title.end("agency")) else name


def _organ(name: str) -> str | None:
    """`name` without what leads up to it (特编制…) and a remark in brackets behind it, if it ends as names of organs do."""
    name = _REMARK.sub("", _LEAD_IN.sub("", re.sub(r"\s+", "", name))).strip("()（）")
    return name if len(name) >= 3 and ORGAN.search(name) and not _NOT_OWN.match(name) else None


def _support(name: str, votes: Counter[str]) -> int:
    """The votes for a name and for the parts of it; an organ's own votes are none for its office, whose name only adds 办公室."""
    organ = _OFFICE.sub("", name)
    return sum(weight for other, weight in votes.items() if other in name and (other != organ or other == name))


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
