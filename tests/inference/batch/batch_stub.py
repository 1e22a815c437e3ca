"""Labellers that need no model, one of them with a taste for poison, and a run of them as a program to be killed."""

from __future__ import annotations

import os
import re
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from gongkai.inference.batch import Format, Limits, Settings, run_batch
from gongkai.inference.batch.jobs import MakeExtractor, Outcome
from gongkai.inference.batch.ledger import Ledger
from gongkai.inference.extract import Extractor
from gongkai.model.types import LabelledPage, Page, Span

FIGURE = re.compile(r"申请(\d+)件")


class Stub:
    """Labels 申请N件; takes `seconds` for it."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds

    def label(self, pages: Sequence[Page]) -> list[LabelledPage]:
        time.sleep(self.seconds)
        return [
            LabelledPage(page, tuple(Span(*m.span(1), "requests_received", 0.95) for m in FIGURE.finditer(page.text))) for page in pages
        ]


class Poisoned(Stub):
    """Does what the page tells it to."""

    def label(self, pages: Sequence[Page]) -> list[LabelledPage]:
        text = pages[0].text
        if "HANG" in text:
            if mark := os.environ.get("GONGKAI_HANGING"):
                Path(mark).touch()
            re.match(r"(a|a)*b", "a" * 60)  # holds the interpreter for years
        if "BOMB" in text:
            bytearray(8 * 1024**3)
        if "CRASH" in text:
            os.kill(os.getpid(), signal.SIGSEGV)
        if "LEAVE" in text:
            os._exit(3)
        if "FAULT" in text:
            raise IndexError("out of range")
        return super().label(pages)


def stub() -> Extractor:
    return Extractor(Stub())


def slow() -> Extractor:
    return Extractor(Stub(1.0))


def poisoned() -> Extractor:
    return Extractor(Poisoned())


def broken() -> Extractor:
    raise ValueError("no such model")


def main(source: str, out: str, kind: str, death: tuple[int, float], make: MakeExtractor) -> None:
    """A run of two workers that kills itself some seconds after so many documents were written down; never, if that is negative."""
    left, seconds = death
    record = Ledger.record

    def record_and_die(ledger: Ledger, outcome: Outcome) -> None:
        nonlocal left
        record(ledger, outcome)
        left -= 1
        if left == 0:
            threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGKILL)).start()

    Ledger.record = record_and_die  # type: ignore[method-assign, assignment]
    run_batch([source], Path(out), make, Settings(Format(kind), 2, Limits(60, 512), shard=50), lambda _: None)
    os._exit(0)  # the clock may still run


if __name__ == "__main__":
    source, out, kind, after, seconds, *poison = sys.argv[1:]
    main(source, out, kind, (int(after), float(seconds)), poisoned if poison else stub)
