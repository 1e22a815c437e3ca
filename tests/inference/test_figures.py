"""From marked spans to figures: printed numbers, zeros in words, and statements about all."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.inference.figures import read_figures, snap
from gongkai.inference.results import Basis, Figure
from gongkai.model.types import LabelledPage, Page, Span

SHORT = {
    "new": "requests_received",
    "in": "requests_carried_in",
    "done": "requests_handled",
    "out": "requests_carried_out",
    "open": "requests_granted",
    "deny": "requests_denied",
    "lack": "requests_unavailable",
    "person": "requests_natural_person",
    "firm": "requests_organization",
    "by": "requests_by_channel",
    "rate": "completion_rate",
    "fee": "request_fees",
    "rv": "reviews",
    "rv_up": "reviews_upheld",
    "rv_wait": "reviews_pending",
    "su": "litigations",
    "su_up": "litigations_upheld",
    "su_wait": "litigations_pending",
    "post": "website_posts",
    "wechat": "wechat_posts",
    "answer": "public_responses",
    "visit": "website_visits",
    "meet": "meetings_trainings",
    "bad": "reviews_corrected",
    "phone": "phone",
}


def marked(notation: str) -> LabelledPage:
    """A page from text with `[number|label]` marks; labels are short and joined with +."""
    text, spans = "", []
    for plain, inside, labels in re.findall(r"([^\[]*)(?:\[([^|\]]*)\|([^\]]*)\])?", notation):
        text += plain
        if inside:
            spans.append(Span(len(text), len(text) + len(inside), "+".join(SHORT[label] for label in labels.split("+")), 0.9))
            text += inside
    return LabelledPage(Page("case", text), tuple(spans))


def read(notation: str) -> list[tuple[str, float | None, str | None, str]]:
    """label (short), value, unit and basis of every figure."""
    names = {label: short for short, label in SHORT.items()}
    return [(names[f.label], f.value, f.unit, f.basis.value) for f in read_figures(marked(notation))]


def last(notation: str) -> tuple[float | None, str] | None:
    """Value and basis of the last figure, None if the last span gives no figure."""
    page = marked(notation)
    figures = [figure for figure in read_figures(page) if figure.start >= page.spans[-1].start]
    return (figures[-1].value, figures[-1].basis.value) if figures else None


def test_a_printed_figure_has_everything() -> None:
    page = marked("全年收到申请[5|new]件。")
    assert read_figures(page) == (Figure("requests_received", 5, "件", "5", 6, 7, Basis.PRINTED, 0.9),)


def test_a_joint_span_states_each_label() -> None:
    assert read("行政复议、行政诉讼[0|rv+su]件") == [("rv", 0, "件", "printed"), ("su", 0, "件", "printed")]
    assert read("[未发生行政复议、行政诉讼|rv+su]") == [("rv", 0, None, "zero"), ("su", 0, None, "zero")]


@pytest.mark.parametrize(
    ("notation", "value", "unit"),
    [
        ("访问量[65万|visit]余次", 650000, "次"),
        ("发布[百|post]余条", 100, "条"),
        ("公开信息[1,0 24|post] 条", 1024, "条"),
        ("发布[3\n364|post]条", 3364, "条"),
        ("办结率[100|rate]", 100, "%"),
        ("办结率为[百分之百|rate]", 100, "%"),
        ("按期答复率达[99.5|rate]%", 99.5, "%"),
        ("单位:件 新收[7|new],结转0", 7, None),
        ("培训[120|meet]余人次", 120, "人次"),
        ("同为[8|done]件", 8, "件"),
        ("复议[零|rv]", 0, None),
        ("[12|new]起申请", 12, "起"),
    ],
)
def test_printed_conventions(notation: str, value: float, unit: str | None) -> None:
    assert [row[1:] for row in read(notation)] == [(value, unit, "printed")]


@pytest.mark.parametrize(
    ("notation", "text"),
    [
        ("收到申请1[2|new]件", "12"),
        ("收到申请[1|new]24件", "124"),
        ("发布信息1,[024|post]条", "1,024"),
        ("发布信息[1,024条|post]信息", "1,024"),
        ("访问[约2.3|visit]万余次", "2.3万"),
        ("收到[申请5件|new]", "5"),
        ("维持三[十一|rv_up]件", "三十一"),
        ("12345热线[1419|answer]件", "1419"),
        ("办理12345[1419|answer]件", "1419"),
        ("公开[5无|open]法提供3", "5"),
        ("年[末有4|new]件", "4"),
        ("[两|new]件", "两"),
        ("[廿|new]五件", "廿五"),
        ("访问[1.2|visit]百万次", "1.2百万"),
        ("访问[1万|visit]2千次", "1万2千"),
    ],
)
def test_spans_snap_to_the_whole_number(notation: str, text: str) -> None:
    assert [figure.text for figure in read_figures(marked(notation))] == [text]


@pytest.mark.parametrize(
    "notation",
    [
        "[2021|new]年",
        "收到[申请|new]",
        "[5件、法人6|person]",
        "在[、|new]内",
        "收到1 [056|new]件",
        "[一|new]是加强",
        "拨[12345|answer]热线",
        "日期:[1|wechat].12",
    ],
)
def test_what_is_no_certain_number_gives_no_figure(notation: str) -> None:
    assert read(notation) == []


@pytest.mark.parametrize(
    "notation",
    [
        "[未收到政府信息公开申请|new]",
        "[没有收到任何形式的申请|new]",
        "[无|new]",
        "[零投诉|rv]",
        "[末引发行政复议|rv]",
        "[无2021年结转数量|in]",
        "[没有1件被责令重新答复|bad]",
        "[未被纠错|bad]",
        "[免费提供|fee]",
        "[未予收取|fee]",
        "[不存在收费|fee]",
        "[一件也没有收到|new]",
        "[无待办件|out]",
        "[未受理依申请公开|new]",
        "收到5件[未收取任何费用|fee]",
        "[没有未审结的诉讼|su_wait]",
        "[无不予公开|deny]",
    ],
)
def test_wording_that_denies_is_zero(notation: str) -> None:
    assert last(notation) == (0, "zero")


@pytest.mark.parametrize(
    ("notation", "value"),
    [
        ("收到[7|new]件,[均为自然人|person]", 7),
        ("收到[7|new]件。[均为网络申请|by]", 7),
        ("收到[7|new]件,[全部在20个工作日内答复|done]", 7),
        ("收到[7|new]件,[无一逾期地作出答复|done]", 7),
        ("收到[1|new]件,[为网上申请|by]", 1),
        ("上年结转[4|in]件,当年收到[60|new]件,[全部办结|done]", 64),
        ("收到[60|new]件,上年结转[4|in]件,[均已办结|done]", 64),
        ("收到[60|new]件(含上年结转[4|in]件),[均已办结|done]", 60),
        ("上年结转[4|in]件,当年收到[60|new]件,[均为自然人提出|person]", 60),
        ("收到[20|new]件,[除2件结转外,均答复|done]", 18),
        ("收到[20|new]件,除[2|out]件结转外,[均已答复|done]", 18),
        ("除3件延到次年外,收到的[41|new]件申请[均已办结|done]", 38),
        ("收到[6|new]件,[均已书面答复|done],但1件除外", 5),
        ("收到[38|new]件,自然人[35|person]件,[其余都是企业提出的|firm]", 3),
        ("收到[68|new]件,[2|out]件结转,[其余全部处理完毕|done]", 66),
        ("被申请复议[3|rv]件,[均维持|rv_up]", 3),
        ("复议[2|rv]件,诉讼[4|su]件,[均未审结|su_wait]", 4),
        ("诉讼[2|su]件,[还没有宣判|su_wait]", None),
        ("诉讼[1|su]件,[还没有宣判|su_wait]", 1),
        ("共收到[12|new]件,[均以行政执法案卷为由不予公开|deny]", 12),
        ("共收到[2|new]件,[因信息不存在均告知无法提供|lack]", 2),
        ("收到留言[150|answer]条,[全部回复|answer]", 150),
        ("收到申请1件。本年答复[2|done]件,两件[均予公开|open]", 2),
        ("除[2|out]件在办外,其余[117|done]件均已答复,提起诉讼[1|su]件([尚在审理|su_wait])", 1),
        ("传真申请[2|by]件、信函[8|by]件。[全部办结|done]", 10),
    ],
)
def test_all_takes_the_value_of_what_went_before(notation: str, value: int | None) -> None:
    assert last(notation) == (None if value is None else (value, "all"))


@pytest.mark.parametrize(
    "notation",
    [
        "[均为自然人|person]",
        "收到[0|new]件,[均为自然人提交|person]",
        "收到[60|new]件,[予以公开|open]件",
        "发布[60|post]条,[均已办结|done]",
        "收到[5|new]件,[收到的申请|new]",
        "收到[5|new]件。公开透明。强化培训。上线平台。编制目录。[均维持|rv_up]",
    ],
)
def test_all_of_nothing_gives_no_figure(notation: str) -> None:
    assert last(notation) is None


def test_figures_in_tables_are_left_to_the_tables() -> None:
    page = marked("收到[5|new]件。表格[6|new]件")
    assert [figure.text for figure in read_figures(page, [(7, 11)])] == ["5"]


def test_other_spans_are_no_figures() -> None:
    assert read_figures(marked("电话[0743-8237192|phone]")) == ()


@given(st.text(alphabet="收到均未已办结无12,.万 件年百十约余\n除外", min_size=1, max_size=30), st.data())
def test_figures_lie_in_the_text(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    place = snap(text, start, end)
    assert place is None or 0 <= place[0] < place[1] <= len(text)
    for figure in read_figures(LabelledPage(Page("x", text), (Span(start, end, "requests_received"),))):
        assert figure.text == text[figure.start : figure.end] != ""
        assert figure.value is not None


@pytest.mark.parametrize(
    ("notation", "expected"),
    [
        ("复议[1|rv]件,诉讼[2|su]件,[均结果维持|rv_up]。", [("rv_up", 1), ("su_up", 2)]),
        ("行政诉讼[2|su]件和行政复议[3|rv]件,[均维持|su_up]。", [("rv_up", 3), ("su_up", 2)]),
        ("复议[1|rv]件,诉讼[2|su]件。诉讼[均维持|su_up]。", [("su_up", 2)]),
        ("复议[1|rv]件,诉讼[0|su]件,[均维持|rv_up]。", [("rv_up", 1)]),
        ("复议[1|rv]件、维持;诉讼[2|su]件,[均维持|su_up]。", [("su_up", 2)]),
    ],
)
def test_all_of_reviews_and_suits_together(notation: str, expected: list[tuple[str, int]]) -> None:
    assert [(label, value) for label, value, _, basis in read(notation) if basis == "all"] == expected


def test_a_review_set_aside_is_told_from_a_review() -> None:
    assert read("[未发生复议|rv]被纠错情况") == [("bad", 0, None, "zero")]
    assert read("申请[2|new]件,[均未产生检索费|person]") == [("new", 2, "件", "printed")]
