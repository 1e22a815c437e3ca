import pytest

from gongkai.model.types import LabelledPage, Page
from gongkai.training.accuracy.speed import seconds_of, summary


def test_the_summary_says_median_and_extremes() -> None:
    assert summary([0.010, 0.002, 0.004]) == "3 pages: median 4.0 ms, 99 of 100 within 10.0 ms, longest 10.0 ms"


def test_nothing_measured_is_no_figure() -> None:
    with pytest.raises(ValueError, match="no page was measured"):
        summary([])


def test_every_page_is_timed() -> None:
    assert len(list(seconds_of([LabelledPage(Page("a", "规章 0"), ())] * 3))) == 3
