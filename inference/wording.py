"""Where a statement in words begins and ends: from its negator to the last event noun that it denies, and no further.

The labels of a network are right about what is said more often than about its last character. What the rules of annotation fix
is therefore mended here: a negator that was labelled without its noun, and a word too many at the end.
"""

from __future__ import annotations

import re

_ALONE = re.compile(r"(?:尚|暂|也|均)?(?:无|没有|未有|零)$")
_NOUN = re.compile(
    r"[^\s,，。;；:：、()（）“”]{0,8}?(?:公开申请|申请|行政复议|复议|行政诉讼|诉讼|举报|投诉|申诉|收费|费用|结转件|结转|规章|规范性文件|发布会|访谈|公报|账号)"
)
_TOO_MANY = re.compile(r"(?:案件|情况|事项|情形)$")


def wording_span(text: str, start: int, end: int) -> tuple[int, int]:
    """Characters `start` to `end` of `text` as the statement they are part of, by the rules of annotation.

    >>> wording_span("本年无收费。", 2, 3)
    (2, 5)
    >>> wording_span("未发生行政复议案件。", 0, 9)
    (0, 7)
    """
    if _ALONE.search(text[start:end]) and (noun := _NOUN.match(text, end)):
        end = noun.end()
    if text[end - 1 : end + 1] == "其中" and end - start > 1:
        end -= 1
    kept = _TOO_MANY.sub("", text[start:end])
    return start, start + len(kept) if kept else end
