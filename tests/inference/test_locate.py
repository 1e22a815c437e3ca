"""Labels of the repaired text at their places in the source."""

from __future__ import annotations

import numpy as np

from gongkai.inference.aligned import AlignedText
from gongkai.inference.locate import Locator
from gongkai.model.types import Span


def test_a_label_of_what_the_reader_put_in_has_no_place() -> None:
    # "规章|3" of the source "规章3": the bar came from nowhere
    aligned = AlignedText("规章|3", np.array([0, 1, 2, 2], dtype=np.int32), np.array([1, 2, 2, 3], dtype=np.int32))
    spans = (Span(0, 2, "row"), Span(2, 3, "junk"), Span(3, 4, "value"))
    assert Locator("规章3", aligned).spans(spans) == (Span(0, 2, "row"), Span(2, 3, "value"))
