"""Where words go: data to stdout, everything else to stderr, both in UTF-8 whatever the locale."""

from __future__ import annotations

import io
import os
import sys

import typer

from gongkai.inference.messages import translated
from gongkai.inference.report.words import plain

BROKEN_PIPE = 141  # what a shell reports of a program that its reader left


def speak_utf8() -> None:
    """Make both streams write UTF-8; half of a surrogate pair is written as JSON escapes it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def emit(text: str) -> None:
    """Write data to stdout. If its reader has gone, leave quietly."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError as error:
        _forget_stdout()
        raise typer.Exit(BROKEN_PIPE) from error


def tell(line: str) -> None:
    """Write one line for people to stdout in the language chosen."""
    emit(f"{translated(line)}\n")


def say(message: str) -> None:
    """Write one line to stderr in the language chosen, without anything that a terminal would obey."""
    print(plain(" ".join(translated(message).split("\n"))), file=sys.stderr)


def _forget_stdout() -> None:
    """Python flushes stdout once more when it ends, which would complain."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        sys.stdout = io.StringIO()
