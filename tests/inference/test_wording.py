import doctest

import pytest

from gongkai.inference import wording
from gongkai.inference.wording import denied_outcome, whole_clause, wording_span


@pytest.mark.parametrize(
    ("text", "labelled", "stated"),
    [
        ("全年无收费,无结转。", "无", "无收费"),
        ("本年度没有因公开引起的行政复议。", "没有", "没有因公开引起的行政复议"),
        ("收费:无。复议:无", "无", "无"),
        ("申请:没有\n复议:没有", "没有", "没有"),
        ("未收到依申请公开事项。", "未收到依申请公开事项", "未收到依申请公开"),
        ("未发生行政诉讼案件", "未发生行政诉讼案件", "未发生行政诉讼"),
        ("均为自然人其中6件", "均为自然人其", "均为自然人"),
        ("均已按期答复", "均已按期答复", "均已按期答复"),
        ("未发生因信息公开申请引发的复议。", "未发生因信", "未发生因信息公开申请引发的复议"),
        ("四 复议情况 无 五 诉讼情况 无", "无", "无"),
        ("未发生舆情,收到诉讼1件", "未发生舆情", "未发生舆情"),
    ],
)
def test_a_statement_ends_with_the_event_that_it_denies(text: str, labelled: str, stated: str) -> None:
    start = text.index(labelled)
    first, last = wording_span(text, start, start + len(labelled))
    assert text[first:last] == stated


@pytest.mark.parametrize(
    ("text", "labelled", "stated"),
    [
        ("9件均在限期内答复了申请人,收费0元", "均在限期内答复了申请", "均在限期内答复了申请人"),
        ("2件,均维持原决定", "均维持", "均维持"),
        ("2件,均由村民提出并当场办结", "均由村民提出", "均由村民提出"),
        ("全部按期办结", "全部按期办结", "全部按期办结"),
    ],
)
def test_a_universal_statement_goes_to_the_end_of_its_clause(text: str, labelled: str, stated: str) -> None:
    start = text.index(labelled)
    first, last = whole_clause(text, start, start + len(labelled))
    assert text[first:last] == stated


@pytest.mark.parametrize(
    ("text", "labelled", "label", "expected"),
    [
        ("未发生行政复议被纠错或行政诉讼败诉情况。", "未发生行政复议被纠错或行政诉讼", "reviews", ("reviews_corrected", "败诉")),
        ("未发生行政复议被纠错或行政诉讼败诉情况。", "未发生行政复议被纠错或行政诉讼", "litigations", ("litigations_corrected", "败诉")),
        ("没有复议、诉讼被撤销", "没有复议、诉讼", "reviews", ("reviews_corrected", "撤销")),
        ("未发生行政诉讼,上年诉讼败诉1件", "未发生行政诉讼", "litigations", ("litigations", "诉讼")),
        ("未发生行政复议、行政诉讼", "未发生行政复议、行政诉讼", "reviews", ("reviews", "诉讼")),
        ("未收到申请", "未收到申请", "requests_received", ("requests_received", "申请")),
    ],
)
def test_no_case_lost_is_not_no_case(text: str, labelled: str, label: str, expected: tuple[str, str]) -> None:
    named, end = denied_outcome(text, 0, len(labelled), label)
    assert (named, text[:end][-2:]) == expected


def test_the_examples_hold() -> None:
    assert doctest.testmod(wording).failed == 0
