"""The help of the commands in the language chosen."""

from __future__ import annotations

from typing import Any, TypeVar

from gongkai.inference.messages import Language, chinese, language

Command = TypeVar("Command", bound=Any)


def in_language(command: Command) -> Command:
    """`command` and all below it with Chinese help, if Chinese is spoken; what the catalogue does not know stays English."""
    if language() is Language.ZH:
        _translate(command)
    return command


def _translate(command: Any) -> None:
    command.help = _paragraphs(command.help)
    command.short_help = _paragraphs(command.short_help)
    for parameter in command.params:
        parameter.help = _paragraphs(parameter.help)
    for below in getattr(command, "commands", {}).values():
        _translate(below)


def _paragraphs(text: str | None) -> str | None:
    """`text`, whose paragraphs the catalogue knows one by one."""
    return text and "\n\n".join(chinese(" ".join(paragraph.split())) for paragraph in text.split("\n\n"))
