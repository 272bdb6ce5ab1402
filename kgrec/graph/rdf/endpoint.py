"""The SPARQL 1.1 protocol over HTTP: queries, updates, and credentials that nobody sees."""

from __future__ import annotations

import base64
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import unquote, urlencode, urlsplit, urlunsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from kgrec.errors import GraphError, StoreError

JSON = "application/sparql-results+json"
N_TRIPLES = "application/n-triples"
_UPDATE = "application/sparql-update"
Auth = tuple[str, str] | str | None
"""User and password, or a bearer token."""

_TRIES = 4
_AGAIN = (429, 502, 503, 504)
_PART = 1 << 20


class Endpoint:
    """A SPARQL endpoint.

    :param query_url: where queries are sent
    :param update_url: where updates are sent; by default the same, with ``/update`` for ``/query``
    :param auth: user and password or a token; by default ``KGREC_SPARQL_USER`` and
        ``KGREC_SPARQL_PASSWORD``, or ``KGREC_SPARQL_TOKEN``, of the environment
    """

    def __init__(self, query_url: str, update_url: str | None = None, *, auth: Auth = None) -> None:
        self.query_url, found = _without_user(query_url)
        updates, other = _without_user(update_url) if update_url else (None, None)
        self.update_url = updates or _update_url(self.query_url)
        self._authorization = _authorization(auth or found or other or _from_environment())

    def __repr__(self) -> str:
        return f"Endpoint({self.query_url!r})"

    @contextmanager
    def open(
        self, query: str, accept: str, *, graph: str | None = None, timeout: float = 600.0
    ) -> Iterator[IO[bytes]]:
        """Ask, and read the answer as it comes.

        :param graph: the IRI of the named graph that is to be the default graph
        :raises StoreError: if the endpoint cannot be reached or refuses
        :raises GraphError: if the query is not valid, or takes too long
        """
        fields = {"query": query, **({"default-graph-uri": graph} if graph else {})}
        body = urlencode(fields).encode()
        request = self._request(self.query_url, body, "application/x-www-form-urlencoded", accept)
        try:
            with self._send(request, timeout) as response:
                yield _Timed(response, timeout, self.query_url)  # type: ignore[misc]
        except _PassingError as error:
            raise error.final from error.__cause__

    def results(
        self, query: str, *, graph: str | None = None, timeout: float = 600.0
    ) -> dict[str, Any]:
        """The answer to ``SELECT`` or ``ASK``, as SPARQL's JSON."""
        with self.open(query, JSON, graph=graph, timeout=timeout) as answer:
            text = answer.read()
        try:
            return dict(json.loads(text))
        except ValueError as error:
            raise StoreError(
                f"{self.query_url}: the answer is no SPARQL result; is this a SPARQL endpoint?"
            ) from error

    def download(self, query: str, path: Path, *, graph: str | None = None) -> None:
        """Store the triples of a ``CONSTRUCT`` in a file."""
        with (
            self.open(query, N_TRIPLES, graph=graph, timeout=86_400) as answer,
            path.open("wb") as file,
        ):
            shutil.copyfileobj(answer, file, _PART)

    def update(self, text: str, *, timeout: float = 600.0) -> None:
        """Change the data; what can be repeated without harm is, after a lost connection.

        :raises StoreError: if the endpoint cannot be reached, refuses, or takes no updates
        """
        request = self._request(self.update_url, text.encode(), _UPDATE, "*/*")
        for number in range(_TRIES):
            try:
                with self._send(request, timeout) as response:
                    response.read()
                return
            except _PassingError as error:
                if number + 1 == _TRIES:
                    raise error.final from error.__cause__
                time.sleep(0.2 * 3**number)

    def _request(self, url: str, body: bytes, kind: str, accept: str) -> Request:
        headers = {"Content-Type": kind, "Accept": accept, "User-Agent": "kgrec"}
        if self._authorization:
            headers["Authorization"] = self._authorization
        return Request(url, body, headers, method="POST")

    @contextmanager
    def _send(self, request: Request, timeout: float) -> Iterator[Any]:
        is_update, url = request.get_header("Content-type") == _UPDATE, request.full_url
        try:
            with _OPENER.open(request, timeout=timeout) as response:
                yield response
        except HTTPError as error:
            with error:  # it is the answer, too
                refusal = _refusal(error, url, is_update)
            raise refusal from None
        except TimeoutError as error:
            raise GraphError(_too_slow(url, timeout)) from error
        except (URLError, HTTPException, ConnectionError) as error:
            if isinstance(getattr(error, "reason", None), TimeoutError):
                raise GraphError(_too_slow(url, timeout)) from error
            raise _PassingError(
                f"{url}: no endpoint answers, or it went away "
                f"({getattr(error, 'reason', error)}); start it, or correct the address."
            ) from error


