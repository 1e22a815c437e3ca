import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.model.windows import Window, cut, stitch


def test_short_text_is_one_window() -> None:
    assert cut(5, 8, 2) == (Window(0, 5, 0, 5),)


def test_neighbours_share_the_overlap_and_split_it() -> None:
    assert cut(14, 8, 2) == (Window(0, 8, 0, 7), Window(6, 14, 7, 14))


def test_last_window_moves_back_instead_of_shrinking() -> None:
    assert cut(16, 8, 2) == (Window(0, 8, 0, 7), Window(6, 14, 7, 11), Window(8, 16, 11, 16))


def test_nothing_has_no_windows() -> None:
    assert cut(0, 8, 2) == ()


@pytest.mark.parametrize(("size", "overlap"), [(8, 8), (8, 9), (8, -1)])
def test_impossible_overlap_is_refused(size: int, overlap: int) -> None:
    with pytest.raises(ValueError, match=f"windows of {size} cannot overlap by {overlap}"):
        cut(20, size, overlap)


layouts = st.integers(1, 60).flatmap(lambda size: st.tuples(st.integers(1, 500), st.just(size), st.integers(0, size - 1)))


@given(layouts)
def test_every_position_is_kept_once_from_a_window_that_has_it(layout: tuple[int, int, int]) -> None:
    length, size, overlap = layout
    windows = cut(length, size, overlap)
    assert [i for w in windows for i in range(w.keep_start, w.keep_end)] == list(range(length))
    assert all(w.start <= w.keep_start <= w.keep_end <= w.end for w in windows)
    assert {w.end - w.start for w in windows} == {min(size, length)}


@given(layouts)
def test_a_position_is_kept_where_it_is_farthest_from_a_cut(layout: tuple[int, int, int]) -> None:
    length, size, overlap = layout
    windows = cut(length, size, overlap)

    def room(window: Window, position: int) -> int:
        left = position - window.start + 1 if window.start else length
        right = window.end - position if window.end < length else length
        return min(left, right)

    for window in windows:
        for position in range(window.keep_start, window.keep_end):
            best = max(room(other, position) for other in windows if other.start <= position < other.end)
            assert room(window, position) == best


@given(layouts)
def test_stitch_puts_rows_back_in_place(layout: tuple[int, int, int]) -> None:
    length, size, overlap = layout
    rows = np.arange(length * 3, dtype=np.float32).reshape(length, 3)
    windows = cut(length, size, overlap)
    np.testing.assert_array_equal(stitch(windows, [rows[w.start : w.end] for w in windows]), rows)
