from __future__ import annotations

import json

import pytest

from kgrec.graph import KnowledgeGraph


def test_statistics(make) -> None:
    graph = KnowledgeGraph.build(make(facts=[("1", "starring", "a"), ("2", "starring", "a")]))
    numbers = graph.statistics()
    assert json.loads(json.dumps(numbers)) == numbers
    assert numbers["kinds"] == {"entity": 1, "item": 3, "user": 2}
    assert (numbers["nodes"], numbers["interactions"], numbers["facts"]) == (6, 4, 2)
    assert numbers["relations"][1] == {
        "relation": "starring",
        "count": 2,
        "heads": 2,
        "tails": 1,
        "label": "starring",
    }
    assert numbers["types"][0] == {"type": "Film", "kind": "item", "label": "films", "count": 3}
    assert numbers["isolated_items"] == 1  # the third film has no fact
    assert numbers["isolated_nodes"] == 1
    assert numbers["connected_share"] == pytest.approx(5 / 6)
    assert numbers["density"] == pytest.approx(4 / 6)
    assert (numbers["mean_degree"], numbers["max_degree"]) == (2.0, 3)
