"""A real Label Studio server, in an environment of its own, on loopback.

`GONGKAI_LABEL_STUDIO` names the folder that keeps the environment (about 1 GB) and a data folder with all migrations done; by
default a folder in the system's temporary one. What is there is used again: installing takes one to two minutes, the first start
another one, every later one 10 to 20 seconds.
"""

from __future__ import annotations

import fcntl
import getpass
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

VERSION = "1.23.2"
USERNAME, PASSWORD, TOKEN = "annotator@example.org", "correct horse battery", "0123456789abcdef0123456789abcdef01234567"
START_SECONDS, STOP_SECONDS, INSTALL_SECONDS = 240, 15, 900
BANNED = "0.0.0.0/8,10.0.0.0/8,169.254.0.0/16,172.16.0.0/12,192.168.0.0/16"


@dataclass(slots=True)
class Studio:
    """A Label Studio server with its data in `data`; `token` is the legacy token of its one user.

    `stop` and `start` keep data and address, as a server that goes away and comes back does.
    """

    program: Path
    data: Path
    port: int
    token: str = TOKEN
    username: str = USERNAME
    password: str = PASSWORD
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """The address, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start the server and wait until it answers. Fails the test, with the end of its log, if it does not."""
        log = self.data / "server.log"
        command = [
            self.program,
            "start",
            "--no-browser",
            "--internal-host",
            "127.0.0.1",
            "--port",
            str(self.port),
            "--log-level",
            "WARNING",
        ]
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                [str(part) for part in command], env=self._environment(), cwd=self.data, stdin=subprocess.DEVNULL, stdout=out, stderr=out
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                pytest.fail(f"Label Studio did not start on {self.url}: {log.read_text(encoding='utf-8', errors='replace')[-2000:]}")
            time.sleep(0.3)

    def stop(self) -> None:
        """Stop the server; one that is not running stays so."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def _environment(self) -> dict[str, str]:
        """Nothing leaves the machine, and nothing outside `data` is written."""
        settings = {
            "BASE_DATA_DIR": str(self.data),
            "USERNAME": self.username,
            "PASSWORD": self.password,
            "USER_TOKEN": self.token,
            "ENABLE_LEGACY_API_TOKEN": "true",
            "USE_DEFAULT_BANNED_SUBNETS": "false",
            "USER_ADDITIONAL_BANNED_SUBNETS": BANNED,
            "DISABLE_SIGNUP_WITHOUT_LINK": "true",
        }
        silent = {"COLLECT_ANALYTICS": "false", "SENTRY_DSN": "", "FRONTEND_SENTRY_DSN": "", "LATEST_VERSION_CHECK": "false"}
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
        home = {"HOME": str(self.data), "XDG_CONFIG_HOME": str(self.data / "config")}
        return {**kept, **home, **silent, **{f"LABEL_STUDIO_{name}": value for name, value in settings.items()}}


@pytest.fixture(scope="session")
def label_studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A running server with one user and no projects, for all tests of the session: each makes projects of its own."""
    home = Path(os.environ.get("GONGKAI_LABEL_STUDIO") or Path(tempfile.gettempdir(), f"gongkai-label-studio-{getpass.getuser()}"))
    with _alone(home):
        template = _prepared(home / VERSION)
    data = tmp_path_factory.mktemp("label-studio") / "data"
    shutil.copytree(template, data)
    studio = Studio(_program(home / VERSION), data, _free_port())
    studio.start()
    yield studio
    studio.stop()


@pytest.fixture
def free_port() -> int:
    """A port of loopback that nobody listens on."""
    return _free_port()


@pytest.fixture
def title() -> str:
    """A title that no other project on the server has."""
    return f"gongkai {secrets.token_hex(6)}"


def _program(home: Path) -> Path:
    return home / "venv" / "bin" / "label-studio"


def _prepared(home: Path) -> Path:
    """A data folder after its first start, made with the environment if it is not there yet, whole or not at all."""
    template = home / "data"
    if template.exists():
        return template
    shutil.rmtree(home, ignore_errors=True)
    _install(home / "venv")
    draft = home / "draft"
    draft.mkdir()
    first = Studio(_program(home), draft, _free_port())
    first.start()
    first.stop()
    draft.rename(template)
    return template


def _install(venv: Path) -> None:
    """The server in a virtual environment. Skips the test where packages cannot be had."""
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    pip = [str(venv / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", f"label-studio=={VERSION}"]
    done = subprocess.run(pip, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
    if done.returncode:
        pytest.skip(f"label-studio {VERSION} cannot be installed: {done.stderr[-500:]}")


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Only one test run at a time prepares `home`."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
