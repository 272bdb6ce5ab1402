from __future__ import annotations

from kgrec.explain import PathNode, PathRelation
from kgrec.explain.queries import cypher, sparql
from kgrec.vocabulary import Vocabulary

NODES = [
    PathNode("user:1", "1", "1", "User"),
    PathNode("item:it's", "it's", "It", "Film"),
    PathNode("entity:a b", "a b", "AB", "Person"),
    PathNode("item:2", "2", "Two", "Film"),
]
RELATIONS = [
    PathRelation("interacted", "liked", True),
    PathRelation("directed_by", "directed by", True),
    PathRelation("wdt:P57", "P57", False),
]


def test_cypher_names_every_node_and_direction() -> None:
    assert cypher(NODES, RELATIONS) == (
        "MATCH p=(:User {id: '1'})-[:interacted]->(:Item {id: 'it\\'s'})-[:directed_by]->"
        "(:Entity {id: 'a b'})<-[r2]-(:Item {id: '2'}) WHERE type(r2) = 'wdt:P57' RETURN p LIMIT 1"
    )


def test_cypher_can_name_the_kinds() -> None:
    query = cypher(NODES[:2], RELATIONS[:1], name_kinds=True)
    assert query == (
        "MATCH p=(:User {id: '1', kind: 'user'})-[:interacted]->"
        "(:Item {id: 'it\\'s', kind: 'item'}) RETURN p LIMIT 1"
    )


def test_sparql_turns_triples_round() -> None:
    lines = sparql(NODES, RELATIONS, Vocabulary.load()).splitlines()
    assert lines[0] == "SELECT DISTINCT ?n0 ?n1 ?n2 ?n3 WHERE {"
    assert "<urn:kgrec:item:it%27s>" in lines[1]
    assert "<urn:kgrec:entity:a%20b>" in lines[1]
    assert [line.split()[0] + line.split()[2] for line in lines[2:-1]] == [
        "?n0?n1",
        "?n1?n2",
        "?n3?n2",
    ]
