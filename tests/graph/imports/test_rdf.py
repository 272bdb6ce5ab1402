from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pyoxigraph
import pytest
import rdflib

from kgrec.config import Config
from kgrec.errors import DataError, StoreError
from kgrec.graph import KnowledgeGraph
from kgrec.graph.imports import InteractionNode, Mapping, read_rdf, suggest_mapping
from kgrec.graph.imports.rdf import rdf_graph
from kgrec.recommend import Recommender

PREFIXES = """
@prefix : <http://library.example/> .
@prefix s: <https://schema.org/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
WHAT = ["Glass", "Night", "River", "Paper", "Salt"]


def library(readers: int = 16, books: int = 15) -> str:
    """Books, who wrote them and what readers say of them, in a vocabulary like schema.org's."""
    rng = random.Random(4)
    lines = [
        PREFIXES,
        ":Novel a owl:Class ; rdfs:subClassOf s:Book . s:Book rdfs:subClassOf s:CreativeWork .",
    ]
    lines += [
        f':r{n} a s:Person ; s:name "Reader {n}" ; s:homeLocation :town{n % 3} .'
        for n in range(readers)
    ]
    lines += [
        f':town{n} a s:City ; s:name "Ort {n}"@de , "Town {n}"@en . '
        f':w{n} a s:Person ; s:name "Writer {n}" ; s:birthDate "19{n}1-02-03"^^xsd:date .'
        for n in range(3)
    ]
    lines += [
        f':b{n} a {":Novel" if n % 2 else "s:Book"} ; s:name "The {WHAT[n % 5]} {n}" ; '
        f's:author :w{n % 3} ; s:genre "{["Crime", "Drama"][n % 2]}" ; '
        f's:numberOfPages {100 + n} ; s:description "A book of {WHAT[n % 5]}"@en .'
        for n in range(books)
    ]
    lines += [
        f"[] a s:Review ; s:author :r{n} ; s:itemReviewed :b{m} ; "
        f's:dateCreated "2024-03-{m + 1:02d}"^^xsd:date ; '
        f"s:reviewRating [ a s:Rating ; s:ratingValue {1 + (n + m) % 5} ] ."
        for n in range(readers)
        for m in rng.sample(range(books), 6)
    ]
    return "\n".join(lines)


@pytest.fixture(scope="module")
def turtle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rdf") / "library.ttl"
    path.write_text(library(), encoding="utf-8")
    return path


def schema_org(name: str) -> str:
    return f"https://schema.org/{name}"


def example(name: str) -> str:
    return f"http://library.example/{name}"


REVIEW = InteractionNode(
    label="Review",
    user="author",
    item="itemReviewed",
    rating=("reviewRating", "ratingValue"),
    timestamp="dateCreated",
)
MAPPING = Mapping(
    users=("Person",),
    items=("CreativeWork",),
    interaction_nodes=(REVIEW,),
    active_users_only=True,
)


def test_an_existing_graph_trains_end_to_end(turtle: Path, quick: Callable[..., Config]) -> None:
    mapping = suggest_mapping(turtle)
    (node,) = mapping.interaction_nodes
    assert (node.label, node.user, node.item) == tuple(
        map(schema_org, ("Review", "author", "itemReviewed"))
    )
    assert node.rating == (schema_org("reviewRating"), schema_org("ratingValue"))
    assert node.timestamp == schema_org("dateCreated")
    assert mapping.users == (schema_org("Person"),)
    data = read_rdf(turtle, mapping)
    assert (data.users.height, data.items.height) == (16, 15)
    graph = KnowledgeGraph.build(data)
    recommender = Recommender(quick()).fit(graph)
    top = recommender.recommend([example("r0")], k=3)
    assert all(graph.label(f"item:{item}").startswith("The ") for item in top.items)
    paths = [
        path
        for item in top.items
        for path in recommender.explain(example("r0"), item, paths=None).paths
    ]
    labels = {node.label for path in paths for node in path.nodes[1:-1]}
    assert any(label.startswith("Writer") for label in labels)
    assert graph.label(f"user:{example('r0')}") == "Reader 0"


