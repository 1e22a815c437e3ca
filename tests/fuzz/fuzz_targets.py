"""What must hold for any bytes whatever. Each target raises if it does not; hypothesis and atheris look for bytes that make it."""

from __future__ import annotations

import json
import math
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from gongkai.annotations.regions import read_result
from gongkai.inference.aligned import AlignedText
from gongkai.inference.extract import Extractor
from gongkai.inference.normalise import normalise
from gongkai.inference.numbers import read_cell, read_number
from gongkai.inference.output import from_dict, to_dict
from gongkai.inference.read.document import document_from_text
from gongkai.inference.read.encoding import decode
from gongkai.inference.read.html import flatten_html
from gongkai.inference.read.sources import CONTAINERS, behind
from gongkai.inference.results import Entity, Figure
from gongkai.model.errors import DocumentError, NotTextError
from gongkai.model.labels import label_set
from gongkai.model.types import LabelledPage, Page, Span

PIECES = (
    *"0123456789,.-+/|()（）<>=\"'&;:?。，、 \n\t一二三十百千万亿零年月日件条无均",
    *("规章", "行政许可", "第二十条第(一)项", "自然人", "总计", "信息内容", "本年新收政府信息公开申请数量", "上年结转", "予以公开"),
    *("未收到", "申请", "均为自然人", "行政复议", "其中", "规(guī)", "主動公開", "?。ㄒ唬", "\ufffd", "２", "&nbsp;", "<!--", "-->"),
    *("<table>", "</table>", "<tr>", "<td>", "<td rowspan=2 colspan=3>", "</td>", "<br>", "<p>", "<script>", "</script>"),
    *("<div style='display:none'>", "\u3000", "\r\n", "2021年度", "(单位:万元)", "增加", "减少"),
)
"""What texts of reports are made of, for targets that take text: a byte chooses one."""


def decoder(data: bytes) -> None:
    """Bytes become text that can be written as UTF-8, the same text every time, or are refused."""
    try:
        text = decode(data, "x").text
    except NotTextError:
        return
    text.encode("utf-8")
    assert decode(data, "x").text == text


def repairs(data: bytes) -> None:
    """Every repaired character leads back to characters of the text as given, in order."""
    text = _text(data)
    aligned = normalise(AlignedText.identity(text)).aligned
    _check_map(aligned, len(text))
    assert len(aligned.text) <= 4 * len(text) + 16


def html(data: bytes) -> None:
    """Any source becomes a text whose characters lead back to it, and tables whose cells lie in that text, in order."""
    source = _text(data)
    flat = flatten_html(source)
    _check_map(flat.aligned, len(source))
    for table in flat.tables:
        for cell in table.cells:
            assert 0 <= cell.start <= cell.end <= len(flat.aligned.text)


def numbers(data: bytes) -> None:
    """What is read as a number is finite and has no more digits than a count or an amount can have."""
    text = _text(data)
    found = [read_number(text), read_cell(text), read_cell(text, signed=True, decimal=True)]
    for number in found:
        if number is not None:
            assert math.isfinite(number.value)
            assert abs(number.value) < 1e16


def assembler(data: bytes) -> None:
    """Whatever a labeller says, the extraction keeps its contract: offsets inside the text, and the very characters there."""
    half = len(data) // 2
    text = _text(data[:half])
    document = document_from_text("x", text)
    extraction = Extractor(_Said(data[half:])).extract(document)
    assert to_dict(from_dict(json.loads(json.dumps(to_dict(extraction))))) == to_dict(extraction)
    for cell in extraction.cells:
        assert (cell.value is None) == (str(cell.status) == "blank")
        assert all(0 <= start < end <= len(text) for start, end in cell.spans)
    quoted: tuple[Figure | Entity, ...] = (*extraction.figures, *extraction.entities)
    for found in quoted:
        assert document.source_text[found.start : found.end] == found.text
    assert len({cell.key for cell in extraction.cells}) == len(extraction.cells)


def importer(data: bytes) -> None:
    """Whatever a labelling tool sends back, the spans that are taken are in order, apart from one another, and inside the text."""
    text = "收到申请5件。\n规章 0 0 0"
    try:
        result = json.loads(data)
    except (ValueError, RecursionError):
        return
    reading = read_result(result, text)
    LabelledPage(Page("x", text), reading.spans)


def containers(data: bytes) -> None:
    """Whatever calls itself an archive gives documents, or reasons why there are none."""
    suffix = CONTAINERS[data[0] % len(CONTAINERS)] if data else ".zip"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"x{suffix}")
        path.write_bytes(data[1:])
        for _, _, load in behind(str(path), lambda _: None):
            try:
                load()
            except DocumentError:
                continue


TARGETS: dict[str, Callable[[bytes], None]] = {
    target.__name__: target for target in (decoder, repairs, html, numbers, assembler, importer, containers)
}


class _Said:
    """A labeller that says what bytes tell it: how far to the next span, how long it is, and its label."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def label(self, pages: Sequence[Page]) -> list[LabelledPage]:
        classes = label_set().classes()
        (page,) = pages
        spans: list[Span] = []
        position = 0
        for gap, length, label in zip(*(self._data[i::3] for i in range(3)), strict=False):
            start, end = position + gap % 4, position + gap % 4 + 1 + length % 8
            if end > len(page.text):
                break
            spans.append(Span(start, end, classes[label % len(classes)], 0.9))
            position = end
        return [LabelledPage(page, tuple(spans))]


def _text(data: bytes) -> str:
    """Text made of pieces if the first byte is even, otherwise the bytes themselves as UTF-8."""
    if data[:1] and data[0] % 2 == 0:
        return "".join(PIECES[byte % len(PIECES)] for byte in data[1:])
    return data[1:].decode("utf-8", errors="replace")


def _check_map(aligned: AlignedText, length: int) -> None:
    assert len(aligned.starts) == len(aligned.ends) == len(aligned.text)
    assert all(0 <= start <= end <= length for start, end in zip(aligned.starts, aligned.ends, strict=True))
    assert all(first <= second for first, second in zip(aligned.starts, aligned.starts[1:], strict=False))
