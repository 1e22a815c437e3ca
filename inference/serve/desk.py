"""Documents of many requests, given to a pool of workers by one thread."""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from multiprocessing import Pipe

from gongkai.inference.batch.jobs import Job, Outcome
from gongkai.inference.batch.pool import Pool
from gongkai.model.errors import GongkaiError

_TOGETHER = 8
"""Documents given to a worker at a time, at most. They are labelled one by one all the same: windows of different documents in one
run of the network would change each other's scores."""


class BusyError(Exception):
    """As many documents wait as may."""


class ClosedError(GongkaiError):
    """No worker can be had; the text says why."""


class Desk:
    """Takes documents from any thread, and promises what becomes of each.

    `most` may wait; more are turned away with BusyError. The pool is made and used by a thread of the desk's own.
    """

    def __init__(self, make_pool: Callable[[], Pool], most: int) -> None:
        self._make_pool, self._most = make_pool, most
        self._numbers = itertools.count()
        self._waiting: deque[Job] = deque()
        self._promised: dict[int, Future[Outcome]] = {}
        self._lock = threading.Lock()
        self._bell_heard, self._bell = Pipe(duplex=False)
        self._rung = self._closing = False
        self._problem: str | None = None
        self._alive = 0
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="desk", daemon=True)

    @property
    def n_waiting(self) -> int:
        """How many documents are not answered yet."""
        return len(self._promised)

    @property
    def n_workers(self) -> int:
        """How many workers have their model loaded; 0 if the desk is closed."""
        return 0 if self._problem else self._alive

    def open(self) -> None:
        """Start the workers, if they are not started, and wait for the first. Raises ClosedError if none can start."""
        if not self._thread.ident:
            self._thread.start()
        self._ready.wait()
        if self._problem:
            raise ClosedError(self._problem)

    def submit(self, job: Job) -> Future[Outcome]:
        """What will become of `job`, whose position is of no account. Raises BusyError or ClosedError."""
        promise: Future[Outcome] = Future()
        with self._lock:
            if self._problem or self._closing:
                raise ClosedError(self._problem or "the server is shutting down")
            if len(self._promised) >= self._most:
                raise BusyError(f"{self._most} documents are waiting already; ask again in a while")
            numbered = replace(job, position=next(self._numbers))
            self._promised[numbered.position] = promise
            self._waiting.append(numbered)
            self._ring()
        return promise

    def close(self) -> None:
        """Answer what has been taken, then end the workers."""
        with self._lock:
            self._closing = True
            self._ring()
        self._thread.join()

    def _ring(self) -> None:
        if not self._rung:
            self._rung = True
            self._bell.send_bytes(b"!")

    def _run(self) -> None:
        try:
            with self._make_pool() as pool:
                while not (self._closing and not self._promised):
                    self._step(pool)
        except (GongkaiError, OSError) as error:
            self._close_with(str(error))
        except Exception as error:  # noqa: BLE001 - without this thread everyone would wait for ever
            self._close_with(f"{type(error).__name__}: {error}; this is a fault in gongkai, please report it")
        finally:
            self._ready.set()

    def _step(self, pool: Pool) -> None:
        while pool.room and self._waiting:
            if some := self._some(pool.room):
                pool.submit(some)
        for outcome in pool.poll(also=(self._bell_heard,)):
            self._answer(outcome)
        self._alive = pool.alive
        if self._alive:
            self._ready.set()
        with self._lock:
            while self._bell_heard.poll():
                self._bell_heard.recv_bytes()
            self._rung = False

    def _some(self, room: int) -> list[Job]:
        """What one of `room` workers should do next: its share of what waits, without what nobody waits for any more."""
        with self._lock:
            share = min(_TOGETHER, -(-len(self._waiting) // room))
            taken = [self._waiting.popleft() for _ in range(share)]
            return [job for job in taken if self._wanted(job)]

    def _wanted(self, job: Job) -> bool:
        if self._promised[job.position].set_running_or_notify_cancel():
            return True
        del self._promised[job.position]
        return False

    def _answer(self, outcome: Outcome) -> None:
        with self._lock:
            promise = self._promised.pop(outcome.position)
        promise.set_result(outcome)

    def _close_with(self, problem: str) -> None:
        with self._lock:
            self._problem = problem
            promised, self._promised = self._promised, {}
            self._waiting.clear()
        for promise in promised.values():
            promise.set_exception(ClosedError(problem))
