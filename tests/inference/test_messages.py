"""Messages in English and Chinese: the same fields, the words of the code, and JSON that speaks English alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib.metadata import entry_points
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import typer
from pydantic import ValidationError

from gongkai.inference import cli
from gongkai.inference.cli import main
from gongkai.inference.messages import (
    Language,
    Message,
    chinese,
    choose_language,
    fields_of,
    listed,
    locale_language,
    part,
    parts,
    translated,
    word,
)

FOLDERS = ("model", "inference", "annotations", "training")
WORDS = re.compile(r"[A-Za-z][a-z]+,? (?:[\w{}'`-]+,? )*[a-z]{2,}")
"""What says something: two words of English in a row."""

NOT_COVERED = {
    "model/": ("decode", "windows"),  # what a caller in Python did wrong
    "inference/": (
        "aligned", "normalise/", "read/nodes", "groups",  # the same; names of rules that are not shown
        "serve/",  # answers over HTTP are for programs: English in every locale
        "panel/plots", "panel/trends", "panel/rates", "panel/summary",  # pictures and files are the same in every locale
        "commands/help", "report/review/", "messages",
    ),
    "annotations/": ("backend", "retrain", "serve", "config"),  # the log and the HTTP answers of the ML backend, and the same as above
    "training/": (
        # what makes the project itself, run with python -m (as every folder with a __main__ is), and what these write
        "synth/", "tools/", "analysis/html", "analysis/outcomes", "analysis/wording",
        "bootstrap", "card", "examples", "export_full", "passages", "record", "seeds", "tiny",
    ),
}  # fmt: skip
"""Modules that say nothing to people at the command line."""

NOT_SAID = re.compile(
    r"\s*(SELECT|CREATE|DELETE|INSERT|ORDER BY) .*"  # SQL
    r"|(bold|italic|not|dim) \w+( \w+)?"  # styles of rich
    r"|\s*(address article|area base) .*"  # elements of HTML
    r"|gongkai serve|--engine ray|micro avg|Uncertainty sampling| = sum of its parts",  # names
    re.DOTALL,
)


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    choose_language(None)


def source(folder: str) -> Path:
    return Path(str(files(f"gongkai.{folder}")))


def is_covered(name: str) -> bool:
    folder = next(folder for folder in NOT_COVERED if name.startswith(folder))
    return not name.removeprefix(folder).startswith(NOT_COVERED[folder]) and not (modules()[name].parent / "__main__.py").exists()


@cache
def modules() -> dict[str, Path]:
    """Every module by its path below the root of the project."""
    found = (
        (f"{folder}/{path.relative_to(source(folder)).as_posix()}", path) for folder in FOLDERS for path in source(folder).rglob("*.py")
    )
    return dict(sorted(found))


def template(node: ast.expr) -> str | None:
    """The text of a literal, a formatted value as {}."""
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value).replace("{", "{{").replace("}", "}}") if isinstance(part, ast.Constant) else "{}" for part in node.values
        )
    return node.value.replace("{", "{{").replace("}", "}}") if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def literals(path: Path) -> Iterator[tuple[int, str]]:
    """Every text of a module with its line, but for docstrings, help and what is said to programmers (ValueError)."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    passed = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            passed |= {id(part) for value in node.values for part in (value, getattr(value, "format_spec", None))}
        if isinstance(node, ast.keyword) and node.arg in ("help", "pattern", "description"):
            passed |= {id(part) for part in ast.walk(node)}
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id.endswith("_HELP"):
            passed |= {id(part) for part in ast.walk(node)}
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("ValueError", "RuntimeError", "counted"):
            passed |= {id(part) for part in ast.walk(node)}
            if node.func.id == "counted":
                yield from counted_words(node)
    for node in ast.walk(tree):
        if isinstance(node, ast.expr) and id(node) not in passed and (text := template(node)) is not None:
            yield node.lineno, text


def counted_words(call: ast.Call) -> Iterator[tuple[int, str]]:
    """What `counted(n, "page")` says: {} page, {} pages."""
    one, *many = (str(node.value) for node in call.args[1:] if isinstance(node, ast.Constant))
    yield from ((call.lineno, f"{{}} {text}") for text in (one, *(many or [f"{one}s"])))


def bare(text: str) -> str:
    return re.sub(r"(?<!\{)\{[^{}]+\}", "{}", text)


def nameless(text: str) -> str:
    """`text` without the names of what it speaks of that it begins with: `page.txt: the document is empty`."""
    return re.sub(r"^([\w.]*\{\}: )+(?=.)", "", text.strip())


@cache
def known() -> frozenset[str]:
    return frozenset(nameless(bare(message.en)) for name in parts() for message in part(name).messages)


@cache
def said() -> frozenset[str]:
    """Everything in the code that may be said."""
    return frozenset(nameless(text) for path in modules().values() for _, text in literals(path))


@pytest.mark.parametrize("name", [name for name in modules() if is_covered(name)])
def test_everything_that_is_said_is_in_the_catalogue(name: str) -> None:
    unknown = [
        f"{name}, line {line}, says {text!r}: add it in English and Chinese to a file of configs/messages, as\n"
        f"  - en: {nameless(text)!r}\n    zh: …\nwith a name in each pair of braces"
        for line, text in literals(modules()[name])
        if WORDS.search(text.replace("{}", "x")) and not NOT_SAID.fullmatch(text) and nameless(text) not in known()
    ]
    assert not unknown, "\n\n".join(unknown)


def test_everything_in_the_catalogue_is_said() -> None:
    """But for single words, and for a number with a word (`3 kept`), which the code joins: their word is in the code."""
    ours = [nameless(bare(message.en)) for name in parts() if name not in ("help", "usage") for message in part(name).messages]
    words = {text.removeprefix("{} ").removesuffix("s") for text in said()} | {text.removesuffix("s") for text in said()}
    assert [text for text in ours if text not in said() and text.strip().removeprefix("{} ").removesuffix("s") not in words] == []


