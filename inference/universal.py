"""Wording without a number: whether it denies (未收到申请) or says all (均为自然人), and what number `all` then is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gongkai.inference.numbers import read_number
from gongkai.inference.numerals import NUMERAL_CHARS, fold
from gongkai.inference.results import Basis, Figure, Offsets
from gongkai.model.types import Span

_NEGATOR = re.compile(
    r"未|(?<![年月周期底])末(?=引发|发生|收|产生|被|接|受理|提起|涉)|没|无|無|零|不存在|不涉及|不收|不再|不制定|免收|免费|免除|免于|为0"
)
_NOT = r"(?:未|末|没有?)"
_NOT_DENIALS = re.compile(
    rf"无一(?:例|件|宗|起)?(?:逾期|超期|延期|拖延|遗漏|例外)|(?:未|没有|无)(?:出现|发生)?(?:逾期|超期|超时|延期)|"
    rf"{_NOT}(?:能)?(?:审结|审理完结|审理终结|审完|结案|办结|办完|宣判|判决|裁决|开庭|生效|作出(?:生效)?(?:决定|判决|裁定|裁判|结论))|"
    rf"{_NOT}(?:结(?!转)|判|决|果|了)|(?:尚|还|暂)(?:无|没有)(?:结果|结论|定论)|"
    rf"{_NOT}(?:予以?|同意|获)公开|未(?:予|获)(?:处理|受理)|{_NOT}(?:予|获|被)?(?:支持|采纳|撤销|改变)|{_NOT}(?:办理?完|到期|届满|满)|"
    rf"不予|不公开|无(?:法|权)|无需|无正当理由|无偿|(?:信息|档案|材料|内容)不存在|"
    rf"未(?:按|在规定|补正|缴|补充|明确|制作|获取|保存|掌握|形成|予(?!收)|公开|告知)|没有(?:现成|该|此|相关)(?:信息|档案|材料)"
)
_GROUND = re.compile(r"(?!无(?!法)|没有|未)(?:均|全部|都|皆)?(?:以|因|为|属|告知|.*不存在)")
_UNIVERSAL = re.compile(r"均|全(?!文)|都(?!市)|皆|俱|悉|一律|一概|无一|100%")

_SETTLED = re.compile(r"已|结果|其余|余下|剩余|按[期时规要]|[期限日]内|线上")
_REQUEST_PARTS = {
    "requests_handled": "outcome",
    "requests_carried_out": "outcome",
    "requests_granted": "result",
    "requests_partially_granted": "result",
    "requests_denied": "result",
    "requests_unavailable": "result",
    "requests_rejected": "result",
    "requests_other_handling": "result",
    "requests_natural_person": "applicant",
    "requests_organization": "applicant",
    "requests_by_channel": "channel",
}
_APPLICANTS = ("requests_organization", "requests_natural_person")
_HEADS = ("reviews", "litigations")
_EXCEPTION = re.compile(r"除(?!了)(?P<what>[^。;；外]{1,30}?)(?:以外|之外|外|[,，]\s*其余)")
_EXCEPTION_AFTER = re.compile(r"[,，]?\s*(?:但|仅|只|唯)?有?(?P<what>[^。;；,，]{1,12})除外")
_REST = re.compile(r"其余|余下|剩余|剩下|其[它他](?=均|全|都|皆)")
_BESIDE = re.compile(
    rf"(?:^|[,，。;；:：、]|上述|以上|这|该)(?P<number>\d[\d.,]*|[{NUMERAL_CHARS}]+)(?:件|宗|起|份|次|人次|人|案|条|例)(?:申请|复议|诉讼|案件)?$"
)
_INCLUDED = re.compile(r"(?:含|其中|包括|包含)[^,，、。;；]{0,8}$")
_TOGETHER = re.compile(r"(?:连同|加上|含|包括)[^。;；]{0,10}$")
_COUNT = re.compile(rf"(?P<number>[\d.,]+|[{NUMERAL_CHARS}]+)\s*(?:余)?(?:件|条|宗|份|起|例|次|人|封|个|则)")
_OF_EACH = re.compile(r"均|都|全部|皆")
_RIGHT_AFTER = re.compile(r"\s*[件宗起次]?(?:案件)?\s*[,，]?\s*(?:结果)?")
_ONE_LIST = re.compile(
    r"\s*[件宗起次]?(?:案件)?\s*[,，、;；和及与]?\s*(?:因政府信息公开)?(?:被?(?:申请|提起))?(?:行政)?(?:复议|诉讼)(?:案件)?"
)
_SENTENCE_END = re.compile(r"[。!！?？\n]")
_SENTENCES_BACK = 3
_REACH, _SENTENCE = 1200, 200


def wording_basis(text: str, label: str) -> Basis:
    """Whether a wording without a number means 0 or all of what went before, for a figure of `label`.

    未审结, 不予公开 or 无法提供 are results of cases, not denials.
    """
    text = fold(re.sub(r"\s+", "", text))
    rest = _NOT_DENIALS.sub("", text)
    if label == "requests_unavailable" and _GROUND.match(text):
        rest = ""
    return Basis.ZERO if _NEGATOR.search(rest) else Basis.ALL


def can_mean_all(text: str, label: str) -> bool:
    """Whether a wording that denies nothing can stand for a number of `label`.

    A part of a whole (判决胜诉, 按时办结) can; a whole itself only where it says 均, 全部, 都 or the like.
    """
    return label not in _totals(label) or _UNIVERSAL.search(fold(text)) is not None


def of_both(labels: Sequence[str], span: Span, text: str, earlier: Sequence[Figure]) -> tuple[str, ...]:
    """The labels of a universal statement, with the other head's where it follows on both (复议1件、诉讼2件,均维持)."""
    words, last = text[span.start : span.end], tuple(earlier[-2:])
    told = {figure.label for figure in last} == set(_HEADS) and all(figure.value for figure in last)
    if len(labels) != 1 or not told or not _OF_EACH.match(fold(words)) or not _RIGHT_AFTER.fullmatch(text, last[-1].end, span.start):
        return tuple(labels)
    head = next((head for head in _HEADS if labels[0].startswith(f"{head}_")), None)
    if head is None or not _ONE_LIST.fullmatch(text, last[0].end, last[1].start):
        return tuple(labels)
    return tuple(f"{one}{labels[0][len(head) :]}" for one in _HEADS)


