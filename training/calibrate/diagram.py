"""`reliability.svg`: confidence against the share that is right, before and after calibration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import log, sqrt
from typing import Any

WIDTH, HEIGHT, SIDE, TOP = 760, 420, 300, 60
LEFTS = (60, 430)
TICKS = (0.1, 0.5, 0.9, 0.99, 0.999)
_LEAST, _MOST = 0.02, 0.9998
_BEFORE, _AFTER = "#b45309", "#1d4ed8"
_Z = 1.96
_STYLE = "text{font:12px sans-serif;fill:#1f2937}.title{font-size:14px;font-weight:bold}.grid{stroke:#e5e7eb}.even{stroke:#6b7280;stroke-dasharray:4 3}"


def diagram(kinds: Mapping[str, Mapping[str, Any]]) -> str:
    """The picture of two kinds of values, each given as `before` and `after` (`Reliability.as_json`), on axes of log-odds.

    A mark is a bin: where its mean confidence and its share of right values meet, the larger the more values; the line through it is
    the 95 % interval of that share (Wilson).
    """
    panels = [line for left, (name, found) in zip(LEFTS, kinds.items(), strict=False) for line in _panel(left, name, found)]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="Reliability diagram">'
    ground = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>'
    return "\n".join((head, f"<style>{_STYLE}</style>", ground, *panels, *_legend(), "</svg>", ""))


def _panel(left: int, name: str, found: Mapping[str, Any]) -> Iterator[str]:
    yield f'<text class="title" x="{left}" y="{TOP - 30}">{name}</text>'
    for tick in TICKS:
        x, y = _x(left, tick), _y(tick)
        yield f'<path class="grid" d="M{x} {TOP}V{TOP + SIDE}M{left} {y}H{left + SIDE}"/>'
        yield f'<text x="{x}" y="{TOP + SIDE + 16}" text-anchor="middle">{tick:g}</text>'
        yield f'<text x="{left - 6}" y="{y + 4:g}" text-anchor="end">{tick:g}</text>'
    yield f'<path class="even" d="M{left} {TOP + SIDE}L{left + SIDE} {TOP}"/>'
    yield f'<text x="{left + SIDE // 2}" y="{TOP + SIDE + 34}" text-anchor="middle">confidence</text>'
    yield f'<text x="{left - 40}" y="{TOP - 10}">share right</text>'
    for when, colour, fill in (("before", _BEFORE, "#ffffff"), ("after", _AFTER, _AFTER)):
        yield from _marks(left, found[when]["bins"], colour, fill)


def _marks(left: int, bins: Sequence[Sequence[float]], colour: str, fill: str) -> Iterator[str]:
    most = max((values for _, _, values, _, _ in bins), default=1)
    for _, _, values, right, confidence in bins:
        low, high = interval(right, values)
        x, radius = _x(left, confidence), 2.5 + 5 * sqrt(values / most)
        yield f'<path d="M{x} {_y(low)}V{_y(high)}" stroke="{colour}"/>'
        yield f'<circle cx="{x}" cy="{_y(right / values)}" r="{radius:.1f}" fill="{fill}" fill-opacity="0.75" stroke="{colour}"/>'


def _legend() -> Iterator[str]:
    y = HEIGHT - 10
    yield f'<circle cx="66" cy="{y - 4}" r="5" fill="#ffffff" stroke="{_BEFORE}"/><text x="78" y="{y}">raw</text>'
    yield f'<circle cx="126" cy="{y - 4}" r="5" fill="{_AFTER}" stroke="{_AFTER}"/><text x="138" y="{y}">calibrated</text>'


def interval(right: float, values: float) -> tuple[float, float]:
    """The 95 % interval of a share by Wilson (JASA 22, 1927).

    >>> low, high = interval(10, 10)
    >>> round(low, 3), high
    (0.722, 1.0)
    """
    share, spread = right / values, _Z**2 / values
    middle, reach = share + spread / 2, _Z * sqrt(share * (1 - share) / values + _Z**2 / (4 * values**2))
    return max(0.0, (middle - reach) / (1 + spread)), min(1.0, (middle + reach) / (1 + spread))


def _x(left: int, share: float) -> float:
    return round(left + SIDE * _along(share), 1)


def _y(share: float) -> float:
    return round(TOP + SIDE * (1 - _along(share)), 1)


def _along(share: float) -> float:
    """How far along an axis a share lies, from 0 to 1."""
    first, last, here = (log(one / (1 - one)) for one in (_LEAST, _MOST, min(max(share, _LEAST), _MOST)))
    return (here - first) / (last - first)
