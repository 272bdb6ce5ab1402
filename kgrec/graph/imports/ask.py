"""Asking SPARQL: a folder of pyoxigraph, or an endpoint over HTTP."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from kgrec.graph.rdf.endpoint import N_TRIPLES, Auth, Endpoint
from kgrec.graph.rdf.lines import TRIPLES
from kgrec.graph.rdf.oxigraph import open_folder, oxigraph
from kgrec.graph.rdf.triples import scan_quads

_TIMEOUT = 60.0  # seconds


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
        return _rows(json.loads(self._query(query).serialize(format=form)))

    def construct(self, query: str) -> pl.DataFrame:
        """See :class:`Ask`."""
        form = oxigraph().RdfFormat.N_TRIPLES
        return _table(self._query(query).serialize(format=form))

    def _query(self, query: str) -> Any:
        return self._store.query(query, use_default_graph_as_union=True)


class AskEndpoint:
    """A SPARQL 1.1 endpoint.

    :param url: its address
    :param auth: user and password, or a token; by default those of the environment
    """

    def __init__(self, url: str, auth: Auth = None) -> None:
        self._endpoint = Endpoint(url, auth=auth)

    def select(self, query: str) -> list[tuple[str, ...]]:
        """See :class:`Ask`."""
        return _rows(self._endpoint.results(query, timeout=_TIMEOUT))

    def construct(self, query: str) -> pl.DataFrame:
        """See :class:`Ask`."""
        with self._endpoint.open(query, N_TRIPLES, timeout=_TIMEOUT) as answer:
            return _table(answer.read())


def _rows(found: dict[str, Any]) -> list[tuple[str, ...]]:
    names = found["head"]["vars"]
    return [
        tuple(row.get(name, {}).get("value", "") for name in names)
        for row in found["results"]["bindings"]
    ]


def _table(answer: bytes) -> pl.DataFrame:
    ox = oxigraph()
    quads = ox.parse(answer, format=ox.RdfFormat.N_TRIPLES)
    return pl.concat([TRIPLES.to_frame(), *scan_quads(quads)])
