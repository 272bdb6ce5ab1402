from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgrec.vocabulary import INTERACTED, Relation, Vocabulary
from kgrec.vocabulary.words import prettify

Load = Callable[[str], Vocabulary]
Meant = Callable[[Vocabulary, str], Relation]


def test_a_declared_relation(vocabulary: Vocabulary, meant: Meant) -> None:
    relation = meant(vocabulary, "film.director.film")
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


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Movie", "Film"),
        ("movie", "Film"),
        ("https://schema.org/Movie", "Film"),
        ("http://schema.org/Movie", "Film"),
        ("schema:Movie", "Film"),
        ("dbo:Film", "Film"),
        ("http://dbpedia.org/ontology/Film", "Film"),
        ("https://schema.org/Book", "Book"),
        ("https://schema.org/Product", "Product"),
        ("Song", "Track"),
        ("https://schema.org/MusicRecording", "Track"),
        ("https://schema.org/NewsArticle", "NewsArticle"),
        ("https://schema.org/Course", "Course"),
        ("https://schema.org/Event", "Event"),
        ("https://schema.org/Restaurant", "Restaurant"),
        ("https://schema.org/FoodEstablishment", "Restaurant"),
        ("https://schema.org/Person", "Person"),
        ("http://xmlns.com/foaf/0.1/Person", "Person"),
        ("https://schema.org/Organization", "Organization"),
        ("urn:kgrec:ontology#Film", "Film"),
    ],
)
def test_classes_of_other_vocabularies(vocabulary: Vocabulary, name: str, found: str) -> None:
    assert vocabulary.type(name) is vocabulary.types[found]


@pytest.mark.parametrize(
    "name", ["Thing", "CreativeWork", "Rating", "Corporate", "Message", "PropertyValue"]
)
def test_a_class_that_ours_only_stand_below_is_none_of_them(
    vocabulary: Vocabulary, name: str
) -> None:
    for iri in (name, f"https://schema.org/{name}"):
        assert vocabulary.type(iri).name == iri
        assert vocabulary.type(iri).iri == ""


def test_a_user_names_classes(load: Load) -> None:
    vocabulary = load(
        """kg:Film kg:alias "Streifen" ; rdfs:label "moving picture"@en .
        ex:Song a rdfs:Class ; rdfs:subClassOf kg:Item ; kg:alias "Lied" .""",
    )
    assert vocabulary.type("Streifen").label == "moving picture"
    assert vocabulary.type("Movie").name == "Film"
    assert "Film" not in vocabulary.relations
    for name in ("Song", "Lied", "http://example.org/Song"):
        assert vocabulary.type(name).name == "Song"  # a later file takes the name from Track
    assert vocabulary.type("MusicRecording").name == "Track"


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
    flavour = vocabulary.attribute("flavour", "item")
    assert (flavour.name, flavour.label, flavour.range) == ("has_flavour", "flavour", "Flavour")
    assert vocabulary.attribute("country", "item").name == "country"
    assert vocabulary.attribute("country", "user").name == "has_country"  # not of origin


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("music.artist.origin", "origin"),
        ("http://x.org/ns#releaseYear", "release year"),
        ("wdt:P57", "P57"),
        ("place_of_birth", "place of birth"),
        ("LIES_ON", "lies on"),
        ("DIRECTED", "directed"),
        ("ISBN", "ISBN"),
    ],
)
def test_prettify(name: str, words: str) -> None:
    assert prettify(name) == words


def test_a_users_ontology_adds_and_overrules(load: Load, meant: Meant) -> None:
    vocabulary = load(
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
    assert meant(vocabulary, "binding").label == "bound in"
    assert vocabulary.relation("bound_in").domain == "Book"
    assert vocabulary.relations["next_to"].symmetric
    directed = meant(vocabulary, "regie")
    assert (directed.label, directed.inverse_label) == ("staged by", "director of")
    assert vocabulary.canonical("director") == ("directed_by", False)


def test_a_column_means_what_fits_the_type(vocabulary: Vocabulary) -> None:
    assert vocabulary.attribute("label", "item", "Track").name == "on_label"
    assert vocabulary.attribute("label", "item", "Film").name == "has_label"
    assert vocabulary.attribute("label", "item").name == "has_label"  # albums? signed artists?
    assert vocabulary.attribute("director", "item", "Book").name == "has_director"
    assert vocabulary.attribute("director", "item", "Item").name == "directed_by"
    assert vocabulary.attribute("director", "item", "a type of my own").name == "directed_by"
    assert vocabulary.attribute("city", "item", "Restaurant").name == "located_in"
    assert vocabulary.attribute("city", "user").name == "lives_in"
    assert vocabulary.attribute("label", "item", "Artist").name == "signed_to"
    assert vocabulary.attribute("genres", "item", "Artist").known


def test_columns_that_are_declared_literals(vocabulary: Vocabulary) -> None:
    assert vocabulary.is_literal("year", "item")
    assert vocabulary.is_literal("ratingCount", "item", "Film")
    assert not vocabulary.is_literal("year", "user")  # the year of an item
    assert not vocabulary.is_literal("director", "item", "Film")
    assert vocabulary.is_literal("source", "item", "Film")
    assert not vocabulary.is_literal("source", "item", "NewsArticle")  # that is an outlet


def test_what_a_relation_says_of_its_facts(vocabulary: Vocabulary) -> None:
    part_of = vocabulary.relations["part_of"]
    assert part_of.transitive
    assert not part_of.symmetric
    assert part_of.description
    assert part_of.max_count is None
    assert vocabulary.relations["similar_to"].symmetric
    assert vocabulary.relations["in_price_range"].max_count == 1


def test_an_inverse_is_no_relation_of_its_own(vocabulary: Vocabulary) -> None:
    assert vocabulary.relations["part_of"].inverse == "has_part"
    assert "has_part" not in vocabulary.relations
    for name in ("has_part", "contains", "schema:hasPart", "http://schema.org/hasPart"):
        assert vocabulary.canonical(name) == ("part_of", True)


def test_literal_properties(vocabulary: Vocabulary) -> None:
    year = vocabulary.properties["year"]
    assert (year.label, year.domain) == ("year", "Item")
    assert year.datatype == "http://www.w3.org/2001/XMLSchema#integer"
    assert vocabulary.property_iri("year") == year.iri == "urn:kgrec:ontology#year"
    assert vocabulary.property_iri("two words") == "urn:kgrec:ontology#two%20words"
