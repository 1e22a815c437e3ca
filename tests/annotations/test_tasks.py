"""Pages as tasks: the text as a person reads it, spans led back to it, regions that survive the way there and back."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from gongkai.annotations.predictions import Annotator, certainty, confidence
from gongkai.annotations.regions import read_result
from gongkai.annotations.tasks import TaskPage, digest, in_source, label_text, page_of, region
from gongkai.inference.aligned import AlignedText
from gongkai.inference.normalise import normalise
from gongkai.inference.read.document import document_from_html, document_from_text
from gongkai.model.labels import label_set
from gongkai.model.types import LabelledPage, Page, Span

ODD = "\r\n\t|  \n\r\u2028\u3000５𠮷😀&amp;<b>\u200b\ufeff年0件"


class Digits:
    """Labels every number."""

    def label(self, pages: Sequence[Page]) -> list[LabelledPage]:
        return [LabelledPage(page, tuple(Span(*m.span(), "value", 0.5) for m in re.finditer(r"\d+", page.text))) for page in pages]


def test_a_task_holds_plain_text_as_it_was_given() -> None:
    text = "  一、收到\r\n\t申请| ５ 件"
    page = page_of(document_from_text("a.txt", text))
    assert page == TaskPage("a.txt", text)
    assert page.data == {"text": text, "doc_id": "a.txt", "sha256": digest(text)}
    assert digest("年") == "62ef900a8f5d5bff640790a1e72dccecab9c7a61c675f3832d6c7beeb8a7d19b"


def test_a_task_of_html_holds_what_is_shown_and_its_spans_lead_back() -> None:
    html = "<html><body><p>收到申请</p><table><tr><td>规章</td><td>12&nbsp;</td></tr></table></body></html>"
    document = document_from_html("a.html", html)
    page = page_of(document)
    assert "<td>" not in page.text
    (span,) = label_text(Digits(), page.doc_id, page.text)
    assert page.text[span.start : span.end] == "12"
    assert html[slice(*in_source(document, span))] == "12"


def test_the_model_reads_the_repaired_text_and_its_spans_lie_on_the_task() -> None:
    text = "根據(jù)申請５件,规(guī)章１２件"
    assert normalise(AlignedText.identity(text)).aligned.text != text
    assert [text[span.start : span.end] for span in label_text(Digits(), "", text)] == ["５", "１２"]


@given(st.text(alphabet=ODD + "收到申请", max_size=60))
def test_spans_led_back_are_inside_sorted_and_disjoint(text: str) -> None:
    LabelledPage(Page("", text), label_text(Digits(), "", text))


@st.composite
def labelled(draw: st.DrawFn) -> tuple[str, tuple[Span, ...]]:
    text = draw(st.text(alphabet=ODD + "abc", min_size=1, max_size=50))
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=10)))
    names = draw(st.lists(st.sampled_from(label_set().classes()), min_size=len(cuts), max_size=len(cuts)))
    return text, tuple(Span(start, end, name) for start, end, name in zip(cuts[::2], cuts[1::2], names[::2], strict=False))


@given(labelled())
def test_spans_become_regions_and_spans_again(case: tuple[str, tuple[Span, ...]]) -> None:
    text, spans = case
    reading = read_result([region(span, text) for span in spans], text)
    assert (reading.spans, reading.faults, reading.notes) == (spans, (), ())


def test_a_prediction_is_what_label_studio_takes() -> None:
    prediction = Annotator(Digits(), "tiny-1").predict("a", "申请5件,办结12件")
    assert prediction == {
        "model_version": "tiny-1",
        "score": 0.5,
        "result": [
            {
                "id": f"{start}-{end}",
                "from_name": "label",
                "to_name": "text",
                "type": "labels",
                "score": 0.5,
                "value": {"start": start, "end": end, "text": text, "labels": ["value"]},
            }
            for start, end, text in ((2, 3, "5"), (7, 9, "12"))
        ],
    }


def test_the_least_certain_spans_decide_and_an_empty_page_comes_first() -> None:
    sure = [Span(place, place + 1, "value", 1.0) for place in range(200)]
    doubtful = [Span(300 + place, 301 + place, "reviews", 0.3) for place in range(10)]
    assert certainty(sure) == 1.0
    assert certainty([*sure, *doubtful]) == 0.3
    assert certainty(()) == 0.0
    assert confidence(Span(0, 1, "value", 1.0000001)) == 1.0
