"""Which clauses a report says about requests, reviews, suits and publication, and in what order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from gongkai.training.synth.grammar import Facts, say
from gongkai.training.synth.marked import MarkedText
from gongkai.training.synth.values import split

Clause = MarkedText | str

_RESULTS = {
    "rg": "granted",
    "rp": "partially_granted",
    "rd": "denied",
    "ru": "unavailable",
    "rj": "rejected",
    "rx": "other_handling",
}
_PUBLISHED = {
    "ds": "disclosures",
    "ws": "website",
    "wx": "wechat",
    "wb": "weibo",
    "nm": "new_media",
    "ip": "interpretations",
    "pc": "press",
    "pr": "responses",
    "gb": "gazettes",
    "na": "accounts",
    "wv": "visits",
    "mt": "trainings",
    "od": "other_documents",
}


def joined(clauses: Sequence[Clause], rng: Random, end: str = "。") -> MarkedText:
    """The clauses as one sentence, with commas, semicolons or full stops between them."""
    mostly = rng.choices((",", ";", "。", "、"), (6, 3, 2, 0.2))[0]
    parts: list[Clause] = []
    for clause in clauses:
        if parts:
            parts.append(mostly if rng.random() < 0.8 else rng.choice(",;。"))
        parts.append(clause)
    return MarkedText.join((*parts, end)) if parts else MarkedText("")


def listed(members: Sequence[Clause], rng: Random) -> MarkedText:
    """The members of an enumeration."""
    sign = rng.choices(("、", ",", ";"), (5, 4, 2))[0]
    return MarkedText.join(part for i, member in enumerate(members) for part in ((sign, member) if i else (member,)))


def request_clauses(facts: Facts, rng: Random) -> list[Clause]:
    """What became of the requests; at least how many were received."""
    if not facts.figures["rr"]:
        return _no_requests(facts, rng)
    figures = facts.figures
    if figures["rr"] == figures["rh"] and rng.random() < 0.1:
        return _received_and_handled(facts, rng)
    clauses: list[Clause] = [_with_breakdown(say("received", facts, rng), facts, rng)]
    clauses += _applicants(facts, rng) if rng.random() < 0.45 else []
    clauses += _carried(facts, rng, "carried_in", 0.12)
    clauses += _handled(facts, rng)
    clauses += _carried(facts, rng, "carried_out", 0.2)
    clauses += [say("completion_rate", facts, rng)] if rng.random() < 0.2 else []
    return clauses + fee_clauses(facts, rng, 0.15)


def _received_and_handled(facts: Facts, rng: Random) -> list[Clause]:
    """Received and handled in one number, sometimes with results, and that nothing was carried over."""
    clauses: list[Clause] = [say("received_handled", facts, rng), *(_results(facts, rng) if rng.random() < 0.4 else [])]
    if not facts.figures["ri"] and not facts.figures["ro"] and rng.random() < 0.4:
        clauses.append(say("carried.zero", facts, rng))
    return clauses + fee_clauses(facts, rng, 0.15)


def _no_requests(facts: Facts, rng: Random) -> list[Clause]:
    received = say("received.zero" if rng.random() < 0.6 else "received.none", facts, rng)
    clauses: list[Clause] = [received, *_carried(facts, rng, "carried_in", 0.06)]
    if facts.figures["rh"]:
        clauses.append(say("handled", facts, rng))
    return clauses + fee_clauses(facts, rng, 0.12)


def fee_clauses(facts: Facts, rng: Random, chance: float) -> list[Clause]:
    """Sometimes what was charged."""
    if rng.random() > chance:
        return []
    return [say("fees.zero" if not facts.figures["fe"] and rng.random() < 0.75 else "fees", facts, rng)]


def _carried(facts: Facts, rng: Random, name: str, zero_chance: float) -> list[Clause]:
    """A number carried over: often said if there is one, rarely if there is none."""
    if facts.figures["ri" if name == "carried_in" else "ro"]:
        return [say(name, facts, rng)] if rng.random() < 0.82 else []
    return [say(f"{name}.zero", facts, rng)] if rng.random() < zero_chance else []


def _with_breakdown(text: MarkedText, facts: Facts, rng: Random) -> MarkedText:
    """`text`, sometimes followed by the channels in brackets or after 其中."""
    if rng.random() > 0.25:
        return text
    members = channels(facts, rng)
    opening, closing = rng.choice((("(", ")"), ("(其中:", ")"), (",其中", ""), ("。其中,", ""), (",包括", "")))
    return MarkedText.join((text, opening, listed(members, rng), closing))


def channels(facts: Facts, rng: Random) -> list[Clause]:
    """The received requests by two to four channels, or one statement about all of them."""
    received = int(facts.figures["rr"])
    if rng.random() < 0.2:
        return [say("channel.all", replace(facts, figures={**facts.figures, "ch": received}), rng)]
    numbers = split(rng, received, [1.0] * rng.randint(2, 4))
    kept = numbers if rng.random() < 0.3 else [number for number in numbers if number]
    return [say("channel", replace(facts, figures={**facts.figures, "ch": number}), rng) for number in kept]


def _applicants(facts: Facts, rng: Random) -> list[Clause]:
    natural, organizations = facts.figures["np"], facts.figures["og"]
    if not organizations and rng.random() < 0.75:
        return [say("natural_person.all", facts, rng)]
    members: list[Clause] = [say("natural_person", facts, rng)] if natural or rng.random() < 0.3 else []
    members += [say("organization", facts, rng)] if organizations or rng.random() < 0.5 else []
    return [listed(members, rng)] if members else []


def _handled(facts: Facts, rng: Random) -> list[Clause]:
    everything = facts.figures["rh"] == facts.figures["rr"] and not facts.figures["ro"]
    clauses: list[Clause] = []
    if rng.random() < 0.7:
        clauses.append(say("handled.all" if everything and rng.random() < 0.5 else "handled", facts, rng))
    if rng.random() < 0.5 and facts.figures["rh"]:
        clauses += _results(facts, rng)
    return clauses


def _results(facts: Facts, rng: Random) -> list[Clause]:
    present = [code for code in _RESULTS if facts.figures[code]]
    universal = {"rg": "granted.all", "ru": "unavailable.all"}
    if len(present) == 1 and present[0] in universal and rng.random() < 0.4:
        return [say(universal[present[0]], facts, rng)]
    chosen = list(_RESULTS) if rng.random() < 0.2 else present
    lead = rng.choice(("", "其中", "其中,", "办理结果为:", "结果:", "按办理结果分,", "在答复的申请中,"))
    return [MarkedText.join((lead, listed([say(_RESULTS[code], facts, rng) for code in chosen], rng)))]


def case_clauses(facts: Facts, rng: Random) -> list[Clause]:
    """Reviews, suits and sometimes complaints."""
    reviews, suits = facts.figures["rv"], facts.figures["lt"]
    if not reviews and not suits:
        return _no_cases(facts, rng)
    clauses = _cases("r", facts, rng) if reviews else ([say("reviews.zero", facts, rng)] if rng.random() < 0.6 else [])
    clauses += _cases("l", facts, rng) if suits else ([say("litigations.zero", facts, rng)] if rng.random() < 0.6 else [])
    return clauses + complaint_clauses(facts, rng, 0.15)


def _no_cases(facts: Facts, rng: Random) -> list[Clause]:
    draw = rng.random()
    if draw < 0.12 and not facts.figures["cp"]:
        joint = say("all.zero", facts, rng)
        if facts.figures["rr"] == 0 or not any("requests_received" in mark.label for mark in joint.marks):
            return [joint]
    if draw < 0.75:
        return [say("both.zero", facts, rng), *complaint_clauses(facts, rng, 0.1)]
    return [say("reviews.zero", facts, rng), say("litigations.zero", facts, rng), *complaint_clauses(facts, rng, 0.2)]


def complaint_clauses(facts: Facts, rng: Random, chance: float) -> list[Clause]:
    """Sometimes what was complained about."""
    if rng.random() > chance:
        return []
    return [say("complaints" if facts.figures["cp"] else "complaints.zero", facts, rng)]


def _cases(kind: str, facts: Facts, rng: Random) -> list[Clause]:
    """Reviews (`r`) or suits (`l`) in all, and often by result."""
    name, code = ("reviews", "rv") if kind == "r" else ("litigations", "lt")
    total = say(name, facts, rng)
    if rng.random() < 0.25:
        return [total]
    outcomes = {"u": "upheld", "c": "corrected", "o": "other", "p": "pending"}
    present = [letter for letter in outcomes if facts.figures[code + letter]]
    if present == ["u"] and rng.random() < 0.4:
        return [total, say(f"{name}.all_upheld", facts, rng)]
    chosen = list(outcomes) if rng.random() < 0.2 else present
    members = listed([say(f"{outcomes[letter]}_{kind}", facts, rng) for letter in chosen], rng)
    opening, closing = rng.choice(((",其中", ""), ("(", ")"), (",其中,", ""), (",", ""), (":", ""), (",结果为", "")))
    return [MarkedText.join((total, opening, members, closing))]


def published_clauses(facts: Facts, rng: Random) -> list[Clause]:
    """Two to six statements about what was published and answered, with documents, and now and then something that is no figure."""
    chosen = rng.sample(list(_PUBLISHED), rng.randint(2, 6))
    clauses: list[Clause] = [say(_PUBLISHED[code], facts, rng) for code in chosen]
    if rng.random() < 0.3:
        clauses.append(say("normative" if facts.figures["nd"] else "normative.zero", facts, rng))
    if rng.random() < 0.1:
        joint = not facts.figures["nd"] and not facts.figures["gz"]
        clauses.append(say("regulations.zero", facts, rng) if joint else say("regulations", facts, rng))
    if rng.random() < 0.05:
        clauses.append(say("press.zero", facts, rng))
    while rng.random() < 0.3:
        clauses.append(say("distract", facts, rng))
    rng.shuffle(clauses)
    return clauses
