"""The workers of a run on a Ray cluster: one actor for each, with a pool of one worker inside, so that every limit holds there too.

Documents and results pass through the process that runs the batch, which alone writes: ledger, order and output are those of one
machine, byte for byte.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any, Self

import ray  # pyright: ignore[reportMissingImports]
from ray.exceptions import RayActorError, RayError, RayTaskError  # pyright: ignore[reportMissingImports]

from gongkai.inference.batch.jobs import Job, Limits, MakeExtractor, Outcome, Render
from gongkai.inference.batch.pool import Pool
from gongkai.model.errors import GongkaiError

_ATTEMPTS = 5  # nodes come and go; a document whose actor is lost so often is not to blame, the cluster is


class RayPool:
    """`size` actors, spread over the nodes (0: one for each processor of the cluster), with the interface of `Pool`.

    `address` is that of a running cluster; None joins the one that the environment names, or starts one on this machine.
    Jobs of an actor whose node dies go to another.
    """

    def __init__(self, size: int, work: tuple[MakeExtractor, Render, Limits], address: str | None = None) -> None:
        self._work = work
        if not ray.is_initialized():
            ray.init(address=address, log_to_driver=False, include_dashboard=False, configure_logging=False)
        self._again: deque[Job] = deque()
        self._lost: dict[int, int] = {}
        self._idle: list[Any] = []
        self._running: dict[Any, tuple[Any, list[Job]]] = {}
        """What an actor has been asked, with the jobs; none where it was asked whether it is ready."""
        for _ in range(size or int(ray.cluster_resources().get("CPU", 1))):
            self._start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def busy(self) -> bool:
        """Whether a job has been given that is not answered."""
        return bool(self._again) or any(jobs for _, jobs in self._running.values())

    @property
    def room(self) -> int:
        """How many actors wait for something to do."""
        return 0 if self._again else len(self._idle)

    def submit(self, jobs: Sequence[Job]) -> None:
        """Give `jobs` to an actor that waits."""
        actor = self._idle.pop()
        self._running[actor.read.remote(list(jobs))] = actor, list(jobs)

    def poll(self) -> list[Outcome]:
        """What has become known, as soon as something has. Raises GongkaiError if no worker can start, or the cluster
        loses one over the same document again and again.
        """
        while self._again and self._idle:
            self.submit([self._again.popleft()])
        (answered, *_), _ = ray.wait(list(self._running))
        actor, jobs = self._running.pop(answered)
        try:
            outcomes: list[Outcome] = ray.get(answered)
        except RayTaskError as error:
            raise GongkaiError(str(error.cause)) from error
        except RayActorError as error:
            self._lose(jobs, error)
            return []
        except RayError as error:
            raise GongkaiError(f"the Ray cluster failed ({error}); run again to go on") from error
        self._idle.append(actor)
        return outcomes

    def close(self) -> None:
        """End the actors; the cluster stays."""
        for actor in (*self._idle, *(actor for actor, _ in self._running.values())):
            ray.kill(actor)
        self._idle, self._running = [], {}

    def _start(self) -> None:
        """Ask for one actor more. It gets jobs once it is ready: after a loss the cluster may have no place for it."""
        actor: Any = ray.remote(_Reader).options(num_cpus=1, scheduling_strategy="SPREAD").remote(*self._work)
        self._running[actor.read.remote([])] = actor, []

    def _lose(self, jobs: list[Job], error: Exception) -> None:
        """The node of `jobs` is gone."""
        for job in jobs:
            self._lost[job.position] = self._lost.get(job.position, 0) + 1
            if self._lost[job.position] >= _ATTEMPTS:
                raise GongkaiError(f"the Ray cluster has lost {_ATTEMPTS} workers over {job.name} ({error}); run again to go on") from error
        self._again.extend(jobs)
        self._start()


class _Reader:
    """An actor: a worker of its own, whose model is loaded once."""

    def __init__(self, make: MakeExtractor, render: Render, limits: Limits) -> None:
        self._pool = Pool(1, make, render, limits)

    def read(self, jobs: Sequence[Job]) -> list[Outcome]:
        """What became of `jobs`, in no order, once the model is loaded."""
        waiting, outcomes = deque(jobs), []
        while waiting or self._pool.busy or not self._pool.alive:
            while waiting and self._pool.room:
                self._pool.submit([waiting.popleft()])
            outcomes.extend(self._pool.poll())
        return outcomes
