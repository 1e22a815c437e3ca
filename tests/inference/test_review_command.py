"""`gongkai review` as a user runs it."""

from __future__ import annotations

from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from gongkai.inference.cli import main

pytestmark = pytest.mark.usefixtures("without_model")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, text in (
        ("a.txt", "收到申请5件"),
        ("index.txt", "收到申请7件"),
        ("c.html", "<html><body><p>收到申请<b>9</b>件</p></body></html>"),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def page(path: Path) -> LexborHTMLParser:
    return LexborHTMLParser(path.read_text(encoding="utf-8"))


def shown(path: Path) -> str:
    (text,) = page(path).css(".text")
    return text.text()


def test_one_document_is_one_page(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", "a.txt", "--out", "page.html"]) == 0
    assert capsys.readouterr().err == "open page.html in a browser\n"
    assert shown(folder / "page.html") == "收到申请5件"
    assert page(folder / "page.html").css(".tools a") == []
    assert sorted(path.name for path in folder.iterdir()) == ["a.txt", "c.html", "index.txt", "page.html"]


def test_several_documents_are_a_folder_with_an_index(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", ".", "none.txt", "--out", "out"]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "none.txt: there is no such file; check the path",
        "3 read, 1 failed",
        f"open {Path('out', 'index.html')} in a browser",
    ]
    index = page(folder / "out" / "index.html")
    links = sorted(node.attributes["href"] or "" for node in index.css("#documents a"))
    assert links == ["pages/a.html", "pages/c.html", "pages/index.html"]
    assert shown(folder / "out" / links[2]) == "收到申请7件"
    assert [node.attributes["href"] for node in page(folder / "out" / links[0]).css(".tools a")] == ["../index.html"]


def test_html_is_shown_as_a_reader_sees_it(folder: Path) -> None:
    assert main(["review", "c.html", "--out", "page.html"]) == 0
    assert shown(folder / "page.html").strip() == "收到申请9件"
    assert [node.text() for node in page(folder / "page.html").css(".l-figure.hot")] == ["9"]


def test_several_documents_do_not_fit_one_page(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", "a.txt", "c.html", "--out", "page.html"]) == 2
    assert "2 documents make several pages; name a folder" in " ".join(capsys.readouterr().err.replace("│", " ").split())
    assert not (folder / "page.html").exists()


@pytest.mark.parametrize(
    ("arguments", "locale", "lang"),
    [
        ([], "zh_CN.UTF-8", "zh"),
        ([], "de_DE.UTF-8", "en"),
        ([], "", "en"),
        (["--lang", "zh"], "C", "zh"),
        (["--lang", "en"], "zh_TW", "en"),
    ],
)
def test_the_language_is_that_of_the_locale_or_the_one_asked_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], locale: str, lang: str
) -> None:
    monkeypatch.setenv("LC_ALL", locale)
    assert main(["review", "a.txt", "--out", "page.html", *arguments]) == 0
    (root,) = page(folder / "page.html").css("html")
    assert root.attributes["data-lang"] == lang


def test_a_run_that_reads_nothing_leaves_the_index(folder: Path) -> None:
    assert main(["review", "a.txt", "index.txt", "--out", "out"]) == 0
    before = (folder / "out" / "index.html").read_bytes()
    assert main(["review", "missing.txt", "--out", "out"]) == 1
    assert (folder / "out" / "index.html").read_bytes() == before
