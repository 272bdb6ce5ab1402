from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import Literal, URIRef

from kgrec.errors import GraphError
from kgrec.graph.sparql import bind, tokens, why_not_read_only, with_limit

HOSTILE = st.sampled_from(
    ["'}) DETACH DELETE n //", '"> . <urn:x', '" } ; DROP ALL #', "\\u0022 } #", "\\", '"""', "$x"]
)
TEXT = st.text(st.characters(exclude_categories=["Cs"])) | HOSTILE

NO_WEB = "is no name that begins with http://, https:// or urn:"


def value_of(query: str) -> Any:
    (solution,) = ox.Store().query(query)
    return solution[0]


@given(TEXT)
def test_a_bound_text_is_that_text(text: str) -> None:
    found = value_of(bind("SELECT ?y { BIND($x AS ?y) }", {"x": text}))
    assert found == ox.Literal(text)


@given(TEXT | st.integers() | st.booleans() | st.floats(allow_nan=False))
def test_binding_is_what_the_database_substitutes(value: Any) -> None:
    store = ox.Store()
    subject, predicate = ox.NamedNode("urn:a:s"), ox.NamedNode("urn:a:p")
    store.add(ox.Quad(subject, predicate, ox.Literal(value)))
    store.add(ox.Quad(subject, predicate, ox.Literal("other")))
    query = "SELECT ?s ?x { ?s <urn:a:p> ?x }"
    substituted = store.query(query, substitutions={ox.Variable("x"): ox.Literal(value)})
    bound = store.query(bind(query, {"x": value}))
    assert [row["s"] for row in bound] == [row["s"] for row in substituted] == [subject]


