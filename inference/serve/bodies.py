"""What a request brings: its body, counted while it comes, as a document to be read."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from functools import partial

from fastapi import HTTPException, Request
from starlette.datastructures import UploadFile
from starlette.types import Message

from gongkai.inference.read.document import document_from_bytes
from gongkai.inference.read.found import Load
from gongkai.inference.read.records import document_of
from gongkai.model.errors import BadRecordError

RECEIVE_SECONDS = 60
"""What a body may take to arrive."""
_FORM_PARTS = 4
_NAMES = {"text/plain": "page.txt", "text/html": "page.html"}
ACCEPTED = "application/json, multipart/form-data, text/plain or text/html"
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


async def document_in(request: Request, limit: int) -> tuple[str, Load]:
    """The name and the loader of the document in `request`. Raises HTTPException: 400, 408, 413, 415 or 422."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in {"application/json", "multipart/form-data", *_NAMES}:
        raise HTTPException(415, f"content type {kind[:60]!r}; send {ACCEPTED}")
    body = await _body(request, limit)
    if kind == "application/json":
        return _record(_parsed(body))
    if kind == "multipart/form-data":
        return await _form(request, body)
    name = _UNPRINTABLE.sub("\ufffd", request.query_params.get("name") or _NAMES[kind])
    return name, partial(document_from_bytes, name, body)


async def _body(request: Request, limit: int) -> bytes:
    """All bytes, of which no more than `limit` are ever held."""
    chunks, size = [], 0
    try:
        async with asyncio.timeout(RECEIVE_SECONDS):
            async for chunk in request.stream():
                size += len(chunk)
                if size > limit:
                    raise HTTPException(413, f"more than {limit:,} bytes; a report has a few thousand characters")
                chunks.append(chunk)
    except TimeoutError as error:
        raise HTTPException(408, f"the body did not arrive within {RECEIVE_SECONDS} s") from error
    return b"".join(chunks)


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, f"the body is no JSON ({error}); send an object with text or html") from error


def _record(record: object) -> tuple[str, Load]:
    """Like a line of a .jsonl file, but that `id` may be left out."""
    try:
        return document_of({"id": "text", **record} if isinstance(record, dict) else record, "the body")
    except BadRecordError as error:
        raise HTTPException(422, str(error)) from error


async def _form(request: Request, body: bytes) -> tuple[str, Load]:
    """An upload called `file`, or one of the fields `text` and `html`, perhaps with `id`."""
    replayed = Request(request.scope, _replay(body))
    async with replayed.form(max_files=1, max_fields=_FORM_PARTS, max_part_size=len(body) + 1) as form:
        file = form.get("file")
        if isinstance(file, UploadFile):
            name = _UNPRINTABLE.sub("\ufffd", file.filename or "upload")
            return name, partial(document_from_bytes, name, await file.read())
        return _record(dict(form))


def _replay(body: bytes) -> Callable[[], Awaitable[Message]]:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
