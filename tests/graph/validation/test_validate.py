from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from kgrec.errors import GraphError
from kgrec.graph import KnowledgeGraph, Violation
from kgrec.graph.coded import Coded
from kgrec.graph.report import ValidationReport
from kgrec.graph.schema import EDGES, NODES
from kgrec.graph.validation.rules import check_rules
from kgrec.graph.validation.shacl import Focus, run_shacl
from kgrec.graph.validation.shapes import all_shapes
from kgrec.graph.validation.validate import iris, sample
from kgrec.graph.validation.validation_rdf import validation_graph
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
            edge("user:3", "interacted", "item:1", split="train", weight=float("inf")),
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
    "bad-fact-weight": (
        [],
        [
            edge("item:1", "has_genre", "entity:u", weight=0.0),
            edge("item:1", "related_to", "entity:u", weight=float("inf")),
            edge("item:2", "has_genre", "entity:u", weight=float("nan")),
        ],
    ),
    "bad-fact-split": ([], [edge("item:1", "has_genre", "entity:u", split="test")]),
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
    rdf = validation_graph(nodes, edges, VOCABULARY)
    shapes = all_shapes(VOCABULARY, edges["relation"].unique(), ["year"])
    return run_shacl(rdf, shapes, Focus(iris(nodes, edges)))


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


def test_broken_properties_are_an_error(graph: KnowledgeGraph) -> None:
    text = (
        pl.when(pl.col("key") == graph.nodes["key"][0]).then(pl.lit("[1")).otherwise("properties")
    )
    broken = replace(graph, nodes=graph.nodes.with_columns(text.alias("properties")))
    (violation,) = broken.validate().violations
    assert (violation.constraint, violation.severity) == ("bad-properties", "error")
    assert violation.examples == (graph.nodes["key"][0],)


