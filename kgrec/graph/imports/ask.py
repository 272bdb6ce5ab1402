"""Asking SPARQL: a folder of pyoxigraph, or an endpoint over HTTP."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from typing import Any, Protocol
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import polars as pl

from kgrec.errors import StoreError
from kgrec.graph.rdf.lines import TRIPLES
from kgrec.graph.rdf.oxigraph import open_folder, oxigraph
from kgrec.graph.rdf.triples import scan_quads

_TIMEOUT = 60.0  # seconds
_ROWS = "application/sparql-results+json"
_TRIPLES = "application/n-triples"


class Ask(Protocol):
    """Whatever answers SPARQL."""

    def select(self, query: str) -> list[tuple[str, ...]]:
        """Rows of a SELECT, as the text of their terms; unbound is empty."""

    def construct(self, query: str) -> pl.DataFrame:
        """Triples of a CONSTRUCT: columns of :data:`kgrec.graph.rdf.lines.TRIPLES`."""


class AskFolder:
    """A folder of pyoxigraph.

    :param path: the folder
    :raises StoreError: if it is none, or in use
    """

    def __init__(self, path: Path) -> None:
        self._store = open_folder(path)

    def __len__(self) -> int:
        return len(self._store)

    def select(self, query: str) -> list[tuple[str, ...]]:
        """See :class:`Ask`."""
        form = oxigraph().QueryResultsFormat.JSON
        return _rows(self._query(query).serialize(format=form))

    def construct(self, query: str) -> pl.DataFrame:
        """See :class:`Ask`."""
        form = oxigraph().RdfFormat.N_TRIPLES
        return _table(self._query(query).serialize(format=form))

    def _query(self, query: str) -> Any:
        return self._store.query(query, use_default_graph_as_union=True)


class AskEndpoint:
    """A SPARQL 1.1 endpoint.

    :param url: its address
    :param auth: user and password, if it asks for them
    """

    def __init__(self, url: str, auth: tuple[str, str] | None = None) -> None:
        self._url = url
        self._headers = {"User-Agent": "kgrec"}
        if auth is not None:
            word = base64.b64encode(":".join(auth).encode()).decode()
            self._headers["Authorization"] = f"Basic {word}"

    def select(self, query: str) -> list[tuple[str, ...]]:
        """See :class:`Ask`."""
        with _said(self._url):
            return _rows(self._post(query, _ROWS))

    def construct(self, query: str) -> pl.DataFrame:
        """See :class:`Ask`."""
        with _said(self._url):
            return _table(self._post(query, _TRIPLES))

    def _post(self, query: str, accept: str) -> bytes:
        body = urlencode({"query": query}).encode()
        request = Request(self._url, body, {**self._headers, "Accept": accept})
        with urlopen(request, timeout=_TIMEOUT) as answer:
            return bytes(answer.read())


def _rows(answer: bytes) -> list[tuple[str, ...]]:
    found = json.loads(answer)
    names = found["head"]["vars"]
    return [
        tuple(row.get(name, {}).get("value", "") for name in names)
        for row in found["results"]["bindings"]
    ]


def _table(answer: bytes) -> pl.DataFrame:
    ox = oxigraph()
    quads = ox.parse(answer, format=ox.RdfFormat.N_TRIPLES)
    return pl.concat([TRIPLES.to_frame(), *scan_quads(quads)])


@contextmanager
def _said(url: str) -> Iterator[None]:
    """Errors on the way as one sentence."""
    try:
        yield
    except HTTPError as error:
        reason = f"{error.code} {error.reason}"
        advice = "check user and password" if error.code in (401, 403) else "check the address"
        raise StoreError(f"{url}: the endpoint refuses ({reason}); {advice}.") from None
    except TimeoutError:
        raise StoreError(f"{url}: no answer in {_TIMEOUT:g} seconds; try again later.") from None
    except (OSError, HTTPException) as error:
        reason = str(getattr(error, "reason", error))
        raise StoreError(
            f"{url}: the endpoint cannot be reached ({reason}); check that it runs."
        ) from None
    except (ValueError, KeyError, SyntaxError) as error:
        raise StoreError(
            f"{url}: the answer is not that of a SPARQL endpoint ({error}); check the address."
        ) from None
