from __future__ import annotations

import pytest

from kgrec import KnowledgeGraph
from kgrec.errors import UnknownIdError
from kgrec.explain.names import PathNames


def test_names_are_those_of_the_graph_and_are_kept(tiny_graph: KnowledgeGraph) -> None:
    names = PathNames(tiny_graph)
    for key in tiny_graph.nodes["key"][:40].to_list() + tiny_graph.nodes["key"][-20:].to_list():
        node = names.node(key)
        row = tiny_graph.node(key)
        assert (node.key, node.id, node.label, node.type) == (
            key,
            row["id"],
            row["label"],
            row["type"],
        )
        assert names.node(key) is node
        assert names.readable(key) == tiny_graph.has_name(key)


def test_a_node_that_is_not_there_is_refused(tiny_graph: KnowledgeGraph) -> None:
    names = PathNames(tiny_graph)
    for ask in (names.node, names.readable):
        with pytest.raises(UnknownIdError, match="item:nothing"):
            ask("item:nothing")
