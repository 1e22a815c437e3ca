"""Errors planted in labels that are otherwise right: the ranking must bring them up first, with the way back to their tasks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

import pytest

from gongkai.inference.extract import Extractor
from gongkai.inference.predict import Predictor
from gongkai.model.labels import OUTSIDE
from gongkai.model.types import LabelledPage, Page, Span
from gongkai.training.audit import Suspect, rank_suspects
from gongkai.training.corrected import Corrected
from gongkai.training.passages import HELD_OUT_WRITERS
from gongkai.training.synth.pages import PageOptions, generate_page

pytest.importorskip("cleanlab", reason="cleanlab is not installed")

FIRST_SEED = 2_100_000_000
SHARE = 0.1
KINDS = ("relabelled", "shifted", "deleted")


@dataclass(frozen=True, slots=True)
class Planted:
    """An error: of which kind, on which page, and the characters that it touches."""

    kind: str
    page: str
    start: int
    end: int

    def is_met_by(self, suspect: Suspect) -> bool:
        return suspect.id == self.page and suspect.start < self.end and self.start < suspect.end


def rightly_labelled(count: int) -> Iterator[LabelledPage]:
    options = PageOptions(writers=HELD_OUT_WRITERS, severities=(0, 1))
    for number in range(count):
        page = generate_page(FIRST_SEED + number, options)
        yield LabelledPage(Page(page.id, page.text), page.marked.spans())


def with_errors(page: LabelledPage, rng: Random) -> tuple[LabelledPage, list[Planted]]:
    """The page with about SHARE of its spans relabelled, shifted at one end, or deleted."""
    spans: list[Span] = []
    planted: list[Planted] = []
    ends = [span.start for span in page.spans[1:]] + [len(page.page.text)]
    for span, limit in zip(page.spans, ends, strict=True):
        kind = rng.choice(KINDS) if rng.random() < SHARE else ""
        wrong = damaged(span, kind, limit, sorted({other.label for other in page.spans} - {span.label}), rng) if kind else (span,)
        spans += wrong
        if wrong != (span,):
            planted.append(Planted(kind, page.page.id, span.start, max(span.end, *(one.end for one in wrong), 0)))
    return LabelledPage(page.page, tuple(spans)), planted


def damaged(span: Span, kind: str, limit: int, labels: Sequence[str], rng: Random) -> tuple[Span, ...]:
    """What a careless person leaves of a span; the span itself where it is too narrow to be shifted."""
    if kind == "deleted":
        return ()
    if kind == "relabelled":
        return (Span(span.start, span.end, rng.choice(labels)),)
    end = min(span.end + rng.randint(1, 3), limit)
    end = end if end > span.end else max(span.end - 1, span.start + 1)
    return (Span(span.start, end, span.label),)


def link_of(page: str) -> str:
    return f"http://127.0.0.1:8080/projects/1/data?task={page}"


def planted_pages(count: int) -> tuple[list[Corrected], list[Planted]]:
    rng = Random(20190415)
    pages: list[Corrected] = []
    errors: list[Planted] = []
    for page in rightly_labelled(count):
        wrong, planted = with_errors(page, rng)
        pages.append(Corrected(wrong, page.page.id, link_of(page.page.id)))
        errors += planted
    return pages, errors


def predictor_of(extractor: Extractor) -> Predictor:
    assert isinstance(extractor.labeller, Predictor)
    return extractor.labeller


def precision(suspects: Sequence[Suspect], errors: Sequence[Planted]) -> float:
    return sum(any(error.is_met_by(one) for error in errors) for one in suspects) / len(suspects)


def test_suspects_lead_back_to_the_characters_and_the_task(shipped_extractor: Extractor) -> None:
    pages, errors = planted_pages(2)
    learned = pages[0]
    suspects = rank_suspects(predictor_of(shipped_extractor), pages, frozenset({learned.sha256}))
    assert precision(suspects[: len(errors) // 2], errors) > 0.9
    texts = {page.page.page.id: page.page.page.text for page in pages}
    assert all(texts[one.id][one.start : one.end] == one.text for one in suspects)
    assert all(one.link == link_of(one.id) for one in suspects)
    assert {one.learned for one in suspects if one.id == learned.page.page.id} == {True}
    assert {one.learned for one in suspects if one.id != learned.page.page.id} == {False}
    assert [one.score for one in suspects] == sorted(one.score for one in suspects)


def test_a_deleted_span_comes_first_under_its_label(shipped_extractor: Extractor) -> None:
    (page,) = rightly_labelled(1)
    gone = max((span for span in page.spans if span.label == "row"), key=lambda span: span.end - span.start)
    lacking = LabelledPage(page.page, tuple(span for span in page.spans if span != gone))
    first = rank_suspects(predictor_of(shipped_extractor), [Corrected(lacking, "x")], frozenset())[0]
    assert gone.start <= first.start < first.end <= gone.end
    assert (first.given, first.suggested, first.link, first.learned) == (OUTSIDE, "row", None, False)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_planted_errors_come_first(shipped_extractor: Extractor, capsys: pytest.CaptureFixture[str]) -> None:
    pages, errors = planted_pages(36)
    suspects = rank_suspects(predictor_of(shipped_extractor), pages, frozenset())
    found = Counter(error.kind for error in errors if any(error.is_met_by(one) for one in suspects))
    planted = Counter(error.kind for error in errors)
    ranks = (10, 100, len(errors))
    rates = {rank: precision(suspects[:rank], errors) for rank in ranks}
    with capsys.disabled():
        print(f"\n{len(errors)} errors planted on {len(pages)} pages, {len(suspects)} labels suspected")
        print("precision among the first " + ", ".join(f"{rank}: {100 * rate:.1f} %" for rank, rate in rates.items()))
        print("found: " + ", ".join(f"{found[kind]} of {planted[kind]} {kind}" for kind in KINDS))
    assert set(planted) == set(KINDS)
    assert len(errors) > 500
    assert (rates[10], rates[100]) == (1.0, 1.0)
    assert rates[len(errors)] > 0.95
    assert all(found[kind] > 0.95 * planted[kind] for kind in KINDS)
