"""What the pages say, in Chinese and English side by side; the page shows one of the two."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import yaml
from markupsafe import Markup, escape
from pydantic import BaseModel, ConfigDict, ValidationError

from gongkai.inference.check import NARRATIVE_RULE
from gongkai.inference.legacy.form import SUM_OF_PARTS, legacy_key
from gongkai.inference.messages import chinese
from gongkai.inference.parts import PARTS_RULE
from gongkai.inference.report.tables import key_titles, title_of
from gongkai.inference.report.words import plain, shared_title
from gongkai.model.errors import ConfigError
from gongkai.model.labels import label_set, split_class

FOLDER = "gongkai.inference.report.review"


class Words(NamedTuple):
    """The same in Chinese and in English."""

    zh: str
    en: str

    def __html__(self) -> str:
        """Both, each marked with its language, for the style sheet to show one. The same in both is written once."""
        zh, en = plain(self.zh), plain(self.en)
        if zh == en:
            return str(escape(zh))
        return Markup('<span class="zh" lang="zh-Hans">{}</span><span class="en" lang="en">{}</span>').format(zh, en)


class _Dictionary(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    ui: dict[str, tuple[str, str]]
    rules: dict[str, tuple[str, str]]
    repairs: dict[str, tuple[str, str]]
    titles: dict[str, str]


@cache
def _dictionary() -> _Dictionary:
    source = files(FOLDER) / "assets" / "words.yaml"
    try:
        return _Dictionary.model_validate(yaml.safe_load(source.read_text(encoding="utf-8")))
    except (yaml.YAMLError, ValidationError) as error:
        raise ConfigError(f"{source}: {error}") from error


def word(key: str) -> Words:
    """The words of the pages under `key`. Raises KeyError for one that is not in the dictionary."""
    return Words(*_dictionary().ui[key])


def all_words() -> dict[str, Words]:
    """Every word of the pages by its key."""
    return {key: Words(*pair) for key, pair in _dictionary().ui.items()}


def title(text: str) -> Words:
    """A title of the law with its English; one that the dictionary does not have stays as it is."""
    return Words(text, _dictionary().titles.get(text, text))


def label(name: str) -> Words:
    """A label or class of labels by name: `复议维持`, `reviews upheld`."""
    names = label_set().names()
    parts = split_class(name)
    return Words("、".join(names.get(part, part) for part in parts), ", ".join(part.replace("_", " ") for part in parts))


def file_name(source: str) -> str:
    """The last part of the path that a document is called by.

    >>> file_name("pages/2021/a.txt")
    'a.txt'
    """
    return plain(re.split(r"[\\/]", source)[-1] or source)


def kind_of(label_name: str) -> str:
    """What colour a label has on the page: `title`, `value`, `blank`, `junk`, `entity` or `figure`."""
    labels = label_set()
    if label_name in labels.structure:
        return label_name if label_name in ("value", "blank", "junk") else "title"
    return "entity" if label_name in labels.entities else "figure"


def rule(text: str) -> Words:
    """A rule of arithmetic as a person would say it."""
    if text.startswith(NARRATIVE_RULE):
        stated = label(text.removeprefix(NARRATIVE_RULE))
        return Words(f"表格 = 正文「{stated.zh}」", f"table = narrative ({stated.en})")
    if text.startswith(PARTS_RULE):
        whole = label(text.removeprefix(PARTS_RULE))
        return Words(f"正文「{whole.zh}」= 各部分之和", f"narrative ({whole.en}) = sum of its parts")
    if text.endswith(SUM_OF_PARTS):
        total = text.removesuffix(SUM_OF_PARTS)
        return Words(f"{title_of(legacy_key(total))} = 各分项之和", f"{total.replace('_', ' ')} = sum of its parts")
    return Words(*_dictionary().rules.get(text, (chinese(text), text)))


def shared(keys: tuple[str, ...]) -> Words:
    """What the cells of a sum have in common: their row, their column, or the one cell; empty if nothing."""
    return _joined(shared_title(keys))


def warning(text: str) -> Words:
    """What the reader warns of; in English in both languages if the catalogue of messages does not know it."""
    shown = plain(text)
    return Words(chinese(shown), shown)


def repair(kind: str) -> Words:
    """A kind of damage that was undone."""
    return Words(*_dictionary().repairs.get(kind, (kind, kind.replace("_", " "))))


@cache
def row_titles() -> dict[str, Words]:
    """The rows of both forms by `table.row`."""
    return {key.rsplit(".", 1)[0]: title(names.rsplit(" · ", 1)[0]) for key, names in key_titles().items()}


@cache
def cell_titles() -> dict[str, Words]:
    """The cells of both forms by key: row and column."""
    return {key: _joined(names) for key, names in key_titles().items()}


def _joined(names: str) -> Words:
    parts = [title(name) for name in names.split(" · ")]
    return Words(" · ".join(part.zh for part in parts), " · ".join(part.en for part in parts))
