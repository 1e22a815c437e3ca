"""The pages for checking in a browser, by what a person does there."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gongkai.inference.report.review.index import entry_of, render_index
from gongkai.inference.report.review.page import render_page
from gongkai.inference.report.review.review import Review

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = pytest.mark.slow

RECEIVED = "requests.new_received.total"
CARRIED_IN = "requests.carried_in.total"
CARRIED_IN_OTHER = "requests.carried_in.other"
ATTACK = "</script><script>window.hacked=1</script><img src=x onerror=window.hacked=1>"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium; what needs it is skipped where there is none."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        pytest.skip("no Chromium on this system (apt-get install chromium)")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, review: Review, reviewed: Callable[..., Review], legacy: Review) -> Path:
    """An index with two documents, and a page of a report of 2016 that is not in it."""
    root = tmp_path_factory.mktemp("out")
    (root / "pages").mkdir()
    other = reviewed(f"a{{乙局}}2021年\n收到申请n{{4}}件{ATTACK}\n", name="乙.txt")
    entries = [entry_of(one, f"pages/{name}.html") for one, name in ((review, "甲"), (other, "乙"))]
    for one, name in ((review, "甲"), (other, "乙")):
        (root / "pages" / f"{name}.html").write_text(render_page(one, "en", "../index.html"), encoding="utf-8")
    (root / "pages" / "丁.html").write_text(render_page(legacy, "en"), encoding="utf-8")
    (root / "index.html").write_text(render_index(entries, "en"), encoding="utf-8")
    return root


@pytest.fixture
def opened(browser: Browser, folder: Path) -> Iterator[Callable[..., Page]]:
    """Opens a page in a browser of its own; whatever it complains of fails the test."""
    complaints: list[str] = []
    contexts = []

    def open_page(name: str = "pages/甲.html", width: int = 1440, scheme: str = "light") -> Page:
        context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto((folder / name).as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def cell(page: Page, key: str) -> Locator:
    return page.locator(f'.grid [data-key="{key}"]')


def classes(page: Page, key: str) -> set[str]:
    return set((cell(page, key).locator("..").get_attribute("class") or "").split())


def lines(page: Page) -> list[dict[str, object]]:
    """What the export holds."""
    with page.expect_download() as download:
        page.keyboard.press("e")
    assert download.value.suggested_filename == "甲.corrections.jsonl"
    return [json.loads(line) for line in Path(download.value.path()).read_text(encoding="utf-8").splitlines()]


def test_a_cell_leads_to_its_characters(opened: Callable[..., Page]) -> None:
    page = opened()
    cell(page, RECEIVED).click()
    lit = page.locator(".text .on")
    assert lit.all_inner_texts() == ["17"]
    assert "chosen-cell" in classes(page, RECEIVED)
    pane, piece = page.locator(".scroller").bounding_box(), lit.bounding_box()
    assert pane is not None
    assert piece is not None
    assert pane["y"] <= piece["y"] <= pane["y"] + pane["height"]
    chosen = page.locator("#chosen").inner_text()
    assert "1. Requests newly received this year · Total" in chosen
    assert "the narrative says otherwise" in chosen


def test_characters_lead_to_their_cell(opened: Callable[..., Page]) -> None:
    page = opened()
    page.locator(".text .l-value", has_text="9").first.click()
    assert "chosen-cell" in classes(page, CARRIED_IN)
    assert page.evaluate("document.activeElement.dataset.key") == CARRIED_IN
    page.locator(".text .l-figure").first.click()
    assert "lit" in (page.locator(".figures tbody tr").first.get_attribute("class") or "")


def test_what_follows_from_a_number_lights_up_with_it(opened: Callable[..., Page]) -> None:
    page = opened()
    cell(page, "requests.handled_total.natural_person").click()
    assert page.locator(".text .on").all_inner_texts() == ["12", "3", "0"]
    page.locator(".text .on").first.click()
    assert "chosen-cell" in classes(page, "requests.new_received.natural_person")
    assert "lit" in classes(page, "requests.handled_total.natural_person")


def test_an_old_indicator_and_its_characters_lead_to_each_other(opened: Callable[..., Page]) -> None:
    page = opened("pages/丁.html")
    assert page.locator(".grid").count() == 0
    page.locator(".indicators .plain", has_text="9").click()
    assert page.locator(".text .on").all_inner_texts() == ["3.网络申请数", "9"]
    assert page.locator(".indicators tr.lit th").all_inner_texts() == ["received online"]
    assert page.evaluate("getComputedStyle(document.querySelector('.text .on')).backgroundColor") == "rgb(26, 95, 180)"
    page.locator(".text .hot", has_text="2.传真申请数").click()
    assert page.locator(".indicators tr.lit th").all_inner_texts() == ["received by fax"]
    page.locator(".sums .chip", has_text="received in person").click()
    assert page.locator(".text .on").all_inner_texts() == ["1.当面申请数", "2"]


def test_figures_that_cells_follow_from_are_rows_like_others(opened: Callable[..., Page]) -> None:
    page = opened("pages/乙.html")
    row = page.locator(".figures tr.it-source")
    assert row.count() == 1
    height = row.evaluate("row => row.offsetHeight")
    assert height < 120


def test_the_doubtful_cells_by_keyboard(opened: Callable[..., Page]) -> None:
    page = opened()
    seen = []
    for _ in range(4):
        page.keyboard.press("n")
        seen.append(page.evaluate("document.activeElement.dataset.key"))
    assert seen == [RECEIVED, CARRIED_IN_OTHER, CARRIED_IN, RECEIVED]
    page.keyboard.press("p")
    assert page.evaluate("document.activeElement.dataset.key") == CARRIED_IN
    page.keyboard.press("a")
    page.keyboard.press("n")
    page.keyboard.press("n")
    page.keyboard.press("n")
    assert page.evaluate("document.activeElement.dataset.key") == RECEIVED
    assert "1/3" in page.locator("#progress").inner_text()
    assert page.locator("#live").inner_text().startswith("1. Requests newly received")


def test_accept_correct_undo_and_export(opened: Callable[..., Page], review: Review) -> None:
    page = opened()
    page.locator("#by").fill("李")
    page.locator("h1").click()
    page.keyboard.press("n")
    page.keyboard.press("a")
    page.keyboard.press("n")
    page.keyboard.press("n")
    page.keyboard.press("c")
    page.keyboard.type("８")
    page.keyboard.press("Enter")
    assert cell(page, CARRIED_IN).inner_text().split() == ["8", "9"]
    assert page.locator(".sums li").first.locator(".state").inner_text() == "✓ holds after correction"
    assert {"corrected", "doubt"} <= classes(page, CARRIED_IN)
    exported = lines(page)
    assert [list(line) for line in exported] == [["document", "sha256", "key", "value", "was", "action", "by", "at"]] * 2
    assert [{**line, "at": None} for line in exported] == [
        {
            "document": "pages/甲.txt",
            "sha256": review.digest,
            "key": RECEIVED,
            "value": 17,
            "was": 17,
            "action": "accept",
            "by": "李",
            "at": None,
        },
        {
            "document": "pages/甲.txt",
            "sha256": review.digest,
            "key": CARRIED_IN,
            "value": 8,
            "was": 9,
            "action": "correct",
            "by": "李",
            "at": None,
        },
    ]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", str(line["at"])) for line in exported)
    page.keyboard.press("u")
    assert "corrected" not in classes(page, CARRIED_IN)
    assert page.locator(".sums li").first.locator(".state").inner_text() == ""
    assert [line["key"] for line in lines(page)] == [RECEIVED]


def test_decisions_outlive_a_reload(opened: Callable[..., Page]) -> None:
    page = opened()
    cell(page, "requests.granted.total").click()
    page.keyboard.press("Enter")
    page.keyboard.type("-3.5")
    page.keyboard.press("Enter")
    assert [(line["value"], line["was"], line["by"]) for line in lines(page)] == [(-3.5, None, None)]
    page.reload()
    assert cell(page, "requests.granted.total").locator(".new").inner_text() == "-3.5"
    assert page.locator("#ready").inner_text() == "1"


def test_what_is_no_number_is_refused(opened: Callable[..., Page]) -> None:
    page = opened()
    cell(page, RECEIVED).click()
    page.keyboard.press("c")
    page.keyboard.type("5a")
    page.keyboard.press("Enter")
    assert "Enter a number" in page.locator("#entry-error").inner_text()
    page.keyboard.press("Escape")
    assert page.locator("#entry").is_hidden()
    assert page.evaluate("document.activeElement.dataset.key") == RECEIVED
    assert page.locator("#ready").inner_text() == "0"


def test_a_cell_can_be_emptied(opened: Callable[..., Page]) -> None:
    page = opened()
    cell(page, RECEIVED).click()
    page.locator("#correct").click()
    page.locator("#value").fill("")
    page.locator("#entry button[type=submit]").click()
    assert [(line["value"], line["action"]) for line in lines(page)] == [(None, "correct")]


def test_arrows_walk_over_the_table(opened: Callable[..., Page]) -> None:
    page = opened()
    cell(page, RECEIVED).click()
    for key, expected in (
        ("ArrowDown", CARRIED_IN),
        ("ArrowLeft", CARRIED_IN_OTHER),
        ("ArrowUp", "requests.new_received.other"),
        ("ArrowRight", RECEIVED),
    ):
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.dataset.key") == expected


def test_single_keys_can_be_switched_off(opened: Callable[..., Page]) -> None:
    page = opened()
    page.locator("#keys").click()
    page.locator("#single-keys").uncheck()
    page.locator("#close-help").click()
    page.keyboard.press("n")
    assert page.locator(".chosen-cell").count() == 0


def test_numbers_without_a_place_and_figures_lead_to_the_source(opened: Callable[..., Page]) -> None:
    page = opened()
    page.locator('[data-show="u0"]').click()
    assert page.locator(".text .on").all_inner_texts() == ["41", "7"]
    page.locator('[data-show="f0"]').click()
    assert page.locator(".text .on").all_inner_texts() == ["13"]


def test_language_and_theme_stay_chosen(opened: Callable[..., Page]) -> None:
    page = opened()
    page.locator("#lang").click()
    page.locator("#theme").click()
    assert page.locator("#look").inner_text() == "优先核查"
    page.reload()
    assert page.evaluate("[document.documentElement.lang, document.documentElement.dataset.theme]") == ["zh-Hans", "dark"]
    assert page.locator("#look").inner_text() == "优先核查"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 21, 24)"


def test_on_a_narrow_screen_the_source_is_a_sheet(opened: Callable[..., Page]) -> None:
    page = opened(width=390)
    assert page.locator("#source").is_hidden()
    cell(page, RECEIVED).click()
    page.locator("#show-source").click()
    assert page.locator(".text .on").is_visible()
    page.locator(".text .l-value", has_text="9").first.click()
    assert page.locator("#source").is_hidden()
    assert "chosen-cell" in classes(page, CARRIED_IN)


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("name", ["index.html", "pages/甲.html", "pages/乙.html", "pages/丁.html"])
def test_no_page_is_wider_than_the_screen(opened: Callable[..., Page], name: str, width: int) -> None:
    page = opened(name, width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["index.html", "pages/甲.html", "pages/丁.html"])
def test_nothing_serious_stands_against_the_rules_of_accessibility(opened: Callable[..., Page], name: str, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    page = opened(name, scheme=scheme)
    if name != "index.html":
        page.keyboard.press("n")
        page.keyboard.press("a")
        page.keyboard.press("n")
    found = axe.Axe().run(page).response["violations"]
    serious = [(one["id"], one["nodes"][0]["html"][:200]) for one in found if one["impact"] in ("serious", "critical")]
    assert serious == []


def test_what_a_page_says_does_not_run(opened: Callable[..., Page]) -> None:
    page = opened("pages/乙.html")
    assert page.evaluate("window.hacked") is None
    assert ATTACK in page.locator(".text").inner_text()


def test_the_index_sorts_and_filters(opened: Callable[..., Page]) -> None:
    page = opened("index.html")
    rows = page.locator("#documents tbody tr:visible a")
    assert rows.all_inner_texts() == ["乙局", "甲县人民政府"]
    page.locator('[data-sort="quality"]').click()
    assert rows.all_inner_texts() == ["甲县人民政府", "乙局"]
    page.locator('[data-sort="year"]').click()
    assert rows.all_inner_texts() == ["乙局", "甲县人民政府"]
    page.locator("#search").fill("甲")
    assert rows.all_inner_texts() == ["甲县人民政府"]
    page.locator("#search").fill("")
    page.locator('.bar[data-of="Year"][data-value="2021"]').click()
    assert rows.all_inner_texts() == ["乙局"]
    assert page.locator("#shown").inner_text() == "1"
    page.locator("#doubtful").check()
    assert page.locator("#no-match").is_visible()
    page.locator('.bar[data-of="Year"][data-value="2021"]').click()
    rows.first.click()
    assert page.locator("h1").inner_text() == "甲县人民政府"


def test_a_long_report_opens_in_under_a_second(browser: Browser, reviewed: Callable[..., Review], tmp_path: Path) -> None:
    """20,000 characters with 700 figures, in seconds of the browser's own work, which other load on the machine does not change."""
    row = " | ".join(["v{1}"] * 6 + ["v{6}"])
    table = f"s{{三、收到和处理政府信息公开申请情况}}\nr{{一、本年新收政府信息公开申请数量}} | {row}\nr{{四、结转下年度继续办理}} | {row}\n"
    prose = "本年度按照要求收到政府信息公开申请n{5}件，并依法办理答复。\n"
    review = reviewed(prose * 700 + table, name="长.txt")
    assert len(review.reading.document.source_text) > 20_000
    path = tmp_path / "long.html"
    path.write_text(render_page(review, "zh"), encoding="utf-8")
    page = browser.new_page()
    watch = page.context.new_cdp_session(page)
    watch.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(path.as_uri())
    page.locator("#dock").wait_for(state="visible")
    measured = {metric["name"]: metric["value"] for metric in watch.send("Performance.getMetrics")["metrics"]}
    page.close()
    assert 0 < measured["TaskDuration"] < 1.0