def antecedent_value(label: str, span: Offsets, text: str, earlier: Sequence[Figure]) -> int | float | None:
    """The value of a figure of `label` stated of all (全部办结) at `span`, from the figures before it in order, or None.

    It is the total spoken of last, less what 除…外 or 其余 takes out of it. None if there is no such total near, or it is 0.
    """
    earlier = [figure for figure in earlier if figure.start > span[0] - _REACH]
    total = _antecedent(label, span, text, earlier)
    base = _base(label, span, text, total, earlier)
    taken = _excepted(text, span, total, earlier)
    if not base or taken is None:
        return None
    if total is not None and not taken and _REST.search(_tail(text, span)):
        taken = sum(figure.value or 0 for figure in earlier if figure.start >= total.start and _is_sibling(figure.label, label))
    if base > 1 and not _speaks_of_several(text[span[0] : span[1]]):
        return None
    return base - taken if base > taken else None


def _sum_of_parts(label: str, span: Offsets, text: str, earlier: Sequence[Figure]) -> int | float:
    """All requests where no total is printed: those by applicant, or else by channel, of this sentence and the one before."""
    if label not in _REQUEST_PARTS:
        return 0
    near = [figure for figure in earlier if _sentences(text, figure.end, span[0]) <= 1 and figure.basis is Basis.PRINTED]
    for kind in ("applicant", "channel"):
        found = [figure.value or 0 for figure in near if _REQUEST_PARTS.get(figure.label) == kind != _REQUEST_PARTS[label]]
        if found:
            return sum(found)
    return 0


def _speaks_of_several(words: str) -> bool:
    """Whether a wording can be said of more than one case; a bare 予以公开 may have lost its number."""
    return (_UNIVERSAL.search(fold(words)) or _SETTLED.search(fold(words))) is not None


