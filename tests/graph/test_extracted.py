from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from kgrec.data import Dataset
from kgrec.data.extracted import no_extracted
from kgrec.features import Features
from kgrec.graph import KnowledgeGraph
from kgrec.graph.extracted import is_extracted, without_extracted
from kgrec.testing import tiny_dataset

CLAIM = {
    "head": "1",
    "relation": "has_tag",
    "tail": "text:Tag/noir",
    "tail_kind": "entity",
    "tail_label": "noir",
    "tail_type": "Tag",
    "start": 5,
    "end": 9,
    "quote": 'a "noir" film',
    "asserted_by": "model",
    "state": "accepted",
}


def claims(*rows: dict[str, object]) -> Dataset:
    table = pl.concat([no_extracted(), pl.DataFrame(list(rows))], how="diagonal_relaxed")
    return replace(tiny_dataset(), extracted=table.select(no_extracted().columns))


@pytest.fixture(scope="module")
def graph() -> KnowledgeGraph:
    maker = tiny_dataset().facts.row(0, named=True)
    stated = {**CLAIM, **{name: maker[name] for name in ("head", "relation", "tail")}}
    other = "2" if maker["head"] != "2" else "3"
    return KnowledgeGraph.build(
        claims(
            CLAIM,
            {**CLAIM, "head": "2", "asserted_by": "gazetteer"},
            {**CLAIM, "head": "3", "state": "quarantined"},
            {**CLAIM, "head": "4", "state": "rejected", "tail": None},
            {**stated, "tail_label": "Another Name", "tail_type": "Place"},
            {**CLAIM, "head": other, "relation": "mentions", "tail": "9", "tail_kind": "item"},
        )
    )


def test_accepted_claims_are_edges_that_say_by_whom(graph: KnowledgeGraph) -> None:
    found = graph.edges.filter(is_extracted())
    assert graph.report.extracted == found.height == 3
    said = [json.loads(text) for text in found.sort("head", "relation")["properties"]]
    assert said[0] == {"asserted_by": "model", "span": [5, 9], "quote": 'a "noir" film'}
    assert {each["asserted_by"] for each in said} == {"model", "gazetteer"}
    assert graph.node("entity:text:Tag/noir")["label"] == "noir"
    assert graph.node("entity:text:Tag/noir")["type"] == "Tag"


def test_a_fact_of_the_catalog_stays_the_catalogs(graph: KnowledgeGraph) -> None:
    plain = KnowledgeGraph.build(tiny_dataset())
    left = without_extracted(graph)
    assert left.nodes.equals(plain.nodes)
    assert left.edges.equals(plain.edges)
    assert without_extracted(plain) is plain


def test_features_leave_them_out_as_a_group(graph: KnowledgeGraph) -> None:
    plain, left = (
        Features.of(KnowledgeGraph.build(tiny_dataset())),
        Features.of(graph, extracted=False),
    )
    assert left.entities == plain.entities
    assert left.relations == plain.relations
    assert np.array_equal(left.facts, plain.facts)
    assert left.only_text is plain.only_text is None
    whole = Features.of(graph)
    assert whole.only_text is not None
    flagged = whole.facts[whole.only_text]
    assert len(flagged) == 3
    assert {whole.relations[number] for number in flagged[:, 1]} == {"has_tag", "mentions"}


def test_a_graph_that_was_written_still_knows(graph: KnowledgeGraph, tmp_path: Path) -> None:
    graph.save(tmp_path / "graph")
    again = KnowledgeGraph.load(tmp_path / "graph")
    assert again.edges.filter(is_extracted()).height == 3
    assert again.report == graph.report
    assert graph.labels is not None
    assert again.labels is not None
    assert "text:Tag/noir" in again.labels["entity"]


def test_an_update_takes_claims_and_the_catalog_has_the_last_word() -> None:
    plain = KnowledgeGraph.build(tiny_dataset())
    table = pl.DataFrame([CLAIM, {**CLAIM, "head": "gone"}, {**CLAIM, "state": "rejected"}])
    told = plain.update(extracted=table)
    assert told.edges.filter(is_extracted())["head"].to_list() == ["item:1"]
    assert told.node("entity:text:Tag/noir")["label"] == "noir"
    assert (told.report.extracted, told.report.facts) == (1, plain.report.facts)
    assert [finding.column for finding in told.update_report.quality.findings] == ["head", "head"]
    assert told.update(extracted=table).version == told.version
    fact = pl.DataFrame([{name: CLAIM[name] for name in ("head", "relation", "tail")}])
    stated = told.update(facts=fact)
    assert stated.edges.filter(is_extracted()).is_empty()
    assert stated.edges.filter(pl.col("tail") == "entity:text:Tag/noir").height == 1
    assert (stated.report.extracted, stated.report.facts) == (0, plain.report.facts + 1)
    assert stated.update(extracted=table).version == stated.version
    assert stated.at(1).edges.filter(is_extracted()).height == 1
