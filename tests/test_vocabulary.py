from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgrec.errors import GraphError
from kgrec.vocabulary import INTERACTED, Relation, Vocabulary
from kgrec.words import prettify

PREFIXES = """
@prefix kg: <urn:kgrec:ontology#> .
@prefix ex: <http://example.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary.load()


def load(tmp_path: Path, text: str) -> Vocabulary:
    (tmp_path / "own.ttl").write_text(PREFIXES + text, encoding="utf-8")
    return Vocabulary.load([tmp_path / "own.ttl"])


def meant(vocabulary: Vocabulary, name: str) -> Relation:
    return vocabulary.relations[vocabulary.canonical(name)[0]]


def test_a_declared_relation(vocabulary: Vocabulary) -> None:
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


def test_a_user_names_classes(tmp_path: Path) -> None:
    vocabulary = load(
        tmp_path,
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


OWN = """
    ex:Board a owl:Class ; rdfs:subClassOf kg:Product ; rdfs:label "surfboard"@en ;
        rdfs:comment "To stand on."@en .
    ex:shaped_by a kg:Relation , owl:FunctionalProperty ; rdfs:label "shaped by"@en ;
        rdfs:comment "Who made it by hand."@en ;
        rdfs:domain ex:Board ; rdfs:range kg:Person ; kg:minCount 1 .
    ex:shaped a kg:Relation ; owl:inverseOf ex:shaped_by ; kg:alias "made_by_hand" ;
        rdfs:label "shaper of"@en ; kg:pattern "also by the shaper of {entity}"@en .
    ex:litres a kg:Property ; rdfs:domain ex:Board ; rdfs:range xsd:decimal .
