"""The HTTP interface: /extract, /health, /metrics, and /docs that describe them."""

from __future__ import annotations

import asyncio
import hmac
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware

from gongkai.inference.batch.jobs import Job, Kind, Outcome
from gongkai.inference.results import Extraction
from gongkai.inference.serve.bodies import document_in
from gongkai.inference.serve.desk import BusyError, ClosedError, Desk
from gongkai.inference.serve.metrics import Metrics
from gongkai.inference.write import encoded, to_json

JSON = "application/json"
_STATUS = {Kind.PROCESSED: 200, Kind.REFUSED: 422, Kind.FAILED: 500}


@dataclass(frozen=True, slots=True)
class Access:
    """Who may ask: whoever has `token`; without one, whoever names one of `hosts` as the server (so that no foreign page in a
    browser on this machine can).
    """

    token: str | None = None
    hosts: tuple[str, ...] = ("localhost", "127.0.0.1", "[::1]")


def rendered(extraction: Extraction) -> bytes:
    """What `gongkai extract` writes for a document."""
    return encoded(to_json(extraction))


def create_app(desk: Desk, access: Access, max_bytes: int) -> FastAPI:
    """The application over `desk`, which it opens when it starts and closes when it ends. Documents may have `max_bytes`."""
    app = FastAPI(title="gongkai", version=version("gongkai"), lifespan=_lifespan(desk))
    metrics = Metrics(desk)
    allowed = [Depends(_guard(access.token))] if access.token else []
    if not access.token:
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(access.hosts))
    app.post("/extract", dependencies=allowed, response_class=Response, openapi_extra=_EXTRACT)(_extract(desk, metrics, max_bytes))
    app.get("/health")(_health(desk))
    app.get("/metrics", dependencies=allowed, response_class=Response)(
        lambda: Response(metrics.page(), headers={"Content-Type": CONTENT_TYPE_LATEST})
    )
    app.exception_handler(StarletteHTTPException)(_error)
    app.exception_handler(RequestValidationError)(_bad_query)
    app.openapi = lambda: _described(app)  # type: ignore[method-assign]
    return app


def _lifespan(desk: Desk) -> Callable[[FastAPI], Any]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(desk.open)
        yield
        await asyncio.to_thread(desk.close)

    return lifespan


def _guard(token: str) -> Callable[[Request], None]:
    expected = f"Bearer {token}".encode()

    def guard(request: Request) -> None:
        if not hmac.compare_digest(request.headers.get("authorization", "").encode(), expected):
            raise HTTPException(401, "send the server's token as `Authorization: Bearer …`", {"WWW-Authenticate": "Bearer"})

    return guard


def _extract(desk: Desk, metrics: Metrics, max_bytes: int) -> Callable[..., Awaitable[Response]]:
    async def extract(
        request: Request,
        min_confidence: Annotated[
            float, Query(ge=0, le=1, description="Leave out values below this confidence: the calibrated chance that a value is right.")
        ] = 0.0,
    ) -> Response:
        """What one document says, byte for byte what `gongkai extract` writes for it."""
        begun = time.perf_counter()
        status = 500
        try:
            name, load = await document_in(request, max_bytes)
            response = _answer(await _outcome(desk, Job(0, name, load, min_confidence)))
            status = response.status_code
            return response
        except HTTPException as error:
            status = error.status_code
            raise
        finally:
            metrics.answers.labels(str(status)).inc()
            metrics.seconds.observe(time.perf_counter() - begun)

    return extract


async def _outcome(desk: Desk, job: Job) -> Outcome:
    try:
        return await asyncio.wrap_future(desk.submit(job))
    except BusyError as error:
        raise HTTPException(503, str(error), {"Retry-After": "1"}) from error
    except ClosedError as error:
        raise HTTPException(503, f"no worker can be had: {error}") from error


def _answer(outcome: Outcome) -> Response:
    status = _STATUS[outcome.kind]
    if outcome.content is None:
        return JSONResponse({"error": outcome.reason}, status)
    return Response(outcome.content, status, media_type=JSON)


def _health(desk: Desk) -> Callable[[], Response]:
    def health() -> Response:
        """200 while a worker can answer, otherwise 503."""
        n_workers = desk.n_workers
        body = {"status": "ok" if n_workers else "no worker", "workers": n_workers, "waiting": desk.n_waiting}
        return JSONResponse({**body, "version": version("gongkai")}, 200 if n_workers else 503)

    return health


def _error(_: Request, error: Exception) -> Response:
    """Every error as `{"error": …}`."""
    assert isinstance(error, StarletteHTTPException)  # noqa: S101 - it is registered for these alone
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)


def _bad_query(_: Request, error: Exception) -> Response:
    """The first parameter that is not as it must be."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - it is registered for these alone
    first = error.errors()[0]
    return JSONResponse({"error": f"{first['loc'][-1]} is {str(first['input'])[:60]!r}: {first['msg']}"}, 422)


_DOCUMENT = {"id": {"type": "string"}, "text": {"type": "string"}, "html": {"type": "string"}}
_EXTRACT: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            JSON: {"schema": {"type": "object", "properties": _DOCUMENT, "description": "One of text and html."}},
            "multipart/form-data": {
                "schema": {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}, **_DOCUMENT}}
            },
            "text/plain": {"schema": {"type": "string"}},
            "text/html": {"schema": {"type": "string"}},
        },
    },
    "responses": {
        "200": {"description": "What the document says.", "content": {JSON: {"schema": {"$ref": "#/components/schemas/extraction"}}}},
        "413": {"description": "The document is too large."},
        "422": {"description": "The document cannot be read; `error` says why."},
        "500": {"description": "Reading it took too long or too much memory, or failed; `error` says which."},
        "503": {"description": "Too many documents wait, or no worker can be had."},
    },
}


def _described(app: FastAPI) -> dict[str, Any]:
    """The description of the interface, with the output contract in it."""
    if app.openapi_schema is None:
        text = (files("gongkai.configs") / "output.schema.json").read_text(encoding="utf-8")
        contract = json.loads(text.replace("#/$defs/", "#/components/schemas/"))
        schemas = {**contract.pop("$defs"), "extraction": contract}
        app.openapi_schema = get_openapi(title=app.title, version=app.version, routes=app.routes)
        app.openapi_schema.setdefault("components", {}).setdefault("schemas", {}).update(schemas)
    return app.openapi_schema
