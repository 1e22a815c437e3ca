"""What a report's narrative has to say: the figures of its tables and what no table holds, ready for the wordings."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from gongkai.training.synth.grammar import Facts
from gongkai.training.synth.names import Organ, draw_address, draw_document_number, draw_email, draw_phone, place_stem
from gongkai.training.synth.numerals import Number
from gongkai.training.synth.values import Report

_SUITS = ("litigation_direct", "litigation_after_review")
_RESULTS = {"rg": "granted", "rp": "partially_granted", "rd": "denied", "ru": "unavailable", "rj": "rejected", "rx": "other_handling"}
_OUTCOMES = {"u": "upheld", "c": "corrected", "o": "other", "p": "pending"}
_INVENTED = {"ds": 4, "ws": 4, "wx": 3, "wb": 3, "nm": 3, "ip": 2, "pc": 1, "pr": 3, "gb": 2, "na": 1, "wv": 6, "mt": 1, "od": 2}


def report_facts(report: Report, organ: Organ, rng: Random) -> Facts:
    """Everything that the wordings may speak of, consistent with the true numbers of `report`."""
    manner, pad = rng.choices(("1", "1,000", "三", "1.1万"), (70, 15, 6, 9))[0], " " if rng.random() < 0.04 else ""
    figures = {**_request_figures(report), **_case_figures(report), **_other_figures(report, rng)}
    return Facts(figures, draw_entities(report.year, organ, rng), _names(report.year, organ, rng), manner, pad)


def _request_figures(report: Report) -> dict[str, Number]:
    received = report.total("new_received")
    natural = report.applicant("new_received", "natural_person")
    rows = {"rr": "new_received", "ri": "carried_in", "rh": "handled_total", "ro": "carried_out"}
    figures: dict[str, Number] = {code: report.total(row) for code, row in rows.items()}
    figures |= {code: report.group_total(group) for code, group in _RESULTS.items()}
    return figures | {"np": natural, "og": received - natural}


def _case_figures(report: Report) -> dict[str, Number]:
    figures: dict[str, Number] = {"rv": report.outcome(("review",), "total"), "lt": report.outcome(_SUITS, "total")}
    for letter, outcome in _OUTCOMES.items():
        figures["rv" + letter] = report.outcome(("review",), outcome)
        figures["lt" + letter] = report.outcome(_SUITS, outcome)
    return figures


def _other_figures(report: Report, rng: Random) -> dict[str, Number]:
    def made(row: str) -> Number:
        keys = (f"proactive.{row}.made", f"proactive.{row}.newly_made")
        return next((int(report.truth[key]) for key in keys if key in report.truth), 0)

    figures: dict[str, Number] = {code: _drawn_size(size, rng) for code, size in _INVENTED.items()}
    rates = (100, 100, 100, round(rng.uniform(90, 99.9), rng.choice((0, 1, 2))))
    figures |= {"cr": rng.choice(rates), "fe": rng.choice((0, 0, 0, rng.randint(5, 900))), "cp": rng.choice((0, 0, 0, rng.randint(1, 5)))}
    return figures | {"gz": made("regulations"), "nd": made("normative_documents")}


def _drawn_size(size: int, rng: Random) -> int:
    digits = max(1, size + rng.choice((-1, 0, 0, 0, 1)))
    return rng.randint(10 ** (digits - 1), 10**digits - 1)


def draw_entities(year: int, organ: Organ, rng: Random) -> Mapping[str, str]:
    """The entities by code."""
    period = (
        f"{year}年1月1日起至{year}年12月31日",
        f"{year}年1月1日至{year}年12月31日",
        f"{year}年1月1日至12月31日",
        f"{year}年1月1日起,至{year}年12月31日",
        f"{year}年1月1日—12月31日",
    )
    shown_year = str(year) if rng.random() < 0.96 else "".join("〇一二三四五六七八九"[int(digit)] for digit in str(year))
    month, day = rng.choice((1, 1, 1, 2, 3)), rng.randint(1, 28)
    numerals = "".join("〇一二三四五六七八九"[int(digit)] for digit in str(year + 1))
    dates = (f"{year + 1}年{month}月{day}日",) * 6 + (
        f"{year + 1}-{month:02}-{day:02}",
        f"{numerals}年{'一二三'[month - 1]}月{'一二三四五六七八九'[day % 9]}日",
    )
    return {
        "AG": organ.name,
        "RY": shown_year,
        "PD": rng.choice(period),
        "ID": rng.choice(dates),
        "DN": draw_document_number(organ, year, rng),
        "PH": draw_phone(rng),
        "EM": draw_email(rng),
        "AD": draw_address(organ, rng),
    }


def _names(year: int, organ: Organ, rng: Random) -> dict[str, str]:
    """Words that are no figures and no entities; `m` and `c` are the measure words of requests and of cases."""
    latin = "".join(rng.choice("abcdefghjklmnpqrstwxyz") for _ in range(rng.randint(3, 7)))
    return {
        "Y": str(year),
        "Y-1": str(year - 1),
        "Y+1": str(year + 1),
        "self": organ.self_name,
        "self_plain": organ.self_name.removeprefix("全"),
        "place": organ.place,
        "stem": place_stem(rng),
        "latin": latin,
        "fax": draw_phone(rng),
        "m": rng.choices(("件", "条", "宗", "份", "起", "例", "次", "件次"), (80, 6, 5, 3, 2, 1, 2, 1))[0],
        "c": rng.choices(("件", "起", "宗", "例", "次", ""), (80, 9, 5, 2, 2, 2))[0],
    }