@pytest.mark.parametrize(
    ("value", "term"),
    [
        (5, '"5"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        (10**40 + 1, f'"{10**40 + 1}"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        (True, '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>'),
        (0.5, '"0.5"^^<http://www.w3.org/2001/XMLSchema#double>'),
        (float("inf"), '"INF"^^<http://www.w3.org/2001/XMLSchema#double>'),
        (Decimal("1.50"), '"1.50"^^<http://www.w3.org/2001/XMLSchema#decimal>'),
        (date(1999, 3, 31), '"1999-03-31"^^<http://www.w3.org/2001/XMLSchema#date>'),
        (
            datetime(1999, 3, 31, tzinfo=UTC),
            '"1999-03-31T00:00:00+00:00"^^<http://www.w3.org/2001/XMLSchema#dateTime>',
        ),
        (URIRef("http://x.org/é"), "<http://x.org/é>"),
        ({"@id": "urn:kgrec:item:1"}, "<urn:kgrec:item:1>"),
        (Literal("cinq", lang="fr"), '"cinq"@fr'),
        ({"@value": "cinq", "@language": "fr"}, '"cinq"@fr'),
        ({"@value": "1", "@type": "xsd:byte"}, '"1"^^<http://www.w3.org/2001/XMLSchema#byte>'),
    ],
)
def test_terms(value: Any, term: str) -> None:
    assert bind("ASK { ?s ?p $x }", {"x": value}) == f"ASK {{ ?s ?p {term} }}"


@pytest.mark.parametrize(
    "value",
    [
        URIRef("http://x.org/> . <urn:x"),
        URIRef("no scheme"),
        {"@id": 'urn:a"b'},
        {"@value": "a", "@language": "en } #"},
        {"@value": 5},
        "\ud800",
        object(),
        b"bytes",
        None,
        Decimal("NaN"),
    ],
)
def test_what_is_no_term_is_refused(value: Any) -> None:
    with pytest.raises(GraphError, match=r"\.$"):
        bind("ASK { ?s ?p $x }", {"x": value})


def test_parameters_are_found_only_where_a_variable_may_stand() -> None:
    query = 'SELECT $x ?y # $x\n{ BIND(\'$x\' AS ?y) <http://a/$x> ?p """?x""" , $x , $xy }'
    assert bind(query, {"x": 1}) == query.replace(
        "SELECT $x", 'SELECT ("1"^^<http://www.w3.org/2001/XMLSchema#integer> AS ?x)'
    ).replace(", $x ,", ', "1"^^<http://www.w3.org/2001/XMLSchema#integer> ,')


def test_a_list_stands_for_its_values() -> None:
    query = "SELECT ?k { VALUES ?k { $l } FILTER(?k IN ($l)) }"
    assert bind(query, {"l": ["a", "b"]}) == (
        'SELECT ?k { VALUES ?k { "a" "b" } FILTER(?k IN ("a", "b")) }'
    )


def test_an_unknown_parameter_is_refused() -> None:
    with pytest.raises(GraphError, match=r"no parameter \$y; write it there"):
        bind("SELECT ?x { ?x ?p 'y' } # $y", {"y": 1})


def test_an_integer_of_more_digits_than_python_writes() -> None:
    assert bind("$x", {"x": -(10**5000)}).startswith(f'"-1{"0" * 5000}"')


def test_what_is_wrong_with_a_parameter_names_it() -> None:
    for value in ("\ud800", object(), ["a", None], URIRef("no scheme"), {"@value": 5}):
        with pytest.raises(GraphError, match=r"The parameter \$v .*\.$"):
            bind("SELECT ?x { BIND($v AS ?x) }", {"v": value})


@given(st.text())
def test_pieces_joined_are_the_query(query: str) -> None:
    assert "".join(token.text for token in tokens(query)) == query


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?s ?p 'INSERT DATA {}' } # DROP ALL",
        "PREFIX insert: <urn:DELETE#> SELECT ?drop { ?drop insert:load <urn:CLEAR> }",
        "BASE <urn:x:> ASK { ?s a <SERVICE> }",
        "construct { ?s ?p ?o } where { ?s ?p ?o }",
        "DESCRIBE <urn:a:b>",
        'SELECT * { ?s ?p """a " b \\""" SERVICE """ }',
        "SELECT * FROM <http://x.org/a> FROM NAMED <urn:kgrec:graph> { ?s ?p <file:///a> }",
        "PREFIX x: <HTTPS://x.org/> SELECT * FROM x:a # FROM <file:///a>\n { ?from ?p 'FROM' }",
    ],
)
def test_reading(query: str) -> None:
    assert why_not_read_only(query) is None


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("INSERT DATA { <urn:a:b> <urn:a:c> 1 }", "INSERT is no query"),
        ("# SELECT\nDROP ALL", "DROP is no query"),
        ("LOAD <file:///etc/passwd>", "LOAD is no query"),
        ("SELECT * {} ; CLEAR ALL", "CLEAR writes"),
        ("SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }", "SERVICE asks another server"),
        ("SELECT * { \\u0053ERVICE <http://127.0.0.1/> { } }", "SERVICE asks another server"),
        ("\\u0044ROP ALL", "DROP is no query"),
        ("SELECT * FROM <file:///etc/x> {}", f"FROM <file:///etc/x> {NO_WEB}"),
        ("SELECT * FROM <urn:a:b> FROM#\nnamed<FILE:x> {}", f"FROM <FILE:x> {NO_WEB}"),
        ("BASE <file:///etc/> ASK FROM <x> {}", f"FROM <x> {NO_WEB}"),
        ("PREFIX x: <file:///etc/> ASK FROM x:a {}", f"FROM x:a {NO_WEB}"),
        ("PREFIX : <urn:a:> PREFIX : <file:> ASK FROM :a {}", f"FROM :a {NO_WEB}"),
        ("SELECT * FROM <\\u0066ile:///etc/x> {}", ""),
        ("", "nothing is no query"),
    ],
)
def test_writing(query: str, reason: str) -> None:
    found = why_not_read_only(query)
    assert found is not None
    assert found == reason or "\\u" in query


@pytest.mark.parametrize(
    ("query", "limited"),
    [
        ("SELECT * { ?s ?p ?o }", True),
        ("SELECT * { { SELECT * { ?s ?p ?o } LIMIT 5 } } ORDER BY ?s # LIMIT 1", True),
        ("SELECT * { ?s ?p ?o } LIMIT 5", False),
        ("SELECT * { ?s ?p ?o } VALUES ?s { <urn:a:b> }", False),
        ("ASK { ?s ?p ?o }", False),
    ],
)
def test_limits(query: str, limited: bool) -> None:
    found = with_limit(query, 7)
    assert found.endswith("\nLIMIT 7") == limited
    ox.Store().query(found)
