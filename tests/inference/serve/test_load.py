"""`gongkai serve` as it is installed, under 64 clients: every answer is the command line's, and none is lost when it ends."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import httpx
import pytest

from gongkai.inference.cli import main
from gongkai.inference.commands.samples import sample_paths

CLIENTS = 64
# The whole measure, five minutes, is asked for with GONGKAI_SERVE_SECONDS=300; -s shows what was measured.
SECONDS = int(os.environ.get("GONGKAI_SERVE_SECONDS", "20"))
pytestmark = [pytest.mark.slow, pytest.mark.timeout(2 * SECONDS + 900)]


@dataclass(frozen=True)
class Server:
    process: subprocess.Popen[bytes]
    address: str

    def post(self, page: Path) -> bytes:
        """The answer to one upload over a connection of its own, which must be none of an error."""
        answer = httpx.post(f"{self.address}/extract", files={"file": (page.name, page.read_bytes())}, timeout=600)
        assert answer.status_code == 200, answer.text
        return answer.content


@contextmanager
def running(*options: str) -> Iterator[Server]:
    program = [sys.executable, "-m", "gongkai.inference.cli", "serve", "--port", "0", *options]
    with subprocess.Popen(program, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        told = re.search(r"serving on (http://127\.0\.0\.1:\d+), ", process.stderr.readline().decode())
        assert told
        server = Server(process, told[1])
        wait_until(lambda: healthy(server))
        try:
            yield server
        finally:
            process.terminate()


def healthy(server: Server) -> bool:
    try:
        return httpx.get(f"{server.address}/health").status_code == 200
    except httpx.TransportError:
        return False


def wait_until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 300
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.fixture
def said(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> dict[Path, bytes]:
    """What `gongkai extract` writes for each of the sample pages."""
    monkeypatch.chdir(sample_paths()[0].parent)
    found = {}
    for path in sample_paths():
        assert main(["extract", path.name]) == 0
        found[path] = capfdbinary.readouterr().out
    return found


def test_every_answer_of_64_clients_is_that_of_the_command_line(said: dict[Path, bytes], capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    pages = list(said)

    def ask(who: int) -> list[float]:
        taken: list[float] = []
        while time.monotonic() < until:
            page = pages[(who + len(taken)) % len(pages)]
            begun = time.monotonic()
            assert server.post(page) == said[page]
            taken.append(time.monotonic() - begun)
        return taken

    with running() as server, ThreadPoolExecutor(CLIENTS) as threads:
        until = time.monotonic() + SECONDS
        taken = sorted(one for each in threads.map(ask, range(CLIENTS)) for one in each)
    with capfdbinary.disabled():
        print(f"\n{SECONDS} s, {CLIENTS} clients: {summary(taken)}, no error, every answer the command line's")
    assert len(taken) >= CLIENTS


def summary(taken: Sequence[float]) -> str:
    half, most = (taken[min(len(taken) - 1, int(len(taken) * share))] for share in (0.5, 0.99))
    return f"{len(taken):,} answers, p50 {half:.2f} s, p99 {most:.2f} s, longest {taken[-1]:.2f} s"


def test_what_64_clients_have_asked_is_answered_before_it_ends(said: dict[Path, bytes]) -> None:
    pages = [list(said)[who % len(said)] for who in range(CLIENTS)]
    with running("--workers", "1") as server, ThreadPoolExecutor(CLIENTS) as threads:
        answers = [threads.submit(server.post, page) for page in pages]
        wait_until(lambda: sum(answer.done() for answer in answers) + waiting(server) == CLIENTS)
        assert waiting(server) > CLIENTS // 2
        server.process.send_signal(signal.SIGTERM)
        assert [answer.result() for answer in answers] == [said[page] for page in pages]
        assert server.process.wait(60) in {0, -signal.SIGTERM}
        with pytest.raises(httpx.TransportError):
            server.post(pages[0])


def waiting(server: Server) -> int:
    lines = httpx.get(f"{server.address}/metrics").text.splitlines()
    return next(int(float(line.split()[1])) for line in lines if line.startswith("gongkai_waiting "))


def test_a_connection_outlives_what_clients_keep_one_for() -> None:
    """Clients drop what is idle for five seconds or so; a server that did so first would lose the request that is on its way."""
    with running("--workers", "1") as server:
        connection = HTTPConnection(server.address.removeprefix("http://"))
        connection.connect()
        own = connection.sock
        for wait in (6, 0):
            connection.request("GET", "/health")
            assert connection.getresponse().read()
            assert connection.sock is own
            time.sleep(wait)
        connection.close()