class _PassingError(StoreError):
    """A failure that may pass."""

    @property
    def final(self) -> StoreError:
        return StoreError(str(self))


class _NoRedirects(HTTPRedirectHandler):
    """Whoever is sent elsewhere would take the password along."""

    def redirect_request(self, req: Request, *answer: Any) -> None:
        """Refuse; of ``answer`` the first is to be closed, and the last the other address."""
        answer[0].close()
        raise StoreError(
            f"{req.full_url}: the server sends us to {answer[-1]}; give that address if it is "
            "right."
        )


_OPENER = build_opener(_NoRedirects)


class _Timed:
    """Reads until a deadline: a socket's own timeout only bounds each wait."""

    def __init__(self, response: Any, seconds: float, url: str) -> None:
        self._response, self._seconds, self._url = response, seconds, url
        self._end = time.monotonic() + seconds

    def read(self, size: int = -1) -> bytes:
        if size >= 0:
            return self._part(size)
        return b"".join(iter(lambda: self._part(_PART), b""))

    def _part(self, size: int) -> bytes:
        if time.monotonic() > self._end:
            raise GraphError(_too_slow(self._url, self._seconds))
        return bytes(self._response.read(size))


def _too_slow(url: str, seconds: float) -> str:
    return (
        f"{url}: the answer took longer than {seconds:g} seconds; narrow the query, or allow more "
        "time."
    )


def _refusal(error: HTTPError, url: str, is_update: bool) -> Exception:
    if error.code in _AGAIN:
        return _PassingError(f"{url}: the server is busy (HTTP {error.code}); try again later.")
    if error.code in (401, 403):
        return StoreError(
            f"{url}: the server refuses the user or the password (HTTP {error.code}); pass auth=, "
            "or set KGREC_SPARQL_USER and KGREC_SPARQL_PASSWORD (or KGREC_SPARQL_TOKEN)."
        )
    said = " ".join(error.read(2_000).decode("utf-8", "replace").split())[:300]
    if is_update and error.code in (404, 405, 415, 501):
        return StoreError(
            f"{url}: the endpoint takes no updates there (HTTP {error.code}); give the address of "
            "its updates as update_url."
        )
    if error.code == 400:
        return GraphError(f"{url}: the query is not valid: {said}; correct it.")
    return StoreError(f"{url}: the server answers HTTP {error.code}: {said}; check the address.")


def _without_user(url: str) -> tuple[str, Auth]:
    """Take user and password out of an address, so that it can be shown."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise StoreError("the address of an endpoint must begin with http:// or https://.")
    host = parts.netloc.rpartition("@")[2]
    auth = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
    return urlunsplit(parts._replace(netloc=host, fragment="")), auth


def _update_url(query_url: str) -> str:
    return (
        query_url.removesuffix("/query") + "/update"
        if query_url.endswith("/query")
        else (query_url)
    )


def _from_environment() -> Auth:
    user, password, token = (
        os.environ.get(f"KGREC_SPARQL_{name}") for name in ("USER", "PASSWORD", "TOKEN")
    )
    return (user, password or "") if user else token


def _authorization(auth: Auth) -> str | None:
    if auth is None:
        return None
    if isinstance(auth, str):
        return f"Bearer {auth}"
    code = base64.b64encode(":".join(auth).encode()).decode()
    return f"Basic {code}"
