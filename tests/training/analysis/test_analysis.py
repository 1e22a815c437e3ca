import re
from collections.abc import Sequence

import pytest
from rich.console import Console

from gongkai.model.types import LabelledPage, Page, Span
from gongkai.training.analysis.analysis import NOTHING, Analysis, analyse, cost
from gongkai.training.analysis.calibration import Bin, calibration_error
from gongkai.training.analysis.html import Piece, pieces, report
from gongkai.training.analysis.outcomes import judge
from gongkai.training.analysis.tables import tables
from gongkai.training.analysis.texts import GoldSet
from gongkai.training.scores import Score

NARRATIVE = ("figures", "entities")
TEXT = '"R&D"办结5件,收到7件,未收到投诉。'


class Answers:
    """Labels a page as told, by its text."""

    def __init__(self, **answers: tuple[Span, ...]) -> None:
        self.answers = answers

    def label(self, pages: Sequence[Page]) -> list[LabelledPage]:
        return [LabelledPage(page, self.answers.get(page.text, ())) for page in pages]


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    gold = (
        LabelledPage(Page("right", "公开3条"), (Span(2, 3, "disclosures"),)),
        LabelledPage(
            Page("<worst>", TEXT), (Span(7, 8, "requests_handled"), Span(12, 13, "requests_received"), Span(15, 20, "complaints"))
        ),
        LabelledPage(Page("empty", "共12个村"), ()),
    )
    found = {
        "公开3条": (Span(2, 3, "disclosures", 0.95),),
        TEXT: (Span(7, 8, "requests_received", 0.6), Span(12, 13, "requests_received", 0.85)),
        "共12个村": (Span(1, 3, "meetings_trainings", 0.31), Span(3, 4, "row", 0.9)),
    }
    return analyse(Answers(**found), GoldSet("set", NARRATIVE, gold))


def test_scores_and_outcomes(analysis: Analysis) -> None:
    assert analysis.scores.of_kind("figures") == Score(4, 4, 2)
    assert analysis.errors() == {
        "hit": 2,
        "other label": 1,
        "other border": 0,
        "other label and border": 0,
        "missed": 1,
        "spurious": 1,
    }
    assert analysis.confusions() == [
        ("complaints", NOTHING, 1),
        ("requests_handled", "requests_received", 1),
        (NOTHING, "meetings_trainings", 1),
    ]


def test_by_wording(analysis: Analysis) -> None:
    assert analysis.by_wording() == {"printed number": Score(3, 4, 2), "wording that means 0": Score(1, 0, 0)}


def test_texts_without_figures(analysis: Analysis) -> None:
    assert analysis.without_figures() == (1, 1)


def test_the_worst_come_first_and_the_right_not_at_all(analysis: Analysis) -> None:
    assert [one.gold.page.id for one in analysis.worst(9)] == ["<worst>", "empty"]
    assert [one.gold.page.id for one in analysis.worst(1)] == ["<worst>"]


def test_a_sure_error_weighs_more_than_a_doubtful_one() -> None:
    page = LabelledPage(Page("a", "0123456789"), (Span(0, 1, "reviews"),))

    def weight(*found: Span) -> float:
        return sum(map(cost, judge(page, found).errors))

    assert weight() == 1.0
    assert weight(Span(0, 1, "reviews"), Span(4, 5, "gazettes", 0.2)) == pytest.approx(0.2)
    assert weight(Span(0, 1, "gazettes", 0.8)) == pytest.approx(1.8)
    assert weight(Span(0, 2, "reviews", 0.8)) == pytest.approx(0.9)


def test_confidence(analysis: Analysis) -> None:
    bins = analysis.calibration()
    assert [(one.low, one.predicted, one.right) for one in bins if one.predicted] == [(0.3, 1, 0), (0.6, 1, 0), (0.8, 1, 1), (0.9, 1, 1)]
    assert calibration_error(bins) == pytest.approx((0.31 + 0.6 + 0.15 + 0.05) / 4)


def test_bins_without_predictions_divide_by_nothing() -> None:
    assert Bin(0.4).confidence == pytest.approx(0.45)
    assert Bin(0.4).accuracy == 0.0
    assert calibration_error([Bin(0.1), Bin(0.2)]) == 0.0


def test_json_says_everything(analysis: Analysis) -> None:
    found = analysis.as_json(most=1)
    assert found["figures"] == {"gold": 4, "predicted": 4, "hits": 2, "precision": 0.5, "recall": 0.5, "f1": 0.5}
    assert found["without_figures"] == {"texts": 1, "false_figures": 1}
    assert found["calibration"]["bins"][9] == {"from": 0.9, "predicted": 1, "right": 1, "confidence": 0.95, "accuracy": 1.0}
    (worst,) = found["worst"]
    assert worst["errors"][0] == {
        "kind": "other label",
        "gold": {"label": "requests_handled", "start": 7, "end": 8, "text": "5", "confidence": 1.0},
        "predicted": {"label": "requests_received", "start": 7, "end": 8, "text": "5", "confidence": 0.6},
        "context": TEXT,
    }


def test_passage_is_shown_in_pieces_with_names_behind_what_is_labelled(analysis: Analysis) -> None:
    assert list(pieces(analysis.worst(1)[0])) == [
        Piece('"R&D"办结'),
        Piece("5", "other-label", "办理答复申请 → 新收申请"),
        Piece("件,收到"),
        Piece("7", "hit", "新收申请"),
        Piece("件,"),
        Piece("未收到投诉", "missed", "举报申诉投诉 ✗"),
        Piece("。"),
    ]


def test_what_is_far_from_any_error_is_left_out_and_counted() -> None:
    page = LabelledPage(Page("a", "前" * 300 + "7" + "后" * 300), ())
    shown = list(pieces(judge(page, [Span(300, 301, "reviews", 0.5)]), around=10))
    assert [(piece.text, piece.cut) for piece in shown] == [
        ("… 290 …", True), ("前" * 10, False), ("7", False), ("后" * 10, False), ("… 290 …", True)
    ]  # fmt: skip


def test_page_is_self_contained_and_escaped(analysis: Analysis) -> None:
    page = report([analysis], "mine<script>", "ab" * 32, worst=5)
    assert page.startswith("<!doctype html>")
    assert "<script" not in page
    assert "R&D" not in page
    assert "&#34;R&amp;D&#34;办结" in page
    assert "&lt;worst&gt;" in page
    assert not re.search(r"(src|href)=|url\(|@import", page)
    assert '<mark class="other-label">5</mark><span class="tag">办理答复申请 → 新收申请</span>' in page
    assert page == report([analysis], "mine<script>", "ab" * 32, worst=5)


def test_without_errors_the_page_says_so() -> None:
    perfect = analyse(Answers(), GoldSet("nothing", NARRATIVE, (LabelledPage(Page("a", "无"), ()),)))
    assert "None: everything was found." in report([perfect], "m", "ab" * 32, worst=5)


def test_tables_fit_a_terminal_of_80_columns(analysis: Analysis) -> None:
    console = Console(width=80, record=True, file=None, quiet=False)
    with console.capture() as captured:
        for table in tables(analysis):
            console.print(table)
    text = captured.get()
    assert "requests_received" in text
    assert "…" not in text
    assert "texts that state no figure" in " ".join(text.split())
