import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.model.windows import Window, cut, stitch


def test_short_text_is_one_window() -> None:
    assert cut(5, 8, 2) == (Window(0, 5, 0, 5),)


def test_neighbours_share_the_overlap_and_split_it() -> None:
    assert cut(14, 8, 2) == (Window(0, 8, 0, 7), Window(6, 14, 7, 14))


def test_the_last_window_is_as_short_as_what_is_left() -> None:
    assert cut(16, 8, 2) == (Window(0, 8, 0, 7), Window(6, 14, 7, 13), Window(12, 16, 13, 16))


def test_windows_meet_where_a_line_begins() -> None:
    assert cut(40, 20, 4, [5, 14, 16, 19, 33]) == (Window(0, 20, 0, 16), Window(14, 34, 16, 32), Window(30, 40, 32, 40))


def test_a_line_that_is_not_near_is_passed_by() -> None:
    assert cut(40, 20, 4, [5, 13]) == cut(40, 20, 4)


def test_nothing_has_no_windows() -> None:
    assert cut(0, 8, 2) == ()


@pytest.mark.parametrize(("size", "overlap"), [(8, 8), (8, 9), (8, -1)])
def test_impossible_overlap_is_refused(size: int, overlap: int) -> None:
    with pytest.raises(ValueError, match=f"windows of {size} cannot overlap by {overlap}"):
        cut(20, size, overlap)


layouts = st.integers(1, 60).flatmap(lambda size: st.tuples(st.integers(1, 500), st.just(size), st.integers(0, size - 1)))


lines = st.lists(st.integers(0, 500)).map(sorted)


@given(layouts, lines)
def test_every_position_is_kept_once_from_a_window_that_has_it(layout: tuple[int, int, int], lines: list[int]) -> None:
    length, size, overlap = layout
    windows = cut(length, size, overlap, lines)
    assert [i for w in windows for i in range(w.keep_start, w.keep_end)] == list(range(length))
    assert all(w.start <= w.keep_start <= w.keep_end <= w.end for w in windows)
    assert {w.end - w.start for w in windows[:-1]} <= {size}
    assert 0 < windows[-1].end - windows[-1].start <= size


@given(layouts, lines)
def test_what_is_kept_has_half_the_overlap_around_it(layout: tuple[int, int, int], lines: list[int]) -> None:
    length, size, overlap = layout
    for one, other in itertools.pairwise(cut(length, size, overlap, lines)):
        assert one.end - one.keep_end >= overlap // 2
        assert other.keep_start - other.start == overlap - overlap // 2
        assert one.end - other.start >= overlap


@given(layouts)
def test_stitch_puts_rows_back_in_place(layout: tuple[int, int, int]) -> None:
    length, size, overlap = layout
    rows = np.arange(length * 3, dtype=np.float32).reshape(length, 3)
    windows = cut(length, size, overlap)
    np.testing.assert_array_equal(stitch(windows, [rows[w.start : w.end] for w in windows]), rows)
