"""How a graph of kgrec's lies in Neo4j, so that nothing else in the database is mistaken for it.

Every node carries the label ``KgrecNode`` beside those of its kind and its type; every relationship
the property ``kgrec``, which tells the edges of one relation between two nodes apart. The header of
the graph is a node of its own, ``(:KgrecGraph {key: 'graph'})``.
"""

from __future__ import annotations

from kgrec.errors import StoreError
from kgrec.graph.cypher import quote_name
from kgrec.graph.stores.cypher_walks import Scope

NODE = "KgrecNode"
GRAPH = "KgrecGraph"
EDGE_KEY = "kgrec"
JSON = "literals_json"
KINDS = ("User", "Item", "Entity")
SCOPE = Scope(label=f":{NODE}", condition=f"{{}}.{EDGE_KEY} IS NOT NULL")

SCHEMA = (
    f"CREATE CONSTRAINT kgrec_node_key IF NOT EXISTS FOR (n:{NODE}) REQUIRE n.key IS UNIQUE",
    f"CREATE CONSTRAINT kgrec_graph_key IF NOT EXISTS FOR (n:{GRAPH}) REQUIRE n.key IS UNIQUE",
    *(
        f"CREATE INDEX kgrec_{kind.lower()}_id IF NOT EXISTS FOR (n:{kind}) ON (n.id)"
        for kind in KINDS
    ),
)
"""Keys are unique among the nodes of kgrec's only: other nodes may have a ``key`` of their own."""


def name(text: str, what: str) -> str:
    """Quote the name of a label or a relationship type.

    :param what: for the message: ``"type"`` or ``"relation"``
    :raises StoreError: if Neo4j can have no such name
    """
    if not text or "\0" in text or "\\u" in text:  # it reads \\u0041 as A even in names
        raise StoreError(f"Neo4j cannot name a {what} {text!r}; give it another name.")
    return quote_name(text)


def labels(kind: str, node_type: str) -> str:
    """The labels of a node beside that of all nodes: ``":Item:Film"``."""
    own = kind.capitalize()
    return f":{own}" if node_type in (own, NODE) else f":{own}:{name(node_type, 'type')}"


def put_nodes(kind: str, node_type: str) -> str:
    """Write nodes of one kind and type. Parameter ``rows``: all properties of each."""
    # Some servers move a node that gets labels, and take it for a second one with its key.
    return (
        f"UNWIND $rows AS row MERGE (n:{NODE} {{key: row.key}}) "
        f"ON CREATE SET n.key = null, n{labels(kind, node_type)} SET n = row"
    )


def misplaced_nodes(kind: str, node_type: str) -> str:
    """Nodes among ``keys`` whose labels are not those of their kind and type, by their old type."""
    return (
        f"UNWIND $keys AS key MATCH (n:{NODE} {{key: key}}) "
        f"WHERE n.type <> $type OR NOT n{labels(kind, node_type)} RETURN n.type, collect(n.key)"
    )


def relabel_nodes(kind: str, node_type: str, old_type: str) -> str:
    """Exchange the labels of the nodes with these ``keys``."""
    kept = {NODE, kind.capitalize(), node_type}
    remove = f"REMOVE n:{name(old_type, 'type')} " if old_type not in kept else ""
    return (
        f"UNWIND $keys AS key MATCH (n:{NODE} {{key: key}}) SET n.key = null "
        f"{remove}SET n{labels(kind, node_type)} SET n.key = key"
    )


def put_edges(relation: str) -> str:
    """Write edges of one relation. Parameter ``rows``: ``head``, ``tail`` and ``properties``."""
    return (
        f"UNWIND $rows AS row MATCH (a:{NODE} {{key: row.head}}) "
        f"MATCH (b:{NODE} {{key: row.tail}}) "
        f"MERGE (a)-[r:{name(relation, 'relation')} {{{EDGE_KEY}: row.properties.{EDGE_KEY}}}]->(b)"
        " SET r = row.properties RETURN count(r)"
    )


def drop_edges(relation: str) -> str:
    """Remove edges of one relation. Parameter ``rows``: ``head``, ``tail`` and ``kgrec``."""
    return (
        f"UNWIND $rows AS row MATCH (a:{NODE} {{key: row.head}})"
        f"-[r:{name(relation, 'relation')} {{{EDGE_KEY}: row.{EDGE_KEY}}}]->"
        f"(b:{NODE} {{key: row.tail}}) DELETE r"
    )


DROP_NODES = f"UNWIND $rows AS row MATCH (n:{NODE} {{key: row.key}}) DETACH DELETE n"
