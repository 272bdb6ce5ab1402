"""The driver's values → plain Python values, in the shape that every store gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import neo4j
import neo4j.exceptions
import neo4j.graph

from kgrec.graph.literals import encode
from kgrec.graph.stores.neo4j_model import EDGE_KEY, JSON

Keys = Mapping[str, str]
_FIRST = ("key", "id", "label", "kind", "type")


def plain(value: Any, keys: Keys) -> Any:
    """Convert one value, at any depth; dates and times become ISO strings.

    :param keys: key of a node by its element id, for the ends of :func:`lone_ends`
    """
    if isinstance(value, neo4j.graph.Node):
        return _node(value)
    if isinstance(value, neo4j.graph.Relationship):
        return _relationship(value, keys)
    if isinstance(value, neo4j.graph.Path):
        return {
            "nodes": [_node(node) for node in value.nodes],
            "relationships": [_relationship(edge, keys) for edge in value.relationships],
        }
    if isinstance(value, list):
        return [plain(entry, keys) for entry in value]
    if isinstance(value, dict):
        return {name: plain(entry, keys) for name, entry in value.items()}
    return _literal(value)


def lone_ends(value: Any) -> Iterator[str]:
    """Element ids of the ends of relationships that came without their nodes."""
    if isinstance(value, neo4j.graph.Relationship):
        yield from (end.element_id for end in value.nodes if end is not None and not end.labels)
    elif isinstance(value, (list, dict)):
        for entry in value.values() if isinstance(value, dict) else value:
            yield from lone_ends(entry)


def _node(node: neo4j.graph.Node) -> dict[str, Any]:
    properties = {name: _literal(value) for name, value in node.items() if name != JSON}
    first = {name: properties.get(name) for name in _FIRST}
    if first["key"] is None and first["id"] is None:
        first["id"] = node.element_id
    return {**first, **properties, **{name: first[name] for name in _FIRST}}


def _relationship(edge: neo4j.graph.Relationship, keys: Keys) -> dict[str, Any]:
    start, end = (_end(node, keys) for node in edge.nodes)
    hidden = (EDGE_KEY, JSON)
    properties = {name: _literal(value) for name, value in edge.items() if name not in hidden}
    return {"type": edge.type, "start": start, "end": end, "properties": properties}


def _end(node: neo4j.graph.Node | None, keys: Keys) -> str | None:
    if node is None:
        return None
    return str(node.get("key") or keys.get(node.element_id) or node.element_id)


def _literal(value: Any) -> Any:
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, list):
        return [_literal(entry) for entry in value]
    found = encode(value)
    return found["@value"] if isinstance(found, dict) and "@value" in found else found
