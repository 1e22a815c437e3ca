"""What people read in the terminal, in English or Chinese (`configs/messages.yaml`). What goes into files stays as it is."""

from __future__ import annotations

import locale
import os
import re
import sys
from contextvars import ContextVar
from enum import StrEnum
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Self

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from gongkai.model.errors import ConfigError


class Language(StrEnum):
    """A language of messages."""

    ZH = "zh"
    EN = "en"


class Message(BaseModel):
    """The same in both languages, about the same fields. Raises ValueError where the fields differ."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    en: str
    zh: str

    @model_validator(mode="after")
    def _about_the_same(self) -> Self:
        if set(fields_of(self.en)) != set(fields_of(self.zh)):
            raise ValueError(f"the two languages have other fields: {self.en!r}, {self.zh!r}")
        return self


class Catalogue(BaseModel):
    """Words of the views by key, and lines that are known by their English wording."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    view: dict[str, Message]
    messages: tuple[Message, ...]


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
    message = catalogue().view[key]
    return (message.zh if language() is Language.ZH else message.en).format(**fields)


def translated(line: str) -> str:
    """`line` in the language chosen; a line that the catalogue does not know stays English."""
    if language() is Language.EN:
        return line
    for pattern, message in _patterns():
        if found := pattern.fullmatch(line):
            return message.zh.format(**found.groupdict())
    return line


@cache
def catalogue() -> Catalogue:
    """Everything that is said. Raises ConfigError, naming the file, if it is not what it must be."""
    try:
        text = (files("gongkai.configs") / "messages.yaml").read_text(encoding="utf-8")
        return Catalogue.model_validate(yaml.safe_load(text))
    except (yaml.YAMLError, ValidationError) as error:
        raise ConfigError(f"configs/messages.yaml: {error}") from error


def fields_of(template: str) -> tuple[str, ...]:
    """The fields of a template in order: `{name}: {reason}` has name and reason."""
    return tuple(name for _, name, _, _ in Formatter().parse(template) if name is not None)


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], Message], ...]:
    return tuple((_pattern(message.en), message) for message in catalogue().messages)


def _pattern(template: str) -> re.Pattern[str]:
    parts = (re.escape(text) + (f"(?P<{name}>.+?)" if name else "") for text, name, _, _ in Formatter().parse(template))
    return re.compile("".join(parts), re.DOTALL)
