"""How far a run is: counts, rate and time left, on stderr."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Self

from gongkai.inference.batch.jobs import Kind
from gongkai.inference.messages import listed
from gongkai.model.errors import GongkaiError

_EVERY = 60.0  # seconds between lines where no bar can be drawn


class Progress:
    """Tells of a run: as a line that is drawn anew where a person watches, otherwise as one line a minute to `say`.

    `find` finds the documents of the input again: they are counted beside the work, since finding them may take as long as reading
    all input.
    """

    def __init__(self, n_done: int, find: Callable[[], Iterable[object]], say: Callable[[str], object]) -> None:
        self._before = n_done
        self._say = say
        self._total: int | None = None
        self._counts = dict.fromkeys(Kind, 0)
        self._begun = self._told = time.monotonic()
        self._bar = _Bar() if sys.stderr.isatty() else None
        self._stopped = threading.Event()
        self._counter = threading.Thread(target=self._count, args=(find,), daemon=True)

    def __enter__(self) -> Self:
        self._counter.start()
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        if self._bar is not None:
            self._bar.stop()
        self._counter.join()

    def advance(self, kind: Kind) -> None:
        """One document more is done."""
        self._counts[kind] += 1
        now = time.monotonic()
        if self._bar is not None:
            self._bar.update(self.line(now - self._begun))
        elif now - self._told >= _EVERY:
            self._told = now
            self._say(self.line(now - self._begun))

    def line(self, seconds: float) -> str:
        """Where the run stands after `seconds`."""
        here = sum(self._counts.values())
        done, rate = self._before + here, here / max(seconds, 1e-9)
        parts = [f"{done:,} of {self._total:,} documents" if self._total else f"{done:,} documents", f"{rate:.1f} a second"]
        if self._total and rate:
            parts.append(f"{duration((self._total - done) / rate)} left")
        parts += [f"{self._counts[kind]:,} {kind}" for kind in (Kind.REFUSED, Kind.FAILED) if self._counts[kind]]
        return listed(parts)

    def _count(self, find: Callable[[], Iterable[object]]) -> None:
        total = 0
        with suppress(GongkaiError):  # the run meets the same error and tells of it
            for _ in find():
                total += 1
                if self._stopped.is_set():
                    return
            self._total = total


def duration(seconds: float) -> str:
    """Hours and minutes, or minutes and seconds.

    >>> duration(7500), duration(95), duration(-1)
    ('2 h 05 min', '1 min 35 s', '0 min 00 s')
    """
    whole = max(0, int(seconds))
    return f"{whole // 3600} h {whole % 3600 // 60:02} min" if whole >= 3600 else f"{whole // 60} min {whole % 60:02} s"


class _Bar:
    def __init__(self) -> None:
        from rich.console import Console
        from rich.live import Live

        self._live = Live(console=Console(stderr=True), transient=True, refresh_per_second=4)

    def start(self) -> None:
        self._live.start()

    def stop(self) -> None:
        self._live.stop()

    def update(self, line: str) -> None:
        self._live.update(line)
