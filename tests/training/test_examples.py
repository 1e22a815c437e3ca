from itertools import islice, repeat
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.model.labels import label_set
from gongkai.model.types import Span
from gongkai.model.vocabulary import CharacterVocabulary, Encoded
from gongkai.training.examples import (
    Encoder,
    Example,
    digest,
    in_training_order,
    normalised_page,
    page_examples,
    slices,
    source_examples,
    span_tags,
    to_dataset,
)
from gongkai.training.settings import load_settings
from gongkai.training.sources import joined
from gongkai.training.synth.marked import Mark, MarkedText

TAG_IDS = {tag: number for number, tag in enumerate(label_set().tags())}
ENCODER = Encoder(CharacterVocabulary({chr(c): c for c in range(32, 127)}, 1, (2,), (3,)), TAG_IDS)
BEGIN, INSIDE = TAG_IDS["B-value"], TAG_IDS["I-value"]


def encoded(*offsets: tuple[int, int]) -> Encoded:
    return Encoded(np.zeros(len(offsets), dtype=np.int64), np.array(offsets, dtype=np.int32).reshape(-1, 2))


def test_marks_move_with_the_repairs() -> None:
    page = normalised_page(MarkedText("公開１２條", (Mark(2, 4, "disclosures"),)))
    assert (page.page.text, page.spans) == ("公开12条", (Span(2, 4, "disclosures"),))


def test_each_character_takes_its_spans_tag() -> None:
    spans = [Span(1, 3, "value"), Span(3, 4, "value")]
    assert span_tags(encoded((0, 1), (1, 2), (2, 3), (3, 4), (4, 5)), spans, TAG_IDS).tolist() == [0, BEGIN, INSIDE, BEGIN, 0]


def test_a_piece_belongs_to_the_span_that_it_touches_and_to_the_first_of_two() -> None:
    spans = [Span(1, 3, "value"), Span(3, 6, "value")]
    assert span_tags(encoded((0, 2), (2, 4), (4, 6), (7, 8)), spans, TAG_IDS).tolist() == [BEGIN, INSIDE, BEGIN, 0]


@given(st.integers(1, 900), st.integers(0, 99))
def test_slices_cover_a_page_in_order(length: int, seed: int) -> None:
    found = list(slices(length, 128, 32, Random(seed)))
    assert set().union(*(range(start, end) for start, end in found)) == set(range(length))
    assert found == sorted(found)
    assert all(min(32, length) <= end - start <= 128 for start, end in found)


def test_windows_stand_between_special_tokens_that_are_not_trained_on() -> None:
    page = normalised_page(MarkedText("a 12 b", (Mark(2, 4, "value"),)))
    (example,) = page_examples(page, ENCODER, load_settings("tiny"), Random(0))
    assert example.ids.tolist() == [2, 97, 32, 49, 50, 32, 98, 3]
    assert example.tags.tolist() == [-100, 0, 0, BEGIN, INSIDE, 0, 0, -100]


def test_a_source_gives_what_was_asked_for() -> None:
    page = MarkedText("x" * 50)
    found = list(source_examples(repeat(page), 160, lambda p: page_examples(p, ENCODER, load_settings("tiny"), Random(0))))
    assert sum(len(example.ids) for example in found) >= 160
    assert sum(len(example.ids) for example in found[:-1]) < 160


def test_joined_texts_keep_their_marks() -> None:
    text = MarkedText("共5条", (Mark(1, 2, "disclosures"),))
    for whole in islice(joined(repeat(text), 40, Random(3)), 20):
        assert {whole.text[mark.start : mark.end] for mark in whole.marks} == {"5"}
        assert len(whole.marks) == whole.text.count("5")


def lengths(*values: int) -> list[Example]:
    return [Example(np.full(value, value, dtype=np.int32), np.zeros(value, dtype=np.int32)) for value in values]


def test_order_is_a_permutation_with_like_lengths_together() -> None:
    examples = lengths(*range(1, 42))
    ordered = in_training_order(examples, 4, Random(0))
    assert sorted(len(example.ids) for example in ordered) == list(range(1, 42))
    for start in range(0, 40, 4):
        found = [len(example.ids) for example in ordered[start : start + 4]]
        assert max(found) - min(found) == 3
    again = in_training_order(examples, 4, Random(0))
    assert digest(again) == digest(ordered) != digest(examples)


def test_dataset_rows_are_the_examples() -> None:
    data = to_dataset(lengths(2, 1))
    assert data["input_ids"][:] == [[2, 2], [1]]
    assert data["labels"][:] == [[0, 0], [0]]


@pytest.mark.slow
def test_the_whole_way_from_passages_to_spans(tmp_path: Path) -> None:
    from gongkai.inference.predict import Predictor, WindowSettings
    from gongkai.model.types import Page
    from gongkai.training.train import main

    main(config="tiny", out=tmp_path / "tiny")
    predictor = Predictor.from_folder(tmp_path / "tiny" / "checkpoint", settings=WindowSettings(window=128, overlap=32))
    (page,) = predictor.label([Page("a", "全年收到政府信息公开申请5件")])
    assert page.page.id == "a"
