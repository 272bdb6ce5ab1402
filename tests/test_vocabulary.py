from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgrec.errors import GraphError
from kgrec.vocabulary import INTERACTED, Vocabulary, prettify

PREFIXES = """
@prefix kg: <urn:kgrec:ontology#> .
@prefix ex: <http://example.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary.load()


def load(tmp_path: Path, text: str) -> Vocabulary:
    (tmp_path / "own.ttl").write_text(PREFIXES + text, encoding="utf-8")
    return Vocabulary.load([tmp_path / "own.ttl"])


def test_a_declared_relation(vocabulary: Vocabulary) -> None:
    relation = vocabulary.relation("film.director.film")
    assert relation is vocabulary.relations["directed_by"]
    assert (relation.label, relation.inverse_label) == ("directed by", "director of")
    assert (relation.domain, relation.range) == ("Film", "Person")
    assert relation.pattern == "also directed by {entity}"
    assert relation.inverse_pattern == "also director of {entity}"


def test_types_know_their_parents(vocabulary: Vocabulary) -> None:
    film = vocabulary.types["Film"]
    assert (film.kind, film.parents) == ("item", ("Item", "Node"))
    assert film.is_a("Item")
    assert not film.is_a("Entity")
    assert vocabulary.type("film") is film
    assert vocabulary.types["Person"].plural == "people"


def test_interactions_run_from_users_to_items(vocabulary: Vocabulary) -> None:
    relation = vocabulary.relations[INTERACTED]
    assert (relation.domain, relation.range) == ("User", "Item")


@pytest.mark.parametrize(
    "name", ["http://dbpedia.org/ontology/director", "dbo:director", "Directed By", "directedBy"]
)
def test_other_spellings_of_a_relation(vocabulary: Vocabulary, name: str) -> None:
    assert vocabulary.canonical(name) == ("directed_by", False)


def test_an_unknown_relation_reads_well(vocabulary: Vocabulary) -> None:
    relation = vocabulary.relation("music.artist.origin")
    assert not relation.known
    assert relation.name == "music.artist.origin"
    assert relation.label == "origin"
    assert relation.pattern.format(entity="Oslo") == "with the same origin: Oslo"
    assert vocabulary.relation("tv.program.filmed_by").pattern == "also filmed by {entity}"


@given(st.text())
def test_any_name_gets_a_relation_and_a_type(name: str) -> None:
    vocabulary = Vocabulary.load()
    relation = vocabulary.relation(name)
    assert vocabulary.relation(relation.name) == relation
    assert bool(relation.label.strip()) or not name.strip()
    assert vocabulary.type(name).kind in ("user", "item", "entity")


def test_attribute_columns(vocabulary: Vocabulary) -> None:
    assert vocabulary.attribute("genres", "item").name == "has_genre"
    assert vocabulary.attribute("gender", "user").name == "has_gender"
    publisher = vocabulary.attribute("publisher", "item")
    assert (publisher.name, publisher.label, publisher.range) == (
        "has_publisher",
        "publisher",
        "Publisher",
    )
    assert vocabulary.attribute("country", "item").name == "country"
    assert vocabulary.attribute("country", "user").name == "has_country"  # not of origin


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("music.artist.origin", "origin"),
        ("http://x.org/ns#releaseYear", "release year"),
        ("wdt:P57", "P57"),
        ("place_of_birth", "place of birth"),
    ],
)
def test_prettify(name: str, words: str) -> None:
    assert prettify(name) == words


def test_a_users_ontology_adds_and_overrules(tmp_path: Path) -> None:
    vocabulary = load(
        tmp_path,
        """
        ex:Book a rdfs:Class ; rdfs:subClassOf kg:Item ; rdfs:label "book"@en , "Buch"@de .
        ex:bound_in a kg:Relation ; rdfs:label "bound in"@en ; rdfs:domain ex:Book ;
            kg:alias "binding" .
        ex:next_to a kg:Relation , owl:SymmetricProperty .
        kg:directed_by kg:alias "regie" ; rdfs:label "staged by"@en .
        """,
    )
    assert vocabulary.types["Book"].kind == "item"
    assert vocabulary.types["Book"].label == "book"
    assert vocabulary.relation("binding").label == "bound in"
    assert vocabulary.relation("bound_in").domain == "Book"
    assert vocabulary.relations["next_to"].symmetric
    directed = vocabulary.relation("regie")
    assert (directed.label, directed.inverse_label) == ("staged by", "director of")
    assert vocabulary.canonical("director") == ("directed_by", False)


def test_a_cyclic_ontology_is_read(tmp_path: Path) -> None:
    vocabulary = load(
        tmp_path,
        "ex:A a rdfs:Class ; rdfs:subClassOf ex:B . ex:B a rdfs:Class ; rdfs:subClassOf ex:A .",
    )
    assert vocabulary.types["A"].parents == ("B",)


def test_an_alias_claimed_twice(tmp_path: Path) -> None:
    with pytest.raises(
        GraphError, match="'director' is claimed by both 'directed_by' and 'led_by'"
    ):
        load(tmp_path, 'ex:led_by a kg:Relation ; kg:alias "director" .')


def test_an_undeclared_range(tmp_path: Path) -> None:
    with pytest.raises(GraphError, match=r"'led_by'.*'Nobody' is not declared"):
        load(tmp_path, "ex:led_by a kg:Relation ; rdfs:range ex:Nobody .")


def test_bad_turtle_names_file_and_line(tmp_path: Path) -> None:
    with pytest.raises(GraphError, match=r"own\.ttl, line 7: not valid Turtle"):
        load(tmp_path, "ex:a a rdfs:Class .\nex:b b c d e .")


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(GraphError, match=r"none\.ttl: the ontology cannot be read"):
        Vocabulary.load([tmp_path / "none.ttl"])
