from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from kgrec.config import TextConfig
from kgrec.data.descriptions import SCHEMA
from kgrec.graph import KnowledgeGraph
from kgrec.graph.descriptions import descriptions_of
from kgrec.graph.literals import parse
from kgrec.graph.stores.rdf import RdfStore
from kgrec.testing import tiny_dataset
from kgrec.text import describe

TEXT = 'A film of "kites"\n& <storms> — 风筝.'
ROWS = [
    ("1", "item", TEXT, "api", True, "[]"),
    ("1", "entity", "Ada Marlow flies.", "local", True, None),
    ("2", "item", "The Crooked Lantern: film.", "template", True, None),
    ("nobody", "entity", "Nobody.", "given", False, None),
]


@pytest.fixture(scope="module")
def described() -> KnowledgeGraph:
    table = pl.DataFrame(ROWS, schema=SCHEMA, orient="row")
    return KnowledgeGraph.build(replace(tiny_dataset(), descriptions=table))


def known(graph: KnowledgeGraph) -> set[tuple[object, ...]]:
    return set(descriptions_of(graph.nodes).rows())


EXPECTED = {
    ("item:1", TEXT, "api", True),
    ("entity:1", "Ada Marlow flies.", "local", True),
    ("item:2", "The Crooked Lantern: film.", "template", True),
}


def test_they_are_literals_of_nodes(described: KnowledgeGraph) -> None:
    literals = parse(described.node("item:1")["properties"])
    assert literals["description"] == TEXT
    assert literals["description_verified"] is True
    assert literals["year"] == tiny_dataset().items["year"][0]
    assert known(described) == EXPECTED
    assert described.report.unused_descriptions == 1
    assert described.validate().conforms


def test_a_folder_and_stores_keep_them(described: KnowledgeGraph, tmp_path: Path) -> None:
    described.save(tmp_path / "graph")
    assert known(KnowledgeGraph.load(tmp_path / "graph")) == EXPECTED
    rows = described.cypher("MATCH (m:Film {id: '1'}) RETURN m.description AS text")
    assert rows.rows[0][0] == TEXT
    store = RdfStore(tmp_path / "rdf")
    store.write(described.content())
    assert known(KnowledgeGraph.from_content(store.read())) == EXPECTED


def test_updates_keep_what_still_holds(described: KnowledgeGraph) -> None:
    facts = pl.DataFrame({"head": ["3"], "relation": ["directed_by"], "tail": ["1"]})
    facts = facts.with_columns(tail_kind=pl.lit("entity"))
    events = pl.DataFrame({"user": ["1"], "item": ["1"]})
    assert known(described.update(facts=facts, events=events)) == EXPECTED
    items = pl.DataFrame({"item": ["1", "2"], "year": [2001, 2002]})
    assert known(described.update(items=items)) == EXPECTED


def test_a_node_told_otherwise_has_none_until_it_is_described_again(
    described: KnowledgeGraph,
) -> None:
    items = pl.DataFrame({"item": ["1"], "text": ["All is new."]})
    changed = described.update(items=items)
    assert known(changed) == {row for row in EXPECTED if row[0] != "item:1"}
    assert "year" in parse(changed.node("item:1")["properties"])
    fresh = pl.DataFrame({"id": ["1", "9"], "text": ["New.", "Nine."], "source": ["api", "api"]})
    again = changed.update(descriptions=fresh)
    assert ("item:1", "New.", "api", False) in known(again)
    assert ("item:9", "Nine.", "api", False) in known(again)
    assert known(again.at(0)) == EXPECTED


def test_they_stand_for_the_template_s_text(described: KnowledgeGraph) -> None:
    plain = describe(KnowledgeGraph.build(tiny_dataset())).nodes
    assert describe(described, TextConfig(descriptions=False)).nodes.equals(plain)
    texts = describe(described).texts()
    title = described.label("item:1")
    assert texts["item:1"] == f"{title}, film. " + " ".join(TEXT.split())
    before = dict(plain.select("key", "text").iter_rows())
    assert {key for key in texts if texts[key] != before[key]} == {"item:1", "entity:1"}


def test_a_catalog_s_own_column_of_that_name_changes_nothing(
    described: KnowledgeGraph,
) -> None:
    data = tiny_dataset()
    items = data.items.with_columns(description=pl.lit("A text, unlike the other. ") + "item")
    graph = KnowledgeGraph.build(replace(data, items=items))
    assert describe(graph).nodes.equals(describe(KnowledgeGraph.build(data)).nodes)
