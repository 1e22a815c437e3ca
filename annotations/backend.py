"""The ML backend: what Label Studio calls to label a page when it is opened, and to tell of corrections.

`/health`, `/setup`, `/predict`, `/versions` and `/webhook` are all that it calls. Every call needs the shared secret, as the
password of HTTP's basic authentication (what Label Studio sends to backends) or in a header (what it sends with webhooks).
"""

from __future__ import annotations

import base64
import binascii
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

from fastapi import Depends, FastAPI, HTTPException, Request

from gongkai.annotations.predictions import Annotator
from gongkai.model.errors import GongkaiError

USER, HEADER = "gongkai", "X-Gongkai-Secret"
REMEMBERED = 2000
"""Pages whose predictions are kept: a question that took Label Studio too long is answered at once when it asks again."""
START_TRAINING = "START_TRAINING"
Json = dict[str, Any]
Notify = Callable[[str], None]
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Opened:
    """A model, its predictions remembered, and what its manifest looked like when it was opened."""

    version: str
    predict: Callable[[str, str], Json]
    stamp: tuple[int, int] | None


@dataclass(slots=True)
class Model:
    """The model that answers. `load` opens it; where the file `manifest` changed since, it is opened again."""

    load: Callable[[], Annotator]
    manifest: Path | None = None
    _opened: _Opened | None = field(default=None, init=False)
    _lock: Lock = field(default_factory=Lock, init=False)

    def version(self) -> str:
        """What the model on disk is called. One that cannot be opened leaves the one before; the first raises CheckpointError."""
        return self._current().version

    def predict(self, name: str, text: str) -> Json:
        """The prediction of the model on disk for a text."""
        return self._current().predict(name, text)

    def _current(self) -> _Opened:
        with self._lock:
            stamp = self._stamp()
            if self._opened is None or stamp != self._opened.stamp:
                self._opened = self._open(stamp)
            return self._opened

    def _open(self, stamp: tuple[int, int] | None) -> _Opened:
        try:
            annotator = self.load()
        except GongkaiError as error:
            if self._opened is None:
                raise
            _log.warning("the model changed on disk and cannot be opened, %s stays: %s", self._opened.version, error)
            return replace(self._opened, stamp=stamp)
        return _Opened(annotator.version, lru_cache(REMEMBERED)(annotator.predict), stamp)

    def _stamp(self) -> tuple[int, int] | None:
        """The manifest's inode and time; those of before while it is not there, as a folder may be exchanged just now."""
        try:
            status = self.manifest.stat() if self.manifest else None
        except OSError:
            return self._opened.stamp if self._opened else None
        return (status.st_ino, status.st_mtime_ns) if status else None


def create_app(model: Model, secret: str, notify: Notify) -> FastAPI:
    """The application. `notify` is told of every event of the project and must return at once."""
    app = FastAPI(openapi_url=None, dependencies=[Depends(_guard(secret))])

    @app.get("/health")
    async def health() -> Json:
        return {"status": "UP"}

    @app.post("/setup")
    def setup() -> Json:
        return {"model_version": model.version()}

    @app.get("/versions")
    def versions() -> Json:
        return {"versions": [model.version()]}

    @app.post("/predict")
    def predict(question: Json) -> Json:
        tasks = question.get("tasks")
        if not isinstance(tasks, list):
            raise HTTPException(400, "tasks must be a list")
        return {"results": [_answer(model, task) for task in tasks]}

    @app.post("/webhook")
    async def webhook(event: Json) -> Json:
        action = str(event.get("action", ""))
        notify(action)
        return {"job": secrets.token_hex(8)} if action == START_TRAINING else {}

    return app


def _answer(model: Model, task: Any) -> Json:
    """The prediction for a task; nothing for one that cannot be read, so that every other keeps its place."""
    data = task.get("data") if isinstance(task, dict) else None
    data = data if isinstance(data, dict) else {}
    text = data.get("text")
    if not isinstance(text, str):
        return {"model_version": model.version(), "score": 0.0, "result": []}
    try:
        return model.predict(str(data.get("doc_id", "")), text)
    except Exception:  # noqa: BLE001 - one task must not cost the others their place in the answer
        _log.exception("task %s cannot be labelled", task.get("id"))
        return {"model_version": model.version(), "score": 0.0, "result": []}


def _guard(secret: str) -> Callable[[Request], None]:
    def check(request: Request) -> None:
        given = request.headers.get(HEADER) or _password(request.headers.get("Authorization", ""))
        if not secrets.compare_digest(given.encode(), secret.encode()):
            raise HTTPException(401, "the secret is missing or wrong", headers={"WWW-Authenticate": "Basic"})

    return check


def _password(authorization: str) -> str:
    """The password of a basic authentication; empty if it is none."""
    kind, _, coded = authorization.partition(" ")
    if kind.lower() != "basic":
        return ""
    try:
        return base64.b64decode(coded, validate=True).decode("utf-8").partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""