def test_violations_are_counted_for_each_relation() -> None:
    found = check_rules(*tables("wrong-range"), VOCABULARY)
    assert [(v.relation, v.count, v.examples) for v in found] == [
        ("directed_by", 1, ("entity:g",)),
        ("starring", 1, ("item:1",)),
    ]
    assert str(found[0]) == (
        "warning: a fact leads to a node of an unexpected type; check the fact or the type "
        "('directed_by'): once, for instance entity:g"
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
    assert graph.validate(limit=0).violations == (violation,)  # no SHACL: a rule finds it, too


def test_a_part_is_closed_and_bounded(graph: KnowledgeGraph) -> None:
    nodes, edges, complete = sample(Coded.of(graph.nodes, graph.edges), graph.nodes, 60)
    assert complete
    assert 10 < nodes.height <= 60
    assert 0 < edges.height <= 60
    assert set(edges["head"]) | set(edges["tail"]) | complete == set(nodes["key"])
    ends = pl.col("head").is_in(list(complete)) | pl.col("tail").is_in(list(complete))
    assert edges.equals(graph.edges.filter(ends))  # all edges of the complete nodes, no others
    report = graph.validate(limit=60)
    assert (report.validated_nodes, report.validated_edges) == (nodes.height, edges.height)
    assert report.checked_nodes == graph.nodes.height
    assert report.conforms


OWN = """
@prefix kg: <urn:kgrec:ontology#> .
@prefix ex: <http://example.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

ex:Board a rdfs:Class ; rdfs:subClassOf kg:Product .
ex:shaped_by a kg:Relation ; rdfs:domain ex:Board ; rdfs:range kg:Person .
ex:shaped a kg:Relation ; owl:inverseOf ex:shaped_by .
ex:litres a kg:Property ; rdfs:domain ex:Board ; rdfs:range xsd:decimal .

ex:BoardShape a sh:NodeShape ;
    sh:targetClass ex:Board ;
    sh:property [
        sh:path ex:shaped_by ; sh:minCount 1 ;
        sh:message "eine Planke ohne Former"@de , "a board has no shaper; add one"@en ] ;
    sh:property [ sh:path ex:litres ; sh:maxInclusive 90 ; sh:severity sh:Warning ] .
"""


def boards(make, tmp_path, text: str = OWN) -> KnowledgeGraph:
    """Two boards; one has no shaper and is far too big."""
    (tmp_path / "boards.ttl").write_text(text, encoding="utf-8")
    items = pl.DataFrame({"item": ["1", "2"], "title": ["A", "B"], "litres": [30.5, 200.0]})
    data = make(
        items=items,
        train=[("1", "1"), ("1", "2")],
        valid=[],
        test=[],
        facts=[("ada", "shaped", "1", "entity", "item")],  # the wrong way round
        item_type="Board",
        ontologies=(str(tmp_path / "boards.ttl"),),
    )
    return KnowledgeGraph.build(data)


def test_a_users_shapes_are_run(make, tmp_path) -> None:
    graph = boards(make, tmp_path)
    fact = graph.edges.filter(pl.col("relation") == "shaped_by").row(0, named=True)
    assert (fact["head"], fact["tail"]) == ("item:1", "entity:ada")
    report = graph.validate()
    assert not report.conforms
    assert [str(violation) for violation in report.violations] == [
        "error: a board has no shaper; add one ('shaped_by'): once, for instance item:2",
        "warning: a node has a value out of range as 'litres', says the shape BoardShape "
        "('litres'): once, for instance item:2",
    ]


def test_a_users_shape_is_believed_of_complete_nodes_only(make, tmp_path) -> None:
    facts = [(f"{number}", "shaped_by", "ada") for number in range(400)]
    items = pl.DataFrame({"item": [str(number) for number in range(400)]})
    (tmp_path / "boards.ttl").write_text(OWN, encoding="utf-8")
    data = make(
        items=items.with_columns(title=pl.lit("x")),
        train=[("1", str(number)) for number in range(400)],
        valid=[],
        test=[],
        facts=facts,
        item_type="Board",
        ontologies=(str(tmp_path / "boards.ttl"),),
    )
    report = KnowledgeGraph.build(data).validate(limit=100)
    assert 20 < report.validated_nodes <= 100
    assert not report.violations


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (
            'ex:S a sh:NodeShape ; sh:targetClass ex:Board ; sh:sparql [ sh:select "SELECT ?x" ] .',
            r"boards\.ttl: 'S' brings code \(sh:sparql\), which kgrec never runs;",
        ),
        (
            "ex:S a sh:NodeShape ; sh:targetClass ex:Board ; sh:property [ sh:minCount 1 ] .",
            r"boards\.ttl: not valid SHACL \(.*\); correct the shape",
        ),
        (
            "ex:S a sh:PropertyShape ; sh:targetClass ex:Board ; sh:path ex:litres ; "
            'sh:pattern "(" .',
            r"boards\.ttl: not valid SHACL",
        ),
    ],
)
def test_shapes_that_cannot_be_run(make, tmp_path, more: str, message: str) -> None:
    graph = boards(make, tmp_path, OWN + more)
    with pytest.raises(GraphError, match=message):
        graph.validate()


def test_a_report_counts_and_can_be_written() -> None:
    report = ValidationReport(
        violations=(
            Violation("missing-label", "error", "no label", 1_200),
            Violation("wrong-range", "warning", "odd type", 1, "starring", ("item:1",)),
            Violation("too-many", "warning", "too many", 1, "starring"),
        ),
        checked_nodes=2_000,
        validated_nodes=0,
        validated_edges=0,
        nodes=2_000,
        edges=10,
    )
    assert str(report).splitlines() == [
        "The graph is not valid: rules checked on 2,000 nodes and 10 edges, "
        "SHACL on 0 nodes and 0 edges.",
        "Found: 1,200 errors of 1 kind, 2 warnings of 2 kinds.",
        "error: no label: 1,200 times",
        "warning: odd type ('starring'): once, for instance item:1",
        "warning: too many ('starring'): once",
    ]
    assert not report
    assert json.loads(json.dumps(report.to_dict()))["violations"][1]["relation"] == "starring"


def test_a_wrong_literal_is_counted() -> None:
    nodes = [node("item:1", "Film", properties='{"year": 1995}')]
    nodes += [node("item:2", "Film", properties='{"year": "c. 1995", "price": "free"}')]
    frame = pl.DataFrame(nodes, schema=NODES)
    found = check_rules(frame, EDGES.to_frame(), VOCABULARY)
    assert [(v.constraint, v.relation, v.count) for v in found] == [
        ("implausible-year", "", 1),
        ("wrong-datatype", "price", 1),
        ("wrong-datatype", "year", 1),
    ]