"""


def test_an_ontology_in_a_namespace_of_its_own(tmp_path: Path) -> None:
    vocabulary = load(tmp_path, OWN)
    board, shaped = vocabulary.types["Board"], vocabulary.relations["shaped_by"]
    assert (board.kind, board.iri) == ("item", "http://example.org/Board")
    assert board.parents == ("Product", "Item", "Node")
    assert board.description == "To stand on."
    assert vocabulary.type_iri("Board") == "http://example.org/Board"
    assert vocabulary.relation_iri("shaped_by") == "http://example.org/shaped_by"
    assert vocabulary.property_iri("litres") == "http://example.org/litres"
    assert (shaped.max_count, shaped.min_count, shaped.inverse) == (1, 1, "shaped")
    assert (shaped.inverse_label, shaped.inverse_pattern) == (
        "shaper of",
        "also by the shaper of {entity}",
    )
    assert "shaped" not in vocabulary.relations
    for name in ("shaped", "made_by_hand", "http://example.org/shaped"):
        assert vocabulary.canonical(name) == ("shaped_by", True)


def test_an_inverse_of_a_relation_of_the_package(tmp_path: Path) -> None:
    vocabulary = load(
        tmp_path,
        """kg:directed_by owl:inverseOf ex:directed .
        ex:directed a kg:Relation ; rdfs:label "who made"@en ; kg:inverseAlias "regie" .""",
    )
    assert vocabulary.canonical("directed") == ("directed_by", True)
    assert vocabulary.canonical("regie") == ("directed_by", False)
    directed = vocabulary.relations["directed_by"]
    assert (directed.label, directed.inverse_label) == ("directed by", "director of")
    assert directed.inverse == "directed"


def test_two_that_call_each_other_inverse(tmp_path: Path) -> None:
    vocabulary = load(
        tmp_path,
        """ex:owns a kg:Relation ; owl:inverseOf ex:held_by .
        ex:held_by a kg:Relation ; owl:inverseOf ex:owns .""",
    )
    assert vocabulary.canonical("owns") == ("held_by", True)


def test_a_narrower_class_of_the_same_name(tmp_path: Path) -> None:
    vocabulary = load(tmp_path, "ex:Film a rdfs:Class ; rdfs:subClassOf kg:Film , ex:Unknown .")
    film = vocabulary.types["Film"]
    assert (film.iri, film.parents) == ("http://example.org/Film", ("Item", "Node"))
    assert vocabulary.relations["directed_by"].domain == "Film"


def test_a_users_relation_takes_its_name_from_the_aliases(tmp_path: Path) -> None:
    vocabulary = load(tmp_path, "ex:author a kg:Relation ; rdfs:domain kg:Item .")
    assert vocabulary.canonical("author") == ("author", False)
    assert vocabulary.canonical("authors") == ("has_author", False)
    vocabulary = load(tmp_path, "ex:year a kg:Relation .")
    assert "year" not in vocabulary.properties


CLASH = "ex:r a kg:Relation"
CONTRADICTIONS = {
    'ex:A a rdfs:Class ; kg:alias "Movie" .': (
        "the name 'Movie' is claimed by both 'Film' and 'A'; remove the alias from one"
    ),
    'ex:A a rdfs:Class ; kg:alias "Film" .': "the name 'Film' is claimed by both 'Film' and 'A'",
    "ex:A a rdfs:Class ; rdfs:subClassOf ex:B . ex:B a rdfs:Class ; rdfs:subClassOf ex:A .": (
        "the classes A → B → A are subclasses of each other in a circle; remove one"
    ),
    "kg:Item rdfs:subClassOf ex:A . kg:Item a rdfs:Class . "
    "ex:A a rdfs:Class ; rdfs:subClassOf kg:Film .": "→ .* are subclasses of each other",
    "ex:A a rdfs:Class ; rdfs:subClassOf kg:User , kg:Film .": (
        "class 'A' is both User and Item, and no node can be both; remove one rdfs:subClassOf"
    ),
    f"{CLASH} ; rdfs:range ex:Nobody .": (
        "relation 'r': its domain or range 'Nobody' is not declared; add it"
    ),
    f"{CLASH} ; rdfs:range xsd:integer .": "'integer' is a datatype; declare it a kg:Property",
    f"{CLASH} ; rdfs:domain kg:Film , kg:Book .": (
        "'r' has more than one domain, 'Book' and 'Film'; keep one"
    ),
    f"{CLASH} , owl:SymmetricProperty ; rdfs:domain kg:Film ; rdfs:range kg:Book .": (
        "relation 'r' is symmetric, but its domain Film is not its range Book; make them one"
    ),
    f"{CLASH} ; kg:minCount 3 ; kg:maxCount 2 .": "'r' must have at least 3 tails and at most 2;",
    f"{CLASH} , owl:FunctionalProperty ; kg:minCount 2 .": "at least 2 tails and at most 1;",
    f"{CLASH} , owl:FunctionalProperty ; kg:maxCount 2 .": "'r' is functional, but its kg:maxCount",
    f"{CLASH} ; kg:maxCount 0 .": "'r' may have no tail at all",
    f'{CLASH} ; kg:maxCount "many" .': "the maxCount of 'r' is 'many'; write a whole number from 0",
    f"{CLASH} ; kg:minCount -1 .": "the minCount of 'r' is '-1'; write a whole number from 0",
    f"{CLASH} ; owl:inverseOf ex:r .": (
        "relation 'r' is its own inverse; declare it an owl:SymmetricProperty"
    ),
    f'{CLASH} ; kg:alias "director" .': (
        "the name 'director' is claimed by both 'directed_by' and 'r'; remove the alias"
    ),
    f'{CLASH} ; kg:alias "s" ; kg:inverseAlias "s" .': (
        "relation 'r' has the name 's' in both directions; remove one"
    ),
    f'{CLASH} ; rdfs:domain kg:Track ; kg:column "writer" . '
    'ex:q a kg:Relation ; rdfs:domain kg:Track ; kg:column "writer" .': (
        "the name 'writer' is claimed by both"
    ),
    f"{CLASH} . <http://other.org/r> a kg:Relation .": "are called 'r'; rename one of them",
    f"{CLASH} , kg:Property .": "'r' is declared as a kg:Relation and as a kg:Property; keep one",
    "ex:p rdfs:subPropertyOf ex:q . ex:p a kg:Relation . "
    "ex:q a owl:ObjectProperty ; rdfs:subPropertyOf ex:p .": (
        "p → q → p are subproperties of each other in a circle; remove one rdfs:subPropertyOf"
    ),
    "ex:p a kg:Property ; rdfs:subPropertyOf ex:q . "
    "ex:q a owl:DatatypeProperty ; rdfs:subPropertyOf ex:p .": "p → q → p are subproperties",
    "ex:made a kg:Relation ; rdfs:domain kg:Person ; rdfs:range kg:Film ; owl:inverseOf ex:by . "
    "ex:by a kg:Relation ; rdfs:domain kg:Book ; rdfs:range kg:Person .": (
        "relation 'made' is the inverse of 'by', but its range Film is not the domain Book of 'by'"
    ),
    "ex:directed a kg:Relation ; rdfs:domain kg:User ; owl:inverseOf kg:directed_by .": (
        "'directed' is the inverse of 'directed_by', but its domain User is not the range"
    ),
    "ex:A a rdfs:Class ; rdfs:subClassOf <http://x y> .": "<http://x y> is not a valid IRI; rename",
    "<http://x y> a kg:Relation .": "<http://x y> is not a valid IRI; rename the term",
    "ex:p a owl:ObjectProperty ; rdfs:domain [ owl:unionOf ( kg:Film kg:Book ) ] .": (
        "the domain of 'p' is no name but an expression; name one class"
    ),
    "ex:p a owl:ObjectProperty ; rdfs:range xsd:date .": "'date' is a datatype",
    "ex:p a owl:DatatypeProperty ; rdfs:range kg:Film .": "property 'p': its range 'Film' is no",
    "ex:p a kg:Property ; rdfs:range kg:Film .": "property 'p': its range 'Film' is no datatype;",
    "ex:p a kg:Property ; rdfs:domain ex:X .": "property 'p': its domain 'X' is not declared;",
}


@pytest.mark.parametrize("text", CONTRADICTIONS)
def test_contradictions_name_file_and_term(tmp_path: Path, text: str) -> None:
    with pytest.raises(GraphError, match=rf"own\.ttl: .*{CONTRADICTIONS[text]}") as caught:
        load(tmp_path, text)
    message = str(caught.value)
    assert message.endswith(".")
    assert "\n" not in message


def test_an_ontology_in_the_words_of_owl(tmp_path: Path) -> None:
    vocabulary = load(
        tmp_path,
        """ex:Wine a owl:Class ; rdfs:subClassOf kg:Product .
        ex:Grape a owl:Class ; rdfs:subClassOf kg:Entity .
        ex:pressed_from a owl:ObjectProperty , owl:FunctionalProperty ; rdfs:label "pressed from" ;
            rdfs:domain ex:Wine ; rdfs:range ex:Grape ; rdfs:subPropertyOf ex:pressed_from .
        ex:pressed_into a owl:ObjectProperty ; owl:inverseOf ex:pressed_from ;
            rdfs:domain owl:Thing ; rdfs:range kg:Product .
        ex:alcohol a owl:DatatypeProperty ; rdfs:domain ex:Wine ; rdfs:range xsd:decimal .""",
    )
    pressed, alcohol = vocabulary.relations["pressed_from"], vocabulary.properties["alcohol"]
    assert (pressed.label, pressed.domain, pressed.range) == ("pressed from", "Wine", "Grape")
    assert (pressed.known, pressed.max_count, pressed.inverse) == (True, 1, "pressed_into")
    assert vocabulary.canonical("pressed_into") == ("pressed_from", True)
    assert (alcohol.domain, alcohol.datatype) == (
        "Wine",
        "http://www.w3.org/2001/XMLSchema#decimal",
    )
    assert vocabulary.is_literal("alcohol", "item", "Wine")


def test_a_class_below_itself_says_nothing(tmp_path: Path) -> None:
    vocabulary = load(tmp_path, "ex:A a rdfs:Class ; rdfs:subClassOf ex:A , kg:Item .")
    assert vocabulary.types["A"].parents == ("Item", "Node")


def test_a_bad_iri_is_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(GraphError, match="not a valid IRI"):
        load(tmp_path, "ex:A a rdfs:Class ; rdfs:seeAlso <http://x y> .")
    assert not caplog.records


def test_bad_turtle_names_file_and_line(tmp_path: Path) -> None:
    with pytest.raises(GraphError, match=r"own\.ttl, line 8: not valid Turtle"):
        load(tmp_path, "ex:a a rdfs:Class .\nex:b b c d e .")


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(GraphError, match=r"none\.ttl: the ontology cannot be read"):
        Vocabulary.load([tmp_path / "none.ttl"])
