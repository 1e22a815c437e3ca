"""Passages put together to running text: paragraphs and sections under headings that fit them."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import cache
from random import Random

from gongkai.training.passages import Passage, load_passages
from gongkai.training.synth.augment import augment, cut, other_width, strip
from gongkai.training.synth.marked import MarkedText
from gongkai.training.synth.numerals import chinese

_HEADING = re.compile(
    "\\s*(?:[一二三四五六七八九十]+、|[(\uff08][一二三四五六七八九十0-9]+[)\uff09]|[0-9]{1,2}[.\uff0e、]|【|第[一二三四五]|[一二三四五六]是)"
)
_BOUND = re.compile("\\s*(?:其中|上述|以上|该|此|这|另|同时|均|全部|都|其余|余下|占|比|较|上年|去年|结果|办理结果|[(\uff08])")
_SENTENCE = re.compile("[^。\n]*[。\n]?")
_CASE_LABELS = ("requests_", "completion_rate", "request_fees", "reviews", "litigations")
_TOPICS = {
    "disclosure": ("主动公开", "主动公开情况", "主动公开政府信息情况", "主动公开方面", "深化主动公开", "扎实做好主动公开"),
    "requests": ("依申请公开", "依申请公开情况", "依申请公开办理情况", "依申请公开方面", "规范依申请公开", "依申请公开政府信息情况"),
    "other": (
        "政府信息管理",
        "平台建设",
        "监督保障",
        "政府信息公开平台建设",
        "政府信息管理情况",
        "监督保障情况",
        "教育培训",
        "工作推进情况",
    ),
}
_OPENERS = ("", "", "", "情况如下:", "2022年,", "一年来,", "本年度,", "全年,")


@cache
def _pools(writers: tuple[str, ...]) -> dict[str, tuple[Passage, ...]]:
    """The passages of `writers` by topic."""
    pools: dict[str, list[Passage]] = {topic: [] for topic in _TOPICS}
    for passage in load_passages(writers):
        pools[topic_of(passage)].append(passage)
    return {topic: tuple(passages) for topic, passages in pools.items()}


def topic_of(passage: Passage) -> str:
    """`requests` if a figure is about requests, reviews or suits, `disclosure` for other figures, `other` without figures."""
    labels = passage.labels()
    if any(label.startswith(_CASE_LABELS) for label in labels):
        return "requests"
    return "disclosure" if labels else "other"


def draw_passage(rng: Random, writers: Collection[str], topic: str | None = None) -> MarkedText:
    """A passage of `writers` (of one topic, or of any), made anew."""
    pools = _pools(tuple(sorted(writers)))
    chosen = topic or rng.choices(("requests", "disclosure", "other"), (5, 3, 2))[0]
    pool = pools[chosen] or next(passages for passages in pools.values() if passages)
    text = augment(rng.choice(pool).marked(), rng)
    return _reordered(text, rng) if rng.random() < 0.25 else text


def has_heading(text: MarkedText) -> bool:
    """Whether the text begins with a number or heading of its own."""
    return _HEADING.match(text.text) is not None


def clauses(text: MarkedText) -> list[MarkedText]:
    """`text` cut at full stops and line ends into parts that can stand alone.

    A sentence that refers back (其中, 上述, a bracket, a universal statement) or stands under a heading stays with the one before it.
    """
    marks = [(mark.start, mark.end) for mark in text.marks]
    starts = [0]
    for match in _SENTENCE.finditer(text.text):
        place = match.start()
        if match[0] and place and not _BOUND.match(match[0]) and not any(start < place < end for start, end in marks):
            starts.append(place)
    parts = [cut(text, start, end) for start, end in zip(starts, [*starts[1:], len(text.text)], strict=True)]
    if any(has_heading(part) for part in parts) or any(mark.key and mark.key.endswith("all") for part in parts[1:] for mark in part.marks):
        return [text]
    return [part for part in parts if part.text]


def _reordered(text: MarkedText, rng: Random) -> MarkedText:
    """The independent parts in another order."""
    parts = clauses(text)
    if len(parts) < 2 or "\n" in text.text or not text.text.endswith("。"):
        return text
    rng.shuffle(parts)
    return MarkedText.join(parts)


def shortened(text: MarkedText, rng: Random) -> MarkedText:
    """The first few independent parts of `text`, at least one."""
    parts = clauses(text)
    return MarkedText.join(parts[: rng.randint(1, len(parts))])


def headed(text: MarkedText, topic: str, number: int, rng: Random) -> MarkedText:
    """`text` under a numbered heading of its topic; a text that brings its own heading stays as it is."""
    if has_heading(text):
        return text
    numeral = chinese(number)
    title = rng.choice(_TOPICS[topic])
    manners = (
        f"({numeral}){title}。",
        f"({numeral}){title}\n",
        f"{number}.{title}。",
        f"{numeral}是{title}。",
        f"({numeral}){title}:",
        f"{number}、{title}\n",
    )
    return MarkedText.join((rng.choice(manners), text))


def paragraph(rng: Random, writers: Collection[str], topics: Sequence[str | None]) -> MarkedText:
    """One passage per topic (None: any), one after another in a line or on lines of their own."""
    parts: list[MarkedText | str] = []
    between = rng.choices(("", "\n", "\n\n"), (6, 3, 1))[0]
    for topic in topics:
        if parts:
            parts.append(between)
        text = draw_passage(rng, writers, topic)
        parts += (rng.choice(_OPENERS) if not has_heading(text) and rng.random() < 0.1 else "", text)
        if not between and text.text[-1:] not in "。;!\n":
            parts.append("。")
    return MarkedText.join(parts)


def narrative_window(rng: Random, writers: Collection[str], shortest: int = 40, longest: int = 420) -> MarkedText:
    """A fragment of `shortest` to `longest` characters of fresh running text by `writers`, as a reader of windows meets it.

    Marks keep their statement keys (`gongkai.training.synth.statements`).
    """
    text = paragraph(rng, writers, [None] * rng.choices((1, 2, 3, 4), (4, 4, 2, 1))[0])
    if rng.random() < 0.4:
        text = headed(
            text, "requests" if any(m.label.startswith("requests") for m in text.marks[:1]) else "disclosure", rng.randint(1, 6), rng
        )
    if rng.random() < 0.2:
        text = MarkedText.join(shortened(text, rng) for _ in range(1))
    if rng.random() < 0.3:
        text = other_width(text, rng)
    text = strip(text)
    length = rng.randint(shortest, longest)
    if len(text.text) <= length:
        return text if len(text.text) >= shortest else narrative_window(rng, writers, shortest, longest)
    start = _free(text, rng.randint(0, len(text.text) - length)) if rng.random() < 0.5 else 0
    return cut(text, start, max(_free(text, min(start + length, len(text.text))), start + 1))


def _free(text: MarkedText, place: int) -> int:
    """`place`, or the beginning of the mark that it lies in."""
    return next((mark.start for mark in text.marks if mark.start < place < mark.end), place)
