"""Retraining after so many corrections. Events only wake the counter: what counts is what the server holds when it is asked."""

from __future__ import annotations

import json
import logging
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

from gongkai.annotations.backend import START_TRAINING
from gongkai.inference.write import write_whole
from gongkai.model.errors import ConfigError, GongkaiError

_log = logging.getLogger(__name__)
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Trainer:
    """Starts `command` once `after` pages were corrected since it was started last; `state` remembers when that was.

    One command at a time. A command that fails is started again after as many further corrections, or when somebody asks.
    """

    command: tuple[str, ...]
    after: int
    state: Path
    _running: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def since(self) -> datetime:
        """The last correction that a training has seen. Raises ConfigError if the state file is something else."""
        if not self.state.exists():
            return NEVER
        try:
            return datetime.fromisoformat(json.loads(self.state.read_text(encoding="utf-8"))["since"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ConfigError(f"{self.state}: not the state of a backend ({error}); delete it to count all corrections again") from error

    def consider(self, corrected: Iterable[datetime], asked: bool = False) -> bool:
        """Whether the command was started: there are enough corrections (times, one a page), or somebody asked."""
        since = self.since()
        fresh = sorted(time for time in corrected if time > since)
        if self._busy() or not self.command or not (asked or len(fresh) >= self.after):
            return False
        write_whole(self.state, json.dumps({"since": (fresh[-1] if fresh else since).isoformat()}) + "\n")
        _log.info("%d new corrections: starting %s", len(fresh), self.command[0])
        self._running = subprocess.Popen(self.command)  # noqa: S603 - the command is what the settings say
        return True

    def _busy(self) -> bool:
        if self._running is None:
            return False
        code = self._running.poll()
        if code is not None:
            _log.log(logging.INFO if code == 0 else logging.ERROR, "%s ended with exit code %d", self.command[0], code)
            self._running = None
        return code is None


@dataclass(slots=True)
class Watcher:
    """Calls `look` after an event, and every `interval` seconds in case one was lost; `look` is told whether training was asked for."""

    look: Callable[[bool], None]
    interval: float
    _woken: Event = field(default_factory=Event, init=False)
    _asked: Event = field(default_factory=Event, init=False)
    _stopped: Event = field(default_factory=Event, init=False)

    def notify(self, action: str) -> None:
        """Take note of an event and return at once."""
        if action == START_TRAINING:
            self._asked.set()
        self._woken.set()

    def start(self) -> Thread:
        """Watch in a thread of its own until `stop`."""
        thread = Thread(target=self._run, name="gongkai-watcher", daemon=True)
        thread.start()
        return thread

    def stop(self) -> None:
        """Let the thread end."""
        self._stopped.set()
        self._woken.set()

    def _run(self) -> None:
        while not self._stopped.is_set():
            self.once()
            self._woken.wait(self.interval)
            self._woken.clear()

    def once(self) -> None:
        """Look now. A server that is away is looked for again at the next turn, and a request for training is not forgotten."""
        asked = self._asked.is_set()
        try:
            self.look(asked)
        except GongkaiError as error:
            _log.warning("%s", error)
        except Exception:  # noqa: BLE001 - a fault of ours must not end the watch
            _log.exception("looking at the project failed")
        else:
            if asked:
                self._asked.clear()
