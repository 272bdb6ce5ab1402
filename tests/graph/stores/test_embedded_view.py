"""What kglite holds is what the tables say, at first and after every change."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgrec.errors import GraphError, StoreError
from kgrec.graph import KnowledgeGraph
from kgrec.graph.content import Content
from kgrec.graph.schema import EDGES
from kgrec.graph.stores.embedded import EmbeddedStore

Contents = st.SearchStrategy[Content]
_OWN = {"key", "id", "kind", "type", "label", "text", "title"}
_EDGE = {"weight", "timestamp", "event", "split", "head", "tail"}


def named(properties: str | None, own: set[str]) -> set[str]:
    literals = json.loads(properties or "{}")
    return {
        f"{name}_" if name in own else name for name, value in literals.items() if value is not None
    }


def check_view(store: EmbeddedStore, content: Content) -> None:
    """Every node with its texts and names of literals, and every edge with what it carries."""
    found = {node["key"]: node for (node,) in store.query("MATCH (n) RETURN n").rows}
    assert set(found) == set(content.nodes["key"])
    for row in content.nodes.iter_rows(named=True):
        node = found[row["key"]]
        for name in ("id", "kind", "type", "label"):
            assert node[name] == row[name]
        assert node.get("text") == row["text"]
        present = {name for name, value in node.items() if value is not None}
        assert present - _OWN == named(row["properties"], _OWN)
    edges = store.query(
        "MATCH (a)-[r]->(b) RETURN a.key, type(r), b.key, r.timestamp, r.event, r.split, r.weight"
    )
    assert Counter(tuple(row[:-1]) for row in edges) == Counter(
        content.edges.select("head", "relation", "tail", "timestamp", "event", "split").rows()
    )
    weights = {tuple(row[:5]): row[-1] for row in edges}
    for row in content.edges.iter_rows():
        assert weights[(*row[:3], row[4], row[5])] in (row[3], None if row[3] == 1 else row[3])


def test_the_view_shows_the_tables(any_content: Contents) -> None:
    @given(any_content)
    def law(content: Content) -> None:
        with EmbeddedStore() as store:
            store.write(content)
            check_view(store, content)
            assert store.read() is content

    law()


def test_a_change_leads_from_any_graph_to_any_other(
    any_content: Contents,
    check_same: Callable[[Content, Content], None],
    next_version: Callable[..., Any],
) -> None:
    @settings(max_examples=20)
    @given(any_content, any_content)
    def law(before: Content, other: Content) -> None:
        change, header = next_version(before, other)
        after = Content(other.nodes, other.edges, header)
        with EmbeddedStore() as store:
            store.write(before)
            heir = store.successor(change, after.header)
            check_same(heir.read(), after)
            check_view(heir, after)
            check_view(store, before)
            store.merge(change, after.header)
            check_view(store, after)

    law()


def test_relationships_name_their_ends_after_a_change(graph: KnowledgeGraph) -> None:
    newer = graph.update(
        events=pl.DataFrame({"user": ["new"], "item": ["1"]}), removed=["user:1", "item:2"]
    )
    graph.cypher("RETURN 1")
    for start, hop, end in newer.cypher("MATCH (a)-[r]->(b) RETURN a.key, r, b.key"):
        assert (hop["start"], hop["end"]) == (start, end)


def test_counts_are_those_of_the_tables(graph: KnowledgeGraph) -> None:
    with EmbeddedStore() as store:
        store.write(graph.content())
        counts = store.count()
    assert counts.nodes == dict(graph.nodes.group_by("type").len().rows())
    assert counts.edges == dict(graph.edges.group_by("relation").len().rows())


@pytest.mark.parametrize("key", ["user:1", "item:1", "entity:1"])
def test_neighbours_are_those_of_the_tables(graph: KnowledgeGraph, key: str) -> None:
    with EmbeddedStore() as store:
        store.write(graph.content())
        assert store.neighbours(key).equals(graph.neighbours(key))
        assert store.neighbours(key, 1).equals(graph.neighbours(key, 1))


def test_a_change_of_another_version_is_refused(
    graph: KnowledgeGraph, next_version: Callable[..., Any]
) -> None:
    content = graph.content()
    with EmbeddedStore() as store:
        store.write(content)
        change = replace(next_version(content, content)[0], version=3)
        with pytest.raises(StoreError, match=r"holds version 0 .* version 3 does not lead on"):
            store.merge(change, content.header)


def test_an_empty_or_closed_store_says_so(graph: KnowledgeGraph) -> None:
    store = EmbeddedStore()
    with pytest.raises(StoreError, match="empty or closed"):
        store.query("RETURN 1")
    store.write(graph.content())
    store.close()
    with pytest.raises(StoreError, match="empty or closed"):
        store.read()


def test_a_view_cannot_be_written_to(graph: KnowledgeGraph) -> None:
    with pytest.raises(GraphError, match=r"graph\.update"):
        graph.cypher("CREATE (n:Item {id: 'x'})", write=True)


def test_literals_keep_their_types() -> None:
    nodes: list[dict[str, Any]] = [
        {"vector": [0.5, 1.0], "year": 1999, "ok": True, "names": ["a"]},
        {
            "year": "about 1999",
            "names": [1, None],
            "day": {"@value": "1999-03-31", "@type": "xsd:date"},
        },
    ]
    table = pl.DataFrame(
        {
            "key": ["item:a", "item:b"],
            "kind": "item",
            "id": ["a", "b"],
            "type": "Film",
            "label": ["A", "B"],
            "text": None,
            "properties": [json.dumps(node) for node in nodes],
        },
        schema_overrides={"text": pl.String},
    )
    with EmbeddedStore() as store:
        store.write(Content(table, EDGES.to_frame(), {}))
        rows = store.query(
            "MATCH (n) RETURN n.id, n.vector, n.year, n.ok, n.day, n.names ORDER BY n.id"
        )
    assert rows.rows == [
        ["a", [0.5, 1.0], "1999", True, None, ["a"]],
        ["b", None, "about 1999", None, "1999-03-31", ["1"]],
    ]