def _base(label: str, span: Offsets, text: str, total: Figure | None, earlier: Sequence[Figure]) -> int | float:
    """The number that the wording speaks about: the one right before it (两件均予公开), else the total."""
    beside = _BESIDE.search(fold(text[max(0, span[0] - 20) : span[0]]))
    if beside and not any(figure.end > span[0] - len(beside.group()) for figure in earlier):
        number = read_number(beside["number"])
        if number is not None:
            return number.value
    if total is None:
        return _sum_of_parts(label, span, text, earlier)
    return (total.value or 0) + (_carried_in(text, total, earlier) if label == "requests_handled" else 0)


def _totals(label: str) -> tuple[str, ...]:
    """The labels that a figure of `label` can be all of."""
    if label in _REQUEST_PARTS:
        totals = ("requests_received",) if label == "requests_handled" else ("requests_received", "requests_handled")
        return (*totals, *_APPLICANTS) if label == "requests_by_channel" else totals
    for head in _HEADS:
        if label.startswith(f"{head}_"):
            return (head,)
    return (label,)


def _antecedent(label: str, span: Offsets, text: str, earlier: Sequence[Figure]) -> Figure | None:
    """The total spoken of last in the sentences just before: the first kind of total of which there is one."""
    near = [figure for figure in earlier if figure.end <= span[0] and _sentences(text, figure.end, span[0]) <= _SENTENCES_BACK]
    for wanted in dict.fromkeys((*_totals(label), label)):
        found = [figure for figure in near if figure.label == wanted]
        if found:
            return found[-1]
    return None


def _sentences(text: str, start: int, end: int) -> int:
    """How many sentences end between two places."""
    return len(_SENTENCE_END.findall(text, start, end))


def _carried_in(text: str, total: Figure, earlier: Sequence[Figure]) -> int | float:
    """What was carried in beside the total and not counted in it (上年结转4件,当年收到60件)."""
    for figure in reversed(earlier):
        between = text[min(figure.end, total.end) : max(figure.start, total.start)]
        if figure.label != "requests_carried_in" or _SENTENCE_END.search(between):
            continue
        before = text[max(0, figure.start - 20) : figure.start]
        inside = _INCLUDED.search(before) if figure.start > total.start else _TOGETHER.search(before)
        return 0 if inside else figure.value or 0
    return 0


def _excepted(text: str, span: Offsets, total: Figure | None, earlier: Sequence[Figure]) -> int | float | None:
    """The sum of the numbers that 除…外 or …除外 takes out, 0 without one, None if one names no number."""
    known = total.start if total else span[0]
    begin = max(
        (match.end() for match in _SENTENCE_END.finditer(text, max(0, known - _SENTENCE), known)), default=max(0, known - _SENTENCE)
    )
    found = [match for match in _EXCEPTION.finditer(text, begin, span[1]) if not _is_spent(text, match.end(), known, earlier)]
    match = found[-1] if found else _EXCEPTION_AFTER.match(text, span[1])
    if match is None:
        return 0
    numbers = [read_number(count["number"]) for count in _COUNT.finditer(fold(match["what"]))]
    values = [number.value for number in numbers if number is not None]
    return sum(values) if values else None


def _is_spent(text: str, position: int, known: int, earlier: Sequence[Figure]) -> bool:
    """Whether an exception that ends at `position` was said of another total than the one at `known`."""
    between = any(position <= figure.start < known for figure in earlier)
    return between or re.search("[;；]", text[position:known]) is not None


def _tail(text: str, span: Offsets) -> str:
    """The wording with the clause right before it, back to a comma or stop."""
    return re.split(r"[,，。;；:：、]", text[max(0, span[0] - 8) : span[0]])[-1] + text[span[0] : span[1]]


def _is_sibling(label: str, other: str) -> bool:
    """Whether two labels split the same total by the same question (who asked, what became of it, by which channel)."""
    if other in _REQUEST_PARTS:
        kinds = {"outcome": {"requests_carried_out"}, "result": {name for name, kind in _REQUEST_PARTS.items() if kind == "result"}}
        group = kinds.get(_REQUEST_PARTS[other], {name for name, kind in _REQUEST_PARTS.items() if kind == _REQUEST_PARTS[other]})
        return label in group
    head = next((head for head in _HEADS if other.startswith(f"{head}_")), None)
    return head is not None and label.startswith(f"{head}_")
