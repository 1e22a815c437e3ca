"""Numbers that the words beside them show to be no figure of the report."""

from __future__ import annotations

import doctest

import pytest

from gongkai.inference import foreign
from gongkai.inference.foreign import carried_which_way, without_foreign, without_repeats
from gongkai.inference.results import Basis, Figure


def figure(text: str, words: str, label: str, value: float = 1, basis: Basis = Basis.PRINTED) -> Figure:
    """A figure on the last place where `words` stand in `text`."""
    start = text.rindex(words)
    return Figure(label, value, None, words, start, start + len(words), basis, 0.9)


@pytest.mark.parametrize(
    ("text", "words", "label"),
    [
        ("未接收公开申请(上年3件)", "3", "requests_received"),
        ("解读去年同期发布17篇", "17", "interpretations"),
        ("历年申请 2020年:5;2021年:4;2022年:8", "8", "requests_received"),
        ("账号期末数29个,期初数34个", "34", "new_media_accounts"),
        ("规范性文件:年初存量83件", "83", "normative_documents"),
        ("历年累计公开信息2507条", "2507", "disclosures"),
        ("过去五年我区累计公开信息11.6万条", "11.6万", "disclosures"),
        ("解读不少于40篇", "40", "interpretations"),
        ("信息不少于300条,培训2次以上", "2", "meetings_trainings"),
        ("受理服务投诉19件(与信息公开无关)", "19", "complaints"),
        ("本级行政复议机构全年收到复议案件173件", "173", "reviews"),
        ("制作信息900条,其中主动公开信息310条,依申请公开信息45条", "45", "requests_received"),
    ],
)
def test_a_number_of_another_year_plan_or_matter_is_no_figure(text: str, words: str, label: str) -> None:
    assert without_foreign(text, [figure(text, words, label)]) == ()


@pytest.mark.parametrize(
    ("text", "words", "label"),
    [
        ("答复21件(含上年2件)", "2", "requests_carried_in"),
        ("新收22件,结转上年1件", "1", "requests_carried_in"),
        ("去年说发布会不少于2场,今年办了3场", "3", "press_conferences"),
        ("复议机构全年收到案件173件,其中本局被复议2件", "2", "reviews"),
        ("依申请公开信息6件", "6", "requests_received"),
        ("培训2次以上内容均已入档", "2", "meetings_trainings"),
        ("2022年收到申请5件", "5", "requests_received"),
    ],
)
def test_what_only_looks_like_it_stays(text: str, words: str, label: str) -> None:
    told = figure(text, words, label)
    assert without_foreign(text, [told]) == (told,)


@pytest.mark.parametrize(
    ("text", "words", "label"),
    [
        ("第四十二条规定不收取费用", "不收取费用", "request_fees"),
        ("未收费用,不存在减免费用", "不存在减免费用", "request_fees"),
        ("全年未收到行政许可申请", "未收到行政许可申请", "requests_received"),
        ("全年未收到行政许可申请", "未收到行政许可申请", "complaints"),
    ],
)
def test_a_denial_of_something_else_is_no_zero(text: str, words: str, label: str) -> None:
    assert without_foreign(text, [figure(text, words, label, 0, Basis.ZERO)]) == ()


@pytest.mark.parametrize(("total", "kept"), [(30, 0), (31, 1)])
def test_a_total_of_what_came_and_what_was_left_over_is_neither(total: int, kept: int) -> None:
    text = f"上年结转3件,新收27件,共{total}件"
    earlier = (figure(text, "3件,", "requests_carried_in", 3), figure(text, "27", "requests_received", 27))
    assert len(without_foreign(text, [figure(text, str(total), "requests_received", total)], earlier)) == kept


@pytest.mark.parametrize(
    ("text", "number", "clause", "left"),
    [
        ("申请均按程序办理,现已办结30件", "30", "均按程序办理", "30"),
        ("申请2份,两份均已办妥", "两", "均已办妥", "均已办妥"),
    ],
)
def test_what_is_printed_is_not_said_twice(text: str, number: str, clause: str, left: str) -> None:
    both = sorted(
        (figure(text, number, "requests_handled", 2), figure(text, clause, "requests_handled", 2, Basis.ALL)), key=lambda one: one.start
    )
    assert [one.text for one in without_repeats(text, both)] == [left]


def test_a_statement_in_the_next_sentence_is_kept() -> None:
    text = "办结30件。申请均按时答复"
    both = (figure(text, "30", "requests_handled", 30), figure(text, "均按时答复", "requests_handled", 30, Basis.ALL))
    assert without_repeats(text, both) == both


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("无下年度结转", "无下年度结转", "requests_carried_out"),
        ("无结转下年度办理件", "无结转下年度办理件", "requests_carried_out"),
        ("结转下一年度2件", "2", "requests_carried_out"),
        ("上年度结转3件", "3", "requests_carried_in"),
        ("新收9件,结转3件", "3", "other"),
        ("没有上年结转也没有结转下年", "没有上年结转也没有结转下年", "other"),
    ],
)
@pytest.mark.parametrize("label", ["requests_carried_in", "requests_carried_out"])
def test_the_year_says_which_way_requests_were_carried(text: str, words: str, expected: str, label: str) -> None:
    start = text.rindex(words)
    assert carried_which_way(text, label, start, start + len(words)) == (label if expected == "other" else expected)


def test_the_examples_hold() -> None:
    assert doctest.testmod(foreign).failed == 0
