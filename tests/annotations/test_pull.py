"""Exports become gold: what fits is written with who and when, what does not is set aside with the link, and nothing gets lost."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from gongkai.annotations.changes import Kind
from gongkai.annotations.gold import GoldPage, Origin, read_gold_pages, write_gold_pages
from gongkai.annotations.pull import Files, pull, read_export
from gongkai.annotations.returned import Left, Place
from gongkai.annotations.tasks import TaskPage, region
from gongkai.model.errors import BadRecordError, StudioProjectError
from gongkai.model.types import LabelledPage, Page, Span

PLACE = Place("http://ls/projects/7/data?task={task}", {1: "wang@example.org", 2: "li@example.org"})
TEXT = "收到申请5件,办结4件"
RECEIVED, HANDLED = Span(4, 5, "requests_received"), Span(9, 10, "requests_handled")


def annotation(*spans: Span, by: int = 1, at: str = "2025-01-02T03:04:05Z", **more: Any) -> dict[str, Any]:
    text = more.pop("text", TEXT)
    return {"completed_by": by, "updated_at": at, "was_cancelled": False, "result": [region(span, text) for span in spans], **more}


def task(number: int, *annotations: dict[str, Any], doc: str = "a", text: str = TEXT, **data: Any) -> dict[str, Any]:
    return {"id": number, "data": TaskPage(doc, text).data | data, "annotations": list(annotations)}


def verdict(choice: str) -> dict[str, Any]:
    return {"from_name": "verdict", "to_name": "text", "type": "choices", "value": {"choices": [choice]}}


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    return tmp_path / "out" / "gold.jsonl"


def test_a_corrected_page_is_gold_with_its_origin(gold: Path) -> None:
    predicted = {"model_version": "m1", "result": [region(RECEIVED, TEXT, 0.4), region(Span(9, 10, "value"), TEXT, 0.3)]}
    pulled = pull([task(3, annotation(RECEIVED, HANDLED, prediction=predicted)), task(4, doc="b", text="x")], PLACE, gold, "project 7")
    origin = Origin("wang@example.org", "2025-01-02T03:04:05Z", "http://ls/projects/7/data?task=3", "m1")
    assert read_gold_pages(gold) == [GoldPage(LabelledPage(Page("a", TEXT), (RECEIVED, HANDLED)), origin)]
    assert pulled.kinds == Counter({Kind.KEPT: 1, Kind.RELABELLED: 1})
    assert pulled.left == Counter({Left.OPEN: 1})
    (change,) = map(json.loads, Files(gold).changes.read_text(encoding="utf-8").splitlines())
    assert change == {
        "id": "a",
        "task": "http://ls/projects/7/data?task=3",
        "change": "relabelled",
        "start": 9,
        "end": 10,
        "text": "4",
        "model": "value",
        "person": "requests_handled",
        "score": 0.3,
    }
    assert not Files(gold).quarantine.exists()


def test_a_second_pull_writes_the_same_bytes(gold: Path) -> None:
    records = [task(3, annotation(RECEIVED)), task(4, annotation(Span(0, 1, "junk"), text="x9"), doc="b", text="x9")]
    pull(records, PLACE, gold, "")
    first = gold.read_bytes()
    assert pull(list(reversed(records)), PLACE, gold, "").kept == 0
    assert gold.read_bytes() == first


def test_one_label_that_does_not_fit_sets_the_whole_page_aside(gold: Path) -> None:
    bad = annotation(RECEIVED, HANDLED)
    bad["result"][1]["value"]["text"] = "5"
    pulled = pull([task(3, bad), task(4, annotation(Span(0, 1, "junk"), text="x9"), doc="b", text="x9")], PLACE, gold, "")
    assert [page.page.page.id for page in read_gold_pages(gold)] == ["b"]
    (line,) = map(json.loads, Files(gold).quarantine.read_text(encoding="utf-8").splitlines())
    assert (line["doc_id"], line["task"]) == ("a", "http://ls/projects/7/data?task=3")
    assert line["reasons"] == ["region 9-10: characters 9 to 10 are '4', the region says '5'"]
    assert line["annotations"] == [bad]
    assert len(pulled.refused) == 1
    mended = pull([task(3, annotation(RECEIVED, HANDLED))], PLACE, gold, "")
    assert (mended.refused, Files(gold).quarantine.exists(), mended.kept) == ((), False, 1)


def test_a_text_changed_on_the_server_is_refused(gold: Path) -> None:
    pulled = pull([task(3, annotation(RECEIVED), text=TEXT, sha256="0" * 64)], PLACE, gold, "")
    assert pulled.refused[0].reasons == ("the text was changed after it was pushed, so no place in it can be relied on",)


def test_two_people_who_differ_are_both_heard(gold: Path) -> None:
    both = [annotation(RECEIVED, by=1), annotation(Span(4, 5, "requests_handled"), by=2, at="2025-02-01T00:00:00Z")]
    pulled = pull([task(3, *both)], PLACE, gold, "")
    (reason,) = pulled.refused[0].reasons
    assert reason == (
        "2 annotations differ (by wang@example.org, li@example.org) at requests_handled [4, 5), requests_received [4, 5); "
        "star the one that holds as ground truth, or delete the others"
    )
    assert len(pulled.refused[0].annotations) == 2
    starred = pull([task(3, both[0] | {"ground_truth": True}, both[1])], PLACE, gold, "")
    assert starred.returned[0].gold.page.spans == (RECEIVED,)


def test_two_people_who_agree_are_one_page_by_the_later(gold: Path) -> None:
    both = [annotation(RECEIVED, by=2, at="2025-02-01T00:00:00Z"), annotation(RECEIVED, by=1)]
    (page,) = pull([task(3, *both)], PLACE, gold, "").returned
    assert page.gold.origin is not None
    assert (page.gold.origin.by, page.gold.origin.at) == ("li@example.org", "2025-02-01T00:00:00Z")


def test_skipped_doubtful_and_unusable_pages_are_no_gold(gold: Path) -> None:
    doubtful, unusable = annotation(RECEIVED), annotation()
    doubtful["result"].append(verdict("doubtful"))
    unusable["result"].append(verdict("unusable"))
    records = [task(1, annotation(was_cancelled=True)), task(2, doubtful, doc="b"), task(3, unusable, doc="c"), task(4, doc="d")]
    pulled = pull(records, PLACE, gold, "")
    assert pulled.left == Counter({Left.SKIPPED: 1, Left.DOUBTFUL: 1, Left.UNUSABLE: 1, Left.OPEN: 1})
    assert gold.read_text(encoding="utf-8") == ""


def test_a_page_marked_done_is_gold_even_without_labels(gold: Path) -> None:
    empty = annotation(prediction={"model_version": "m1", "result": []})
    empty["result"].append(verdict("done"))
    (page,) = pull([task(3, empty)], PLACE, gold, "").returned
    assert (page.gold.page.spans, page.predicted) == ((), ())


def test_pages_of_other_projects_stay_and_withdrawn_ones_go(gold: Path) -> None:
    gold.parent.mkdir()
    other = GoldPage(LabelledPage(Page("z", "另一页"), (Span(0, 1, "junk"),)), Origin("x", "2024", "http://other/1"))
    write_gold_pages(gold, [other])
    pull([task(3, annotation(RECEIVED))], PLACE, gold, "")
    assert [page.page.page.id for page in read_gold_pages(gold)] == ["a", "z"]
    pulled = pull([task(3)], PLACE, gold, "")
    assert (pulled.kept, pulled.removed) == (1, 1)
    assert read_gold_pages(gold) == [other]


def test_the_same_text_in_two_tasks_is_one_page(gold: Path) -> None:
    pull([task(3, annotation(RECEIVED)), task(9, annotation(HANDLED, at="2025-03-01T00:00:00Z"))], PLACE, gold, "")
    (page,) = read_gold_pages(gold)
    assert page.page.spans == (HANDLED,)


def test_an_export_of_another_project_changes_nothing(gold: Path) -> None:
    pull([task(3, annotation(RECEIVED))], PLACE, gold, "")
    before = gold.read_bytes()
    with pytest.raises(StudioProjectError, match=r"other\.json: none of its 2 tasks was pushed by gongkai .* another project\?"):
        pull([{"id": 1, "data": {"image": "x"}, "annotations": []}] * 2, PLACE, gold, "other.json")
    assert gold.read_bytes() == before


def test_tasks_made_by_hand_are_counted(gold: Path) -> None:
    assert pull([task(3, annotation(RECEIVED)), {"id": 1, "data": {"text": "x"}, "annotations": []}], PLACE, gold, "").foreign == 1


def test_gold_that_cannot_be_read_is_not_overwritten(gold: Path) -> None:
    gold.parent.mkdir()
    gold.write_text("{", encoding="utf-8")
    with pytest.raises(BadRecordError, match=r"gold\.jsonl, line 1"):
        pull([task(3, annotation(RECEIVED))], PLACE, gold, "")
    assert gold.read_text(encoding="utf-8") == "{"


@pytest.mark.parametrize("content", ["{", "{}", '[{"id": 1, "label": []}]', "[1]"])
def test_a_file_that_is_no_export_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "export.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BadRecordError, match=r"export\.json: .* format JSON"):
        read_export(path)
