import json
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.model.errors import AnnotationError
from gongkai.model.types import LabelledPage, Page, Span
from gongkai.training.corrected import Corrected, publisher_of, read_corrected, replay_settings, split_pages, without_pinned
from gongkai.training.settings import load_tune_settings


def page(number: int, publisher: str) -> Corrected:
    return Corrected(LabelledPage(Page(f"d{number}", f"text {number}"), ()), publisher)


class Sees:
    """Labels the first character as a row title and the second as a value."""

    def label(self, pages: Sequence[Page]) -> list[LabelledPage]:
        return [LabelledPage(page, (Span(0, 1, "row"), Span(1, 2, "value"))) for page in pages]


@given(st.lists(st.integers(0, 6), min_size=2, max_size=40), st.integers(0, 5))
def test_no_publisher_is_on_both_sides(publishers: list[int], seed: int) -> None:
    pages = [page(number, f"p{publisher}") for number, publisher in enumerate(publishers)]
    split = split_pages(pages, 0.2, Random(seed))
    assert sorted(one.page.page.id for one in (*split.train, *split.dev)) == sorted(one.page.page.id for one in pages)
    assert split.train
    assert split.dev
    if len(set(publishers)) > 1:
        assert split.by == "publisher"
        assert not {one.publisher for one in split.train} & {one.publisher for one in split.dev}
    else:
        assert split.by == "document"
        assert len(split.dev) == max(1, round(0.2 * len(pages)))


def test_the_split_is_the_same_every_time() -> None:
    pages = [page(number, f"p{number % 7}") for number in range(30)]
    assert split_pages(pages, 0.2, Random(1)) == split_pages(pages, 0.2, Random(1))
    assert 4 <= len(split_pages(pages, 0.2, Random(1)).dev) <= 10  # seven publishers of four or five pages: one or two of them


def test_a_single_page_cannot_be_split() -> None:
    with pytest.raises(AnnotationError, match=r"1 corrected page\(s\) to learn from: at least 2 are needed"):
        split_pages([page(1, "a")], 0.2, Random(1))


def test_a_text_counts_once_and_pinned_ones_not_at_all() -> None:
    later = Corrected(LabelledPage(Page("again", "text 1"), (Span(0, 4, "row"),)), "b")
    pages = [page(1, "a"), page(2, "a"), later]
    assert without_pinned(pages, {page(2, "a").sha256}) == (later,)


def test_the_publisher_is_the_organ_named_most_often() -> None:
    text = "甲局乙局乙局"
    spans = (Span(0, 2, "agency"), Span(2, 4, "agency"), Span(4, 6, "agency"))
    assert publisher_of(LabelledPage(Page("d", text), spans)) == "乙局"
    assert publisher_of(LabelledPage(Page("d", text), ())) == "d"


def test_tables_that_nobody_labelled_are_as_the_model_sees_them(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    figures = [{"label": "disclosures", "start": 1, "end": 3}]
    link = "http://127.0.0.1:8080/projects/1/data?task=7"
    records = [
        {"id": "a", "text": "规10条", "figures": figures},
        {"id": "b", "text": "规10条", "figures": figures, "structure": [], "origin": {"by": "x", "at": "2026-01-01", "task": link}},
    ]
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")
    a, b = read_corrected(path, Sees())
    assert a.page.spans == (Span(0, 1, "row"), Span(1, 3, "disclosures"))
    assert (b.page.spans, b.link) == ((Span(1, 3, "disclosures"),), link)


def test_replay_grows_with_the_corrected_pages() -> None:
    settings = load_tune_settings("corrected")
    least = sum(settings.mix.model_dump().values())
    assert replay_settings(settings, 10).mix == settings.mix
    grown = replay_settings(settings, 10 * least).mix.model_dump()
    assert sum(grown.values()) == pytest.approx(10 * least * settings.tune.replay)
    assert grown["pages"] / grown["passages"] == pytest.approx(settings.mix.pages / settings.mix.passages, rel=1e-3)
