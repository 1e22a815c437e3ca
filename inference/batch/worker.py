"""A worker process: one loaded model, one document at a time."""

from __future__ import annotations

import ctypes
import os
import re
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from pathlib import Path

from gongkai.inference.batch.jobs import Job, Kind, Limits, MakeExtractor, Render
from gongkai.inference.confidence import at_least
from gongkai.inference.extract import Extractor
from gongkai.model.errors import DocumentError

_STATUS = Path("/proc/self/status")
EXHAUSTED = 71
"""Exit code of a worker whose memory was not enough for a document."""
_PR_SET_PDEATHSIG = 1
_ORPHAN = 70  # that of a worker that nobody waits for


@dataclass(frozen=True, slots=True)
class Ready:
    """The model is loaded, or `problem` says why it cannot be."""

    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of the first job that is still open."""

    kind: Kind
    reason: str | None = None
    content: bytes | None = None


def work(connection: Connection, make: MakeExtractor, render: Render, limits: Limits) -> None:
    """Answer lists of jobs that come over `connection`, one Reply a job in their order, until it is closed.

    Leaves with EXHAUSTED in the middle of a job that needs more memory than it may have: what is left of it is not to be trusted.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    _die_with_parent()
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    try:
        extractor = make()
    except Exception as error:  # noqa: BLE001 - whatever it is, every worker would meet it: the parent must hear
        connection.send(Ready(f"{type(error).__name__}: {error}"))
        return
    _cap_memory(limits.megabytes)
    connection.send(Ready())
    try:
        while True:
            _answer(connection, extractor, render, limits)
    except MemoryError:
        os._exit(EXHAUSTED)
    except (EOFError, OSError):
        return


def _answer(connection: Connection, extractor: Extractor, render: Render, limits: Limits) -> None:
    jobs: Sequence[Job] = connection.recv()
    for job in jobs:
        _alarm(2 * limits.seconds + 5)
        reply = _reply(job, extractor, render)
        _alarm(0)
        connection.send(reply)


def _reply(job: Job, extractor: Extractor, render: Render) -> Reply:
    try:
        return Reply(Kind.PROCESSED, content=render(at_least(extractor.extract(job.load()), job.min_confidence)))
    except DocumentError as error:
        return Reply(Kind.REFUSED, str(error))
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - a fault of ours in one document must not cost the others
        fault = f"{job.name}: {type(error).__name__}: {error}; this is a fault in gongkai, please report it with the document"
        return Reply(Kind.FAILED, fault)


def _die_with_parent() -> None:
    """Let Linux kill this process when the thread that started it ends, even in the middle of a call that never returns."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _leave_with_parent() -> None:
    """The same, wherever other threads can run: a worker whose parent was killed has nobody to work for."""
    if (parent := parent_process()) is not None:
        parent.join()
        os._exit(_ORPHAN)


def _alarm(seconds: float) -> None:
    """The system ends this process after `seconds`, whatever it is caught in; for an orphan: a living parent is earlier."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _cap_memory(megabytes: int) -> None:
    """Let the system refuse this process more than `megabytes` beyond what it holds now, where the system can (Linux)."""
    if (held := _data_bytes()) is None:
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (held + megabytes * 1024 * 1024, hard))


def _data_bytes() -> int | None:
    """What RLIMIT_DATA counts, of this process; None where the system does not tell."""
    try:
        found = re.search(r"^VmData:\s*(\d+) kB", _STATUS.read_text(encoding="ascii", errors="replace"), re.MULTILINE)
    except OSError:
        return None
    return int(found[1]) * 1024 if found else None
