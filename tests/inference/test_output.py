"""The output contract, rows, files, and what spreadsheets and file systems must not be given."""

from __future__ import annotations

import csv
import io
import json
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from gongkai.inference.confidence import at_least
from gongkai.inference.output import from_dict, legacy_rows, to_dict, to_pandas, to_rows
from gongkai.inference.results import Basis, Cell, Check, Entity, Extraction, Figure, Indicator, Repair, Status, Verdict
from gongkai.inference.write import (
    csv_header,
    encoded,
    prepare_folder,
    protected,
    to_csv,
    to_json,
    to_jsonl,
    write_whole,
)
from gongkai.model.errors import BadRecordError, OutputError

TOTAL = "requests.new_received.total"
FULL = Extraction(
    source="甲.txt",
    form="2021",
    agency="甲县人民政府",
    report_year=2021,
    cells=(
        Cell(TOTAL, 5, Status.PRINTED, "5", ((10, 11),), 0.998765),
        Cell("requests.new_received.natural_person", 5, Status.DERIVED, None, ((10, 11), (40, 43)), 0.9),
        Cell("requests.carried_in.total", None, Status.BLANK, "/", ((20, 21),), 0.5),
    ),
    figures=(Figure("requests_received", 5, "件", "5", 30, 31, Basis.PRINTED, 0.99),),
    entities=(Entity("phone", "0743-1", 50, 56, 0.97),),
    checks=(
        Check("a = b", (TOTAL,), 12, 12, Verdict.HOLDS, ("ignored",)),
        Check("c = d", (TOTAL,), 12, 11, Verdict.BROKEN, (TOTAL,)),
    ),
    repairs=(Repair("pinyin_annotation", 41),),
    warnings=("one",),
)
EMPTY = Extraction("x", None, None, None)
OLD = Extraction(
    "old.txt",
    None,
    "甲县人民政府",
    2015,
    legacy=(
        Indicator("legacy.received", "(一)收到申请数", "三、(一)", "件", 12, Status.PRINTED, "12", ((20, 22),), (5, 13), 0.98765),
        Indicator(None, "政务热线\n受理数", None, "件", None, Status.BLANK, None, (), (30, 38), 0.8),
    ),
)


def test_indicators_are_there_only_for_pages_that_have_them() -> None:
    record = to_dict(OLD)
    assert "legacy" not in to_dict(FULL)
    assert list(record)[-1] == "legacy"
    assert record["legacy"][0] == {
        "key": "legacy.received",
        "name": "(一)收到申请数",
        "number": "三、(一)",
        "unit": "件",
        "value": 12,
        "status": "printed",
        "text": "12",
        "spans": [[20, 22]],
        "name_span": [5, 13],
        "confidence": 0.9877,
    }
    jsonschema.validate(record, schema(), cls=jsonschema.Draft202012Validator)
    assert to_dict(from_dict(json.loads(json.dumps(record)))) == record


def test_indicators_as_rows_and_as_csv() -> None:
    rows = legacy_rows(OLD)
    assert [(row["agency"], row["report_year"], row["key"], row["start"], row["end"]) for row in rows] == [
        ("甲县人民政府", 2015, "legacy.received", 20, 22),
        ("甲县人民政府", 2015, None, None, None),
    ]
    assert to_csv(OLD) == "old.txt,legacy,legacy.received,12,printed,12,20,22,0.9877\nold.txt,legacy,政务热线 受理数,,blank,,,,0.8\n"


def test_indicators_below_a_confidence_are_left_out() -> None:
    cut = at_least(OLD, 0.9)
    assert [row.key for row in cut.legacy] == ["legacy.received"]
    assert cut.warnings == ("1 of 2 values are left out: confidence below 0.9",)


def schema() -> dict[str, object]:
    loaded: dict[str, object] = json.loads((files("gongkai.configs") / "output.schema.json").read_text(encoding="utf-8"))
    return loaded


def test_to_dict_is_the_contract() -> None:
    assert to_dict(FULL) == {
        "source": "甲.txt",
        "form": "2021",
        "agency": "甲县人民政府",
        "report_year": 2021,
        "cells": [
            {"key": TOTAL, "value": 5, "status": "printed", "text": "5", "spans": [[10, 11]], "confidence": 0.9988},
            {
                "key": "requests.new_received.natural_person",
                "value": 5,
                "status": "derived",
                "text": None,
                "spans": [[10, 11], [40, 43]],
                "confidence": 0.9,
            },
            {"key": "requests.carried_in.total", "value": None, "status": "blank", "text": "/", "spans": [[20, 21]], "confidence": 0.5},
        ],
        "figures": [
            {
                "label": "requests_received",
                "value": 5,
                "unit": "件",
                "text": "5",
                "start": 30,
                "end": 31,
                "basis": "printed",
                "confidence": 0.99,
            }
        ],
        "entities": [{"label": "phone", "text": "0743-1", "start": 50, "end": 56, "confidence": 0.97}],
        "checks": [
            {"rule": "a = b", "keys": [TOTAL], "left": 12, "right": 12, "verdict": "holds"},
            {"rule": "c = d", "keys": [TOTAL], "left": 12, "right": 11, "verdict": "broken", "doubtful": [TOTAL]},
        ],
        "repairs": [{"kind": "pinyin_annotation", "count": 41}],
        "warnings": ["one"],
    }
    assert list(to_dict(FULL)) == schema()["required"]


