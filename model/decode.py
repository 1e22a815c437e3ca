"""From scores of tags to spans: the best sequence of tags that the grammar allows.

The tags are IOB2 in the order O, B-a, I-a, B-b, I-b, …: I-x may follow only B-x or I-x, so every span begins with a B,
and neighbouring spans of one label stay two.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gongkai.model.labels import OUTSIDE
from gongkai.model.types import Span

Scores = NDArray[np.float32]
Tags = NDArray[np.int64]
_MOST_PARTS = 16


def log_posteriors(logits: Scores) -> Scores:
    """Log of the softmax over the last axis."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    shifted -= np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return np.asarray(shifted, dtype=np.float32)


def is_legal(tags: Tags) -> bool:
    """Whether every I follows a B or I of its own class."""
    return not len(_breaches(tags))


def _breaches(tags: Tags) -> Tags:
    """The positions of every I that follows no B or I of its own class."""
    inside = (tags > 0) & (tags % 2 == 0)
    before = np.concatenate(([0], tags[:-1]))
    return np.flatnonzero(inside & (before != tags) & (before != tags - 1))


def best_tags(scores: Scores) -> Tags:
    """The legal sequence with the largest sum of `scores` (shape: positions x tags), as numbers of tags.

    Where the best tag of each position already makes a legal sequence, no other can beat it. Where it does not, only the stretch
    round the breach is searched. O and B may follow anything: so a stretch can be chosen by itself if the best that it could have,
    even after a span that is still open, begins with one of them. A stretch was chosen as a whole: a later one that reaches into it
    takes all of it.
    """
    if not len(scores):
        return np.zeros(0, dtype=np.int64)
    tags: Tags = scores.argmax(axis=1)
    breaches = _breaches(tags)
    if not len(breaches):
        return tags
    free = np.flatnonzero((tags == 0) | (tags % 2 == 1))
    done = 0
    for breach in breaches.tolist():
        if breach >= done:
            after = int(np.searchsorted(free, breach))
            done = int(free[after]) if after < len(free) else len(tags)
            stretch = _best_stretch(scores[:done], free[:after])
            if stretch is None:
                return _viterbi(scores, after_span=False)
            start, found = stretch
            tags[start:done] = found
            free[np.searchsorted(free, start) : after] = start
    return tags


def _best_stretch(scores: Scores, free: Tags) -> tuple[int, Tags] | None:
    """A short stretch at the end of `scores` that can be chosen by itself, as its start (0 or one of `free`) and its best tags.

    None if none of up to `_MOST_PARTS` parts (each from one of `free` to the next) can: few spans are as long.
    """
    parts = 1
    while parts <= _MOST_PARTS:
        start = int(free[-parts]) if parts <= len(free) else 0
        parts = max(parts, len(free) - int(np.searchsorted(free, start)))  # all of what was chosen together before
        if parts > _MOST_PARTS:
            return None
        found = _viterbi(scores[start:], after_span=start > 0)
        if start == 0 or found[0] == 0 or found[0] % 2 == 1:
            return start, found
        parts *= 2
    return None


