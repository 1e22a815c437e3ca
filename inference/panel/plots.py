"""Plots of a panel: requests, what became of them, and reviews and suits, by year.

Every plot says of how many reports it speaks: one that lacks a number that a plot needs is not in it. Lines of text stay text.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping, Sequence
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gongkai.inference.panel.trends import Pooled, Trends
from gongkai.inference.write import prepare_folder, write_whole
from gongkai.model.errors import MissingExtraError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NAMES = ("requests", "outcomes", "reviews")
"""The plots; one is left out where nothing is known of what it shows."""
MOST_LINES = 8
"""Organs that get a line each; of more the middle half is drawn."""
_OUTCOMES = ("#1b6f78", "#7fb8ad", "#c0522d", "#e0a458", "#7a5c99", "#a9a49b")
_PARTS = {
    "granted": "予以公开 granted", "partially granted": "部分公开 partially granted", "denied": "不予公开 denied",
    "unavailable": "无法提供 unavailable", "rejected": "不予处理 rejected", "other": "其他 other",
    "upheld": "结果维持 upheld", "corrected": "结果纠正 corrected", "pending": "尚未审结 pending",
}  # fmt: skip
_WIDE = 5  # years that have room for a label on one line
_ENDS = ("#1b6f78", "#c0522d", "#e0a458", "#a9a49b")
_LINES = ("#1b6f78", "#c0522d", "#7a5c99", "#e0a458", "#3f7d3a", "#b0395f", "#4a63a8", "#6d6a63")
_CHINESE = ["Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "SimHei", "WenQuanYi Zen Hei"]
_SETTINGS: Mapping[str, Any] = {
    "svg.hashsalt": "gongkai",  # names inside the file would differ from run to run
    "svg.fonttype": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 11,
}


class Plots(StrEnum):
    """What the plots of a panel are drawn as."""

    SVG = "svg"
    PNG = "png"
    NONE = "none"


def can_plot() -> bool:
    """Whether matplotlib is installed."""
    return find_spec("matplotlib") is not None


def draw(trends: Trends, folder: Path, kind: Plots) -> tuple[str, ...]:
    """Draw what there is to draw into `folder`; the names of the files. Raises MissingExtraError without matplotlib.

    The same panel gives the same bytes with the same fonts and version of matplotlib.
    """
    if kind is Plots.NONE:
        return ()
    if not can_plot():
        raise MissingExtraError("drawing plots", "plots")
    import matplotlib as mpl

    with mpl.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")  # a reader's fonts may have it
        settings: Any = {**_SETTINGS, "font.family": _fonts()}
        mpl.rcParams.update(settings)
        figures = zip(NAMES, (_requests(trends), _outcomes(trends), _reviews(trends)), strict=True)
        found = {f"{name}.{kind}": _content(figure, kind) for name, figure in figures if figure is not None}
    prepare_folder(folder)
    for name, content in found.items():
        write_whole(folder / name, content)
    return tuple(found)


def _fonts() -> list[str]:
    """The fonts with Chinese characters that are there, and one that always is."""
    from matplotlib import font_manager

    known = set(font_manager.get_font_names())
    return [*(name for name in _CHINESE if name in known), "DejaVu Sans"]


def _content(figure: Figure, kind: Plots) -> bytes:
    buffer = io.BytesIO()
    metadata = {"Date": None} if kind is Plots.SVG else {"Software": None}
    figure.savefig(buffer, format=str(kind), metadata=metadata, dpi=150)
    return buffer.getvalue()


def _figure(width: float = 7.0, columns: int = 1) -> tuple[Figure, Sequence[Axes]]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, 4.2), layout="constrained")
    return figure, [figure.add_subplot(1, columns, place + 1) for place in range(columns)]


def _requests(trends: Trends) -> Figure | None:
    spreads = trends.received()
    if not spreads:
        return None
    figure, (axes,) = _figure()
    axes.set_title("Requests received in the year (本年新收政府信息公开申请数量)")
    if len(trends.requests) <= MOST_LINES:
        for colour, organ in zip(_LINES, sorted(trends.requests), strict=False):
            _line(axes, trends, organ, colour)
        figure.legend(loc="outside right upper", frameon=False, fontsize=8)
    else:
        _band(axes, trends)
    _label_years(axes, {year: f"{year}\n{spread.reports} of {trends.reports[year]} reports" for year, spread in spreads.items()})
    axes.set_ylim(bottom=0)
    return figure


def _line(axes: Axes, trends: Trends, organ: str, colour: str) -> None:
    """A line that is broken where a year is missing; a hollow point is a number in doubt."""
    values = trends.requests[organ]
    years = range(min(values), max(values) + 1)
    axes.plot(years, [values.get(year, float("nan")) for year in years], marker="o", color=colour, label=organ)
    doubtful = [year for year in values if (organ, year) in trends.doubtful]
    axes.scatter(doubtful, [values[year] for year in doubtful], s=36, facecolor="white", edgecolor=colour, zorder=3)


def _band(axes: Axes, trends: Trends) -> None:
    spreads = trends.received()
    wide = {year: spread.quarters for year, spread in spreads.items() if spread.quarters}
    lower, upper = ([quarters[side] for quarters in wide.values()] for side in (0, 1))
    axes.fill_between(list(wide), lower, upper, color=_OUTCOMES[1], alpha=0.4, linewidth=0, label="中间一半机关 middle half of the organs")
    axes.plot(list(spreads), [spread.middle for spread in spreads.values()], marker="o", color=_OUTCOMES[0], label="中位机关 median organ")
    axes.legend(frameon=False, fontsize=8)


def _outcomes(trends: Trends) -> Figure | None:
    pooled = trends.pooled("outcomes")
    if not any(one.whole for one in pooled.values()):
        return None
    figure, (axes,) = _figure()
    axes.set_title("What became of the requests (本年度办理结果)")
    _shares(axes, pooled, _OUTCOMES)
    _label_years(axes, {year: _label(year, one, trends, "requests") for year, one in pooled.items()})
    figure.legend(*axes.get_legend_handles_labels(), loc="outside right upper", frameon=False, fontsize=8, reverse=True)
    return figure


def _reviews(trends: Trends) -> Figure | None:
    pooled = {kind: trends.pooled(kind) for kind in ("reviews", "suits")}
    if not any(one.whole for years in pooled.values() for one in years.values()):
        return None
    figure, both = _figure(9.0, 2)
    for axes, (kind, title) in zip(both, {"reviews": "Reviews (行政复议)", "suits": "Suits (行政诉讼)"}.items(), strict=True):
        axes.set_title(title)
        _shares(axes, pooled[kind], _ENDS)
        _label_years(axes, {year: _label(year, one, trends, "cases") for year, one in pooled[kind].items()})
    handles = {label: handle for axes in both for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)}
    figure.legend(handles.values(), handles.keys(), loc="outside right upper", frameon=False, fontsize=8, reverse=True)
    return figure


def _label(year: int, one: Pooled, trends: Trends, unit: str) -> str:
    return f"{year}\n{one.whole:,} {unit}\n{one.reports} of {trends.apart[year]} reports"


def _shares(axes: Axes, pooled: Mapping[int, Pooled], colours: Sequence[str]) -> None:
    """Stacked shares of a year's cases; a year without cases has no bar."""
    years = {year: one for year, one in pooled.items() if one.whole}
    below = dict.fromkeys(years, 0.0)
    for colour, name in zip(colours, next(iter(years.values())).parts if years else (), strict=False):
        shares = {year: 100 * one.parts[name] / one.whole for year, one in years.items()}
        axes.bar(list(years), list(shares.values()), bottom=list(below.values()), color=colour, width=0.7, label=_PARTS[name])
        below = {year: below[year] + share for year, share in shares.items()}
    axes.set_ylabel("%")
    axes.set_ylim(0, 100)


def _label_years(axes: Axes, labels: Mapping[int, str]) -> None:
    crowded = len(labels) > _WIDE
    axes.set_xticks(list(labels), [text.replace(" reports", "\nreports") if crowded else text for text in labels.values()], fontsize=8)
    if labels:
        axes.set_xlim(min(labels) - 0.6, max(labels) + 0.6)
