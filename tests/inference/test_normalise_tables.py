"""The data files against the programs that made them."""

from __future__ import annotations

from importlib.resources import files

import opencc
import pytest

from gongkai.inference.normalise.lexicon import lexicon
from gongkai.inference.normalise.script import is_traditional, tables
from gongkai.inference.normalise.syllables import syllable
from gongkai.training.tools.traditional_table import EXTRA, render, table


def test_the_file_is_what_opencc_gives() -> None:
    written = (files("gongkai.inference") / "normalise" / "traditional.txt").read_text(encoding="utf-8")
    assert written == render(table())


def test_every_pair_agrees_with_opencc_character_by_character() -> None:
    always, shared = tables()
    merged = {chr(code): simplified for code, simplified in (always | shared).items()}
    convert = opencc.OpenCC("t2s").convert
    for code in range(0x4E00, 0xA000):
        character = chr(code)
        simplified = convert(character)
        if simplified != character and ord(simplified) < 0x10000 and character not in EXTRA:
            assert merged[character] == simplified


def test_simplified_characters_are_no_ones_traditional() -> None:
    always, _ = tables()
    assert [c for c in "规范性文件信息公开申请复议于后里面制系着乾著瞭" if ord(c) in always] == []


@pytest.mark.parametrize(("text", "expected"), [("規範發", True), ("規範", False), ("规范性文件" * 40 + "規範發", False)])
def test_a_page_is_traditional_by_share(text: str, expected: bool) -> None:
    assert is_traditional(text) is expected


@pytest.mark.parametrize(
    ("letters", "expected"),
    [("guī", ("gui", True)), ("zheng", ("zheng", False)), ("lǜ", ("lü", True)), ("nv", ("nü", False)), ("km", None)],
)
def test_syllables(letters: str, expected: tuple[str, bool] | None) -> None:
    assert syllable(letters) == expected


def test_the_lexicon_knows_the_words_of_reports() -> None:
    assert lexicon().knows("公", "开")
    assert not lexicon().knows("讼", "栏")
    assert lexicon().score("公", "开") > lexicon().score("公", "章")
