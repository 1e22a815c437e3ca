import doctest

import pytest

from gongkai.inference import wording
from gongkai.inference.wording import wording_span


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
    ],
)
def test_a_statement_ends_with_the_event_that_it_denies(text: str, labelled: str, stated: str) -> None:
    start = text.index(labelled)
    first, last = wording_span(text, start, start + len(labelled))
    assert text[first:last] == stated


def test_the_examples_hold() -> None:
    assert doctest.testmod(wording).failed == 0
