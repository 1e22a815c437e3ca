from hypothesis import given
from hypothesis import strategies as st

from gongkai.model.types import LabelledPage, Page, Span
from gongkai.training.analysis.outcomes import Entry, Kind, judge
from gongkai.training.analysis.wording import Wording
from gongkai.training.scores import compare

TEXT = "收到申请12件,办结11件,未发生行政复议、行政诉讼,发布0条。"
LABELS = ("disclosures", "reviews", "litigations", "reviews+litigations")


def page(*spans: Span) -> LabelledPage:
    return LabelledPage(Page("a", TEXT), spans)


def kinds(gold: LabelledPage, *found: Span) -> list[tuple[Kind, str | None, str | None]]:
    return [(one.kind, _label(one.gold), _label(one.found)) for one in judge(gold, found).outcomes]


def _label(entry: Entry | None) -> str | None:
    return entry.label if entry else None


def test_every_kind_of_outcome() -> None:
    gold = page(
        Span(4, 6, "requests_received"), Span(10, 12, "requests_handled"), Span(14, 26, "reviews+litigations"), Span(29, 30, "disclosures")
    )
    found = (
        Span(4, 6, "requests_handled", 0.4),
        Span(10, 13, "requests_handled", 0.7),
        Span(14, 26, "reviews", 0.9),
        Span(0, 2, "gazettes"),
    )
    assert kinds(gold, *found) == [
        (Kind.SPURIOUS, None, "gazettes"),
        (Kind.LABEL, "requests_received", "requests_handled"),
        (Kind.BORDER, "requests_handled", "requests_handled"),
        (Kind.HIT, "reviews", "reviews"),
        (Kind.MISSED, "litigations", None),
        (Kind.MISSED, "disclosures", None),
    ]


def test_another_label_on_other_characters_is_one_error() -> None:
    assert kinds(page(Span(4, 6, "requests_received")), Span(5, 7, "reviews")) == [(Kind.BOTH, "requests_received", "reviews")]


def test_a_hit_is_never_given_away_to_a_closer_neighbour() -> None:
    gold = page(Span(4, 6, "disclosures"), Span(10, 12, "reviews"))
    assert kinds(gold, Span(4, 11, "disclosures"), Span(11, 12, "reviews")) == [
        (Kind.BORDER, "disclosures", "disclosures"),
        (Kind.BORDER, "reviews", "reviews"),
    ]


def test_each_side_has_the_class_of_its_own_words() -> None:
    (outcome,) = judge(page(Span(29, 30, "disclosures")), [Span(27, 30, "disclosures", 0.5)]).outcomes
    assert (outcome.gold_wording, outcome.found_wording) == (Wording.PRINTED_ZERO, Wording.ALL)
    assert outcome.found == Entry(27, 30, "disclosures", 0.5)
    assert outcome.place == (27, 30)


def test_errors_are_what_is_no_hit() -> None:
    judged = judge(page(Span(4, 6, "requests_received")), [Span(4, 6, "requests_received"), Span(10, 12, "reviews")])
    assert [error.kind for error in judged.errors] == [Kind.SPURIOUS]


spans = st.lists(st.tuples(st.integers(0, len(TEXT) - 1), st.integers(1, 4), st.sampled_from(LABELS)), max_size=6).map(
    lambda drawn: tuple(_disjoint(sorted(drawn)))
)


def _disjoint(drawn: list[tuple[int, int, str]]) -> list[Span]:
    kept: list[Span] = []
    for start, length, label in drawn:
        if start + length <= len(TEXT) and (not kept or start >= kept[-1].end):
            kept.append(Span(start, start + length, label))
    return kept


@given(spans, spans)
def test_everything_is_counted_once_and_hits_are_those_of_the_scores(gold: tuple[Span, ...], found: tuple[Span, ...]) -> None:
    outcomes = judge(page(*gold), found).outcomes
    scores = compare(gold, found).values()
    assert sum(one.gold is not None for one in outcomes) == sum(score.gold for score in scores)
    assert sum(one.found is not None for one in outcomes) == sum(score.predicted for score in scores)
    assert sum(one.kind is Kind.HIT for one in outcomes) == sum(score.hits for score in scores)
