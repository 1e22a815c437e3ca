"""Worker processes that may hang, burst or die, each at the cost of the document it was reading."""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Self

from gongkai.inference.batch.jobs import Job, Kind, Limits, MakeExtractor, Outcome, Render
from gongkai.inference.batch.worker import EXHAUSTED, Ready, Reply, work
from gongkai.model.errors import GongkaiError

_START_SECONDS = 300
_ATTEMPTS = 2  # a worker may be killed for what another document or another program did


@dataclass(slots=True, eq=False)
class _Worker:
    process: SpawnProcess
    connection: Connection
    due: float
    """When the model must be loaded, or the first of `jobs` must be answered."""
    ready: bool = False
    jobs: deque[Job] = field(default_factory=deque)


class Pool:
    """`size` workers, each with an extractor made by `make`, whose extractions are turned into bytes by `render`.

    Jobs are given with `submit` while there is `room`; `poll` gives back what became of them, in no order. A document that takes
    longer than the limit, or whose worker dies twice, has failed; so has one that twice needs more memory than it may have.
    """

    def __init__(self, size: int, make: MakeExtractor, render: Render, limits: Limits) -> None:
        self.limits = limits
        self._make, self._render = make, render
        self._context = multiprocessing.get_context("spawn")
        self._attempts: dict[int, int] = {}
        self._again: deque[Job] = deque()
        self._workers = [self._started() for _ in range(size)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def busy(self) -> bool:
        """Whether a job has been given that is not answered."""
        return bool(self._again) or any(worker.jobs for worker in self._workers)

    @property
    def alive(self) -> int:
        """How many workers have their model loaded."""
        return sum(worker.ready for worker in self._workers)

    @property
    def room(self) -> int:
        """How many workers wait for something to do."""
        return 0 if self._again else sum(worker.ready and not worker.jobs for worker in self._workers)

    def submit(self, jobs: Sequence[Job]) -> None:
        """Give `jobs` to one worker that waits; it answers them one by one, each with its own deadline."""
        worker = next(worker for worker in self._workers if worker.ready and not worker.jobs)
        worker.jobs.extend(jobs)
        worker.due = time.monotonic() + self.limits.seconds
        try:
            worker.connection.send(list(jobs))
        except OSError:  # it died while it waited; poll finds it dead
            worker.due = 0.0

    def poll(self, seconds: float | None = None, also: Iterable[Connection] = ()) -> list[Outcome]:
        """What has become known, after at most `seconds` of waiting (default: until something does), or when `also` can be read.

        Raises GongkaiError if a worker cannot be started.
        """
        while self._again and any(worker.ready and not worker.jobs for worker in self._workers):
            self.submit([self._again.popleft()])
        self._wait(seconds, also)
        outcomes: list[Outcome] = []
        for worker in list(self._workers):
            outcomes.extend(self._heard(worker))
        return outcomes

    def close(self) -> None:
        """End every worker, whatever it is doing."""
        for worker in self._workers:
            worker.process.kill()
        for worker in self._workers:
            worker.process.join()
            worker.process.close()
            worker.connection.close()
        self._workers.clear()

    def _started(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=work, args=(theirs, self._make, self._render, self.limits), daemon=True)
        process.start()
        theirs.close()
        return _Worker(process, ours, time.monotonic() + _START_SECONDS)

    def _wait(self, seconds: float | None, also: Iterable[Connection]) -> None:
        due = [worker.due for worker in self._workers if worker.jobs or not worker.ready]
        limits: list[float] = [] if seconds is None else [seconds]
        if due:
            limits.append(max(0.0, min(due) - time.monotonic()))
        timeout = min(limits) if limits else None
        sentinels = [worker.process.sentinel for worker in self._workers]
        wait([*(worker.connection for worker in self._workers), *sentinels, *also], timeout)

    def _heard(self, worker: _Worker) -> list[Outcome]:
        """What `worker` has said; if it is dead or late, what that means for its jobs."""
        outcomes: list[Outcome] = []
        try:
            while worker.connection.poll():
                outcomes.extend(self._took(worker, worker.connection.recv()))
        except (EOFError, OSError):
            return [*outcomes, *self._died(worker)]
        if (worker.jobs or not worker.ready) and time.monotonic() > worker.due:
            outcomes.extend(self._late(worker))
        return outcomes

    def _took(self, worker: _Worker, message: Ready | Reply) -> list[Outcome]:
        if isinstance(message, Ready):
            if message.problem:
                raise GongkaiError(f"a worker cannot start: {message.problem}")
            worker.ready = True
            return []
        job = worker.jobs.popleft()
        worker.due = time.monotonic() + self.limits.seconds
        self._attempts.pop(job.position, None)
        return [Outcome(job.position, job.name, message.kind, message.reason, message.content)]

    def _late(self, worker: _Worker) -> list[Outcome]:
        if not worker.ready:
            raise GongkaiError(f"a worker has not loaded its model within {_START_SECONDS} s; use fewer --workers")
        self._replace(worker)
        seconds = self.limits.seconds
        return self._failed(worker.jobs, f"no result within {seconds:g} s; give it more with --deadline if it is worth it")

    def _died(self, worker: _Worker) -> list[Outcome]:
        code = self._replace(worker)
        if not worker.ready:
            raise GongkaiError(f"a worker died while it loaded its model ({_manner(code)}); `gongkai doctor` says whether it can be used")
        if not worker.jobs:
            return []
        position = worker.jobs[0].position
        self._attempts[position] = self._attempts.get(position, 0) + 1
        if self._attempts[position] < _ATTEMPTS:
            self._again.extend(worker.jobs)
            return []
        if code == EXHAUSTED:
            reason = (
                f"needs more than {self.limits.megabytes} MB of memory besides the model's; give it more with --memory if it is worth it"
            )
        else:
            reason = f"its reader died twice ({_manner(code)}); please report it with the document"
        return self._failed(worker.jobs, reason)

    def _failed(self, jobs: deque[Job], reason: str) -> list[Outcome]:
        """The first of `jobs` has failed; the others wait for another worker."""
        job = jobs.popleft()
        self._attempts.pop(job.position, None)
        self._again.extend(jobs)
        return [Outcome(job.position, job.name, Kind.FAILED, f"{job.name}: {reason}")]

    def _replace(self, worker: _Worker) -> int:
        """End `worker`, put another in its place, and give back the exit code."""
        worker.process.kill()
        worker.process.join()
        code = worker.process.exitcode or 0
        worker.process.close()
        worker.connection.close()
        self._workers[self._workers.index(worker)] = self._started()
        return code


def _manner(code: int) -> str:
    """How a process with this exit code ended."""
    if code >= 0:
        return f"exit code {code}"
    return signal.strsignal(-code) or f"signal {-code}"