def _viterbi(scores: Scores, *, after_span: bool) -> Tags:
    """Viterbi in O(positions x tags): O and every B may follow anything, so only the best of all counts for them.

    With `after_span` the first tag may be an I of any class, as it is after a span of that class.
    """
    length, tags = scores.shape
    outside, begins, insides = scores[:, 0].tolist(), scores[:, 1::2], scores[:, 2::2]
    from_inside = np.zeros((length, (tags - 1) // 2), dtype=bool)
    best_before = np.zeros(length, dtype=np.int64)
    at_outside, at_begin = outside[0], begins[0]
    at_inside = insides[0] if after_span else np.full((tags - 1) // 2, -np.inf, dtype=np.float32)
    for position in range(1, length):
        held = np.greater(at_inside, at_begin, out=from_inside[position])
        span = np.where(held, at_inside, at_begin)
        top = int(span.argmax())
        best = float(span[top])
        if at_outside >= best:
            best = at_outside
        else:
            best_before[position] = 2 * top + 1 + held[top]
        at_outside, at_begin, at_inside = outside[position] + best, begins[position] + best, insides[position] + span
    final = np.empty(tags)
    final[0], final[1::2], final[2::2] = at_outside, at_begin, at_inside
    return _trace(int(final.argmax()), best_before, from_inside)


def _trace(last: int, best_before: Tags, from_inside: NDArray[np.bool_]) -> Tags:
    """The path that ends in tag `last`."""
    path = np.empty(len(best_before), dtype=np.int64)
    path[-1] = last
    for position in range(len(path) - 1, 0, -1):
        tag = path[position]
        if tag > 0 and tag % 2 == 0:
            path[position - 1] = tag if from_inside[position, tag // 2 - 1] else tag - 1
        else:
            path[position - 1] = best_before[position]
    return path


def tags_to_runs(tags: Tags) -> list[tuple[int, int, int]]:
    """The spans of a legal sequence as (first position, position after the last, class number)."""
    begins = tags % 2 == 1
    starts = np.flatnonzero(begins)
    stops = np.append(np.flatnonzero(begins | (tags == 0)), len(tags))
    ends = stops[np.searchsorted(stops, starts, side="right")]
    return list(zip(starts.tolist(), ends.tolist(), (tags[starts] // 2).tolist(), strict=True))


def logits_to_runs(logits: Scores) -> list[tuple[int, int, int, float]]:
    """The spans of the best legal sequence, each with its score.

    The score is the least probability that a position of the span gives to the span's class: a span is right only if
    all of it is, so its weakest position says how sure it is.
    """
    tags = best_tags(logits)  # a softmax takes the same from all tags of a position
    runs = tags_to_runs(tags)
    if not runs:
        return []
    inside = np.flatnonzero(tags)
    begins = (tags[inside] - 1) // 2 * 2 + 1
    own = _posteriors(logits[inside], np.stack((begins, begins + 1), axis=1)).sum(axis=1)
    least = np.minimum.reduceat(own, np.flatnonzero(tags[inside] % 2 == 1))
    return [(*run, score) for run, score in zip(runs, np.minimum(least, 1.0).tolist(), strict=True)]


def _posteriors(logits: Scores, tags: Tags) -> Scores:
    """The softmax over all tags, of only some `tags` of each position (shape: positions x how many)."""
    highest = logits.max(axis=1, keepdims=True)
    weights = logits - highest
    total = np.exp(weights, out=weights).sum(axis=1, keepdims=True)
    return np.asarray(np.exp(np.take_along_axis(logits, tags, axis=1) - highest - np.log(total)), dtype=np.float32)


def runs_to_spans(
    runs: Sequence[tuple[int, int, int, float]], text: str, offsets: NDArray[np.int32], classes: Sequence[str]
) -> tuple[Span, ...]:
    """Spans over the characters of `text`; `offsets` (shape: positions x 2) says which characters a position stands for.

    Blanks at the ends of a span are left out, and a span of nothing else is dropped. Where two positions share a
    character, the first span keeps it.
    """
    spans: list[Span] = []
    starts = offsets[[first for first, *_ in runs], 0].tolist()
    ends = offsets[[last - 1 for _, last, *_ in runs], 1].tolist()
    end = 0
    for (_, _, number, score), first, last in zip(runs, starts, ends, strict=True):
        words = text[max(first, end) : last].lstrip()
        if words:
            start = last - len(words)
            end = start + len(words.rstrip())
            spans.append(Span(start, end, classes[number], score))
    return tuple(spans)


def classes_of(tags: Sequence[str]) -> tuple[str, ...]:
    """The classes behind a list of IOB2 tags. Raises ValueError if it is not O, B-a, I-a, B-b, I-b, …"""
    classes = tuple(tag[2:] for tag in tags[1::2])
    wanted = (OUTSIDE, *(f"{prefix}-{name}" for name in classes for prefix in "BI"))
    if tuple(tags) != wanted:
        raise ValueError(f"tags must be O, then B-x and I-x for every class x; was: {', '.join(tags[:5])} …")
    return classes