def test_short_names_and_super_classes_are_enough(turtle: Path) -> None:
    data = read_rdf(turtle, MAPPING)
    assert data.items.height == 15
    assert data.train.height + data.valid.height == 16 * 6
    assert set(data.train["rating"]) == {1.0, 2.0, 3.0, 4.0, 5.0}
    assert data.train["timestamp"].min() == 1_709_251_200
    assert set(data.facts["relation"]) == {schema_org("author"), schema_org("homeLocation")}
    one_class = MAPPING.model_copy(update={"items": ("Novel",)})
    assert read_rdf(turtle, one_class).items.height == 7


def test_literals_keep_datatype_and_language(turtle: Path) -> None:
    graph = KnowledgeGraph.build(read_rdf(turtle, MAPPING))
    writer = json.loads(graph.node(f"entity:{example('w0')}")["properties"])
    assert writer == {schema_org("birthDate"): {"@value": "1901-02-03", "@type": "xsd:date"}}
    book = graph.node(f"item:{example('b0')}")
    assert book["text"] == "A book of Glass"
    assert json.loads(book["properties"])[schema_org("numberOfPages")] == 100
    town = graph.node(f"entity:{example('town0')}")
    assert town["label"] == "Town 0"
    assert {"@value": "Ort 0", "@language": "de"} in json.loads(town["properties"])[
        schema_org("name")
    ]


def test_the_language_of_names_can_be_chosen(turtle: Path) -> None:
    german = MAPPING.model_copy(update={"language": "de"})
    labels = read_rdf(turtle, german).labels
    assert labels.filter(entity=example("town1"))["label"].to_list() == ["Ort 1"]


def test_blank_nodes_have_the_same_names_at_every_reading(turtle: Path) -> None:
    one, two = rdf_graph(turtle), rdf_graph(turtle)
    assert one.edges.equals(two.edges)
    assert one.nodes.filter(id="_:1").height == 1


def test_classes_and_properties_are_no_nodes(turtle: Path) -> None:
    foreign = rdf_graph(turtle)
    assert foreign.nodes.filter(id=example("Novel")).is_empty()
    assert foreign.broader[example("Novel")] == {schema_org("Book"), schema_org("CreativeWork")}


def read_text(tmp_path: Path, text: str, mapping: Mapping = MAPPING):
    path = tmp_path / "g.ttl"
    path.write_text(PREFIXES + text, encoding="utf-8")
    return read_rdf(path, mapping)


LIKES = Mapping(users=("U",), items=("I",), interactions=("likes",))


def test_direct_triples_exotic_iris_and_unlabelled_nodes(tmp_path: Path) -> None:
    data = read_text(
        tmp_path,
        ":u a :U . <urn:x:ä> a :I ; rdfs:label 'עברית'@he .\n"
        "<http://x.org/a?b=c%20d#e> a :I , :J .\n"
        ":u :likes <urn:x:ä> , <http://x.org/a?b=c%20d#e> .\n"
        ":u <http://p.org/in> <http://x.org/z> .",
        LIKES,
    )
    assert set(data.items.select("item", "title").iter_rows()) == {
        ("urn:x:ä", "עברית"),
        ("http://x.org/a?b=c%20d#e", "e"),
    }
    assert data.facts.select("relation", "tail").rows() == [("http://p.org/in", "http://x.org/z")]
    assert KnowledgeGraph.build(data).label("entity:http://x.org/z") == "z"


def test_a_cycle_of_classes_is_one_class(tmp_path: Path) -> None:
    cycle = ":A rdfs:subClassOf :I . :I rdfs:subClassOf :A . :u a :U ; :likes :x . :x a :A ."
    assert read_text(tmp_path, cycle, LIKES).items["item"].to_list() == [example("x")]


def test_two_names_for_one_are_asked_back(tmp_path: Path) -> None:
    text = ":u a :U ; :likes :x . :x a :I . :y a s:I ."
    with pytest.raises(DataError, match=r"'I', which may be any of .* write it in full"):
        read_text(tmp_path, text, LIKES)


def test_both_spellings_of_schema_org_are_one(tmp_path: Path) -> None:
    mapping = LIKES.model_copy(update={"items": ("http://schema.org/Book",)})
    data = read_text(tmp_path, ":u a :U ; :likes :x . :x a s:Book .", mapping)
    assert data.items.height == 1


def test_a_large_literal_is_kept(tmp_path: Path) -> None:
    big = "x" * 10_000_000
    data = read_text(tmp_path, f':u a :U ; :likes :x . :x a :I ; :note "{big}" .', LIKES)
    assert len(json.loads(data.items["properties"][0])[example("note")]) == len(big)


