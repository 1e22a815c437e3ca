"""Messages in English and Chinese: the same fields, the words of the code, and JSON that speaks English alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from pydantic import ValidationError

from gongkai.inference.cli import main
from gongkai.inference.messages import Language, Message, catalogue, choose_language, fields_of, locale_language, translated, word

COVERED = ("read/document.py", "read/limits.py", "legacy/read.py", "confidence.py", "write.py")
"""Files of inference whose every message to people is in the catalogue."""


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    choose_language(None)


def written(path: Path) -> Iterator[str]:
    """Every text of a module that may be said, a formatted value as {}."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def bare(template: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", template)


def source(name: str) -> Path:
    return Path(str(files("gongkai.inference"))) / name


def test_every_message_is_what_the_code_says() -> None:
    said = {
        text
        for folder in ("gongkai.inference", "gongkai.model")
        for path in Path(str(files(folder))).rglob("*.py")
        for text in written(path)
    }
    pieces = {bare(message.en) for message in catalogue().messages}
    split = {f"{{}}: {reason}" for reason in said if reason.startswith(("there is no such file", "no permission", "it cannot be opened"))}
    assert pieces - said - split == set()


@pytest.mark.parametrize("name", COVERED)
def test_every_error_and_warning_of_a_covered_file_is_known(name: str) -> None:
    known = {bare(message.en) for message in catalogue().messages}
    tree = ast.parse(source(name).read_text(encoding="utf-8"))
    raised = {
        text
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id.endswith("Error")
        for part in node.args[:1]
        if isinstance(part, (ast.JoinedStr, ast.Constant))
        for text in written_in(part)
    }
    assert {text for text in raised if text != "{}: {}"} <= known


def written_in(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)


def test_both_languages_are_about_the_same() -> None:
    with pytest.raises(ValidationError, match="other fields"):
        Message(en="{a}: gone", zh="{b}:没有了")
    assert fields_of("{name}: {reason}") == ("name", "reason")


def test_a_line_is_told_in_the_language_chosen() -> None:
    line = "a: b.txt: there is no such file; check the path"
    choose_language(Language.EN)
    assert translated(line) == line
    choose_language(Language.ZH)
    assert translated(line) == "a: b.txt：没有这个文件，请检查路径"
    assert translated("something else") == "something else"
    assert word("form", form="2021") == "2021年格式"


@pytest.mark.parametrize(("locale", "spoken"), [("zh_CN.UTF-8", "zh"), ("en_GB.UTF-8", "en"), ("C", "en"), ("de_DE", "en")])
def test_the_locale_chooses(locale: str, spoken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", locale)
    assert locale_language() == spoken


@pytest.mark.parametrize("arguments", [["--lang", "zh", "show"], ["show", "--lang", "zh"]])
def test_show_speaks_chinese(arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.txt"
    page.write_text("本局2021年收到政府信息公开申请5件。", encoding="utf-8")
    assert main([*arguments, str(page), str(tmp_path / "gone.txt")]) == 1
    shown = capsys.readouterr()
    assert "没有找到这张表" in shown.out
    assert "gone.txt：没有这个文件，请检查路径" in shown.err
    assert "已读1份，失败1份" in shown.err


def test_json_is_the_same_whatever_the_locale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.txt"
    page.write_text("\n", encoding="utf-8")
    written_: list[str] = []
    for locale in ("zh_CN.UTF-8", "en_GB.UTF-8"):
        monkeypatch.setenv("LC_ALL", locale)
        assert main(["extract", str(page)]) == 0
        written_.append(capsys.readouterr().out)
    assert written_[0] == written_[1]
    assert "the document is empty" in written_[0]
