"""The gate in front of all routes: who may come in, with how much, and for how long."""

from __future__ import annotations

import asyncio
import hmac
import logging
import time
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kgrec.serve.background import Load
from kgrec.serve.metrics import Metrics
from kgrec.serve.queries import longest
from kgrec.serve.refusal import Refusal
from kgrec.serve.reply import encoded
from kgrec.serve.settings import Settings

_log = logging.getLogger("kgrec.serve")
_CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = [
    (b"content-security-policy", _CONTENT_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
_OPEN = ("/", "/health")
_WATCHING = ("/health", "/metrics")
"""Asked for every second, and no reason to do nothing else."""


class Gate:
    """Checks a request, reads its body, and turns whatever fails into JSON.

    :param app: what is behind it
    :param settings: keys, names and limits
    :param is_draining: whether clients are to close their connections
    """

    def __init__(
        self,
        app: ASGIApp,
        settings: Settings,
        metrics: Metrics,
        load: Load,
        is_draining: Callable[[], bool],
    ) -> None:
        self.app, self.settings, self.metrics, self.load = app, settings, metrics, load
        self.is_draining = is_draining
        self._key = settings.key.encode() if settings.key else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun, out = time.perf_counter(), _Out(send, self.is_draining)
        watched = scope["path"] in _WATCHING
        if not watched:
            self.load.begin()
        try:
            await self._answer(scope, receive, out)
        finally:
            if not watched:
                self.load.end()
            path = getattr(scope.get("route"), "path", None) or "other"
            seconds = time.perf_counter() - begun
            self.metrics.request(path, _method(scope), out.status, seconds)

    async def _answer(self, scope: Scope, receive: Receive, out: _Out) -> None:
        limit = self.settings.seconds
        if scope["path"] == "/query":
            limit += longest(self.settings)
        try:
            async with asyncio.timeout(limit):
                headers = Headers(scope=scope)
                self._check_host(headers)
                self._check_key(scope["path"], headers)
                body = await self._body(headers, receive)
                await self.app(scope, body, out)
        except Refusal as refusal:
            await out.refuse(refusal)
        except TimeoutError:
            sentence = f"The request took longer than {limit:g} seconds; ask for less."
            await out.refuse(Refusal(503, sentence))
        except Exception:
            _log.exception("%s %s failed.", scope["method"], scope["path"])
            await out.refuse(Refusal(500, "The service failed; its log says why."))

    def _check_host(self, headers: Headers) -> None:
        """A page elsewhere whose name is made to mean this address must not get in."""
        names = self.settings.names
        host = headers.get("host", "").lower()
        name = host.rpartition(":")[0] if ":" in host.rpartition("]")[2] else host
        if names and name not in names:
            raise Refusal(
                400, "The service is not called by this name; start it with --allow-host NAME."
            )

    def _check_key(self, path: str, headers: Headers) -> None:
        if self._key is None or path in _OPEN or path.startswith("/page/"):
            return
        given = headers.get("x-api-key") or ""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if not given and scheme.lower() == "bearer":
            given = token.strip()
        if not hmac.compare_digest(given.encode("utf-8", "replace"), self._key):
            raise Refusal(401, "Give the service's key in the header X-API-Key.")

    async def _body(self, headers: Headers, receive: Receive) -> Receive:
        """Read the body, no further than it may be long."""
        most = self.settings.most_bytes
        stated = headers.get("content-length", "0")
        if not stated.isdecimal():
            raise Refusal(400, "The header Content-Length is not a number.")
        if int(stated) > most:
            raise _too_long(most)
        parts: list[bytes] = []
        size, more = 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                break
            part = message.get("body", b"")
            size, more = size + len(part), message.get("more_body", False)
            if size > most:
                raise _too_long(most)
            parts.append(part)
        return _replayed(b"".join(parts), receive)


class _Out:
    """What goes out: with the headers of all responses, and with JSON where something failed."""

    def __init__(self, send: Send, is_draining: Callable[[], bool]) -> None:
        self._send, self._is_draining = send, is_draining
        self.status, self._begun = 0, False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self._begun = message["status"], True
            extra = [*_HEADERS]
            if self._is_draining() or self.status in (408, 413):
                extra.append((b"connection", b"close"))
            if not any(name == b"cache-control" for name, _ in message.get("headers", ())):
                extra.append((b"cache-control", b"no-store"))
            message = {**message, "headers": [*message.get("headers", ()), *extra]}
        await self._send(message)

    async def refuse(self, refusal: Refusal) -> None:
        """Say why there is no answer; if one has begun, its connection is torn."""
        if self._begun:
            raise refusal
        body = encoded(refusal.body())
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
        ]
        if refusal.status == 401:
            headers.append((b"www-authenticate", b"Bearer"))
        start = {"type": "http.response.start", "status": refusal.status, "headers": headers}
        await self(start)
        await self._send({"type": "http.response.body", "body": body})


def _replayed(body: bytes, receive: Receive) -> Receive:
    told = False

    async def replay() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _too_long(most: int) -> Refusal:
    return Refusal(413, f"The body is longer than {most:,} bytes; send less at a time.")


def _method(scope: Scope) -> str:
    """One of the few that there are: a label for every invented one would fill the memory."""
    known = ("GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH")
    return scope["method"] if scope["method"] in known else "other"
