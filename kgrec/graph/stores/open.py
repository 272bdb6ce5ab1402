"""From an address to a store.

=============================================  ==================================================
address                                        store
=============================================  ==================================================
``bolt://…``, ``neo4j://…`` (``+s``, ``+ssc``)  Neo4j, or what else speaks Bolt
``http://…``, ``https://…``                    a SPARQL 1.1 endpoint
``graph.ttl``, ``.nt``, ``.nq``, ``.jsonld``    an RDF file, read into memory
a folder of pyoxigraph                         an RDF store on disk
a folder that ``KnowledgeGraph.save`` wrote    the embedded store; so is the folder of a run
=============================================  ==================================================
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from kgrec.errors import StoreError
from kgrec.graph.stores.base import Store

if TYPE_CHECKING:
    from kgrec.graph.stores.embedded import EmbeddedStore

BOLT = ("bolt://", "bolt+s://", "bolt+ssc://", "neo4j://", "neo4j+s://", "neo4j+ssc://")
HTTP = ("http://", "https://")
_GRAPH = "graph.json"

Auth = tuple[str, str] | None


def is_bolt(address: str | Path) -> bool:
    """Whether an address is one of Neo4j's."""
    return str(address).lower().startswith(BOLT)


def is_http(address: str | Path) -> bool:
    """Whether an address is one of the web's."""
    return str(address).lower().startswith(HTTP)


def check_path(address: str | Path) -> Path:
    """The path that an address is.

    :raises StoreError: if it is rather an address of something that kgrec does not know
    """
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", str(address)):
        raise StoreError(
            f"'{address}' is no address that kgrec knows; give a path, bolt://…, neo4j://… or "
            "http://…."
        )
    return Path(address)


def open_store(address: str | Path, *, auth: Auth = None, update_url: str | None = None) -> Store:
    """Open the store at an address; the caller closes it.

    :param address: see :mod:`kgrec.graph.stores.open`
    :param auth: user and password of a server; by default what the environment says
    :param update_url: where a SPARQL endpoint takes updates, if elsewhere
    :raises StoreError: if nothing is there, or it cannot be opened
    """
    text = str(address)
    if is_bolt(text):
        from kgrec.graph.stores.neo4j import Neo4jStore

        return Neo4jStore(text, auth=auth)
    if is_http(text):
        from kgrec.graph.stores.sparql import SparqlStore

        return SparqlStore(text, update_url, auth=auth)
    return _local(check_path(address))


def _local(path: Path) -> Store:
    for folder in (path, path / "graph"):
        if (folder / _GRAPH).is_file():
            return _embedded(folder)
    if not path.exists():
        raise StoreError(
            f"{path}: there is no store; give a run, a folder, an RDF file, bolt://… or http://…."
        )
    from kgrec.graph.rdf.files import read_file
    from kgrec.graph.stores.rdf import RdfStore

    if path.is_dir():
        return RdfStore(path)
    store = RdfStore()
    store.write(read_file(path))
    return store


def _embedded(folder: Path) -> EmbeddedStore:
    from kgrec.graph.knowledge_graph import KnowledgeGraph
    from kgrec.graph.stores.embedded import EmbeddedStore

    store = EmbeddedStore()
    store.write(KnowledgeGraph.load(folder).content())
    return store
