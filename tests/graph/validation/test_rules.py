from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgrec.graph.coded import Coded
from kgrec.graph.lookup import Lookup
from kgrec.graph.schema import EDGES, NODES
from kgrec.graph.validation.rules import check_rules
from kgrec.graph.validation.rules_properties import members as members_of
from kgrec.graph.validation.shacl import Focus, run_shacl
from kgrec.graph.validation.shapes import all_shapes
from kgrec.graph.validation.validate import iris
from kgrec.graph.validation.validation_rdf import validation_graph, without_log
from kgrec.vocabulary import Vocabulary

OWN = """
@prefix kg: <urn:kgrec:ontology#> .
@prefix ex: <http://example.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
ex:Novel a rdfs:Class ; rdfs:subClassOf kg:Book .
ex:bound_in a kg:Relation , owl:FunctionalProperty ; rdfs:domain kg:Book ; rdfs:range kg:Material .
ex:answered_by a kg:Relation ; rdfs:domain ex:Novel ; rdfs:range kg:Person ;
    kg:minCount 1 ; kg:maxCount 2 .
ex:married_to a kg:Relation , owl:SymmetricProperty , owl:FunctionalProperty ;
    rdfs:domain kg:Person ; rdfs:range kg:Person ; kg:minCount 1 .
ex:shares a kg:Relation ; rdfs:domain kg:User ; rdfs:range kg:User .
ex:page_count a kg:Property ; rdfs:range xsd:integer .
"""
TEXTS = (("own.ttl", OWN),)
VOCABULARY = Vocabulary.parse(TEXTS)

KEYS = [
    *("user:a", "user:b", "item:1", "item:2", "item:http://x.org/3", "item:odd id/é#?"),
    *("entity:p", "entity:q", "entity:1", "entity:http://x.org/e"),
]
TYPES = ["User", "Item", "Entity", "Film", "Book", "Novel", "Person", "Material", "Topic", "Madeup"]
RELATIONS = [
    *("interacted", "bound_in", "answered_by", "married_to", "shares", "part_of", "broader"),
    *("similar_to", "has_genre", "directed_by", "music.artist.origin", "has_zip", "in_price_range"),
]
VALUES = [
    *("1995", "1995.0", "1e3", "0", "99999", "-3", '"1995"', '"x"', '""', "true", "null", "[]"),
    *("[1995, 1996]", '[1995, "x"]', "[null, 3]", '"1999-03-31"', '"1999-13-99x"', '"a, \\"b\\""'),
    '{"@value": "1999-03-31", "@type": "xsd:date"}',
    '{"@value": "soon", "@type": "xsd:date"}',
    '{"@value": "1995", "@type": "xsd:gYear"}',
    '{"@value": "1995", "@type": "xsd:integer"}',
    '{"@value": "Le Mans", "@language": "fr"}',
    '{"@value": "1", "@type": "http://example.org/odd"}',
]
NAMES = ["year", "page_count", "price", "date", "url", "resolved", "title", "unheard of"]
SHAPES = all_shapes(VOCABULARY, RELATIONS, NAMES)
ONLY_RULES = ("duplicate-key", "duplicate-edge", "bad-properties")
BROKEN = ["[1", "", "[1]", "null", '{"year": 1995} x', '{"year": 99999', "[" * 100_000]

VALUES_OF_JSON = st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=4)

members = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(VALUES), max_size=3)


def lists_and_objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)


def json_object(values: dict[str, str]) -> str:
    return "{" + ", ".join(f'"{name}": {value}' for name, value in values.items()) + "}"


