from __future__ import annotations

from collections.abc import Callable

import pytest

from kgrec.errors import ConfigError
from kgrec.graph import KnowledgeGraph
from kgrec.graph.sensitive import check_sensitive, sensitive_relations, without_sensitive

FACTS = [
    ("u", "gender", "f", "user", "entity"),
    ("u", "gender", "shared", "user", "entity"),
    ("1", "starring", "shared"),
    ("1", "made_in", "x"),
]


@pytest.fixture(scope="module")
def graph(build: Callable[..., KnowledgeGraph]) -> KnowledgeGraph:
    return build([("u", "1"), ("u", "2")], facts=FACTS)


def test_facts_go_and_entities_that_are_in_no_other(graph: KnowledgeGraph) -> None:
    seen = without_sensitive(graph, ["gender"])
    assert set(seen.edges["relation"]) == {"interacted", "starring", "made_in"}
    assert set(graph.nodes["key"]) - set(seen.nodes["key"]) == {"entity:f"}
    assert without_sensitive(graph, []) is graph
    assert without_sensitive(graph, ["starring"]).nodes.height == graph.nodes.height
    assert "gender" not in " ".join(seen.edges["relation"].to_list())
    assert graph.edges.height == 6


def test_a_column_and_its_relation_are_one_name(graph: KnowledgeGraph) -> None:
    assert {"gender", "has_gender"} <= sensitive_relations(graph, ["gender"])
    assert "has_gender" in sensitive_relations(graph, ["has_gender"])
    assert sensitive_relations(graph, ["interacted"]).isdisjoint({"interacted"})


def test_a_name_must_mean_something(graph: KnowledgeGraph) -> None:
    check_sensitive(graph, ["gender", "made_in"])
    with pytest.warns(UserWarning, match="names 'has_occupation', and the graph has no such fact"):
        check_sensitive(graph, ["has_occupation"])
    with pytest.raises(ConfigError, match=r"'starrng'.*did you mean 'starring'"):
        check_sensitive(graph, ["gender", "starrng"])
    with pytest.raises(ConfigError, match="names 'interacted': behaviour is"):
        check_sensitive(graph, ["interacted"])