@pytest.mark.parametrize("extraction", [FULL, EMPTY])
def test_schema_accepts_what_is_written(extraction: Extraction) -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.validate(json.loads(to_json(extraction)), schema())


@pytest.mark.parametrize(
    ("place", "key", "value"),
    [
        ("cells", "value", None),
        ("cells", "confidence", 1.5),
        ("cells", "key", "nothing"),
        ("cells", "spans", [[1]]),
        ("figures", "start", -1),
        ("checks", "doubtful", []),
    ],
)
def test_schema_refuses_what_the_contract_does_not_have(place: str, key: str, value: object) -> None:
    record = to_dict(FULL)
    record[place][0][key] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(record, schema())


def test_from_dict_reads_what_to_dict_wrote() -> None:
    read = from_dict(json.loads(to_json(FULL)))
    assert to_dict(read) == to_dict(FULL)
    assert read.cells[0].status is Status.PRINTED
    assert read.cells[0].spans == ((10, 11),)


def test_from_dict_names_the_wrong_key() -> None:
    record = to_dict(FULL)
    record["cells"][1]["status"] = "guessed"
    with pytest.raises(BadRecordError, match=r"not an extraction: cells\.1\.status: .*'guessed'|cells\.1\.status"):
        from_dict(record)
    with pytest.raises(BadRecordError, match="source: Field required"):
        from_dict({})


def test_rows_are_tidy() -> None:
    first, derived, blank = to_rows(FULL)
    assert first == {
        "source": "甲.txt",
        "form": "2021",
        "agency": "甲县人民政府",
        "report_year": 2021,
        "table": "requests",
        "row": "new_received",
        "column": "total",
        "value": 5,
        "status": "printed",
        "text": "5",
        "start": 10,
        "end": 11,
        "confidence": 0.9988,
    }
    assert (derived["text"], derived["start"], derived["end"]) == (None, None, None)
    assert (blank["value"], blank["text"]) == (None, "/")


def test_frame_of_many() -> None:
    pytest.importorskip("pandas")
    frame = to_pandas([FULL, EMPTY, FULL])
    assert list(frame["row"]) == ["new_received", "new_received", "carried_in"] * 2
    assert len(to_pandas(FULL)) == 3


def test_json_lines_is_one_line() -> None:
    assert to_jsonl(FULL).count("\n") == 1
    assert json.loads(to_jsonl(FULL)) == json.loads(to_json(FULL))
    assert "甲县" in to_jsonl(FULL)


def test_csv_of_cells_then_figures() -> None:
    assert csv_header() + to_csv(FULL) == (
        "source,kind,key,value,status,text,start,end,confidence\n"
        "甲.txt,cell,requests.new_received.total,5,printed,5,10,11,0.9988\n"
        "甲.txt,cell,requests.new_received.natural_person,5,derived,,,,0.9\n"
        "甲.txt,cell,requests.carried_in.total,,blank,/,20,21,0.5\n"
        "甲.txt,figure,requests_received,5,printed,5,30,31,0.99\n"
    )
    assert to_csv(EMPTY) == ""


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-1+2", "@SUM(A1)", "\t=1", "\r=1", " =1", "=1", "@x", "-"])
def test_formulas_are_text(text: str) -> None:
    assert protected(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-2", "+19", "1,234.5", "-8.50", "", "未收到", "5件", "0743-1"])
def test_numbers_and_words_stay(text: str) -> None:
    assert protected(text) == text


def test_hostile_texts_survive_csv() -> None:
    text = '=HYPERLINK("http://x","甲"),\n"b'
    extraction = Extraction("=a,b", None, None, None, figures=(Figure("reviews", 0, None, text, 0, 9, Basis.ZERO, 1.0),))
    ((source, _, _, value, _, written, *_),) = list(csv.reader(io.StringIO(to_csv(extraction))))
    assert (source, value, written) == ("'=a,b", "0", f"'{text}")


def test_half_characters_are_escaped_as_json_does() -> None:
    line = encoded(to_jsonl(Extraction("a\ud800", None, None, None)))
    assert rb"a\ud800" in line
    assert json.loads(line)["source"] == "a\ud800"


def test_files_are_written_whole(tmp_path: Path) -> None:
    path = tmp_path / "甲.json"
    write_whole(path, to_json(FULL))
    write_whole(path, to_json(EMPTY))
    assert path.read_bytes() == to_json(EMPTY).encode("utf-8")
    assert [entry.name for entry in tmp_path.iterdir()] == ["甲.json"]


def test_a_folder_in_the_way_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.json").mkdir()
    with pytest.raises(OutputError, match=r"a\.json: cannot be written \(.+\); free space or choose another folder with --out"):
        write_whole(tmp_path / "a.json", "{}")
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.json"]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(OutputError, match="choose another folder with --out"):
        prepare_folder(tmp_path / "file" / "out")
    prepare_folder(tmp_path / "a" / "b")
    assert list((tmp_path / "a" / "b").iterdir()) == []


def test_below_the_confidence_is_left_out_and_said() -> None:
    kept = at_least(FULL, 0.95)
    assert [cell.key for cell in kept.cells] == [TOTAL]
    assert len(kept.figures) == len(kept.entities) == 1
    assert kept.warnings == ("one", "2 of 5 values are left out: confidence below 0.95")
    assert kept.checks == FULL.checks
    assert at_least(FULL, 0.0) is FULL
