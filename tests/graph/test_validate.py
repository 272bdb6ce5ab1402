from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from kgrec.graph import KnowledgeGraph, Violation
from kgrec.graph.rdf import node_iri, node_key, to_rdf
from kgrec.graph.rules import check_rules
from kgrec.graph.schema import EDGES, NODES
from kgrec.graph.shapes import all_shapes
from kgrec.graph.validate import run_shacl, sample
from kgrec.turtle import builtin_ontology
from kgrec.vocabulary import Vocabulary

VOCABULARY = Vocabulary.load()


def node(key: str, type: str, label: str | None = "x", **more: str) -> dict[str, Any]:
    kind, _, id = key.partition(":")
    return {
        "key": key,
        "kind": kind,
        "id": id,
        "type": type,
        "label": label,
        "properties": "{}",
        **more,
    }


def edge(head: str, relation: str, tail: str, **more: Any) -> dict[str, Any]:
    return {"head": head, "relation": relation, "tail": tail, "weight": 1.0, **more}


GOOD_NODES = [
    node("user:1", "User"),
    node("item:1", "Film"),
    node("item:2", "Item"),
    node("entity:p", "Person"),
    node("entity:g", "Genre"),
    node("entity:u", "Entity"),
    node("entity:odd id/é#?", "Madeup"),
]
GOOD_EDGES = [
    edge("user:1", "interacted", "item:1", split="train"),
    edge("user:1", "interacted", "item:2", split="valid"),
    edge("item:1", "directed_by", "entity:p"),
    edge("item:2", "directed_by", "entity:u"),
    edge("item:1", "has_genre", "entity:g"),
    edge("item:1", "music.artist.origin", "entity:odd id/é#?"),
    edge("user:1", "has_zip", "entity:u"),
    edge("item:1", "related_to", "item:2"),
]
BROKEN = {
    "missing-label": ([node("entity:z", "Person", None), node("entity:y", "Person", " ")], []),
    "bad-weight": (
        [node("user:2", "User"), node("user:3", "User")],
        [
            edge("user:2", "interacted", "item:1", split="train", weight=0.0),
            edge("user:2", "interacted", "item:2", split="train", weight=float("nan")),
            edge("user:3", "interacted", "item:2", split="train", weight=None),
        ],
    ),
    "bad-split": (
        [node("user:2", "User")],
        [
            edge("user:2", "interacted", "item:1", split="test"),
            edge("user:2", "interacted", "item:2"),
        ],
    ),
    "not-a-user": ([], [edge("entity:p", "interacted", "item:1", split="train")]),
    "not-an-item": (
        [],
        [
            edge("user:1", "interacted", "entity:g", split="train"),
            edge("user:1", "interacted", "item:none", split="train"),
        ],
    ),
    "unknown-node": (
        [],
        [edge("item:1", "starring", "entity:none"), edge("item:none", "has_genre", "entity:g")],
    ),
    "wrong-domain": (
        [],
        [edge("entity:p", "has_genre", "entity:g"), edge("item:1", "has_gender", "entity:u")],
    ),
    "wrong-range": (
        [],
        [edge("item:1", "directed_by", "entity:g"), edge("item:1", "starring", "item:1")],
    ),
}


def tables(case: str | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    more_nodes, more_edges = BROKEN[case] if case else ([], [])
    return (
        pl.DataFrame(GOOD_NODES + more_nodes, schema=NODES),
        pl.DataFrame(GOOD_EDGES + more_edges, schema=EDGES),
    )


def by_shacl(nodes: pl.DataFrame, edges: pl.DataFrame) -> list[Violation]:
    rdf = to_rdf(nodes, edges, VOCABULARY, builtin_ontology())
    return run_shacl(rdf, all_shapes(VOCABULARY, edges["relation"].unique()))


@pytest.mark.parametrize("case", [None, *BROKEN])
def test_rules_and_shacl_agree(case: str | None) -> None:
    nodes, edges = tables(case)
    rules, shacl = check_rules(nodes, edges, VOCABULARY), by_shacl(nodes, edges)
    assert {violation.constraint for violation in rules} == ({case} if case else set())
    assert sorted(map(repr, rules)) == sorted(map(repr, shacl))


def test_a_repeated_key_is_an_error() -> None:
    nodes, edges = tables(None)
    (violation,) = check_rules(pl.concat([nodes, nodes.head(1)]), edges, VOCABULARY)
    assert (violation.constraint, violation.severity) == ("duplicate-key", "error")


def test_violations_are_counted_for_each_relation() -> None:
    found = check_rules(*tables("wrong-range"), VOCABULARY)
    assert [(v.relation, v.count, v.examples) for v in found] == [
        ("directed_by", 1, ("entity:g",)),
        ("starring", 1, ("item:1",)),
    ]
    assert str(found[0]) == (
        "warning: a fact leads to a node of an unexpected type; check the fact or the type "
        "('directed_by'): 1 times, for instance entity:g"
    )


def test_a_valid_graph(graph: KnowledgeGraph) -> None:
    report = graph.validate()
    assert report.conforms
    assert report
    assert report.validated_nodes == graph.nodes.height
    assert str(report) == (
        "The graph is valid: rules checked on 103 nodes and 437 edges, "
        "SHACL on 103 nodes and 437 edges."
    )


def test_shapes_of_films_are_checked(make) -> None:
    items = pl.DataFrame({"item": ["1", "2"], "title": ["A", "B"], "year": [1995, 19955]})
    graph = KnowledgeGraph.build(make(items=items, train=[("1", "1")], valid=[], test=[]))
    (violation,) = graph.validate().violations
    assert (violation.constraint, violation.examples) == ("implausible-year", ("item:2",))
    assert graph.validate().conforms  # a warning only
    assert not graph.validate(limit=0).violations


def test_a_sample_is_closed_and_bounded(graph: KnowledgeGraph) -> None:
    nodes, edges = sample(graph.nodes, graph.edges, 20)
    assert 10 < nodes.height <= 20
    assert 0 < edges.height <= 40
    assert set(edges["head"]) | set(edges["tail"]) == set(nodes["key"])
    report = graph.validate(limit=20)
    assert (report.validated_nodes, report.validated_edges) == (nodes.height, edges.height)
    assert report.checked_nodes == graph.nodes.height


@pytest.mark.parametrize("key", ["item:42", "entity:odd id/é#?", "entity:a:b", "user:"])
def test_iris_round_trip(key: str) -> None:
    assert node_key(str(node_iri(key))) == key
