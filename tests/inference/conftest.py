"""What tests of several commands share."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from gongkai.inference.extract import Extractor
from gongkai.model.types import LabelledPage, Page, Span


class Fake:
    """Labels 申请N件."""

    def label(self, pages: Sequence[Page]) -> list[LabelledPage]:
        (page,) = pages
        spans = (Span(*match.span(1), "requests_received", 0.95) for match in re.finditer(r"申请(\d+)件", page.text))
        return [LabelledPage(page, tuple(spans))]


@pytest.fixture
def without_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every extractor labels 申请N件 and needs no model."""
    monkeypatch.setattr(Extractor, "from_pretrained", lambda *_: Extractor(Fake()))
