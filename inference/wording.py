"""Where a statement in words begins and ends: from its negator to the last event noun that it denies, or to the end of a universal clause.

The labels of a network are right about what is said more often than about its last character. What the rules of annotation fix
is therefore mended here: a negator that was labelled without its noun, and a word too many at the end.
"""

from __future__ import annotations

import re

_ALONE = re.compile(r"(?:尚|暂|也|均)?(?:无|没有|未有|零)$")
_NOUN = re.compile(
    r"[^\s,，。;；:：、()（）“”]{0,8}?(?:公开申请|申请|行政复议|复议|行政诉讼|诉讼|举报|投诉|申诉|收费|费用|结转件|结转|规章|规范性文件|发布会|访谈|公报|账号)"
)
_NEGATOR = re.compile(r"未|没|无|零")
_TOO_MANY = re.compile(r"(?:案件|情况|事项|情形)$")
_EVENT = re.compile(
    r"申请|复议|诉讼|起诉|应诉|举报|投诉|申诉|费|结转|规章|文件|发布会|访谈|公报|账号|微博|微信|解读|更新|办理|答复|败诉|纠错|纠正|撤销|被诉"
)
_LAST_EVENT = re.compile(r"[^\d,，。;；:：\s]{0,30}(?:申请|复议|诉讼|举报|投诉|申诉)")
_LOST = r"(?:纠错|纠正|撤销|变更|败诉|确认违法|责令|改判)"
_MORE_NOUNS = r"(?:案件|案|等)?(?:[、和及或与](?:行政)?(?:诉讼|复议)(?:案件|案|等)?)*"
_OUTCOME_OF = {
    label: re.compile(rf"{noun}{_MORE_NOUNS}(?:结果|决定|判决|中|的)?(?:出现|有|被)?{_LOST}")
    for label, noun in (("reviews", "复议"), ("litigations", "诉讼"))
}
_LONGEST_OUTCOME = 20
_LAST_OUTCOME = re.compile(rf"[^,，。;；\s]{{0,16}}{_LOST}")
_MARK = re.compile(r"[,，。;；:：\s]")
_CLAUSE_LEFT = re.compile(r"(?!的|并|且|其中|原|后)[\u4e00-\u9fff]{1,10}(?=[,，。;；:：、!！?？()（）\n]|$)")


def whole_clause(text: str, start: int, end: int) -> tuple[int, int]:
    """A universal statement as far as its clause goes: what all cases have in common is said up to the next mark.

    >>> whole_clause("申请2件,均在期限内答复了申请人。", 6, 15)
    (6, 16)
    """
    rest = _CLAUSE_LEFT.match(text, end)
    return start, rest.end() if rest else end


def wording_span(text: str, start: int, end: int) -> tuple[int, int]:
    """Characters `start` to `end` of `text` as the statement they are part of, by the rules of annotation.

    >>> wording_span("本年无收费。", 2, 3)
    (2, 5)
    >>> wording_span("未发生行政复议案件。", 0, 9)
    (0, 7)
    """
    if _ALONE.search(text[start:end]) and (noun := _NOUN.match(text, end)):
        end = noun.end()
    elif (
        end - start > 1 and not _EVENT.search(text, start, end) and _NEGATOR.match(text, start) and (event := _LAST_EVENT.match(text, end))
    ):
        end = event.end()
    if text[end - 1 : end + 1] == "其中" and end - start > 1:
        end -= 1
    kept = _TOO_MANY.sub("", text[start:end])
    return start, start + len(kept) if kept else end


def denied_outcome(text: str, start: int, end: int, label: str) -> tuple[str, int]:
    """The label and the end of a denial: no review set aside, no suit lost (未发生复议被纠错) is 0 corrected, not 0 reviews.

    >>> denied_outcome("未发生行政诉讼败诉情况。", 0, 7, "litigations")
    ('litigations_corrected', 9)
    """
    outcome = _OUTCOME_OF.get(label)
    if outcome is None or not outcome.search(_MARK.split(text[start : end + _LONGEST_OUTCOME])[0]):
        return label, end
    last = _LAST_OUTCOME.match(text, end)
    return f"{label}_corrected", last.end() if last else end
