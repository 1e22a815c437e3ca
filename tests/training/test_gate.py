"""The gate with labellers that are right or wrong on purpose, and the commands over it with a tiny model."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gongkai.annotations.gold import write_gold
from gongkai.inference.cli import main
from gongkai.inference.extract import Extractor
from gongkai.model.errors import BadRecordError, RegistryError
from gongkai.model.registry import Event, Registry
from gongkai.model.types import LabelledPage, Page, Span
from gongkai.training import gate
from gongkai.training.accuracy.floors import Floor, Floors
from gongkai.training.accuracy.pages import orders
from gongkai.training.gate import judge
from gongkai.training.pinned import Counted, GoldDocument, count, generated_documents, gold_documents, pin, pinned_digests, pinned_files
from gongkai.training.seeds import GoldTable
from gongkai.training.tiny import random_checkpoint

TEXT = "全年收到政府信息公开申请5件,办理4件。"
RECEIVED, HANDLED = Span(12, 13, "requests_received"), Span(17, 18, "requests_handled")


@dataclass(frozen=True, slots=True)
class Fixed:
    """Labels every page with the same spans."""

    spans: tuple[Span, ...] = ()

    def label(self, pages: Sequence[Page]) -> list[LabelledPage]:
        return [LabelledPage(page, self.spans) for page in pages]


def document(number: int, group: str = "gold") -> GoldDocument:
    cells = GoldTable.of({"cells": {"requests.new_received.total": 5, "requests.new_received.natural_person": None}})
    return GoldDocument(f"d{number}", TEXT, group, cells, (RECEIVED, HANDLED))


def reader(*spans: Span) -> Extractor:
    return Extractor(Fixed(spans))


def test_counts_of_a_document() -> None:
    assert count(reader(RECEIVED), document(1)) == Counted(printed=1, right=0, read=0, stated=2, found=1, hits=1)
    wrong = Span(17, 18, "requests_received")
    assert count(reader(wrong), document(1)) == Counted(printed=1, right=0, read=0, stated=2, found=1, hits=0)


def test_nothing_speaks_against_the_same_model() -> None:
    verdict = judge(reader(RECEIVED), reader(RECEIVED), [document(1), document(2, "severity 0")])
    assert verdict.passed
    assert [(one.set, one.measure, one.documents) for one in verdict.measured] == [
        ("pinned gold", "cell recall", 1),
        ("pinned gold", "figure F1", 1),
        ("generated pages", "cell recall", 1),
        ("generated pages", "figure F1", 1),
    ]


def test_a_loss_is_refused_in_numbers() -> None:
    verdict = judge(reader(RECEIVED, HANDLED), reader(RECEIVED), [document(number) for number in range(10)])
    assert not verdict.passed
    assert verdict.reasons == (
        "pinned gold: figure F1 falls from 100.00 % to 66.67 % (-33.33, 95 % between -33.33 and -33.33, 10 documents)",
    )
    assert judge(reader(RECEIVED), reader(RECEIVED, HANDLED), [document(1)]).passed


def test_a_model_below_its_floors_says_so_in_numbers(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    floor = Floor(recall_determinable=0.5, precision=0.0, whole=0.0)
    monkeypatch.setattr(gate, "load_floors", lambda: Floors(pages=1, severities={0: floor}))
    assert gate.below_floors(tiny) == ("severity 0: recall determinable 0.00 % is below the floor of 50.00 % (1 pages)",)


def test_gold_files_give_cells_and_figures(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    records: list[dict[str, Any]] = [
        {"id": "a", "text": TEXT, "figures": [{"label": "requests_received", "start": 12, "end": 13}]},
        {"id": "b", "text": TEXT, "cells": {"requests.new_received.total": 5}, "partial": True},
        {"id": "c", "text": TEXT, "structure": [{"label": "value", "start": 12, "end": 13}], "figures": []},
    ]
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    a, b, c = gold_documents(path)
    assert (a.cells, a.figures, a.partial) == (None, (RECEIVED,), False)
    assert (b.cells, b.figures, b.partial) == (GoldTable.of(records[1]), None, True)
    assert (c.cells, c.figures) == (GoldTable.of({"cells": {}}), ())


def test_labelled_tables_give_the_cells_that_the_assembler_reads(tmp_path: Path) -> None:
    page = next(iter(generated_documents(1)))
    marked = gold_page(page)
    write_gold(tmp_path / "gold.jsonl", [marked])
    (found,) = gold_documents(tmp_path / "gold.jsonl")
    assert found.cells is not None
    assert page.cells is not None
    assert found.cells.printed == page.cells.printed
    assert found.cells.printed["requests.new_received.natural_person"] == 49


def gold_page(document: GoldDocument) -> LabelledPage:
    made = next(orders(1)).page()
    assert made.text == document.text
    return LabelledPage(Page(document.id, made.text), made.marked.spans())


def test_pinned_gold_is_kept_and_watched(tmp_path: Path) -> None:
    known = Registry(tmp_path / "models")
    assert pinned_files(known) == ()
    source = tmp_path / "mine.jsonl"
    write_gold(source, [LabelledPage(Page("a", TEXT), (RECEIVED,))])
    assert pin(known, [source]) == (known.gold / "mine.jsonl",)
    assert pinned_digests(known) == {hashlib.sha256(TEXT.encode()).hexdigest()}
    assert known.names() == ("shipped",)
    with pytest.raises(RegistryError, match="is pinned already"):
        pin(known, [source])
    bad = tmp_path / "bad.jsonl"
    bad.write_text("{}\n", encoding="utf-8")
    with pytest.raises(BadRecordError, match=r"bad\.jsonl, line 1"):
        pin(known, [bad])
    (tmp_path / "empty.jsonl").touch()
    with pytest.raises(BadRecordError, match=r"empty\.jsonl: holds no page, so nothing can be measured on it"):
        pin(known, [tmp_path / "empty.jsonl"])
    bad.write_text('{"id": "a", "text": "5", "cells": {"x": "5"}}\n', encoding="utf-8")
    with pytest.raises(BadRecordError, match=r"bad\.jsonl, page a: its `cells` are not numbers and nulls by key"):
        pin(known, [bad])
    (tmp_path / "other").mkdir()
    with pytest.raises(RegistryError, match=r"are both called more\.jsonl; give one of them another name"):
        pin(known, [shutil.copyfile(source, folder / "more.jsonl") for folder in (tmp_path, tmp_path / "other")])
    shutil.copyfile(source, known.gold / "half.jsonl")  # a copy that was not recorded any more
    assert pinned_files(known) == (known.gold / "mine.jsonl",)
    assert pin(known, [shutil.copyfile(source, tmp_path / "half.jsonl")]) == (known.gold / "half.jsonl",)
    assert [path.name for path in pinned_files(known)] == ["half.jsonl", "mine.jsonl"]
    (known.gold / "mine.jsonl").write_text("", encoding="utf-8")
    with pytest.raises(RegistryError, match="is not what was pinned"):
        pinned_files(known)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return random_checkpoint(tmp_path_factory.mktemp("gate"))


@pytest.fixture
def known(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """A registry with the random models `one` and `two`, which are the same, and pinned gold."""
    monkeypatch.setenv("GONGKAI_MODELS", str(tmp_path / "models"))
    for name in ("one", "two"):
        shutil.copytree(tiny, tmp_path / "models" / name)
    monkeypatch.setattr(gate, "load_floors", lambda: Floors(pages=1, severities={}))
    found = Registry(tmp_path / "models")
    write_gold(tmp_path / "gold.jsonl", [LabelledPage(Page("a", TEXT), (RECEIVED, HANDLED))])
    pin(found, [tmp_path / "gold.jsonl"])
    return found


def test_promote_and_go_back(known: Registry, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "promote", "one", "--pages", "0"]) == 1
    said = capsys.readouterr()
    assert "one is refused; shipped stays in use" in said.err
    assert "pinned gold: figure F1 falls from 100.00 % to 0.00 %" in said.err
    assert known.events() == ()
    assert main(["models", "promote", "one", "--pages", "0", "--force"]) == 0
    assert capsys.readouterr().out.endswith("one is in use, by force\n")
    (event,) = known.events()
    assert (event.action, event.model, event.forced, event.report["against"]) == ("promote", "one", True, "shipped")
    assert event.reasons[0].startswith("pinned gold: figure F1 falls from 100.00 % to 0.00 %")
    assert event.report["measured"][0]["documents"] == 1
    assert main(["models", "promote", "two", "--pages", "0"]) == 0
    assert known.events()[1].forced is False
    assert main(["models", "promote", "two", "--pages", "0"]) == 0
    assert "two is in use already" in capsys.readouterr().out
    assert main(["models", "rollback"]) == 0
    assert known.in_use() == ("shipped", "one")
    assert main(["models", "rollback"]) == 0
    assert main(["models", "rollback"]) == 2
    assert "there is nothing to go back to" in capsys.readouterr().err


def test_models_are_listed(known: Registry, capsys: pytest.CaptureFixture[str]) -> None:
    known.record(Event("promote", "two", "", "2026-01-01T00:00:00+00:00"))
    (known.root / "one" / "labels.json").write_text("{}", encoding="utf-8")
    assert main(["models", "list"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["shipped"] in [line[:1] for line in lines]
    assert ["*", "two"] in [line[:2] for line in lines]
    assert ["one", "unusable:"] in [line[:2] for line in lines]


def test_an_unknown_or_altered_candidate_changes_nothing(known: Registry, capsys: pytest.CaptureFixture[str]) -> None:
    (known.root / "one" / "labels.json").write_text("{}", encoding="utf-8")
    assert main(["models", "promote", "one", "--force"]) == 2
    assert main(["models", "promote", "three", "--force"]) == 2
    said = capsys.readouterr().err
    assert "altered or cut short" in said
    assert "no model three; there are shipped, one, two" in said
    assert known.events() == ()


def test_compare_changes_nothing(known: Registry, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "compare", "one", "two", "--pages", "0"]) == 0
    assert "figure F1" in capsys.readouterr().out
    assert known.events() == ()
