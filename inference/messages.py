"""What people read in the terminal, in English or Chinese (`configs/messages`). What goes into files stays as it is.

Lines are known by their English wording: whoever raises an error or says something writes English, and the catalogue has the Chinese.
"""

from __future__ import annotations

import locale
import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from enum import StrEnum
from functools import cache, cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from string import Formatter
from typing import Self

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from gongkai.model.errors import ConfigError

_VIEW = "view"
_KINDS = {"count": r"[\d.,]+", "quoted": r"(?:'.*?'|\".*?\")"}


class Language(StrEnum):
    """A language of messages."""

    ZH = "zh"
    EN = "en"


class Message(BaseModel):
    """The same in both languages, about the same fields. Raises ValueError where the fields differ.

    A field whose name begins with `count` holds a number; with `quoted`, a text in the quotation marks of Python, which it is given
    without; any other whatever stands there.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    en: str
    zh: str

    @model_validator(mode="after")
    def _about_the_same(self) -> Self:
        if set(fields_of(self.en)) != set(fields_of(self.zh)):
            raise ValueError(f"the two languages have other fields: {self.en!r}, {self.zh!r}")
        return self

    @cached_property
    def words(self) -> tuple[str, ...]:
        """What the English has between its fields."""
        return tuple(text for text, _, _, _ in Formatter().parse(self.en) if text)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Matches the English with anything in its fields."""
        parts = Formatter().parse(self.en)
        return re.compile("".join(re.escape(text) + (_field(name) if name else "") for text, name, _, _ in parts), re.DOTALL)

    def fields(self, line: str) -> dict[str, str] | None:
        """What stands in the fields, if `line` is this message in English."""
        if not all(word in line for word in self.words):
            return None
        found = self.pattern.fullmatch(line)
        return {name: text[1:-1] if name.startswith("quoted") else text for name, text in found.groupdict().items()} if found else None


class Part(BaseModel):
    """A file of the catalogue: words of the views by key, and lines that are known by their English wording."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    view: dict[str, Message] = {}
    messages: tuple[Message, ...] = ()


_chosen: ContextVar[Language | None] = ContextVar("language", default=None)


def choose_language(language: Language | None) -> None:
    """Speak `language` from now on; None for that of the locale."""
    _chosen.set(language)


def language() -> Language:
    """The language chosen, else Chinese where the locale is, else English."""
    return _chosen.get() or locale_language()


def locale_language() -> Language:
    """Chinese where the locale is, else English."""
    named = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), None)
    if named is None and sys.platform == "win32":
        named = locale.getlocale()[0]
    return Language.ZH if (named or "").lower().startswith(("zh", "chinese")) else Language.EN


def word(key: str, **fields: object) -> str:
    """The words of the views under `key`, with its fields. Raises KeyError for a key that is not in the catalogue."""
    message = part(_VIEW).view[key]
    return (message.zh if language() is Language.ZH else message.en).format(**fields)


def translated(line: str) -> str:
    """`line` in the language chosen; a line that the catalogue does not know stays English."""
    return line if language() is Language.EN else chinese(line)


def listed(parts: Iterable[str]) -> str:
    """Short lines as one, each in the language chosen."""
    return word("comma").join(map(translated, parts))


def chinese(line: str) -> str:
    """`line`, which is English, in Chinese; what the catalogue does not know stays as it is.

    A line may be indented, and may begin with the name of what it speaks of (`page.txt: the document is empty`): it is known without that. What stands in
    its fields is told in Chinese, too, unless it is a single word, which may be a name.
    """
    if line[:1].isspace():
        body = line.lstrip()
        return f"{line[: len(line) - len(body)]}{chinese(body)}"
    for message in _most_telling_first():
        if (fields := message.fields(line)) is not None:
            return message.zh.format(**{name: _field_told(text) for name, text in fields.items()})
    name, colon, reason = line.partition(": ")
    told = chinese(reason) if colon else reason
    return line if told == reason else f"{_field_told(name)}：{told}"


def _field_told(text: str) -> str:
    return chinese(text) if " " in text else text


@cache
def part(name: str) -> Part:
    """A file of the catalogue. Raises ConfigError, naming the file, if it is not what it must be."""
    try:
        text = (_folder() / f"{name}.yaml").read_text(encoding="utf-8")
        return Part.model_validate(yaml.safe_load(text))
    except (yaml.YAMLError, ValidationError) as error:
        raise ConfigError(f"configs/messages/{name}.yaml: {error}") from error


def parts() -> Iterator[str]:
    """The names of the files of the catalogue."""
    names = (path.name for path in _folder().iterdir())
    return (name.removesuffix(".yaml") for name in sorted(names) if name.endswith(".yaml"))


def fields_of(template: str) -> tuple[str, ...]:
    """The fields of a template in order: `{name}: {reason}` has name and reason."""
    return tuple(name for _, name, _, _ in Formatter().parse(template) if name is not None)


@cache
def _most_telling_first() -> tuple[Message, ...]:
    """All lines, those with the most words of their own first: `{name}: {reason}` fits nearly everything."""
    known = (message for name in parts() for message in part(name).messages)
    return tuple(sorted(known, key=lambda message: -sum(map(len, message.words))))


def _folder() -> Traversable:
    return files("gongkai.configs") / "messages"


def _field(name: str) -> str:
    return f"(?P<{name}>{next((pattern for kind, pattern in _KINDS.items() if name.startswith(kind)), '.*?')})"
