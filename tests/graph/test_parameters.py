from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from kgrec.errors import GraphError
from kgrec.graph import KnowledgeGraph
from kgrec.graph.parameters import check_request, cypher_parameters
from kgrec.graph.stores.embedded import EmbeddedStore
from kgrec.graph.stores.neo4j import Neo4jStore
from kgrec.graph.stores.rdf import RdfStore
from kgrec.graph.stores.sparql import SparqlStore

TAKEN = ["é\0", True, 2**63 - 1, -(2**63), 0.5, None, [1, None, "a"], {"a": [{"b": 1}]}, (1, 2)]
REFUSED = [
    (10**40, r"\$v is a whole number of more than 64 bits"),
    (2**63, r"\$v is a whole number"),
    ("\ud800", r"\$v holds half of a character"),
    (object(), r"\$v is of the type object"),
    ({1}, r"\$v is of the type set"),
    (b"x", r"\$v is of the type bytes"),
    ([1, {"a": "\ud800"}], r"\$v\[1\]\.a holds half"),
    ({1: 2}, r"\$v has the key 1; keys must be text"),
    ({"\ud800": 2}, r"\$v has the key '\\ud800'; keys must be text"),
]


def endless() -> list[Any]:
    value: list[Any] = []
    value.append(value)
    return value


@pytest.fixture(scope="module")
def embedded(graph: KnowledgeGraph) -> Iterator[EmbeddedStore]:
    with EmbeddedStore() as store:
        store.write(graph.content())
        yield store


@pytest.fixture(scope="module", params=["embedded", "bolt"])
def cypher(request: pytest.FixtureRequest) -> Iterator[Any]:
    if request.param == "embedded":
        yield request.getfixturevalue("embedded")
        return
    bolt = request.getfixturevalue("bolt_session").fresh()
    with Neo4jStore(bolt.uri, auth=bolt.auth, database=bolt.database) as store:
        yield store


@pytest.mark.parametrize("value", TAKEN)
def test_values_come_back(cypher: Any, value: Any) -> None:
    wanted = list(value) if isinstance(value, tuple) else value
    assert cypher.query("RETURN $v AS v", {"v": value}).rows == [[wanted]]


@pytest.mark.parametrize("value", [date(1999, 3, 31), datetime(1999, 3, 31, tzinfo=UTC), time(5)])
def test_dates_are_taken(cypher: Any, value: Any) -> None:
    assert cypher.query("RETURN $v = $v", {"v": value}).rows == [[True]]


@pytest.mark.parametrize(("value", "reason"), [*REFUSED, (endless(), r"\$v is nested deeper")])
def test_what_cypher_cannot_take(cypher: Any, value: Any, reason: str) -> None:
    with pytest.raises(GraphError, match=f"^The parameter {reason}.*\\.$"):
        cypher.query("RETURN $v AS v", {"v": value})


@pytest.fixture(params=["embedded", "bolt", "rdf", "endpoint"])
def ask(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """Any store's ``query``, and nothing must be sent: no server need be there."""
    if request.param == "bolt":  # connects at once, so that its method is borrowed
        return lambda *given, **options: Neo4jStore.query(None, *given, **options)  # type: ignore[arg-type]
    if request.param == "endpoint":
        return SparqlStore("http://127.0.0.1:1/query").query
    if request.param == "rdf":
        return RdfStore().query
    return request.getfixturevalue("embedded").query  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"row_limit": -1}, "row_limit must be a whole number from 1, not -1"),
        ({"row_limit": 0}, "row_limit must be"),
        ({"row_limit": True}, "row_limit must be"),
        ({"row_limit": 2.5}, "row_limit must be"),
        ({"row_limit": 10**40}, "row_limit must be at most"),
        ({"timeout": 0}, "timeout must be seconds, more than 0"),
        ({"timeout": -1.0}, "timeout must be"),
        ({"timeout": float("nan")}, "timeout must be"),
        ({"timeout": float("inf")}, "timeout must be"),
        ({"timeout": "5"}, "timeout must be"),
        ({"parameters": {1: 2}}, "1 cannot be the name of a parameter"),
        ({"parameters": {"\ud800": 2}}, "cannot be the name of a parameter"),
        ({"parameters": [1]}, "Parameters must be a dict"),
        ({"query": "RETURN '\ud800'"}, "half of a character"),
        ({"query": b"ASK {}"}, "must be text"),
    ],
)
def test_no_store_takes_it(ask: Callable[..., Any], options: Any, message: str) -> None:
    with pytest.raises(GraphError, match=rf"{message}.*\.$"):
        ask(**{"query": "ASK { ?s ?p ?o }", **options})


def test_integers_of_any_size_in_sparql(empty_rdf: RdfStore) -> None:
    query = "SELECT ?x { BIND($v AS ?x) }"
    for value in (10**40 + 1, -(10**40), 2**63):
        assert empty_rdf.query(query, {"v": value}).rows == [[value]]


@pytest.fixture
def empty_rdf() -> RdfStore:
    return RdfStore()


def test_what_is_checked_is_copied() -> None:
    given = {"v": [1, (2, {"a": 3})]}
    taken = cypher_parameters(check_request("RETURN $v", given, 1, 1))
    assert taken == {"v": [1, [2, {"a": 3}]]}
    assert check_request("RETURN 1", None, 1, 1) == {}
