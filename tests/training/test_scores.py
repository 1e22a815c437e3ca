from collections.abc import Iterator, Sequence

import pytest

from gongkai.model.types import LabelledPage, Page, Span
from gongkai.training.scores import Score, character_tags, compare, predict_spans, score_labeller


class Finder:
    """Labels every occurrence of given words."""

    def __init__(self, **words: str) -> None:
        self.words = words

    def label(self, pages: Sequence[Page]) -> list[LabelledPage]:
        return [LabelledPage(page, tuple(sorted(self._spans(page.text)))) for page in pages]

    def _spans(self, text: str) -> Iterator[Span]:
        for word, label in self.words.items():
            if word in text:
                yield Span(text.index(word), text.index(word) + len(word), label)


def test_rates() -> None:
    score = Score(gold=4, predicted=2, hits=1)
    assert (score.precision, score.recall, score.f1) == (0.5, 0.25, 1 / 3)
    assert (Score().precision, Score().recall, Score().f1) == (0.0, 0.0, 0.0)
    assert score + Score(1, 1, 1) == Score(5, 3, 2)


def test_joint_spans_count_for_each_label() -> None:
    gold = [Span(0, 5, "reviews+litigations"), Span(6, 7, "disclosures")]
    found = [Span(0, 5, "reviews"), Span(6, 8, "disclosures")]
    assert compare(gold, found) == {"disclosures": Score(1, 1, 0), "litigations": Score(1, 0, 0), "reviews": Score(1, 1, 1)}


def test_tags_keep_neighbours_apart() -> None:
    assert character_tags(5, [Span(0, 2, "value"), Span(2, 3, "value")]) == ["B-value", "I-value", "B-value", "O", "O"]


def test_spans_come_back_on_the_source_text() -> None:
    assert predict_spans(Finder(**{"12": "disclosures"}), "公開１２條") == (Span(2, 4, "disclosures"),)


def test_scores_of_a_labeller() -> None:
    golds = [LabelledPage(Page("a", "公开5条,办理7件"), (Span(2, 3, "disclosures"), Span(7, 8, "requests_handled")))]
    scores = score_labeller(Finder(**{"5": "disclosures", "7": "requests_received", "条": "row"}), golds, ("figures", "entities"))
    assert scores.by_label == {"disclosures": Score(1, 1, 1), "requests_handled": Score(1, 0, 0), "requests_received": Score(0, 1, 0)}
    assert scores.of_kind("figures") == Score(2, 2, 1)
    assert scores.of_kind("structure") == Score()
    assert scores.seqeval_f1 == pytest.approx(0.5)
    assert scores.as_json()["figures"] == {"gold": 2, "predicted": 2, "hits": 1, "precision": 0.5, "recall": 0.5, "f1": 0.5}


def test_nothing_to_find_scores_zero() -> None:
    assert score_labeller(Finder(), [LabelledPage(Page("a", "无"), ())]).seqeval_f1 == 0.0
