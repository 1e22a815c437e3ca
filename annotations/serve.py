"""The ML backend as a process: the server, and the thread that keeps it registered and counts corrections."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from socket import socket

import uvicorn

from gongkai.annotations.backend import Model, create_app
from gongkai.annotations.connection import Connection
from gongkai.annotations.retrain import Trainer, Watcher
from gongkai.annotations.studio import Studio, check_ours

__all__ = ["Listening", "Model", "Trainer", "Watched", "serve"]


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the backend listens, and how many seconds pass between two looks at the project."""

    host: str
    port: int
    interval: float


@dataclass(frozen=True, slots=True)
class Watched:
    """The project to register with and to watch (none if `project` is empty): how to reach its server, how it reaches the backend."""

    connect: Callable[[], AbstractContextManager[Studio]]
    project: str
    address: str
    secret: str

    def look(self, model: Model, trainer: Trainer, asked: bool) -> None:
        """Register the backend under its model's version, count corrections, start a training if it is due. Raises StudioError."""
        with self.connect() as studio:
            project = studio.project(self.project)
            check_ours(project)
            Connection(project.id, self.address.rstrip("/"), self.secret).ensure(studio, model.version())
            corrected = studio.corrected_since(project.id, trainer.since()) if trainer.command else []
        trainer.consider(corrected, asked)


def serve(model: Model, watched: Watched, trainer: Trainer, listening: Listening) -> None:
    """Answer until the process is told to end. Raises GongkaiError if the model cannot be opened or the state not be read."""
    model.version()
    trainer.since()
    watcher = Watcher(lambda asked: watched.look(model, trainer, asked), listening.interval)
    app = create_app(model, watched.secret, watcher.notify)
    server = _Server(uvicorn.Config(app, host=listening.host, port=listening.port, log_level="warning"))
    if watched.project:
        server.when_ready = watcher.start
    try:
        server.run()
    finally:
        watcher.stop()


class _Server(uvicorn.Server):
    """Says when it can be called: registering makes Label Studio call back."""

    when_ready: Callable[[], object] | None = None

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self.when_ready:
            self.when_ready()