@st.composite
def graphs(draw: st.DrawFn) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Any nodes, edges from anywhere to anywhere, and whatever a literal can be."""
    nodes = [
        {
            "key": key,
            "kind": key.partition(":")[0],
            "id": key.partition(":")[2],
            "type": draw(st.sampled_from(TYPES)),
            "label": draw(st.sampled_from(["x", "x", "x", "", " \t", None])),
            "properties": draw(members.map(json_object) | st.sampled_from([None, *BROKEN])),
        }
        for key in draw(st.lists(st.sampled_from(KEYS), unique=True))
    ]
    edge = st.fixed_dictionaries(
        {
            "head": st.sampled_from(KEYS),
            "relation": st.sampled_from(RELATIONS),
            "tail": st.sampled_from(KEYS),
            "weight": st.sampled_from([1.0, 2.5, 0.0, -1.0, float("nan"), float("inf"), None]),
            "split": st.sampled_from(["train", "valid", "test", None]),
            "timestamp": st.sampled_from([None, 1, 2]),
            "properties": st.sampled_from([None, None, "{}", '{"year": 1}', *BROKEN]),
        }
    )
    edges = draw(st.lists(edge, max_size=25))
    return pl.DataFrame(nodes, schema=NODES), pl.DataFrame(edges, schema=EDGES)


@settings(max_examples=15)
@given(graphs())
def test_rules_and_shacl_agree_on_any_graph(graph: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    nodes, edges = graph
    rules = check_rules(nodes, edges, VOCABULARY)
    with without_log():
        rdf = validation_graph(nodes, edges, VOCABULARY, TEXTS)
        shacl = run_shacl(rdf, SHAPES, Focus(iris(nodes, edges)))
    shared = [violation for violation in rules if violation.constraint not in ONLY_RULES]
    assert sorted(map(repr, shared)) == sorted(map(repr, shacl))
    broken = sum(v.count for v in rules if v.constraint == "bad-properties")
    pairs = edges.filter(pl.col("properties").is_in(BROKEN)).unique(["head", "relation", "tail"])
    assert broken == nodes["properties"].is_in(BROKEN).sum() + pairs.height


@given(st.text(max_size=8) | st.recursive(VALUES_OF_JSON, lists_and_objects).map(json.dumps))
def test_properties_are_what_python_reads(text: str) -> None:
    try:
        is_object = isinstance(json.loads(text), dict)
    except ValueError:
        is_object = False
    nodes = nodes_of(item_1="Film", item_2="Film").with_columns(properties=pl.Series([text, "{}"]))
    expected = [] if is_object else [("bad-properties", "", 1)]
    assert [one for one in found(nodes, edges_of()) if one[0] == "bad-properties"] == expected
    assert (members_of(text) == {}) or is_object


@pytest.mark.parametrize(
    ("constraint", "more"),
    [
        *(
            ("bad-fact-weight", {"weight": w})
            for w in (0.0, -1.0, float("inf"), float("nan"), None)
        ),
        ("bad-fact-split", {"split": "test"}),
    ],
)
def test_a_fact_has_a_weight_and_no_split(constraint: str, more: dict[str, Any]) -> None:
    nodes = nodes_of(item_1="Film", item_2="Film")
    pair = ("item:1", "similar_to", "item:2")
    assert found(nodes, edges_of(pair, weight=2.5)) == []
    assert found(nodes, edges_of(pair, **more)) == [(constraint, "", 1)]


def test_the_weight_of_an_interaction_is_finite() -> None:
    nodes, pair = nodes_of(user_1="User", item_1="Film"), ("user:1", "interacted", "item:1")
    endless = edges_of(pair, split="train", weight=float("inf"))
    assert found(nodes, endless) == [("bad-weight", "", 1)]


def test_properties_of_edges_are_named_by_their_ends() -> None:
    nodes, pair = nodes_of(item_1="Film", item_2="Film"), ("item:1", "similar_to", "item:2")
    (violation,) = check_rules(nodes, edges_of(pair, properties="[1"), VOCABULARY)
    assert (violation.constraint, violation.severity) == ("bad-properties", "error")
    assert (violation.relation, violation.examples) == ("similar_to", ("item:1 → item:2",))


def edges_of(*rows: tuple[str, str, str], **more: Any) -> pl.DataFrame:
    full = [dict(zip(("head", "relation", "tail"), row, strict=True)) for row in rows]
    return pl.DataFrame([row | {"weight": 1.0} | more for row in full], schema=EDGES)


def nodes_of(**types: str) -> pl.DataFrame:
    rows = [
        {"key": key, "kind": key.partition(":")[0], "type": t, "label": "x", "properties": "{}"}
        for key, t in ((key.replace("_", ":", 1), t) for key, t in types.items())
    ]
    return pl.DataFrame(rows, schema=NODES)


def found(nodes: pl.DataFrame, edges: pl.DataFrame) -> list[tuple[str, str, int]]:
    return [(v.constraint, v.relation, v.count) for v in check_rules(nodes, edges, VOCABULARY)]


def test_a_circle_in_a_hierarchy() -> None:
    nodes = nodes_of(entity_a="Place", entity_b="Place", entity_c="Place", entity_d="Place")
    edges = edges_of(
        ("entity:a", "located_in", "entity:b"),
        ("entity:b", "located_in", "entity:c"),
        ("entity:c", "located_in", "entity:a"),
        ("entity:d", "located_in", "entity:a"),  # leads into the circle, but is not in it
    )
    (violation,) = check_rules(nodes, edges, VOCABULARY)
    assert (violation.constraint, violation.count) == ("cyclic", 3)
    assert violation.examples == ("entity:a", "entity:b", "entity:c")
    assert str(violation) == (
        "warning: a node stands above itself in a hierarchy; remove a fact of the circle "
        "('located_in'): 3 times, for instance entity:a, entity:b, entity:c"
    )


def test_edges_that_differ_in_time_are_no_duplicates() -> None:
    nodes = nodes_of(user_1="User", item_1="Film")
    pair = ("user:1", "interacted", "item:1")
    one, two = (edges_of(pair, split="train", timestamp=time) for time in (1, 2))
    assert found(nodes, pl.concat([one, two])) == []
    assert found(nodes, pl.concat([one, two, one])) == [("duplicate-edge", "interacted", 1)]


def test_a_symmetric_fact_is_stated_once() -> None:
    nodes = nodes_of(item_1="Film", item_2="Film")
    there, back = ("item:1", "similar_to", "item:2"), ("item:2", "similar_to", "item:1")
    assert found(nodes, edges_of(there)) == []
    assert found(nodes, edges_of(there, back)) == [("stated-twice", "similar_to", 2)]


def test_too_many_and_too_few() -> None:
    nodes = nodes_of(item_1="Book", entity_a="Material", entity_b="Material")
    bound = [("item:1", "bound_in", f"entity:{letter}") for letter in "ab"]
    assert found(nodes, edges_of(bound[0], bound[0])) == [("duplicate-edge", "bound_in", 1)]
    assert found(nodes, edges_of(*bound)) == [("too-many", "bound_in", 1)]
    novel = nodes_of(item_1="Novel")
    assert found(novel, edges_of()) == [("too-few", "answered_by", 1)]


def test_an_empty_graph() -> None:
    assert check_rules(NODES.to_frame(), EDGES.to_frame(), VOCABULARY) == ()


@given(st.lists(st.text(max_size=3)), st.lists(st.text(max_size=3)))
def test_lookup_is_a_dictionary(keys: list[str], wanted: list[str]) -> None:
    first: dict[str, int] = {}
    for row, key in enumerate(keys):
        first.setdefault(key, row)
    rows = Lookup(pl.Series(keys, dtype=pl.String)).rows(pl.Series(wanted, dtype=pl.String))
    assert rows.tolist() == [first.get(key, -1) for key in wanted]


@pytest.mark.parametrize("count", [0, 1, 70_000])
def test_names_survive_being_numbers(count: int) -> None:
    keys = pl.Series("key", [f"item:{number}" for number in range(count)], dtype=pl.String)
    nodes = pl.DataFrame({"key": keys, "kind": ["item"] * count, "type": ["Film"] * count})
    edges = edges_of(*((f"item:{n}", "similar_to", f"item:{n + 1}") for n in range(count)))
    coded = Coded.of(nodes.cast({"kind": pl.String, "type": pl.String}), edges)
    assert coded.keys.gather(pl.Series(coded.head)).equals(edges["head"], check_names=False)
    assert coded.keys.gather(pl.Series(coded.tail)).equals(edges["tail"], check_names=False)
    assert coded.known == count
