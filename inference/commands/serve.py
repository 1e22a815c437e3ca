"""`gongkai serve`: documents over HTTP."""

from __future__ import annotations

import ipaddress
import os
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


def serve(
    host: Annotated[str, typer.Option(help="Where to listen; others than this machine need a token.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8000,
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
    folder = open_model(model, 1).checkpoint.folder  # once: all workers answer alike, though another may be promoted meanwhile
    make = partial(Extractor.from_pretrained, folder, 1)
    n_workers = workers or os.cpu_count() or 1
    make_pool = partial(Pool, n_workers, make, rendered, Limits(deadline, memory))
    desk = Desk(make_pool, max_waiting)
    desk.open()
    app = create_app(desk, Access(token), max_bytes)
    say(f"gongkai: serving on http://{host}:{port}, descriptions at /docs")
    all_answered = int(RECEIVE_SECONDS + deadline * (max_waiting / n_workers + 1))
    uvicorn.run(app, host=host, port=port, access_log=False, log_level="warning", timeout_graceful_shutdown=all_answered)


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
