"""Fresh narrative text for training: windows out of recombined passages, and the running text of a whole report."""

from __future__ import annotations

from collections.abc import Collection
from random import Random

from gongkai.training.passages import TRAIN_WRITERS
from gongkai.training.synth.clauses import Clause, case_clauses, fee_clauses, joined, published_clauses, request_clauses
from gongkai.training.synth.facts import report_facts
from gongkai.training.synth.grammar import Facts, say
from gongkai.training.synth.marked import MarkedText
from gongkai.training.synth.names import Organ, draw_organ
from gongkai.training.synth.numerals import chinese
from gongkai.training.synth.recombine import draw_passage, has_heading, narrative_window
from gongkai.training.synth.values import Report

SECTION_NAMES = ("title", "opening", "1", "5", "6", "closing")

__all__ = ["SECTION_NAMES", "grammar_window", "narrative_window", "narrative_with_facts", "report_narrative"]


def report_narrative(report: Report, rng: Random, writers: Collection[str] = TRAIN_WRITERS) -> dict[str, MarkedText]:
    """The running text of a report by section (SECTION_NAMES), in agreement with its tables.

    Section 1 also takes in passages of `writers` that state no figure. Marks keep their statement keys.
    """
    organ = draw_organ(rng)
    return narrative_with_facts(report_facts(report, organ, rng), organ, rng, writers)


def narrative_with_facts(facts: Facts, organ: Organ, rng: Random, writers: Collection[str]) -> dict[str, MarkedText]:
    """As `report_narrative`, for facts and an organ already drawn."""
    return {
        "title": say("title", facts, rng),
        "opening": _opening(facts, rng),
        "1": _overview(facts, rng, writers),
        "5": MarkedText.join((_shortcomings(facts, rng), *_figureless(rng, writers))),
        "6": _others(facts, rng),
        "closing": _closing(organ, facts, rng),
    }


def grammar_window(report: Report, rng: Random) -> MarkedText:
    """A sentence or two about requests and cases in the words of the grammar alone."""
    facts = report_facts(report, draw_organ(rng), rng)
    parts = [joined(request_clauses(facts, rng), rng), joined(case_clauses(facts, rng), rng), joined(published_clauses(facts, rng), rng)]
    rng.shuffle(parts)
    return MarkedText.join(parts[: rng.randint(1, 3)])


def _opening(facts: Facts, rng: Random) -> MarkedText:
    parts = [say("opening", facts, rng)]
    parts += [say("parts", facts, rng)] if rng.random() < 0.5 else []
    parts += [say("period", facts, rng)] if rng.random() < 0.85 else []
    parts += [say("link", facts, rng)] if rng.random() < 0.3 else []
    parts += [say("contact", facts, rng)] if rng.random() < 0.7 else []
    return MarkedText.join(parts)


def _overview(facts: Facts, rng: Random, writers: Collection[str]) -> MarkedText:
    """Section 1: an introduction, then topics under headings or in one paragraph."""
    topics = [
        ("主动公开", _publication(facts, rng, writers)),
        ("依申请公开", _request_paragraph(facts, rng)),
        ("政府信息管理", [say("plain", facts, rng), *_figureless(rng, writers)]),
        ("平台建设", [say("plain", facts, rng), *_figureless(rng, writers)]),
        ("监督保障", [say("plain", facts, rng), joined([say("trainings", facts, rng)], rng), *_figureless(rng, writers)]),
    ]
    kept = [topic for topic in topics if topic[0] == "依申请公开" or rng.random() < 0.7]
    manner = rng.choices(("(%s)", "%s是", "%s.", "plain", "【"), (6, 3, 2, 3, 0.4))[0]
    suffix = rng.choice(("", "情况", "方面", "工作"))
    parts: list[Clause] = [say("intro", facts, rng)]
    for number, (name, texts) in enumerate(kept, 1):
        heading = _heading(manner, number, name + suffix, rng)
        parts += ("" if manner in ("plain", "%s是") and rng.random() < 0.7 else "\n", heading, *texts)
    return MarkedText.join(parts)


def _heading(manner: str, number: int, name: str, rng: Random) -> str:
    if manner == "plain":
        return ""
    if manner == "【":
        return f"【{name}】"
    numeral = str(number) if manner == "%s." else chinese(number)
    return manner.replace("%s", numeral) + name + rng.choice(("。", "。", "。", ":", "\n"))


def _request_paragraph(facts: Facts, rng: Random) -> list[MarkedText]:
    requests, cases = request_clauses(facts, rng), case_clauses(facts, rng)
    if rng.random() < 0.15:
        return [joined(requests, rng)]
    sentence = [joined([*requests, *cases], rng)] if rng.random() < 0.4 else [joined(requests, rng), joined(cases, rng)]
    if rng.random() < 0.2:
        sentence.append(joined([say("distract", facts, rng)], rng))
    return sentence


def _publication(facts: Facts, rng: Random, writers: Collection[str]) -> list[MarkedText]:
    """What was published, in the words of the grammar or of a written passage."""
    passage = draw_passage(rng, writers, "disclosure")
    if (
        rng.random() < 0.6
        or has_heading(passage)
        or any(mark.label in ("agency", "report_year", "normative_documents") for mark in passage.marks)
    ):
        return [joined(published_clauses(facts, rng), rng)]
    return [passage]


def _figureless(rng: Random, writers: Collection[str]) -> list[MarkedText]:
    """Sometimes a written passage full of numbers that are no figures."""
    if rng.random() > 0.35:
        return []
    passage = draw_passage(rng, writers, "other")
    return [] if has_heading(passage) or any(mark.label in ("agency", "report_year") for mark in passage.marks) else [passage]


def _shortcomings(facts: Facts, rng: Random) -> MarkedText:
    problems = [say("problem", facts, rng) for _ in range(rng.randint(1, 3))]
    measures = [say("measure", facts, rng) for _ in range(rng.randint(1, 3))]
    parts: list[Clause] = [
        say("shortcoming", facts, rng),
        *_numbered(problems),
        rng.choice(("", "\n")),
        say("remedy", facts, rng),
        *_numbered(measures),
    ]
    return MarkedText.join(parts)


def _numbered(texts: list[MarkedText]) -> list[Clause]:
    ends = [";"] * (len(texts) - 1) + ["。"]
    return [part for i, text in enumerate(texts) for part in (f"{chinese(i + 1)}是", text, ends[i])]


def _others(facts: Facts, rng: Random) -> MarkedText:
    if rng.random() < 0.7:
        return say("nothing", facts, rng)
    clauses = fee_clauses(facts, rng, 1.0)
    parts: list[Clause] = [say("fees_note", facts, rng), joined(clauses, rng)]
    return MarkedText.join(parts)


def _closing(organ: Organ, facts: Facts, rng: Random) -> MarkedText:
    """The signature: organ and date, either of which may be missing."""
    name = MarkedText.of(organ.name, "agency")
    date = MarkedText.of(facts.entities["ID"], "issue_date")
    draw = rng.random()
    if draw < 0.2:
        return MarkedText("")
    return MarkedText.join((name, "\n", date)) if draw < 0.9 else date
