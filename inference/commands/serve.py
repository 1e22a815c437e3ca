"""`gongkai serve`: documents over HTTP."""

from __future__ import annotations

import ipaddress
import os
import socket
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from gongkai.inference.batch.jobs import Limits
from gongkai.inference.batch.pool import Pool
from gongkai.inference.commands.options import Deadline, Memory, Model, Workers
from gongkai.inference.commands.streams import say
from gongkai.inference.extract import Extractor
from gongkai.model.errors import MissingExtraError, UnreadableError

TOKEN = "GONGKAI_TOKEN"  # noqa: S105 - the name of a variable
_SHORTEST_TOKEN = 16
_BACKLOG = 2048  # that of uvicorn
# Longer than any usual client keeps a connection that is idle: who closes first must be the client, or its next request is lost.
KEEP_ALIVE_SECONDS = 75


def serve(
    host: Annotated[str, typer.Option(help="Where to listen; others than this machine need a token.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any that is free.")] = 8000,
    token_file: Annotated[Path | None, typer.Option(metavar="FILE", help=f"Holds the token; so does the variable {TOKEN}.")] = None,
    workers: Workers = None,
    deadline: Deadline = 30.0,
    memory: Memory = 1024,
    max_bytes: Annotated[int, typer.Option(min=1, help="The largest request.")] = 5_000_000,
    max_waiting: Annotated[int, typer.Option(min=1, help="Documents that may wait before others are turned away.")] = 256,
    model: Model = None,
) -> None:
    """Serve /extract, /health and /metrics; /docs describes them. SIGTERM or Ctrl-C: what is being read is answered, then it ends."""
    token = _token(token_file)
    if not token and not _is_loopback(host):
        raise typer.BadParameter(f"listening on {host} needs a token: set {TOKEN} or give --token-file", param_hint="--host")
    try:
        import python_multipart  # noqa: F401 - what reads forms
        import uvicorn

        from gongkai.inference.current import open_model
        from gongkai.inference.serve.app import Access, create_app, rendered
        from gongkai.inference.serve.bodies import RECEIVE_SECONDS
        from gongkai.inference.serve.desk import Desk
    except ImportError as error:
        raise MissingExtraError("gongkai serve", "serve") from error
    listening = _listening(host, port)  # before the models are loaded: a port that is taken is told of at once
    folder = open_model(model, 1).checkpoint.folder  # once: all workers answer alike, though another may be promoted meanwhile
    make = partial(Extractor.from_pretrained, folder, 1)
    n_workers = workers or os.cpu_count() or 1
    make_pool = partial(Pool, n_workers, make, rendered, Limits(deadline, memory))
    desk = Desk(make_pool, max_waiting)
    desk.open()
    app = create_app(desk, Access(token), max_bytes)
    shown = f"[{host}]" if ":" in host else host
    say(f"gongkai: serving on http://{shown}:{listening.getsockname()[1]}, descriptions at /docs")
    all_answered = int(RECEIVE_SECONDS + deadline * (max_waiting / n_workers + 1))
    config = uvicorn.Config(
        app, access_log=False, log_level="warning", timeout_keep_alive=KEEP_ALIVE_SECONDS, timeout_graceful_shutdown=all_answered
    )
    uvicorn.Server(config).run(sockets=[listening])


def _listening(host: str, port: int) -> socket.socket:
    """A socket on which requests wait. Raises BadParameter if the system gives none."""
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=_BACKLOG)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else error
        raise typer.BadParameter(f"cannot listen on {host}, port {port} ({reason}); choose another port", param_hint="--port") from error


def _token(file: Path | None) -> str | None:
    """The token of `file` or of the environment. Raises UnreadableError, or BadParameter for one that can be guessed."""
    if file is None:
        token = os.environ.get(TOKEN, "").strip()
    else:
        try:
            token = file.read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            raise UnreadableError(f"{file}: the token cannot be read ({error})") from error
    if (file or token) and len(token) < _SHORTEST_TOKEN:
        raise typer.BadParameter(f"the token has {len(token)} characters, at least {_SHORTEST_TOKEN} are needed: openssl rand -hex 32")
    return token or None


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
