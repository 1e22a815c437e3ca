"""The labelling page in a browser, as an annotator has it: highlights where they belong, work with keys and mouse, submitted.

`GONGKAI_SCREENSHOTS` names a folder for the pictures of docs/annotating.md (`docs/images` writes them anew).
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gongkai.annotations.changes import Kind
from gongkai.annotations.predictions import Annotator
from gongkai.annotations.pull import Pulled, pull
from gongkai.annotations.push import Pushed, Pusher
from gongkai.annotations.returned import Place
from gongkai.annotations.setting_up import ensure_project
from gongkai.annotations.studio import Project, Studio
from gongkai.annotations.tasks import TaskPage, region
from gongkai.inference.commands.samples import sample_paths
from gongkai.inference.extract import Extractor
from gongkai.model.types import Span

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400, func_only=True)]  # installing the server has a limit of its own

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ODD = "\n \t| 𠮷田县 |😀| ５件\r\n\u3000第二行&amp;<b>3件</b>\u200b\ufeff\xa0'七'件\u2028甲\r\n乙丙\r\n丁\r\n戊己\r\n"
HIGHLIGHT = "[class*='htx-highlight htx-highlight-']"
# The box on the screen around characters of the page's text, which stands in several nodes.
BOX_OF = """(wanted) => {
  const root = document.querySelector(".lsf-richtext__container, [class*='richtext__container']");
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode());) {
    const at = node.data.indexOf(wanted);
    if (at < 0) continue;
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + wanted.length);
    const {left, right, top, bottom} = range.getBoundingClientRect();
    return [left, right, (top + bottom) / 2];
  }
  return null;
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A Chromium that is installed on the machine."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip("no Chromium on this machine (apt-get install chromium)")
    with playwright.sync_playwright() as running:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
        opened = running.chromium.launch(executable_path=program, args=flags)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Any, label_studio: Any) -> Iterator[Any]:
    """A page of somebody who has logged in."""
    context = browser.new_context(viewport={"width": 1600, "height": 1000})
    page = context.new_page()
    page.set_default_timeout(90_000)  # a busy machine takes its time
    page.goto(f"{label_studio.url}/user/login/")
    page.fill("input[name=email]", label_studio.username)
    page.fill("input[name=password]", label_studio.password)
    page.click("button[type=submit]")
    page.wait_for_url(lambda address: "/user/login" not in address)
    yield page
    context.close()


@pytest.fixture
def studio(label_studio: Any) -> Iterator[Studio]:
    with Studio.connect(label_studio.url, label_studio.token) as connected:
        yield connected


@pytest.fixture
def project(studio: Studio, title: str) -> Project:
    return ensure_project(studio, title)[0]


def picture(page: Any, name: str) -> None:
    if folder := os.environ.get("GONGKAI_SCREENSHOTS"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def open_task(page: Any, studio: Studio, project: Project, task: int, regions: int) -> None:
    page.goto(studio.task_link(project.id, task))
    page.wait_for_function("([selector, count]) => document.querySelectorAll(selector).length >= count", arg=[HIGHLIGHT, regions])


def submit(page: Any) -> None:
    with page.expect_response(lambda answer: "/annotations" in answer.url and answer.request.method == "POST") as answer:
        page.keyboard.press("Control+Enter")
    assert answer.value.status == 201


def pulled(studio: Studio, project: Project, folder: Path) -> Pulled:
    place = Place(studio.task_link(project.id, "{task}"), studio.people())
    return pull(studio.export(project.id), place, folder / "gold.jsonl", "")


def draw(page: Any, key: str, first: str, last: str) -> None:
    """A new region under the label of `key`, from the beginning of `first` to the end of `last`."""
    before = page.locator(HIGHLIGHT).count()
    (left, _, top), (_, right, bottom) = (page.evaluate(BOX_OF, wanted) for wanted in (first, last))
    page.keyboard.press(key)
    page.mouse.move(left + 1, top)
    page.mouse.down()
    page.mouse.move(right - 1, bottom, steps=8)
    page.mouse.up()
    page.wait_for_function("([selector, count]) => document.querySelectorAll(selector).length > count", arg=[HIGHLIGHT, before])
    page.keyboard.press("Escape")


def test_highlights_lie_on_the_right_characters_of_odd_text(page: Any, studio: Studio, project: Project, tmp_path: Path) -> None:
    words = ("𠮷田县", "😀", "５", "&amp;", "3", "七", "甲\r\n乙")
    spans = tuple(Span(ODD.index(word), ODD.index(word) + len(word), "value", 0.5) for word in words)
    regions = [region(span, ODD, span.score) for span in spans]
    pusher = Pusher(studio, project, lambda *_: {"model_version": "m1", "score": 0.5, "result": regions}, "m1")
    assert sum(pusher.push([TaskPage("odd", ODD)]), Pushed()) == Pushed(new=1)
    pusher.show()
    (task,) = studio.tasks(project.id)
    open_task(page, studio, project, task.id, len(words))
    shown = "".join(page.locator(HIGHLIGHT).all_text_contents())
    assert "".join(shown.split()) == "".join("".join(words).split()), "a line end is shown, but is no text of the page"
    draw(page, "1", "第二行", "第二行")
    draw(page, "3", "丁", "戊")
    submit(page)
    result = pulled(studio, project, tmp_path)
    assert [refused.reasons for refused in result.refused] == []
    drawn = [Span(ODD.index(text), ODD.index(text) + len(text), name) for text, name in (("第二行", "section"), ("丁\r\n戊", "row"))]
    (only,) = result.returned
    assert only.gold.page.spans == tuple(sorted((*(Span(s.start, s.end, s.label) for s in spans), *drawn)))
    assert result.kinds == Counter({Kind.KEPT: len(words), Kind.ADDED: 2})


def test_a_page_that_the_model_labelled_is_corrected_with_keys(
    page: Any, studio: Studio, project: Project, tmp_path: Path, shipped_extractor: Extractor
) -> None:
    annotator = Annotator(shipped_extractor.labeller, "shipped")
    path = next(path for path in sample_paths() if "cell-per-line" in path.name)
    pusher = Pusher(studio, project, annotator.predict, annotator.version)
    assert sum(pusher.push([TaskPage(path.name, path.read_text(encoding="utf-8"))]), Pushed()) == Pushed(new=1)
    tab = pusher.show()
    (task,) = studio.tasks(project.id)
    regions = annotator.predict(task.doc_id, task.text)["result"]
    page.goto(tab)
    page.wait_for_selector(HIGHLIGHT)
    picture(page, "annotating-stream")
    open_task(page, studio, project, task.id, len(regions))
    shown = page.locator(HIGHLIGHT).all_text_contents()
    value = next(one["value"] for one in regions if one["value"]["labels"] == ["value"] and shown.count(one["value"]["text"]) == 1)
    page.locator(HIGHLIGHT).nth(shown.index(value["text"])).click()
    page.keyboard.press("6")
    picture(page, "annotating-relabelled")
    submit(page)
    result = pulled(studio, project, tmp_path)
    assert [refused.reasons for refused in result.refused] == []
    assert result.kinds == Counter({Kind.KEPT: len(regions) - 1, Kind.RELABELLED: 1})
    spans = {(span.start, span.end): span.label for span in result.returned[0].gold.page.spans}
    assert spans[value["start"], value["end"]] == "blank"
