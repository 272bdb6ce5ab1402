from __future__ import annotations

import pytest

from kgrec.graph.cypher import forbidden_clause, quote_name, quote_string, relationship


@pytest.mark.parametrize(
    ("query", "clause"),
    [
        ("CREATE (n)", "CREATE"),
        ("match (n) set n.x = 1", "SET"),
        ("MATCH (n) DETACH DELETE n", "DELETE"),
        ("LOAD  CSV FROM '/etc/passwd' AS r RETURN r", "LOAD CSV"),
        ("LOAD/**/CSV FROM 'x' AS r RETURN r", "LOAD CSV"),
        ("MATCH (n) /* x */ REMOVE n.x", "REMOVE"),
        ("MATCH (n) WHERE n.id = 'it\\'s' MERGE (m)", "MERGE"),
        ("FOREACH (x IN [1] | CREATE (:Q))", "FOREACH"),
        ("MATCH (n:Item {id: '1'})-[:interacted]-(m) RETURN m", None),
        ("RETURN 'CREATE (n)', \"SET\", 'a\\'b DELETE' // MERGE", None),
        ("MATCH (n:`CREATE`)-[:SET|DELETE]->(m) RETURN n.set, $merge, {drop: 1}", None),
        ("MATCH (n) RETURN n.created, n AS dataset", None),
        ("`LOAD` `csv` FROM 'x' AS r RETURN r", "LOAD CSV"),
        ("PROFILE LOAD //\nCSV FROM 'x' AS r RETURN r", "LOAD CSV"),
        ("MATCH (n {label: 'LOAD CSV'}) RETURN n.`LOAD CSV`", None),
        ("INSERT (n:X {x: 1})", "INSERT"),
        ("MATCH (n) insert (n)-[:r]->(m)", "INSERT"),
        ("RETURN 1 // x\rCREATE (n)", "CREATE"),
        ("RETURN 1 // x\r\nCREATE (n)", "CREATE"),
        ("RETURN 1 // x\nCREATE (n)", "CREATE"),
        ("RETURN 1 // x '\r '\nLOAD CSV FROM 'x' AS r RETURN '", "LOAD CSV"),
        ("RETURN 1 // CREATE (n)\r\nAS one", None),
        ("MATCH (set:Item) RETURN set", None),
        ("MATCH (set) RETURN set, 1 AS one", None),
        ("RETURN n.id AS create", None),
        ("RETURN n.id AS create, [merge], {a: set} // done", None),
        # What looks like an alias need not be one.
        ("WITH 1 AS as CREATE (n)", "CREATE"),
        ("MATCH (as) WITH as CREATE (n)", "CREATE"),
        ("MATCH (n) WITH n AS set SET n.x = 1", "SET"),
        ("MATCH (set) SET set.x = 1", "SET"),
        ("MATCH (n) DELETE/* , */n", "DELETE"),
        ("MATCH (n) DELETE // ,\r n", "DELETE"),
        ("CALL (n) { CREATE (m) }", "CREATE"),
    ],
)
def test_forbidden_clause(query: str, clause: str | None) -> None:
    assert forbidden_clause(query) == clause


def test_quote_string() -> None:
    assert quote_string("a'b\\c") == r"'a\'b\\c'"
    assert forbidden_clause(f"RETURN {quote_string(hostile := chr(39) + '}) DELETE n //')}") is None
    assert hostile


@pytest.mark.parametrize(
    ("name", "quoted"),
    [
        ("directed_by", "directed_by"),
        ("music.artist.origin", "`music.artist.origin`"),
        ("set", "`set`"),
        ("a`b", "`a``b`"),
        ("1st", "`1st`"),
    ],
)
def test_quote_name(name: str, quoted: str) -> None:
    assert quote_name(name) == quoted


def test_relationship() -> None:
    assert relationship("directed_by", "r") == ("[:directed_by]", "")
    assert relationship("music.artist.origin", "r") == ("[:`music.artist.origin`]", "")
    assert relationship("wdt:P57", "r") == ("[r]", "type(r) = 'wdt:P57'")


@pytest.mark.parametrize(
    ("name", "quoted"),
    [
        ("a\\u0060}) DETACH DELETE n //", "`a\\u005cu0060}) DETACH DELETE n //`"),
        ("\\\\u0060", "`\\\\u0060`"),
        ("\\\\\\u0060", "`\\\\\\u005cu0060`"),
    ],
)
def test_escapes_that_neo4j_reads_within_backticks_are_defused(name: str, quoted: str) -> None:
    assert quote_name(name) == quoted