def test_no_line_is_told_twice() -> None:
    lines = [message.en for name in parts() for message in part(name).messages]
    assert len(set(lines)) == len(lines)


def test_every_file_of_the_catalogue_is_short() -> None:
    assert [
        name for name in parts() if (source("configs") / "messages" / f"{name}.yaml").read_text(encoding="utf-8").count("\n") > 400
    ] == []


def helps(command: Any) -> Iterator[str]:
    """Every paragraph of help of a command and of those below it."""
    texts = [command.help, *(parameter.help for parameter in command.params)]
    yield from (" ".join(paragraph.split()) for text in texts if text for paragraph in text.split("\n\n"))
    for below in getattr(command, "commands", {}).values():
        yield from helps(below)


def test_all_help_is_in_the_catalogue() -> None:
    names = [*cli.COMMANDS, *(point.name for point in entry_points(group=cli.GROUP))]
    texts = dict.fromkeys(text for name in names for text in helps(typer.main.get_command(cli._app([name]))))
    unknown = [f"  - {{en: {text!r}, zh: …}}" for text in texts if chinese(text) == text]
    assert not unknown, "add in English and Chinese to configs/messages/help.yaml:\n" + "\n".join(unknown)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["extract"], "gongkai：PATH的值无效：请至少指定一个文件或文件夹，用 - 表示标准输入，或用 --samples"),
        (["exract", "a.txt"], "gongkai：没有命令'exract'，是否想用'extract'？"),
        (["extract", "a.txt", "--wrong"], "gongkai：没有选项 --wrong"),
        (["extract", "a.txt", "--sample"], "gongkai：没有选项 --sample（相近的选项：--samples）"),
        (["extract", "a.txt", "--out"], "gongkai：选项'--out'需要一个值。"),
        (["compare", "a.txt"], "gongkai：缺少参数'B'。"),
        (["batch", "a.txt"], "gongkai：缺少选项'--out'。"),
        (["compare", "a", "b", "c"], "gongkai：多余的参数：c"),
        (["extract", "a.txt", "--min-confidence", "2"], "gongkai：'--min-confidence'的值无效：不得大于1"),
        (["extract", "a.txt", "--min-confidence", "x"], "gongkai：'--min-confidence'的值无效：应为数字"),
        (["serve", "--port", "x"], "gongkai：'--port'的值无效：应为整数"),
        (["compare", "a", "b", "--format", "xml"], "gongkai：'--format'的值无效：'xml'不在可选值之中：'table', 'json', 'csv'。"),
    ],
)
def test_wrong_usage_is_told_in_chinese(arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Held against typer: a version that words it otherwise fails here."""
    assert main(["--lang", "zh", *arguments]) == 2
    line, *more = capsys.readouterr().err.splitlines()
    assert line == told
    assert set(more) <= {f"用法见 `gongkai {arguments[0]} --help`", "用法见 `gongkai --help`"}


def test_help_is_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["extract", "--help", "--lang", "zh"]) == 0
    out = capsys.readouterr().out
    assert "读取文档，写出各格、正文数据、名称日期和勾稽核对。" in out
    assert main(["--lang=zh", "--help"]) == 0
    assert "见 `gongkai models --help`。" in capsys.readouterr().out
    assert main(["extract", "--help"]) == 0
    assert "读取文档" not in capsys.readouterr().out


def test_both_languages_are_about_the_same() -> None:
    with pytest.raises(ValidationError, match="other fields"):
        Message(en="{a}: gone", zh="{b}:没有了")
    assert fields_of("{name}: {reason}") == ("name", "reason")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("b.txt: there is no such file; check the path", "b.txt：没有这个文件，请检查路径"),
        ("a: b.txt: there is no such file; check the path", "a：b.txt：没有这个文件，请检查路径"),
        ("  x.zip: encrypted; unpack the archive with its password", "  x.zip：已加密，请用密码解压"),
        # what stands in a field is told, too
        ("m: no such model folder; take the folder from a release again, or export it with `gongkai train`",
         "m：没有这个模型文件夹；请重新获取发布版的模型文件夹，或用 `gongkai train` 导出"),
        ("r.jsonl, line 3: neither text nor html; one of them must be a string; the other lines are not affected",
         "r.jsonl第3行：text和html都没有，须有一个且为字符串；其他行不受影响"),
        ("b.pdf: reading a PDF needs packages that are not installed: pip install 'gongkai[files]'",
         "b.pdf：读取PDF：所需的软件包没有安装，请运行 pip install 'gongkai[files]'"),
        # a name that is an English word stays
        ("made: the document is empty", "made：文档是空的"),
        ("3 pages", "3页"),
        ("my pages", "my pages"),
        ("something else: and more", "something else: and more"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_line_is_told_in_chinese(line: str, told: str) -> None:
    assert chinese(line) == told


def test_a_line_is_told_in_the_language_chosen() -> None:
    line = "b.txt: the document is empty"
    choose_language(Language.EN)
    assert translated(line) == line
    assert listed(["3 kept", "1 moved"]) == "3 kept, 1 moved"
    choose_language(Language.ZH)
    assert translated(line) == "b.txt：文档是空的"
    assert listed(["3 kept", "1 moved"]) == "未改3，改位置1"
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
    written: list[str] = []
    for locale in ("zh_CN.UTF-8", "en_GB.UTF-8"):
        monkeypatch.setenv("LC_ALL", locale)
        assert main(["extract", str(page)]) == 0
        written.append(capsys.readouterr().out)
    assert written[0] == written[1]
    assert "the document is empty" in written[0]