def test_faults_are_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"g.ttl.*line 8"):
        read_text(tmp_path, "\n:u a :U ; ; likes .", LIKES)
    with pytest.raises(DataError, match="no interactions"):
        read_text(tmp_path, ":u a :U . :x a :I . :x :likes :x .", LIKES)
    with pytest.raises(DataError, match="'interactions' names the relationship 'likes'"):
        read_text(tmp_path, ":u a :U . :x a :I .", LIKES)


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_kgrec_wrote_beside_a_graph_is_left_out(tmp_path: Path, kind: str) -> None:
    turtle = tmp_path / "library.ttl"
    turtle.write_text(library(), encoding="utf-8")
    mapping = suggest_mapping(turtle)
    first = KnowledgeGraph.from_rdf(turtle, mapping)
    first.to_rdf(tmp_path / "own.nt")
    triples = rdflib.Graph().parse(turtle).serialize(format="nt")
    mixed = tmp_path / "mixed.nt"
    mixed.write_text(triples + (tmp_path / "own.nt").read_text("utf-8"), encoding="utf-8")
    if kind == "folder":
        store = pyoxigraph.Store(str(tmp_path / "store"))
        store.bulk_load(path=mixed, format=pyoxigraph.RdfFormat.N_TRIPLES)
        store.flush()
        del store
        mixed = tmp_path / "store"
    again = suggest_mapping(mixed)
    assert (again.users, again.items) == (mapping.users, mapping.items)
    assert again.interaction_nodes == mapping.interaction_nodes
    second = KnowledgeGraph.from_rdf(mixed, mapping)
    for graph in (first, second):
        assert graph.edges.filter(relation="interacted").height == 96
    assert second.nodes.filter(kind="item").height == first.nodes.filter(kind="item").height
    assert second.nodes.filter(kind="user").height == first.nodes.filter(kind="user").height


def test_direct_interactions_are_not_read_twice(tmp_path: Path) -> None:
    path = tmp_path / "shop.nt"
    path.write_text(shelves(), encoding="utf-8")
    mapping = Mapping(users=("User",), items=("Novel", "Comic"), interactions=("likes",))
    first = KnowledgeGraph.from_rdf(path, mapping)
    first.to_rdf(tmp_path / "own.nt")
    path.write_text(shelves() + (tmp_path / "own.nt").read_text("utf-8"), encoding="utf-8")
    second = KnowledgeGraph.from_rdf(path, mapping)
    assert set(second.nodes["key"]) == set(first.nodes["key"])
    edges = ["head", "relation", "tail"]
    assert set(second.edges.select(edges).rows()) == set(first.edges.select(edges).rows())
    own = Mapping(users=("User",), items=("Item",), interactions=("interacted",))
    assert read_rdf(tmp_path / "own.nt", own).items.height == 40


def shelves(seed: int = 0, *more: str) -> str:
    """Twenty novels and twenty comics, in any order."""
    x, a = "http://shelf.example/", "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
    lines = list(more)
    for n in range(20):
        lines += [f"<{x}n{n}> {a} <{x}Novel> .", f"<{x}c{n}> {a} <{x}Comic> ."]
        lines += [f"<{x}u{n}> {a} <{x}User> ."]
        for k in (0, 1, 3):
            lines += [f"<{x}u{n}> <{x}likes> <{x}{one}{(n + k) % 20}> ." for one in "nc"]
    random.Random(seed).shuffle(lines)
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("seed", range(5))
def test_the_class_of_the_items_does_not_depend_on_the_order(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "shelf.nt"
    mapping = Mapping(users=("User",), items=("Novel", "Comic"), interactions=("likes",))
    path.write_text(shelves(seed), encoding="utf-8")
    data = read_rdf(path, mapping)
    assert data.info.item_type == "http://shelf.example/Comic"
    assert set(data.items["class"]) == {"Novel", "Comic"}
    below = "<http://www.w3.org/2000/01/rdf-schema#subClassOf>"
    more = [
        f"<http://shelf.example/{one}> {below} <http://shelf.example/{two}> ."
        for one, two in (("Novel", "Work"), ("Comic", "Work"), ("Work", "Thing"))
    ]
    path.write_text(shelves(seed, *more), encoding="utf-8")
    assert read_rdf(path, mapping).info.item_type == "http://shelf.example/Work"
