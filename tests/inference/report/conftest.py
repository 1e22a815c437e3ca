"""A small page for checking, read by a labeller that knows its text: broken sums, doubt, a conflict, a number without a place."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import pytest

from gongkai.inference.extract import Extractor
from gongkai.inference.read.document import document_from_text
from gongkai.inference.report.review.review import Review, review_of
from gongkai.model.types import LabelledPage, Page, Span

_MARKS = {
    "s": "section", "k": "block", "r": "row", "c": "column", "v": "value", "b": "blank", "j": "junk", "a": "agency",
    "n": "requests_received",
}  # fmt: skip
_MARK = re.compile(r"([skrcvbjan])\{([^{}]*)\}")

MARKED = """a{甲县人民政府}2023年政府信息公开工作年度报告
全年收到政府信息公开申请n{13}件。
s{三、收到和处理政府信息公开申请情况}
c{自然人} | c{商业企业} | c{科研机构} | c{社会公益组织} | c{法律服务机构} | c{其他} | c{总计}
r{一、本年新收政府信息公开申请数量} | v{12} | v{1} | v{1} | v{1} | v{1} | v{1} | v{17}
r{二、上年结转政府信息公开申请数量} | v{3} | v{1} | v{1} | v{1} | v{1} | v{1} | v{9}
r{其他行政确认事项} | v{41} | v{7}
r{四、结转下年度继续办理} | v{0} | v{0} | v{0} | v{0} | v{0} | b{/} | v{0}
"""


LEGACY = """a{丁县教育局}2016年政府信息公开工作年度报告
政府信息公开情况统计表
统计指标\t单位\t统计数
三、依申请公开情况
(一)收到申请数\t件\tv{13}
1.当面申请数\t件\tv{2}
2.传真申请数\t件\tv{0}
3.网络申请数\t件\tv{9}
4.信函申请数\t件\tv{1}
(二)申请办结数\t件\tv{11}
七、依申请公开信息收取的费用\t万元\t0.5
"""


class Marked:
    """Labels what the mark-up says."""

    def __init__(self, marked: str) -> None:
        self.text, self.spans = "", list[Span]()
        position = 0
        for mark in _MARK.finditer(marked):
            self.text += marked[position : mark.start()]
            self.spans.append(Span(len(self.text), len(self.text) + len(mark[2]), _MARKS[mark[1]], 0.99))
            self.text, position = self.text + mark[2], mark.end()
        self.text += marked[position:]

    def label(self, pages: Sequence[Page]) -> list[LabelledPage]:
        return [LabelledPage(page, tuple(self.spans)) for page in pages]


def review_marked(marked: str, name: str = "pages/甲.txt") -> Review:
    labeller = Marked(marked)
    return review_of(Extractor(labeller).read(document_from_text(name, labeller.text)))


@pytest.fixture(scope="session")
def reviewed() -> Callable[..., Review]:
    """`review_marked`."""
    return review_marked


@pytest.fixture(scope="session")
def legacy() -> Review:
    """The review of a report of 2016: a statistics table whose one sum does not hold."""
    return review_marked(LEGACY, "pages/丁.txt")


@pytest.fixture(scope="session")
def review() -> Review:
    """The review of `MARKED`."""
    return review_marked(MARKED)
