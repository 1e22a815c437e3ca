"""Parts of the narrative against the whole that it states."""

from __future__ import annotations

import pytest

from gongkai.inference.parts import check_parts
from gongkai.inference.results import Basis, Figure


def figures(*stated: tuple[str, int]) -> list[Figure]:
    """Figures of one character, far enough from each other to be no list."""
    return [Figure(label, value, "件", "x", 100 * at, 100 * at + 1, Basis.PRINTED, 0.9) for at, (label, value) in enumerate(stated)]


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ([("reviews", 3), ("reviews_upheld", 2), ("reviews_pending", 1)], (3, 3, "holds")),
        ([("litigations", 2), ("litigations_upheld", 2), ("litigations_other", 1)], (2, 3, "broken")),
        ([("requests_handled", 9), ("requests_granted", 5), ("requests_unavailable", 4)], (9, 9, "holds")),
        ([("requests_received", 7), ("requests_natural_person", 5), ("requests_organization", 3)], (7, 8, "broken")),
    ],
)
def test_parts_are_added_up(stated: list[tuple[str, int]], expected: tuple[int, int, str]) -> None:
    (check,) = check_parts(figures(*stated))
    assert (check.left, check.right, str(check.verdict)) == expected
    assert check.rule == f"narrative: sum of the parts of {stated[0][0]}"
    assert check.spans == tuple((100 * at, 100 * at + 1) for at in range(len(stated)))


@pytest.mark.parametrize(
    "stated",
    [
        [("reviews", 3), ("reviews_upheld", 2)],  # one part
        [("reviews", 9), ("reviews_upheld", 2), ("reviews_pending", 1)],  # some may not be told
        [("reviews_upheld", 2), ("reviews_pending", 1)],  # no whole
        [("reviews", 3), ("reviews", 4), ("reviews_upheld", 2), ("reviews_pending", 1)],  # two wholes
        [
            ("reviews", 9),
            ("reviews_upheld", 2),
            ("reviews_upheld", 4),
            ("reviews_pending", 1),
            ("reviews_other", 9),
        ],  # a part that is contradicted
    ],
)
def test_what_proves_nothing_is_no_check(stated: list[tuple[str, int]]) -> None:
    assert check_parts(figures(*stated)) == ()
