"""A server over stubs, on a port of its own."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType

import httpx
import pytest
import uvicorn

from gongkai.inference.batch.jobs import Limits, MakeExtractor
from gongkai.inference.batch.pool import Pool
from gongkai.inference.commands.serve import KEEP_ALIVE_SECONDS
from gongkai.inference.serve.app import Access, create_app, rendered
from gongkai.inference.serve.desk import Desk

LIMITS, ANYONE_HERE = Limits(10, 512), Access()


@pytest.fixture(scope="session")
def stubs() -> Iterator[ModuleType]:
    folder = str(Path(__file__).parent.parent / "batch")
    sys.path.insert(0, folder)
    yield import_module("batch_stub")
    sys.path.remove(folder)


@contextmanager
def serving(
    make: MakeExtractor, workers: int = 1, most: int = 256, limits: Limits = LIMITS, access: Access = ANYONE_HERE
) -> Iterator[httpx.Client]:
    """A client of a server that runs meanwhile in this process, its workers beside it."""
    app = create_app(Desk(partial(Pool, workers, make, rendered, limits), most), access, max_bytes=100_000)
    config = uvicorn.Config(app, port=0, log_level="warning", timeout_keep_alive=KEEP_ALIVE_SECONDS, timeout_graceful_shutdown=10)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def client(stubs: ModuleType) -> Iterator[httpx.Client]:
    with serving(stubs.poisoned, limits=Limits(1, 512)) as client:
        yield client


@pytest.fixture(scope="session")
def serve() -> Callable[..., object]:
    return serving
