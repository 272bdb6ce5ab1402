from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kgrec.errors import GraphError
from kgrec.vocabulary import Vocabulary

Load = Callable[[str], Vocabulary]

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


def test_an_ontology_in_a_namespace_of_its_own(load: Load) -> None:
    vocabulary = load(OWN)
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


def test_an_inverse_of_a_relation_of_the_package(load: Load) -> None:
    vocabulary = load(
        """kg:directed_by owl:inverseOf ex:directed .
        ex:directed a kg:Relation ; rdfs:label "who made"@en ; kg:inverseAlias "regie" .""",
    )
    assert vocabulary.canonical("directed") == ("directed_by", True)
    assert vocabulary.canonical("regie") == ("directed_by", False)
    directed = vocabulary.relations["directed_by"]
    assert (directed.label, directed.inverse_label) == ("directed by", "director of")
    assert directed.inverse == "directed"


def test_two_that_call_each_other_inverse(load: Load) -> None:
    vocabulary = load(
        """ex:owns a kg:Relation ; owl:inverseOf ex:held_by .
        ex:held_by a kg:Relation ; owl:inverseOf ex:owns .""",
    )
    assert vocabulary.canonical("owns") == ("held_by", True)


def test_a_narrower_class_of_the_same_name(load: Load) -> None:
    vocabulary = load("ex:Film a rdfs:Class ; rdfs:subClassOf kg:Film , ex:Unknown .")
    film = vocabulary.types["Film"]
    assert (film.iri, film.parents) == ("http://example.org/Film", ("Item", "Node"))
    assert vocabulary.relations["directed_by"].domain == "Film"


def test_a_users_relation_takes_its_name_from_the_aliases(load: Load) -> None:
    vocabulary = load("ex:author a kg:Relation ; rdfs:domain kg:Item .")
    assert vocabulary.canonical("author") == ("author", False)
    assert vocabulary.canonical("authors") == ("has_author", False)
    vocabulary = load("ex:year a kg:Relation .")
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
def test_contradictions_name_file_and_term(text: str, load: Load) -> None:
    with pytest.raises(GraphError, match=rf"own\.ttl: .*{CONTRADICTIONS[text]}") as caught:
        load(text)
    message = str(caught.value)
    assert message.endswith(".")
    assert "\n" not in message


def test_an_ontology_in_the_words_of_owl(load: Load) -> None:
    vocabulary = load(
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


def test_a_class_below_itself_says_nothing(load: Load) -> None:
    vocabulary = load("ex:A a rdfs:Class ; rdfs:subClassOf ex:A , kg:Item .")
    assert vocabulary.types["A"].parents == ("Item", "Node")


def test_a_bad_iri_is_told_once(caplog: pytest.LogCaptureFixture, load: Load) -> None:
    with pytest.raises(GraphError, match="not a valid IRI"):
        load("ex:A a rdfs:Class ; rdfs:seeAlso <http://x y> .")
    assert not caplog.records


def test_bad_turtle_names_file_and_line(load: Load) -> None:
    with pytest.raises(GraphError, match=r"own\.ttl, line 8: not valid Turtle"):
        load("ex:a a rdfs:Class .\nex:b b c d e .")


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(GraphError, match=r"none\.ttl: the ontology cannot be read"):
        Vocabulary.load([tmp_path / "none.ttl"])
