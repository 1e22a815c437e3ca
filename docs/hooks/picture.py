"""The picture that opens the README (what is left of a page of the tutorial, and the table read from it), and those of the tutorial.

`make pictures` draws them anew. Every number in them is what the model reads there.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import jinja2
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from gongkai.inference import Extractor
from gongkai.inference.cli import main as gongkai
from gongkai.inference.results import Extraction

DOCS = Path(__file__).parent.parent
PAGE = DOCS / "tutorial" / "water-2023.txt"
SHOWN = ("全年收到", "自然人 |", "一、本年新收", "三、本年度", "6.屬於", "(四)無法提供", "(七)總計", "四、政府信息")
"""How the lines of the page begin that the picture shows; what stands between them is three dots."""
SPOKEN = "均爲自然人提出"
COLUMNS = ("自然人", "商业企业", "科研机构", "公益组织", "法律服务", "其他", "总计")
FIELDS = ("natural_person", "business", "research", "social_org", "legal_service", "other", "total")
ROWS = {
    "new_received": ("本年新收申请", "requests received"),
    "granted": ("(一)予以公开", "disclosed"),
    "denied_process_information": ("6.属于四类过程性信息", "denied: process information"),
    "unavailable_not_held": ("1.本机关不掌握", "unavailable: not held"),
    "handled_total": ("(七)总计", "handled in total"),
}
WORDS = {
    "en": {
        "before": "What is left of the page",
        "before_note": "empty cells gone, bars that count nothing, pinyin in brackets, traditional script",
        "after": "What it says",
        "after_note": "the statutory table, each number with its place in the source",
        "key": (
            "<b>5</b> placed: printed, its column inferred. Two numbers for seven columns: "
            "<i>the narrative</i> says that natural persons applied. A blank is not a zero."
        ),
    },
    "zh": {
        "before": "网页上剩下的",
        "before_note": "空单元格没了，竖线数不出列来，注了拼音，成了繁体",
        "after": "它说的是什么",
        "after_note": "法定表格：每个数都能回到原文的位置",
        "key": "<b>5</b> 位置推定：数字印在原文，所在列系推定。两个数，七个列：<i>正文</i>说申请人均为自然人。空白不是零。",
    },
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a line; `kind` is `value` or `figure` where it is marked, and `link` the row that it belongs to."""

    text: str
    kind: str = ""
    link: str = ""


def main() -> None:
    """Draw all pictures into docs/images."""
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as scratch:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        _draw_opening(browser)
        _draw_tutorial(browser, Path(scratch))
        browser.close()


def _draw_opening(browser: Browser) -> None:
    template = jinja2.Environment(autoescape=True).from_string((Path(__file__).parent / "picture.html.j2").read_text(encoding="utf-8"))
    source = PAGE.read_text(encoding="utf-8")
    extraction = Extractor.from_pretrained()(source)
    for lang, words in WORDS.items():
        page = {"lang": lang, "words": words, "columns": COLUMNS, "lines": lines(source, extraction), "rows": rows(extraction, lang)}
        for theme in ("light", "dark"):
            tab = browser.new_page(viewport={"width": 880, "height": 400}, device_scale_factor=2)
            tab.set_content(template.render(theme=theme, **page))
            _keep(f"opening-{lang}-{theme}.png", tab.locator("body").screenshot())
            tab.close()


def _draw_tutorial(browser: Browser, scratch: Path) -> None:
    gongkai(["review", str(PAGE.parent), "--lang", "en", "--out", str(scratch / "checking")])
    tab = browser.new_page(viewport={"width": 1440, "height": 800}, device_scale_factor=1.25)
    tab.goto((scratch / "checking" / "index.html").as_uri())
    _keep("tutorial-index.png", tab.screenshot())
    tab.goto((scratch / "checking" / "pages" / "schools-2023.html").as_uri())
    tab.keyboard.press("n")
    tab.wait_for_timeout(1000)  # until it has scrolled there
    _keep("tutorial-review.png", tab.screenshot())
    gongkai(["extract", str(PAGE.parent), "--out", str(scratch / "results")])
    gongkai(["panel", str(scratch / "results"), "--out", str(scratch / "panel")])
    shutil.copyfile(scratch / "panel" / "plots" / "requests.svg", DOCS / "images" / "tutorial-requests.svg")


def _keep(name: str, picture: bytes) -> None:
    """Write it as a PNG of 256 colours: a third of the bytes."""
    image = Image.open(BytesIO(picture)).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    image.save(DOCS / "images" / name, "png", optimize=True)


def rows(extraction: Extraction, lang: str) -> list[dict[str, object]]:
    """The rows of `ROWS` with the cells of the extraction; English has the titles' meaning beside them."""
    cells = {cell.key: cell for cell in extraction.cells}
    return [
        {
            "key": key,
            "title": title,
            "gloss": gloss if lang == "en" else "",
            "cells": [cells[f"requests.{key}.{field}"] for field in FIELDS],
        }
        for key, (title, gloss) in ROWS.items()
    ]


def lines(source: str, extraction: Extraction) -> list[list[Piece] | None]:
    """The shown lines of the page in pieces, None where lines are left out."""
    shown: list[list[Piece] | None] = []
    start = 0
    for line in source.splitlines(keepends=True):
        if line.startswith(SHOWN):
            shown.append(_pieces(source, start, start + len(line.rstrip()), extraction))
        elif shown and shown[-1] is not None:
            shown.append(None)
        start += len(line)
    return shown


def _pieces(source: str, start: int, end: int, extraction: Extraction) -> list[Piece]:
    pieces = []
    for first, last, kind, link in _marks(source, start, end, extraction):
        pieces += [Piece(source[start:first]), Piece(source[first:last], kind, link)]
        start = last
    return [*pieces, Piece(source[start:end])]


def _marks(source: str, start: int, end: int, extraction: Extraction) -> list[tuple[int, int, str, str]]:
    """The pair of numbers of a row as one mark from the applicant's to the total's, and the words that say who applied."""
    cells = {cell.key: cell for cell in extraction.cells}
    marks = []
    for row in ROWS:
        first, last = (cells[f"requests.{row}.{field}"].spans[0] for field in ("natural_person", "total"))
        if start <= first[0] < end:
            marks.append((first[0], last[1], "value", row))
    spoken = source.find(SPOKEN, start, end)
    return [(spoken, spoken + len(SPOKEN), "figure", ""), *marks] if spoken >= 0 else marks


if __name__ == "__main__":
    main()
