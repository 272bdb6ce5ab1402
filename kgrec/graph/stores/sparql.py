"""Any SPARQL 1.1 endpoint: Oxigraph's server, Fuseki, GraphDB, Virtuoso …"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from kgrec.callbacks import Progress
from kgrec.errors import GraphError, StoreError
from kgrec.graph.content import Change, Content, identity_and_version
from kgrec.graph.parameters import check_request
from kgrec.graph.rdf.changes import Writer, change_update, check_version, refuse_twins
from kgrec.graph.rdf.content import read_content
from kgrec.graph.rdf.diff import batches, difference
from kgrec.graph.rdf.edges import ITEM, SUBJECT, USER, WEIGHT
from kgrec.graph.rdf.endpoint import Auth, Endpoint
from kgrec.graph.rdf.header import read_header
from kgrec.graph.rdf.iris import safe_iri
from kgrec.graph.rdf.names import Names
from kgrec.graph.rdf.namespaces import GRAPH, KEY
from kgrec.graph.rdf.plain import plain, result
from kgrec.graph.rdf.triples import scan_text
from kgrec.graph.rdf.upload import WRITING, WRITTEN, Marker, fingerprint, upload
from kgrec.graph.rdf.wipe import wipe
from kgrec.graph.result import QueryResult
from kgrec.graph.sparql import bind, form, why_not_read_only, with_limit
from kgrec.graph.stores.sparql_explored import Explored

_ROWS = 5_000  # of a change, in one request
_PARTS = (
    f"?s <{KEY}> ?k ; ?p ?o",
    f"?s <{USER}> ?u ; <{ITEM}> ?i ; ?p ?o",
    f"?s <{SUBJECT}> ?x ; <{WEIGHT}> ?w ; ?p ?o",
)
_INTERACTIONS = f"?e <{USER}> ?u ; <{ITEM}> ?i . ?u <{KEY}> ?a . ?i <{KEY}> ?b"


class SparqlStore(Explored):
    """A graph behind a SPARQL endpoint, in a named graph of its own.

    :param query_url: where the endpoint takes queries
    :param update_url: where it takes updates; by default the same address, with ``/update`` in the
        place of ``/query``
    :param auth: user and password, or a bearer token; by default ``KGREC_SPARQL_USER`` and
        ``KGREC_SPARQL_PASSWORD``, or ``KGREC_SPARQL_TOKEN``, of the environment
    :param graph: the IRI of the named graph. ``None``: the default graph, in which kgrec takes
        every literal of its nodes for its own
    :raises StoreError: if an address is no ``http://`` or ``https://``
    """

    def __init__(
        self,
        query_url: str,
        update_url: str | None = None,
        *,
        auth: Auth = None,
        graph: str | None = GRAPH,
    ) -> None:
        if graph is not None and not safe_iri(graph):
            raise StoreError(f"'{graph}' is no absolute IRI; a named graph needs one.")
        self._endpoint = Endpoint(query_url, update_url, auth=auth)
        self._graph = graph

    def __repr__(self) -> str:
        return f"SparqlStore({self._endpoint.query_url!r})"

    def write(self, content: Content, *, progress: Progress | None = None) -> None:
        """Hold this graph in the place of an earlier one; see
        :class:`~kgrec.graph.stores.base.Store`.

        Each request brings a batch and counts it. After a lost connection, call it again with the
        same graph: it goes on where it was. Of an earlier graph only the difference is changed.
        """
        shown, writer = progress or Progress(), Writer(Names.of(content.header), self._graph)
        name, found = fingerprint(content), self._marker()
        if found is None and self._about().height:
            self._change_all(content, writer, shown)
        else:
            if found is None or found.graph != name:
                wipe(self._select, self._endpoint.update, self._graph)
                found = Marker(name)
            upload(content, self._endpoint.update, writer, found, shown)
        self._names = None

    def merge(
        self, change: Change, header: Mapping[str, Any], *, progress: Progress | None = None
    ) -> None:
        """Go on to the next version, in one request; see
        :class:`~kgrec.graph.stores.base.Store`."""
        check_version(change, header, self._header(), repr(self))
        refuse_twins(change, self._select)
        with (progress or Progress()).stage("change at endpoint"):
            self._endpoint.update(change_update(change, header, self._graph))
        self._names = None

    def held(self) -> tuple[str, int] | None:
        """Identity and version of the graph; see :class:`~kgrec.graph.stores.base.Store`."""
        about = self._about()
        if about.is_empty() or self._marker() is not None:
            return None
        return identity_and_version(self._header())

    def read(self, *, progress: Progress | None = None) -> Content:
        """Take the graph out; see :class:`~kgrec.graph.stores.base.Store`."""
        self._header()
        with (progress or Progress()).stage("read from endpoint", len(_PARTS)) as bar:
            content = read_content(self._parts(bar))
        held = [self._number(pattern) for pattern in (f"?s <{KEY}> ?k", _INTERACTIONS)]
        acts = content.edges.filter(pl.col("relation") == "interacted").height
        if content.nodes.height < held[0] or acts < held[1]:
            raise StoreError(
                f"{self!r} cuts its answers: {content.nodes.height:,} of {held[0]:,} nodes came; "
                "raise its limit of results."
            )
        return content

    def query(
        self,
        query: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        timeout: float = 60.0,
        row_limit: int = 1_000_000,
        write: bool = False,
    ) -> QueryResult:
        """Answer a SPARQL query; see :class:`~kgrec.graph.stores.base.Store`.

        Values are as :meth:`kgrec.graph.stores.rdf.RdfStore.query` gives them. The graph is the
        default graph of the query. An update says itself which graph it means.
        """
        text = bind(query, check_request(query, parameters, timeout, row_limit))
        reason = why_not_read_only(text)
        if reason is not None and not write:
            raise GraphError(f"The query may only read, and {reason}; allow it with write=True.")
        if form(text) == "":
            self._endpoint.update(text, timeout=timeout)
            self._names = None
            return QueryResult([], [])
        if form(text) in ("CONSTRUCT", "DESCRIBE"):
            return self._triples(text, timeout, row_limit)
        limited = with_limit(text, row_limit + 1)
        answer = self._endpoint.results(limited, graph=self._graph, timeout=timeout)
        return result(answer, row_limit)

    def close(self) -> None:
        """Nothing is held between requests."""

    def _change_all(self, content: Content, writer: Writer, progress: Progress) -> None:
        """Make a store that holds a graph hold another one."""
        change = difference(self.read(), content)
        refuse_twins(change, self._select)
        with progress.stage("change at endpoint") as bar:
            for part in batches(change, _ROWS):
                self._endpoint.update(" ;\n".join(writer.steps(part)))
                bar.advance()
        self._endpoint.update(" ;\n".join(writer.header(content.header)))

    def _parts(self, bar: Any) -> Iterator[pl.DataFrame]:
        with TemporaryDirectory(prefix="kgrec-") as folder:
            path = Path(folder) / "part.nt"
            for pattern in (f"BIND(<{GRAPH}> AS ?s) ?s ?p ?o", *_PARTS):
                query = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {self._within(pattern)} }}"
                self._endpoint.download(query, path)
                with path.open("rb") as stream:
                    yield from scan_text(stream, repr(self))
                bar.advance()

    def _triples(self, query: str, timeout: float, row_limit: int) -> QueryResult:
        with self._endpoint.open(
            query, "application/n-triples", graph=self._graph, timeout=timeout
        ) as answer:
            text = answer.read()
        rows = [
            [subject, predicate, plain(value, datatype) if kind == "literal" else value]
            for chunk in scan_text(io.BytesIO(text), repr(self))
            for subject, predicate, value, kind, datatype, _ in chunk.iter_rows()
        ]
        return QueryResult(
            ["subject", "predicate", "object"], rows[:row_limit], len(rows) > row_limit
        )

    def _about(self) -> pl.DataFrame:
        rows = self._select("?p ?o", f"<{GRAPH}> ?p ?o")
        return pl.DataFrame(rows, schema=["predicate", "object"], orient="row")

    def _header(self) -> dict[str, Any]:
        if self._marker() is not None:
            raise StoreError(
                f"{self!r}: a graph was being written there and is not complete; write it again."
            )
        return read_header(self._about(), f"{self!r}: ")

    def _marker(self) -> Marker | None:
        said = dict(self._about().iter_rows())
        if WRITING not in said:
            return None
        return Marker(said[WRITING], int(said.get(WRITTEN, 0)))

    def _number(self, pattern: str) -> int:
        return int(str(self._select("(COUNT(*) AS ?c)", pattern)[0][0]))

    def _within(self, pattern: str) -> str:
        return f"GRAPH <{self._graph}> {{ {pattern} }}" if self._graph else pattern

    def _select(
        self, variables: str, pattern: str, more: str = ""
    ) -> Sequence[Sequence[str | None]]:
        query = f"SELECT {variables} WHERE {{ {self._within(pattern)} }} {more}"
        answer = self._endpoint.results(query)
        columns = answer["head"]["vars"]
        return [
            [row[column]["value"] if column in row else None for column in columns]
            for row in answer["results"]["bindings"]
        ]
