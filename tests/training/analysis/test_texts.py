import json
from pathlib import Path
from typing import Any

import pytest

from gongkai.annotations.config import CONTROL, TEXT
from gongkai.annotations.gold import KINDS
from gongkai.annotations.tasks import digest
from gongkai.model.errors import BadRecordError, ConfigError
from gongkai.model.types import Span
from gongkai.training.analysis.texts import read_set, read_sets

NARRATIVE = {"id": "a", "text": "收到5件", "figures": [{"label": "requests_received", "start": 2, "end": 3}]}
TABLE = {"id": "b", "text": "规章 5", "structure": [{"label": "value", "start": 3, "end": 4}], "figures": [], "entities": []}


def lines(path: Path, *records: object) -> str:
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")
    return str(path)


def test_gold_without_tables_says_nothing_of_tables(tmp_path: Path) -> None:
    gold = read_set(lines(tmp_path / "a.jsonl", NARRATIVE, {**TABLE, "structure": []}), "a")
    assert gold.kinds == ("figures", "entities")
    assert gold.pages[0].spans == (Span(2, 3, "requests_received"),)


def test_gold_with_tables_is_held_to_them(tmp_path: Path) -> None:
    assert read_set(lines(tmp_path / "a.jsonl", NARRATIVE, TABLE), "a").kinds == KINDS


def test_generated_pages_are_the_same_each_time() -> None:
    one, other = read_set("synth:2", "synth:2"), read_set("synth:2", "synth:2")
    assert one == other
    assert len(one.pages) == 2
    assert one.kinds == KINDS
    assert all(page.spans for page in one.pages)


def test_files_of_one_name_keep_apart(tmp_path: Path) -> None:
    sources = [lines(tmp_path / "x" / "dev.jsonl", NARRATIVE), lines(tmp_path / "y" / "dev.jsonl", TABLE), "synth:1"]
    assert [gold.name for gold in read_sets(sources)] == [*sources[:2], "synth:1"]


@pytest.mark.parametrize("source", ["nowhere.jsonl", "synth:0", "synth:", "synth:many"])
def test_what_is_no_gold_is_named_with_the_way_out(source: str) -> None:
    with pytest.raises(ConfigError, match=rf"{source}: no such gold; give JSON Lines .* synth:N"):
        read_set(source, source)


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(json.dumps(NARRATIVE, ensure_ascii=False) + "\n{\n", encoding="utf-8")
    with pytest.raises(BadRecordError, match=r"bad\.jsonl, line 2"):
        read_set(str(path), "bad")


def task(number: int, text: str, *regions: tuple[int, int, str], **annotation: Any) -> dict[str, Any]:
    """A task as the server exports it in the format JSON."""
    result = [
        {
            "id": f"r{place}",
            "from_name": CONTROL,
            "to_name": TEXT,
            "type": "labels",
            "origin": "manual",
            "value": {"start": start, "end": end, "text": text[start:end], "labels": [label]},
        }
        for place, (start, end, label) in enumerate(regions)
    ]
    labelled = {"id": 7, "completed_by": 1, "was_cancelled": False, "result": result, "updated_at": "2024-01-02T03:04:05.000000Z"}
    return {
        "id": number,
        "data": {"text": text, "doc_id": f"doc-{number}", "sha256": digest(text)},
        "annotations": [{**labelled, **annotation}],
    }


def export(path: Path, *tasks: object) -> str:
    path.write_text(json.dumps(tasks, ensure_ascii=False), encoding="utf-8")
    return str(path)


def test_an_export_of_label_studio_is_gold(tmp_path: Path) -> None:
    joint = task(2, "未发生复议、诉讼", (0, 8, "reviews"), (0, 8, "litigations"))
    gold = read_set(export(tmp_path / "project.json", task(1, "𠮷\r\n收到5件", (5, 6, "requests_received")), joint), "project")
    assert [page.page.id for page in gold.pages] == ["doc-1", "doc-2"]
    assert gold.pages[0].spans == (Span(5, 6, "requests_received"),)
    assert gold.pages[1].spans == (Span(0, 8, "reviews+litigations"),)
    assert gold.kinds == ("figures", "entities")
    assert gold.left_out == ()


def test_tasks_without_settled_labels_are_left_out_aloud(tmp_path: Path) -> None:
    wrong = task(2, "收到5件", (2, 3, "requests_received"))
    wrong["annotations"][0]["result"][0]["value"]["text"] = "6"
    skipped = task(3, "收到5件", was_cancelled=True)
    gold = read_set(export(tmp_path / "p.json", task(1, "收到5件", (2, 3, "requests_received")), wrong, skipped), "p")
    assert [page.page.id for page in gold.pages] == ["doc-1"]
    assert gold.left_out[0].startswith("doc-2 (task 2): region r0: characters 2 to 3 are '5'")
    assert gold.left_out[1] == "record 3 (task 3): skipped"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is no JSON"),
        ('{"tasks": []}', "holds no list of tasks"),
        ('[{"id": 1, "data": {"text": "x"}}]', "task 1: its data lacks text, doc_id or sha256"),
    ],
)
def test_another_json_file_is_named(content: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "other.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BadRecordError, match=rf"other\.json.*{said}"):
        read_set(str(path), "other")
