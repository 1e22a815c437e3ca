"""Numbers that are another year's, another body's or a plan's, where the words right beside them leave no doubt.

The network decides what a number means; here only wordings are named that cannot stand beside a figure of this organ and this
year, so that a label given in spite of them is a slip.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from gongkai.inference.numerals import fold
from gongkai.inference.results import Basis, Figure

_BEFORE, _AFTER = 60, 24
_NEAR = 12
_SENTENCE_END = re.compile(r"[。!！?？\n]")

_ANOTHER_YEAR = re.compile(
    r"(?<!含)(?<!括)(?<!年)(?:上年|去年|上一年|前一年)度?(?:同期)?(?:为|是|仅|约)?$|"
    r"(?:去年|上年)同期[^,，。;；:：、()]{0,8}$|"
    r"[(;；、,，\s]20\d\d年[:：]$|"
    r"(?:期初数?|年初(?:存量|存有)?)[:：]?$"
)
_ALL_YEARS = re.compile(
    r"历年(?:来)?(?:累计|共|合计)[^,，。;；:：]{0,12}$|累计至今[^,，。;；]{0,14}$|(?:过去|近)[两三四五六七八九十]年,?[^,，。;；分]{0,24}$"
)
_PLAN = re.compile(r"(?:不少于|不低于|力争|计划数[:：]?|目标数?[:：为])[^,，。;；()（）]{0,10}$")
_NO_COUNT = re.compile(r"(?:日期|时间|邮编|编号|文号)[:：]\s?$")
_HOTLINE = re.compile(r"[”\"』」]?(?:政务|市民|公共|服务|便民|投诉|举报|纳税|海关){0,3}(?:热线|平台|工单|电话|专线)")
_HOTLINES = re.compile(r"12\d{3}|1[12]\d")
_LEAD_IN = 10
_LAST_YEAR, _NEXT_YEAR = re.compile(r"[上前]一?年"), re.compile(r"[下次]一?年")
_CARRIED = {
    "requests_carried_in": re.compile(r"(?:上|前)一?年度?(?:结转|转入|转来)[^,，。;；、]{0,2}$|结转(?:上|前)一?年度?[^,，。;；、]{0,2}$"),
    "requests_carried_out": re.compile(
        r"(?:下|次)一?年度?(?:继续)?(?:结转|办理)[^,，。;；、]{0,2}$|(?:结转|转|转入|转至)(?:至|到)?(?:下|次)一?年[^,，。;；、]{0,6}$"
    ),
}
_PLANNED = re.compile(r"不少于|不低于|力争|目标|计划")
_AND_MORE = re.compile(r"(?:人次|[次期篇条场件])以上")
_REMISSION = re.compile(r"(?:未|没有|无|不存在)[^收]{0,4}减免")
_OTHER_REQUESTS = re.compile(r"行政(?:许可|审批|处罚|赔偿|复议)申请$")
_TAKEN_UP = re.compile(r"(?:人次|[件份宗起条例个])?(?:申请)?")
_ARTICLE = re.compile(r"第[一二三四五六七八九十百\d]+条(?:规定|明确|要求|的规定)?[:：,，“]?$")
_UNRELATED = re.compile(r"[^,，。;；(（]{0,4}[(（](?:均|都)?与(?:政府)?信息公开(?:工作)?无关")
_REVIEWING = re.compile(r"(?:作为|本级)(?:行政)?复议机[关构](?:(?!本[机单局委厅办府]|其中)[^。;；\n])*$")
_ON_REQUEST = re.compile(r"依申请公开类?的?(?:政府)?信息$")
_PROACTIVE = re.compile(r"主动公开类?的?(?:政府)?信息\d")
_TOGETHER = re.compile(r"(?:共计|合计|总计|总共|共|计)(?:有|为)?[:：]?\s?$")


def without_foreign(text: str, figures: Iterable[Figure], earlier: Sequence[Figure] = ()) -> tuple[Figure, ...]:
    """`figures` without those that the words beside them, or the figures `earlier` on the page, show to be no figure of the report.

    >>> without_foreign("收到申请2件(去年9件)", [Figure("requests_received", 9, "件", "9", 9, 10, Basis.PRINTED, 0.6)])
    ()
    """
    return tuple(figure for figure in figures if not (_said_otherwise(text, figure) or _is_sum(text, figure, earlier)))


def _said_otherwise(text: str, figure: Figure) -> bool:
    before, after = fold(text[max(0, figure.start - _BEFORE) : figure.start]), fold(text[figure.end : figure.end + _AFTER])
    sentence = _SENTENCE_END.split(before)[-1]
    if figure.label.startswith("reviews") and _REVIEWING.search(sentence):
        return True
    if figure.basis is Basis.ZERO:
        return _ARTICLE.search(sentence) is not None or _denies_something_else(figure)
    return figure.basis is Basis.PRINTED and _printed_otherwise(figure, before, sentence, after)


def _denies_something_else(figure: Figure) -> bool:
    """Whether wording for 0 speaks of fees remitted, or of requests for something other than information."""
    return _OTHER_REQUESTS.search(figure.text) is not None or (figure.label == "request_fees" and _REMISSION.match(figure.text) is not None)


def _printed_otherwise(figure: Figure, before: str, sentence: str, after: str) -> bool:
    if any(pattern.search(sentence) for pattern in (_ALL_YEARS, _PLAN, _NO_COUNT)) or _UNRELATED.match(after):
        return True
    if _HOTLINES.fullmatch(fold(figure.text)) and _HOTLINE.match(after):
        return True
    if _AND_MORE.match(after) and _PLANNED.search(sentence):
        return True
    if figure.label != "requests_carried_in" and _ANOTHER_YEAR.search(sentence):
        return True
    return figure.label == "requests_received" and _ON_REQUEST.search(before) is not None and _PROACTIVE.search(sentence) is not None


def _is_sum(text: str, figure: Figure, earlier: Sequence[Figure]) -> bool:
    """Whether a number only adds up the requests received and those carried in that were printed before it in its sentence."""
    if figure.basis is not Basis.PRINTED or not _TOGETHER.search(fold(text[max(0, figure.start - 8) : figure.start])):
        return False
    near = [other for other in earlier[-4:] if not _SENTENCE_END.search(text, other.end, figure.start)]
    values = {other.label: other.value or 0 for other in near if other.label in ("requests_received", "requests_carried_in")}
    return len(values) == 2 and 0 not in values.values() and sum(values.values()) == figure.value


def carried_which_way(text: str, label: str, start: int, end: int) -> str:
    """`label`, or its counterpart where the words name the year: what is carried to the next year was not carried in.

    >>> carried_which_way("无下年度结转", "requests_carried_in", 0, 6)
    'requests_carried_out'
    """
    if label not in _CARRIED:
        return label
    words = fold(text[max(0, start - _LEAD_IN) : start] + text[start:end])
    if _LAST_YEAR.search(words) and _NEXT_YEAR.search(words):  # both at once: 既无上年结转也无结转下年
        return label
    return next((name for name, pattern in _CARRIED.items() if pattern.search(words)), label)


def without_repeats(text: str, figures: Sequence[Figure]) -> tuple[Figure, ...]:
    """`figures` about requests said once a sentence: a universal statement goes whose number is printed beside (均按程序办理,已办结30件).

    A number that only takes up the total for such a statement (两件均已办结) goes itself.
    """
    repeated = [pair for pair in _pairs(figures) if not _SENTENCE_END.search(text, pair[0].end, pair[1].start)]
    gone = {_repeat(text, *pair) for pair in repeated}
    return tuple(figure for figure in figures if figure not in gone)


def _pairs(figures: Sequence[Figure]) -> Iterator[tuple[Figure, Figure]]:
    """Figures of one label and value, of which one is printed and the other universal, in printed order."""
    for place, first in enumerate(figures):
        for second in figures[place + 1 : place + 1 + _NEAR]:
            alike = first.label == second.label and first.value == second.value
            if alike and first.label.startswith("requests_") and {first.basis, second.basis} == {Basis.PRINTED, Basis.ALL}:
                yield first, second


def _repeat(text: str, first: Figure, second: Figure) -> Figure:
    if first.basis is Basis.PRINTED and _TAKEN_UP.fullmatch(text, first.end, second.start):
        return first
    return second if second.basis is Basis.ALL else first
