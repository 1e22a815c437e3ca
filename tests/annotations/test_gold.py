import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.annotations.gold import read_gold, write_gold
from gongkai.model.errors import BadRecordError
from gongkai.model.labels import label_set
from gongkai.model.types import LabelledPage, Page, Span


def test_gold_lines_become_classes(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    figures = [{"label": "litigations", "start": 0, "end": 3}, {"label": "reviews", "start": 0, "end": 3}]
    record = {"id": "d1", "text": "未发生,电话12", "figures": figures, "entities": [{"label": "phone", "start": 6, "end": 8}]}
    path.write_text(json.dumps(record, ensure_ascii=False) + "\n", encoding="utf-8")
    assert read_gold(path) == [LabelledPage(Page("d1", "未发生,电话12"), (Span(0, 3, "reviews+litigations"), Span(6, 8, "phone")))]


@pytest.mark.parametrize(
    "line",
    [
        '{"id": 1}',
        '{"id": "a", "text": 5}',
        '{"id": "a", "text": "\\ud800"}',
        '{"id": "a", "text": "x", "figures": [{"label": "reviews"}]}',
        '{"id": "a", "text": "xy", "figures": [{"label": "nothing", "start": 0, "end": 1}]}',
        '{"id": "a", "text": "xy", "figures": [{"label": "reviews", "start": 0, "end": Infinity}]}',
        '{"id": "a", "text": "xy", "origin": {"who": "x"}}',
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(line + "\n", encoding="utf-8")
    with pytest.raises(BadRecordError, match=r"gold\.jsonl, line 1: needs id, text"):
        read_gold(path)


def test_a_span_beyond_the_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text('{"id": "a", "text": "5件", "figures": [{"label": "reviews", "start": 0, "end": 9}]}\n', encoding="utf-8")
    with pytest.raises(BadRecordError, match="ends at 9, the text has 2 characters"):
        read_gold(path)


@given(st.text(min_size=12, max_size=40), st.lists(st.sampled_from(label_set().classes()), min_size=1, max_size=5))
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, text: str, classes: list[str]) -> None:
    spans = tuple(Span(2 * place, 2 * place + 2, name) for place, name in enumerate(classes))
    pages = [LabelledPage(Page("a", text), spans), LabelledPage(Page("b", ""), ())]
    path = tmp_path_factory.mktemp("gold") / "gold.jsonl"
    write_gold(path, pages)
    assert read_gold(path) == pages
