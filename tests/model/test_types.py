"""Pages and spans refuse what cannot be."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from gongkai.model.errors import AnnotationError
from gongkai.model.types import LabelledPage, Page, Span, moved

PAGE = Page("p", "规章3件")


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (2, 2), (3, 1)])
def test_a_span_covers_at_least_one_character(start: int, end: int) -> None:
    with pytest.raises(AnnotationError, match=rf"span value \[{start}, {end}\): offsets must satisfy 0 <= start < end"):
        Span(start, end, "value")


def test_a_span_moves_and_keeps_the_rest() -> None:
    assert Span(1, 3, "row", 0.5).shifted(4) == Span(5, 7, "row", 0.5)
    with pytest.raises(AnnotationError):
        Span(1, 3, "row").shifted(-2)


def test_spans_sort_by_place() -> None:
    assert sorted([Span(4, 5, "a"), Span(0, 9, "z"), Span(0, 2, "z")]) == [Span(0, 2, "z"), Span(0, 9, "z"), Span(4, 5, "a")]


def test_a_labelled_page_gives_the_characters_of_a_span() -> None:
    page = LabelledPage(PAGE, (Span(0, 2, "row"), Span(2, 3, "value")))
    assert [page.text_of(span) for span in page.spans] == ["规章", "3"]


def test_spans_that_touch_are_disjoint() -> None:
    assert len(LabelledPage(PAGE, (Span(0, 2, "row"), Span(2, 4, "value"))).spans) == 2


@pytest.mark.parametrize("spans", [(Span(0, 2, "row"), Span(1, 3, "value")), (Span(2, 3, "value"), Span(0, 2, "row"))])
def test_spans_that_overlap_or_are_out_of_order_are_refused(spans: tuple[Span, ...]) -> None:
    with pytest.raises(AnnotationError, match=r"page p: span .* overlaps or precedes"):
        LabelledPage(PAGE, spans)


def test_a_span_outside_the_text_is_refused() -> None:
    with pytest.raises(AnnotationError, match="page p: a span ends at 5, the text has 4 characters"):
        LabelledPage(PAGE, (Span(3, 5, "value"),))


def test_values_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        Span(0, 1, "row").start = 3  # type: ignore[misc]


def test_spans_moved_to_another_text_stay_sorted_and_disjoint() -> None:
    spans = (Span(0, 2, "row", 0.5), Span(2, 4, "value"), Span(5, 6, "junk"), Span(6, 7, "blank"))
    places = {(0, 2): (1, 4), (2, 4): (3, 5), (5, 6): None, (6, 7): (4, 5)}
    assert moved(spans, lambda start, end: places[start, end]) == (Span(1, 4, "row", 0.5), Span(4, 5, "value"))
