"""Proposing a mapping for whatever holds a graph."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from kgrec.errors import DataError
from kgrec.graph.imports.content import content_graph
from kgrec.graph.imports.foreign import ForeignGraph
from kgrec.graph.imports.mapping import Mapping
from kgrec.graph.imports.suggest import suggest

if TYPE_CHECKING:
    from kgrec.graph.stores.neo4j_credentials import Auth

_BOLT = ("bolt://", "bolt+s://", "bolt+ssc://", "neo4j://", "neo4j+s://", "neo4j+ssc://")
_HTTP = ("http://", "https://")


def suggest_mapping(store: Any, *, auth: Auth = None, database: str | None = None) -> Mapping:
    """Propose a mapping for a graph, from its schema, its names and its degrees.

    Print it, save it, edit it: ``print(mapping)``, ``mapping.save("mapping.toml")``. What speaks
    for it is in :attr:`~Mapping.reasons`, what else would be possible in
    :attr:`~Mapping.alternatives`. A big graph on a server is not read as a whole.

    :param store: ``bolt://…`` or ``neo4j://…``; the address of a SPARQL endpoint; the path of an
        RDF file or of a folder of pyoxigraph; a graph of networkx; a table of nodes and one of
        edges, as a pair of data frames; a kgrec graph or store
    :param auth: user and password of a server; by default those of the environment
    :param database: of Neo4j; by default the server's own
    :raises StoreError: if the store cannot be read
    :raises DataError: if nothing in it looks like interactions of users with items
    """
    if isinstance(store, str) and store.startswith(_BOLT):
        from kgrec.graph.imports.neo4j import neo4j_sample

        return suggest(*neo4j_sample(store, auth, database))
    if isinstance(store, str) and store.startswith(_HTTP):
        from kgrec.graph.imports.ask import AskEndpoint
        from kgrec.graph.imports.endpoint import sparql_sample

        return suggest(*sparql_sample(AskEndpoint(store, _pair(auth)), store))
    if isinstance(store, str | Path) and Path(store).is_dir():
        from kgrec.graph.imports.ask import AskFolder
        from kgrec.graph.imports.endpoint import sparql_sample

        return suggest(*sparql_sample(AskFolder(Path(store)), str(store)))
    return suggest(_local(store))


def _pair(auth: Auth) -> tuple[str, str] | None:
    return auth if isinstance(auth, tuple) else None


def _local(store: Any) -> ForeignGraph:
    if isinstance(store, ForeignGraph):
        return store
    if isinstance(store, str | Path):
        from kgrec.graph.imports.rdf import rdf_graph

        return rdf_graph(store)
    if hasattr(store, "nodes") and hasattr(store, "adjacency"):
        from kgrec.graph.imports.networkx import networkx_graph

        return networkx_graph(store)
    if isinstance(store, tuple | list) and len(store) == 2:
        from kgrec.graph.imports.tables import tables_graph

        return tables_graph(*store)
    content = store.read() if hasattr(store, "read") else store
    if hasattr(content, "nodes") and hasattr(content, "edges"):
        return content_graph(content.nodes, content.edges)
    raise DataError(
        f"a {type(store).__name__} holds no graph that kgrec can read",
        fix="pass an address, a path, a graph of networkx, two tables (nodes, edges), or a kgrec "
        "graph or store",
    )
