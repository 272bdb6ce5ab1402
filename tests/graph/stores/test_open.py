from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kgrec.errors import StoreError
from kgrec.graph import KnowledgeGraph, open_store
from kgrec.graph.stores.embedded import EmbeddedStore
from kgrec.graph.stores.neo4j import Neo4jStore
from kgrec.graph.stores.rdf import RdfStore
from kgrec.graph.stores.sparql import SparqlStore


def test_every_kind_of_address(tiny_graph: KnowledgeGraph, tmp_path: Path, bolt: Any) -> None:
    tiny_graph.save(tmp_path / "run" / "graph")
    tiny_graph.to_rdf(tmp_path / "graph.ttl")
    tiny_graph.to_rdf(tmp_path / "store")
    tiny_graph.to_neo4j(bolt.uri, auth=bolt.auth, database=bolt.database)
    identity = (tiny_graph.identity, 0)
    for address, kind in (
        (tmp_path / "run", EmbeddedStore),
        (tmp_path / "run" / "graph", EmbeddedStore),
        (tmp_path / "graph.ttl", RdfStore),
        (tmp_path / "store", RdfStore),
    ):
        with open_store(address) as store:
            assert isinstance(store, kind)
            assert store.held() == identity
    with Neo4jStore(bolt.uri, auth=bolt.auth, database=bolt.database) as there:
        assert there.held() == identity
    with open_store(bolt.uri, auth=bolt.auth) as server:
        assert isinstance(server, Neo4jStore)
    with open_store("http://127.0.0.1:9/query") as endpoint:
        assert isinstance(endpoint, SparqlStore)


def test_nothing_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no store; give a run"):
        open_store(tmp_path / "nothing")
    (tmp_path / "text.ttl").write_text("this is no turtle")
    with pytest.raises(StoreError, match=r"text\.ttl.*line 1"):
        open_store(tmp_path / "text.ttl")
