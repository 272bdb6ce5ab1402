from __future__ import annotations

import json
from pathlib import Path

import pytest

from kgrec.data import replaced_folder
from kgrec.errors import RunError
from kgrec.graph import KnowledgeGraph

OWN = (
    "@prefix kg: <urn:kgrec:ontology#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
    'kg:made_of a kg:Relation ; rdfs:label "made of"@en .'
)


def test_a_round_trip(graph: KnowledgeGraph, tmp_path: Path) -> None:
    graph.save(tmp_path / "deep" / "graph")
    loaded = KnowledgeGraph.load(tmp_path / "deep" / "graph")
    assert loaded.nodes.equals(graph.nodes)
    assert loaded.edges.equals(graph.edges)
    assert loaded.nodes.schema == graph.nodes.schema
    for name in ("name", "licence", "item_type", "candidates", "report", "ontologies"):
        assert getattr(loaded, name) == getattr(graph, name), name
    assert sorted(path.name for path in (tmp_path / "deep").iterdir()) == ["graph"]


def test_the_folder_stands_alone(make, tmp_path: Path) -> None:
    own = tmp_path / "own.ttl"
    own.write_text(OWN)
    graph = KnowledgeGraph.build(make(facts=[("1", "made_of", "tin")], ontologies=(str(own),)))
    graph.save(tmp_path / "graph")
    own.unlink()
    loaded = KnowledgeGraph.load(tmp_path / "graph")
    assert loaded.vocabulary.relations["made_of"].label == "made of"
    assert loaded.report == graph.report


def test_saving_replaces_an_earlier_graph(graph: KnowledgeGraph, make, tmp_path: Path) -> None:
    graph.save(tmp_path / "graph")
    KnowledgeGraph.build(make()).save(tmp_path / "graph")
    assert KnowledgeGraph.load(tmp_path / "graph").name == "made"


def test_an_interrupted_save_leaves_the_earlier_graph(
    graph: KnowledgeGraph, tmp_path: Path
) -> None:
    graph.save(tmp_path / "graph")

    def interrupted() -> None:
        with replaced_folder(tmp_path / "graph") as fresh:
            (fresh / "nodes.parquet").write_bytes(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert KnowledgeGraph.load(tmp_path / "graph").nodes.equals(graph.nodes)
    assert [path.name for path in tmp_path.iterdir()] == ["graph"]


@pytest.mark.parametrize("name", ["nodes.parquet", "edges.parquet", "graph.json"])
@pytest.mark.parametrize("content", [None, b"", b"PAR1 nonsense"])
def test_a_broken_folder_is_named(
    graph: KnowledgeGraph, tmp_path: Path, name: str, content: bytes | None
) -> None:
    graph.save(tmp_path)
    (tmp_path / name).unlink()
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(RunError, match=r"missing|broken") as caught:
        KnowledgeGraph.load(tmp_path)
    assert name in str(caught.value)


def test_another_version_is_refused(graph: KnowledgeGraph, tmp_path: Path) -> None:
    graph.save(tmp_path)
    about = json.loads((tmp_path / "graph.json").read_text())
    (tmp_path / "graph.json").write_text(json.dumps({**about, "format": 99}))
    with pytest.raises(RunError, match="format 99 is not format 2"):
        KnowledgeGraph.load(tmp_path)


def test_a_missing_ontology_is_named(make, tmp_path: Path) -> None:
    own = tmp_path / "own.ttl"
    own.write_text(OWN)
    KnowledgeGraph.build(make(ontologies=(str(own),))).save(tmp_path / "graph")
    (tmp_path / "graph" / "ontology" / "1.ttl").unlink()
    with pytest.raises(RunError, match="an ontology of the graph is missing"):
        KnowledgeGraph.load(tmp_path / "graph")


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no graph is saved here"):
        KnowledgeGraph.load(tmp_path / "nothing")
