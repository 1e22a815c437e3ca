"""Generated pages are fixed by their seed, true to their tables, and keep to the conventions of the labels."""

from __future__ import annotations

import re
from random import Random

import pytest

from gongkai.inference.results import Basis
from gongkai.model.labels import label_set
from gongkai.training.passages import FIGURE_CODES, HELD_OUT_WRITERS, TRAIN_WRITERS, load_passages
from gongkai.training.synth.augment import augment
from gongkai.training.synth.grammar import Facts, expand, fill, say, wordings
from gongkai.training.synth.marked import MarkedText
from gongkai.training.synth.narrative import narrative_window, report_narrative
from gongkai.training.synth.numerals import value_of
from gongkai.training.synth.old_table import old_table
from gongkai.training.synth.pages import PageOptions, generate_page
from gongkai.training.synth.recombine import clauses
from gongkai.training.synth.statements import stated, statements
from gongkai.training.synth.values import draw_report

SEEDS = range(60)
FACTS = Facts(
    figures={**dict.fromkeys(FIGURE_CODES, 0), "rr": 5, "rh": 5, "rv": 3, "rvu": 2},
    entities={
        "AG": "青溪县教育局",
        "RY": "2021",
        "PD": "2021年1月1日起至2021年12月31日",
        "ID": "2022年1月5日",
        "DN": "国办发〔2019〕54号",
        "PH": "1",
        "EM": "a@b",
        "AD": "c",
    },
    names={
        "Y": "2021",
        "Y-1": "2020",
        "Y+1": "2022",
        "self": "我局",
        "self_plain": "我局",
        "m": "件",
        "c": "件",
        "stem": "青溪",
        "place": "青溪县",
        "latin": "qx",
        "fax": "2",
    },
)


def marked_words(text: MarkedText) -> list[tuple[str, str]]:
    return [(text.text[mark.start : mark.end], mark.label) for mark in text.marks]


@pytest.mark.parametrize("seed", SEEDS)
def test_pages_have_exact_marks_of_known_classes(seed: int) -> None:
    page = generate_page(seed)
    position = 0
    for mark in page.marked.marks:
        assert position <= mark.start < mark.end <= len(page.text)
        words = page.text[mark.start : mark.end]
        assert words == words.strip()
        assert mark.label in label_set().classes()
        position = mark.end
    assert all(0 <= figure.start < figure.end <= len(page.text) for figure in page.figures)
    assert all(figure.label in label_set().figures for figure in page.figures)


def test_a_seed_fixes_the_page() -> None:
    assert [generate_page(seed) for seed in range(5)] == [generate_page(seed) for seed in range(5)]
    assert generate_page(1).text != generate_page(2).text


def test_undamaged_pages_print_every_cell_and_state_true_figures() -> None:
    options = PageOptions(layouts=("A1",), table_modes=(), page_modes=(), damage=(), severities=(0,))
    for seed in range(12):
        page = generate_page(seed, options)
        printed = {mark.key for mark in page.marked.marks if mark.label == "value"}
        assert {key for key, value in page.cells.items() if value is not None} == printed
        received = {figure.value for figure in page.figures if figure.label == "requests_received"}
        assert len(received) <= 1
        for figure in page.figures:
            if figure.basis is Basis.PRINTED:
                assert value_of(page.text[figure.start : figure.end]) == figure.value


def test_figures_agree_with_the_true_table() -> None:
    rng = Random(4)
    for _ in range(60):
        report = draw_report(rng)
        said = [s for text in report_narrative(report, rng).values() for s in statements(text)]
        for statement in said:
            if statement.label == "requests_received":
                assert statement.value == report.total("new_received")
            if statement.label == "reviews":
                assert statement.value == report.outcome(("review",), "total")


def test_no_passage_of_a_held_out_writer_reaches_training() -> None:
    held_out = {passage.text[i : i + 16] for passage in load_passages(HELD_OUT_WRITERS) for i in range(len(passage.text) - 15)}
    rng = Random(2)
    texts = [narrative_window(rng, TRAIN_WRITERS).text for _ in range(300)]
    texts += [generate_page(seed, PageOptions(damage=())).text for seed in range(40)]
    shared = {text[i : i + 16] for text in texts for i in range(len(text) - 15)} & held_out
    everyday = re.compile("政府信息公开|行政复议|[0-9]年[0-9]月|时间8:30")  # stock phrases, dates, office hours
    assert {run for run in shared if not everyday.search(run)} == set()


