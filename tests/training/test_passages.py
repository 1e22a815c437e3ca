"""The corpus is sound, and its markup means what its README says."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from gongkai.inference.results import Basis
from gongkai.model.errors import AnnotationError
from gongkai.model.labels import label_set
from gongkai.training.passages import (
    HELD_OUT_WRITERS,
    TRAIN_WRITERS,
    Passage,
    TwinIndex,
    load_passages,
    main,
    parse_passage,
    read_passages,
    shared,
)
from gongkai.training.synth.marked import Mark
from gongkai.training.synth.statements import statement_key

LINE = (
    "2022年,{AG:青溪县教育局}共收到政府信息公开申请{rr:1,2 05}件,{np=1205*:均为自然人提交},"
    "{rv+lt=0:未发生行政复议、行政诉讼}案件。\\n办结{rh:十二}件。"
)


def test_a_line_gives_text_figures_and_entities() -> None:
    passage = parse_passage(LINE, "x-1", "x")
    assert passage.text == "2022年,青溪县教育局共收到政府信息公开申请1,2 05件,均为自然人提交,未发生行政复议、行政诉讼案件。\n办结十二件。"
    found = [(f.label, f.value, f.unit, passage.text[f.start : f.end], f.basis) for f in passage.figures]
    assert found == [
        ("requests_received", 1205, "件", "1,2 05", Basis.PRINTED),
        ("requests_natural_person", 1205, None, "均为自然人提交", Basis.ALL),
        ("reviews", 0, None, "未发生行政复议、行政诉讼", Basis.ZERO),
        ("litigations", 0, None, "未发生行政复议、行政诉讼", Basis.ZERO),
        ("requests_handled", 12, "件", "十二", Basis.PRINTED),
    ]
    assert [(e.label, passage.text[e.start : e.end]) for e in passage.entities] == [("agency", "青溪县教育局")]


def test_joint_statements_become_one_mark_of_a_joint_class() -> None:
    marks = parse_passage(LINE, "x-1", "x").marked().marks
    assert [mark.label for mark in marks] == [
        "agency",
        "requests_received",
        "requests_natural_person",
        "reviews+litigations",
        "requests_handled",
    ]
    assert marks[3] == Mark(39, 51, "reviews+litigations", statement_key(0, Basis.ZERO))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{zz:5}" + "字" * 50, "unknown code 'zz'"),
        ("{rr:未收到}" + "字" * 50, "needs its value"),
        ("{rr=3:三件}" + "字" * 50, "must mean 0"),
        ("{rr:5" + "字" * 50, "a brace is left over"),
        ("{rr: 5}" + "字" * 50, "blank ends"),
        ("字" * 39, "39 characters"),
    ],
)
def test_what_is_wrong_is_named(line: str, words: str) -> None:
    with pytest.raises(AnnotationError, match=words):
        parse_passage(line, "x-1", "x")


def test_errors_name_file_and_line_and_twins_are_refused() -> None:
    sentence = "本年度共收到政府信息公开申请{rr:5}件,均已在法定期限内答复申请人,没有结转下年度办理的申请。"
    text = f"# comment\n{sentence}\n{{zz:1}}{'字' * 50}\n开头不同而后面相同,{sentence}\n"
    items = list(read_passages(text, "x.txt", TwinIndex()))
    assert isinstance(items[0], Passage)
    assert items[0].id == "x-0002"
    assert str(items[1]).startswith("x.txt:3: {zz:1}: unknown code")
    assert str(items[2]).startswith("x.txt:4: shares 24 characters with x-0002")


def test_the_corpus_is_sound_and_split_by_writer() -> None:
    passages = load_passages()
    assert len(passages) == 5321
    assert {passage.writer for passage in passages} == {*TRAIN_WRITERS, *HELD_OUT_WRITERS}
    assert {passage.writer for passage in load_passages(TRAIN_WRITERS)}.isdisjoint(HELD_OUT_WRITERS)
    stated = {figure.label for passage in passages for figure in passage.figures}
    assert stated == set(label_set().figures)


def test_every_passage_has_sorted_disjoint_marks_of_known_classes() -> None:
    classes = set(label_set().classes())
    for passage in load_passages():
        position = 0
        for mark in passage.marked().marks:
            assert position <= mark.start < mark.end <= len(passage.text), passage.id
            assert mark.label in classes
            position = mark.end


def test_unknown_writers_are_refused() -> None:
    with pytest.raises(AnnotationError, match="no writer z"):
        load_passages(("z",))


def test_the_command_counts_and_reports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = tmp_path / "good.txt", tmp_path / "bad.txt"
    good.write_text(LINE + "\n", encoding="utf-8")
    bad.write_text("{zz:1}\n", encoding="utf-8")
    assert main([str(good)]) == 0
    assert "1 passages, 0 without a figure" in capsys.readouterr().out
    assert main([str(good), str(bad)]) == 1
    assert "bad.txt:1:" in capsys.readouterr().err


def test_a_share_of_a_writer_is_the_same_every_time_and_in_the_order_of_the_file() -> None:
    whole = load_passages(("a", "b"))
    half, quarter = (load_passages(shared(("a", "b"), share)) for share in (0.5, 0.25))
    assert shared(("a", "b"), 1.0) == ("a", "b")
    assert shared(("a",), 0.25) == ("a@0.25",)
    for writer in ("a", "b"):
        counts = [sum(passage.writer == writer for passage in passages) for passages in (whole, half, quarter)]
        assert counts[1:] == [math.ceil(counts[0] / 2), math.ceil(counts[0] / 4)]
    assert set(quarter) < set(half) < set(whole)
    assert [passage for passage in whole if passage in half] == list(half)
    with pytest.raises(AnnotationError, match="no writer zz in training/corpus"):
        load_passages(("zz@0.5",))
