from hypothesis import given
from hypothesis import strategies as st

from gongkai.annotations.changes import Change, Kind, changes, count_kinds
from gongkai.model.types import Span


def test_what_became_of_every_span() -> None:
    kept, before, after = Span(0, 2, "row", 0.9), Span(5, 6, "value", 0.4), Span(5, 6, "blank")
    short, longer = Span(10, 12, "agency", 0.8), Span(9, 14, "agency")
    gone, new = Span(20, 22, "junk", 0.3), Span(30, 31, "phone")
    found = changes((kept, before, short, gone), (Span(0, 2, "row"), after, longer, new))
    assert found == (
        Change(Kind.KEPT, kept, Span(0, 2, "row")),
        Change(Kind.RELABELLED, before, after),
        Change(Kind.MOVED, short, longer),
        Change(Kind.DELETED, gone, None),
        Change(Kind.ADDED, None, new),
    )


def test_a_change_tells_both_labels_and_the_score() -> None:
    change = Change(Kind.RELABELLED, Span(2, 3, "value", 0.4), Span(2, 3, "blank"))
    assert change.as_json("行 /") == {
        "change": "relabelled",
        "start": 2,
        "end": 3,
        "text": "/",
        "model": "value",
        "person": "blank",
        "score": 0.4,
    }


def test_a_span_split_in_two_is_moved_once_and_added_once() -> None:
    kinds = count_kinds(changes((Span(0, 4, "row"),), (Span(0, 2, "row"), Span(2, 4, "row"))))
    assert kinds == {Kind.MOVED: 1, Kind.ADDED: 1}


_SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 4), st.sampled_from(["row", "value"])), max_size=12)


def _disjoint(drawn: list[tuple[int, int, str]]) -> tuple[Span, ...]:
    spans: list[Span] = []
    for start, length, label in sorted(drawn):
        if not spans or start >= spans[-1].end:
            spans.append(Span(start, start + length, label))
    return tuple(spans)


@given(_SPANS, _SPANS)
def test_every_span_occurs_once(old: list[tuple[int, int, str]], new: list[tuple[int, int, str]]) -> None:
    before, after = _disjoint(old), _disjoint(new)
    found = changes(before, after)
    assert sorted(change.before for change in found if change.before) == sorted(before)
    assert sorted(change.after for change in found if change.after) == sorted(after)