def test_page_modes() -> None:
    old = generate_page(3, PageOptions(page_modes=("B6",), severities=(3,)))
    pages = [generate_page(seed, PageOptions(page_modes=("B6",), severities=(3,))) for seed in range(60)]
    b6 = [page for page in pages if "B6" in page.garble]
    assert b6
    assert all(page.cells == {} and page.form is None and not any(m.label == "value" for m in page.marked.marks) for page in b6)
    assert old.severity == 3
    assert old_table(Random(1)).marks == ()
    cut = [
        page for page in (generate_page(s, PageOptions(page_modes=("cut",), severities=(3,))) for s in range(60)) if "cut" in page.garble
    ]
    assert cut
    assert all(page.marked.keys() >= set(page.cells) for page in cut)


def test_unknown_modes_are_refused() -> None:
    with pytest.raises(ValueError, match="no such mode Z9"):
        PageOptions(damage=("Z9",))


@pytest.mark.parametrize(
    ("template", "text", "marks"),
    [
        ("收到申请{rr}件", "收到申请5件", [("5", "requests_received")]),
        ("全年{rr=0:未收到政府信息公开申请}事项", "全年未收到政府信息公开申请事项", [("未收到政府信息公开申请", "requests_received")]),
        ("{rv+lt=0:未发生行政复议、行政诉讼}案件", "未发生行政复议、行政诉讼案件", [("未发生行政复议、行政诉讼", "reviews+litigations")]),
        ("{rh=*:均已办结}", "均已办结", [("均已办结", "requests_handled")]),
        ("{AG}<Y>年", "青溪县教育局2021年", [("青溪县教育局", "agency")]),
    ],
)
def test_spans_of_the_notation(template: str, text: str, marks: list[tuple[str, str]]) -> None:
    filled = fill(expand(template, FACTS, Random(1)), FACTS)
    assert filled.text == text
    assert marked_words(filled) == marks


def test_numbers_are_marked_without_measure_word_and_zero_wordings_from_the_negator() -> None:
    negators = ("未", "没有", "无", "零", "不存在", "免", "不收取", "从未", "尚未")
    outside = ("案件", "情况", "事项", "情形", "的", "件")
    for name in wordings():
        for seed in range(25):
            if not any("{" in line for line in wordings()[name]) or name.startswith(("title", "contact")):
                continue
            text = say(name, FACTS, Random(seed))
            for mark in text.marks:
                words, said = text.text[mark.start : mark.end], stated(mark.key)
                if said and said[1] is Basis.PRINTED:
                    assert value_of(words) == said[0]
                elif said and said[1] is Basis.ZERO:
                    assert words.startswith(negators), (name, words)
                    assert not words.endswith(outside[:4]), (name, words)


def test_wordings_are_many() -> None:
    cases = ("upheld", "corrected", "other", "pending")
    requests = (
        "received",
        "received.zero",
        "carried_in",
        "handled",
        "carried_out",
        "granted",
        "partially_granted",
        "denied",
        "unavailable",
    )
    many = (*requests, "rejected", "other_handling", "natural_person", "organization", "channel", "reviews", "litigations", "both.zero")
    for name in (*many, *(f"{case}_{kind}" for case in cases for kind in "rl")):
        assert len(wordings()[name]) >= 12, name
    published = ("disclosures", "website", "wechat", "weibo", "new_media", "interpretations", "press", "responses", "gazettes", "accounts")
    for name in (*published, "visits", "trainings", "normative", "regulations", "other_documents", "completion_rate", "fees", "complaints"):
        assert len(wordings()[name]) >= 6, name


def test_augmented_passages_state_what_they_print() -> None:
    rng = Random(9)
    for passage in load_passages(TRAIN_WRITERS)[::7]:
        text = augment(passage.marked(), rng)
        assert [mark.label for mark in text.marks] == [mark.label for mark in passage.marked().marks]
        for mark in text.marks:
            said = stated(mark.key)
            if said and said[1] is Basis.PRINTED:
                assert value_of(text.text[mark.start : mark.end]) == said[0]
            if said and said[1] is Basis.ZERO:
                assert said[0] == 0


def test_clauses_that_refer_back_stay_together() -> None:
    parts = clauses(MarkedText("收到申请5件。其中网上3件。网站发布8条。"))
    assert [part.text for part in parts] == ["收到申请5件。其中网上3件。", "网站发布8条。"]


def test_windows_have_the_length_asked_for() -> None:
    rng = Random(1)
    assert all(len(narrative_window(rng, TRAIN_WRITERS).text) <= 420 for _ in range(200))
