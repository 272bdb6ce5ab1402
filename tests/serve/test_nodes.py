from __future__ import annotations

from collections import Counter

import polars as pl
import pytest

from kgrec.graph import KnowledgeGraph
from kgrec.serve import nodes
from kgrec.serve.nodes import Nodes
from kgrec.vocabulary import INTERACTED


def test_facts_are_counted_where_neighbours_are_cut(
    tiny_graph: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nodes, "_MOST_NEIGHBOURS", 3)
    told = Nodes(tiny_graph).describe("entity:genre/Comedy")
    assert len(told["neighbours"]) == 3
    facts = tiny_graph.edges.filter(pl.col("relation") != INTERACTED)
    wanted: Counter[tuple[str, bool]] = Counter()
    for end, forward in (("head", True), ("tail", False)):
        found = facts.filter(pl.col(end) == "entity:genre/Comedy").unique(
            ["head", "tail", "relation"]
        )
        wanted.update((relation, forward) for relation in found["relation"])
    assert {(each["relation"], each["forward"]): each["count"] for each in told["facts"]} == wanted
    assert sum(wanted.values()) > 3
