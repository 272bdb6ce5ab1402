"""Where graphs come from and go to: Neo4j, RDF, networkx, GraphML, tables."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping as Parameters
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kgrec.callbacks import Progress
from kgrec.errors import DataError
from kgrec.graph.content import Change, Content
from kgrec.graph.result import QueryResult
from kgrec.graph.stores.base import Store
from kgrec.graph.stores.open import check_path, is_http
from kgrec.graph.versions.identity import identity_after

if TYPE_CHECKING:
    import networkx as nx

    from kgrec.data.dataset import Dataset
    from kgrec.graph.imports import Mapping
    from kgrec.graph.knowledge_graph import KnowledgeGraph
    from kgrec.graph.stores.neo4j_credentials import Auth
    from kgrec.graph.stores.rdf import RdfStore


class Exchange(ABC):
    """The half of :class:`~kgrec.graph.KnowledgeGraph` that speaks with the outside."""

    @abstractmethod
    def content(self) -> Content:
        """All of the graph, for a store."""

    @property
    @abstractmethod
    def changes(self) -> tuple[Change, ...]:
        """What the latest updates changed, in the order of time."""

    def to_store(self, store: Store, *, progress: Progress | None = None) -> None:
        """Write the graph to an open store.

        If the store holds an earlier version of this very graph, it gets only the difference.

        :raises StoreError: if the store cannot be reached, refuses, or goes away
        """
        content, held = self.content(), store.held()
        earlier = [(change.previous, change.version - 1) for change in self.changes]
        if held not in earlier:
            store.write(content, progress=progress)
            return
        for change in self.changes[earlier.index(held) :]:
            header = {
                **content.header,
                "version": change.version,
                "identity": identity_after(change),
            }
            store.merge(change, header, progress=progress)

    @staticmethod
    def from_neo4j(
        uri: str,
        mapping: Mapping | None = None,
        *,
        auth: Auth = None,
        database: str | None = None,
        progress: Progress | None = None,
    ) -> KnowledgeGraph:
        """Import a graph from Neo4j, or from what else speaks Bolt; nothing there is changed.

        :param uri: ``bolt://localhost:7687``, ``neo4j+s://…``; without user and password
        :param mapping: which labels are users and items, which relationships are interactions;
            :func:`kgrec.suggest_mapping` proposes one. ``None``: the graph is one that
            :meth:`to_neo4j` wrote, and comes back as it was
        :param auth: see :meth:`to_neo4j`
        :param database: by default the one that the server prefers
        :raises StoreError: if the server is down or refuses, or holds no graph of kgrec's
        :raises DataError: if the mapping does not fit the graph
        """
        from kgrec.graph.imports import read_neo4j
        from kgrec.graph.stores.neo4j import Neo4jStore

        if mapping is not None:
            data = read_neo4j(uri, mapping, auth=auth, database=database, progress=progress)
            return _build(data, progress)
        with Neo4jStore(uri, auth=auth, database=database) as store:
            return _whole(store.read(progress=progress))

    @staticmethod
    def from_rdf(
        source: str | Path,
        mapping: Mapping | None = None,
        *,
        auth: tuple[str, str] | None = None,
        progress: Progress | None = None,
    ) -> KnowledgeGraph:
        """Import a graph from RDF.

        :param source: a file ``.ttl``, ``.nt``, ``.nq``, ``.jsonld``, …; a folder of pyoxigraph; or
            the address ``http://…`` of a SPARQL endpoint
        :param mapping: which classes are users and items, which predicates are interactions;
            :func:`kgrec.suggest_mapping` proposes one. ``None``: the graph is one that
            :meth:`to_rdf` wrote, and comes back as it was
        :param auth: user and password of an endpoint
        :raises StoreError: if the source cannot be read, or holds no graph of kgrec's
        :raises DataError: if the mapping does not fit the graph
        """
        from kgrec.graph.imports import read_rdf
        from kgrec.graph.rdf.files import read_file
        from kgrec.graph.stores.open import open_store

        if mapping is not None:
            return _build(read_rdf(source, mapping, auth=auth), progress)
        if not is_http(source) and check_path(source).is_file():
            return _whole(read_file(source))
        with open_store(source, auth=auth) as store:
            return _whole(store.read(progress=progress))

    @staticmethod
    def from_networkx(graph: nx.Graph, mapping: Mapping | None = None) -> KnowledgeGraph:
        """Import a graph from networkx.

        :param mapping: ``None``: the graph is one that :meth:`to_networkx` made
        :raises DataError: if the mapping does not fit the graph, or there has to be one
        """
        from kgrec.graph.imports import read_networkx
        from kgrec.graph.networkx import from_networkx, is_ours

        if mapping is not None:
            return _build(read_networkx(graph, mapping), None)
        if not is_ours(graph):
            raise DataError(
                "kgrec did not make this graph, so it cannot know what is what in it",
                fix="give a mapping; kgrec.suggest_mapping(graph) proposes one",
            )
        return _whole(from_networkx(graph))

    @staticmethod
    def from_graphml(path: str | Path) -> KnowledgeGraph:
        """Read a graph that :meth:`to_graphml` wrote.

        :raises StoreError: if it is missing, is no GraphML, or kgrec did not write it
        """
        from kgrec.graph.networkx import read_graphml

        return _whole(read_graphml(Path(path)))

    @staticmethod
    def from_tables(nodes: object, edges: object, mapping: Mapping) -> KnowledgeGraph:
        """Import a graph from a table of nodes and a table of edges (polars, pandas or Arrow).

        :param nodes: a column ``id``, one with the class, and properties
        :param edges: columns ``head`` and ``tail`` (or ``source`` and ``target``), one with the
            type, and properties
        :raises DataError: if a column is missing, or the mapping does not fit
        """
        from kgrec.graph.imports import read_tables

        return _build(read_tables(nodes, edges, mapping), None)

    def to_neo4j(
        self,
        uri: str,
        *,
        auth: Auth = None,
        database: str | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Write the graph to Neo4j, or to what else speaks Bolt; writing twice changes nothing.

        If the database holds an earlier version of this very graph, only the difference is sent.
        Constraints come first, then nodes and relationships in batches; after a lost connection a
        second call goes on where the first one stopped. What is not kgrec's is never touched.

        :param uri: ``bolt://localhost:7687``, ``neo4j+s://…``; without user and password
        :param auth: ``(user, password)``, or a file that only you can read, with the lines
            ``NEO4J_USERNAME=…`` and ``NEO4J_PASSWORD=…``; by default the environment has them
        :param database: by default the one that the server prefers
        :raises StoreError: if the server is down, refuses, or goes away
        """
        from kgrec.graph.stores.neo4j import Neo4jStore

        with Neo4jStore(uri, auth=auth, database=database) as store:
            self.to_store(store, progress=progress)

    def to_rdf(
        self,
        target: str | Path,
        *,
        update_url: str | None = None,
        auth: tuple[str, str] | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Write the graph as RDF.

        :param target: a file ``.ttl``, ``.nt``, ``.nq`` or ``.jsonld``; the address ``http://…`` of
            a SPARQL endpoint; or a folder (a name without an ending) for an RDF store on disk
        :param update_url: where the endpoint takes updates, if elsewhere
        :param auth: user and password of the endpoint
        :raises StoreError: if the target cannot be written
        """
        if is_http(target):
            from kgrec.graph.stores.sparql import SparqlStore

            with SparqlStore(str(target), update_url, auth=auth) as endpoint:
                self.to_store(endpoint, progress=progress)
        elif check_path(target).suffix:
            from kgrec.graph.rdf.files import write_file

            write_file(self.content(), Path(target), progress=progress)
        else:
            from kgrec.graph.stores.rdf import RdfStore

            with RdfStore(Path(target)) as store:
                self.to_store(store, progress=progress)

    def to_graphml(self, path: str | Path) -> None:
        """Write a GraphML file, for Gephi, yEd, igraph and others; kgrec reads it back whole.

        :raises StoreError: if a text holds a character that XML cannot
        """
        from kgrec.graph.networkx import write_graphml

        write_graphml(self.content(), Path(path))

    def to_networkx(self) -> nx.MultiDiGraph:
        """Copy the graph for networkx; nodes are named by their keys, ``"item:42"``."""
        from kgrec.graph.networkx import to_networkx

        return to_networkx(self.content())

    def sparql(
        self,
        query: str,
        parameters: Parameters[str, Any] | None = None,
        *,
        timeout: float = 60.0,
        row_limit: int = 1_000_000,
    ) -> QueryResult:
        """Ask the graph in SPARQL; it can only be read.

        The triples are made when the first question is asked, and kept in memory: for a large graph
        write an RDF store on disk once (:meth:`to_rdf`) and ask that.

        :param parameters: values for variables of the query, by name
        :param timeout: seconds
        :param row_limit: rows beyond it are cut, and the result says so
        :raises GraphError: if the query would write, is not valid, or takes too long
        """
        return self._triples.query(query, parameters, timeout=timeout, row_limit=row_limit)

    @cached_property
    def _triples(self) -> RdfStore:
        from kgrec.graph.stores.rdf import RdfStore

        store = RdfStore()
        store.write(self.content())
        return store


def _build(data: Dataset, progress: Progress | None) -> KnowledgeGraph:
    from kgrec.graph.knowledge_graph import KnowledgeGraph

    return KnowledgeGraph.build(data, progress=progress)


def _whole(content: Content) -> KnowledgeGraph:
    from kgrec.graph.knowledge_graph import KnowledgeGraph

    return KnowledgeGraph.from_content(content)
