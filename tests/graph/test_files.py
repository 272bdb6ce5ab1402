from __future__ import annotations

import json
import multiprocessing
import random
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import polars as pl
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


def updated(graph: KnowledgeGraph) -> KnowledgeGraph:
    items = pl.DataFrame({"item": ["new"], "title": ["New"]})
    labels = pl.DataFrame({"entity": ["later"], "label": ["Later"]})
    changed = graph.update(items=items, labels=labels, time="2026-01-01")
    return changed.update(removed="item:1", events=pl.DataFrame({"user": [None], "item": ["1"]}))


def test_the_history_comes_back(graph: KnowledgeGraph, tmp_path: Path) -> None:
    last = updated(graph)
    last.save(tmp_path / "graph")
    loaded = KnowledgeGraph.load(tmp_path / "graph")
    assert (loaded.version, loaded.identity) == (2, last.identity)
    assert [change.time for change in loaded.changes] == [change.time for change in last.changes]
    assert loaded.update_report == last.update_report
    assert loaded.report == last.report
    for version in range(3):
        assert loaded.at(version).nodes.equals(last.at(version).nodes)
        assert loaded.at(version).edges.equals(last.at(version).edges)
        assert loaded.at(version).labels.equals(last.at(version).labels)  # type: ignore[union-attr, arg-type]
    again = loaded.update(
        facts=pl.DataFrame({"head": ["2"], "relation": "starring", "tail": "later"})
    )
    assert again.label("entity:later") == "Later"


def test_candidates_of_every_version_come_back(
    build: Callable[..., KnowledgeGraph], tmp_path: Path
) -> None:
    graph = build([("u", "a"), ("u", "b"), ("u", "c")], candidates=["a", "b"])
    last = graph.update(removed="item:c").update(removed="item:a").update(removed="user:u")
    last.save(tmp_path / "graph")
    loaded = KnowledgeGraph.load(tmp_path / "graph")
    assert [loaded.at(version).candidates for version in range(4)] == [
        ("a", "b"),
        ("a", "b"),
        ("b",),
        ("b",),
    ]


def test_the_number_of_files_does_not_grow(graph: KnowledgeGraph, tmp_path: Path) -> None:
    last = graph
    for item in range(1, 6):
        last = last.update(removed=f"item:{item}")
    last.save(tmp_path)
    assert sorted(str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()) == [
        "base/base.json",
        "base/edges.parquet",
        "base/labels.parquet",
        "base/nodes.parquet",
        "changes/changes.json",
        "changes/edges.parquet",
        "changes/labels.parquet",
        "changes/nodes.parquet",
        "changes/removed_edges.parquet",
        "changes/removed_nodes.parquet",
        "edges.parquet",
        "graph.json",
        "labels.parquet",
        "nodes.parquet",
    ]


@pytest.mark.parametrize(
    "name",
    ["base/nodes.parquet", "base/base.json", "changes/edges.parquet", "changes/changes.json"],
)
@pytest.mark.parametrize("content", [None, b"", b"{}", b"PAR1 nonsense"])
def test_a_broken_history_is_named(
    graph: KnowledgeGraph, tmp_path: Path, name: str, content: bytes | None
) -> None:
    updated(graph).save(tmp_path)
    (tmp_path / name).unlink()
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(RunError, match=r"missing|broken") as caught:
        KnowledgeGraph.load(tmp_path)
    assert str(tmp_path) in str(caught.value)


@pytest.mark.parametrize("report", [3, {"more": 1}, {"inverses": 1}])
def test_a_broken_header_is_named(graph: KnowledgeGraph, tmp_path: Path, report: Any) -> None:
    graph.save(tmp_path)
    about = json.loads((tmp_path / "graph.json").read_text())
    (tmp_path / "graph.json").write_text(json.dumps({**about, "report": report}))
    with pytest.raises(RunError, match="the graph is broken; build it again"):
        KnowledgeGraph.load(tmp_path)


def test_a_folder_of_format_1_is_read(graph: KnowledgeGraph, tmp_path: Path) -> None:
    graph.save(tmp_path)
    about = json.loads((tmp_path / "graph.json").read_text())
    for name in ("identity", "version", "start"):
        del about[name]
    (tmp_path / "graph.json").write_text(json.dumps({**about, "format": 1}))
    (tmp_path / "labels.parquet").unlink()
    graph.edges.drop("event", "properties").write_parquet(tmp_path / "edges.parquet")
    loaded = KnowledgeGraph.load(tmp_path)
    assert loaded.nodes.equals(graph.nodes)
    assert loaded.edges.equals(graph.edges)
    assert (loaded.version, loaded.identity) == (0, graph.identity)
    facts = pl.DataFrame({"head": ["1"], "relation": ["starring"], "tail": ["someone"]})
    loaded.update(facts=facts).save(tmp_path)
    assert KnowledgeGraph.load(tmp_path).at(0).edges.equals(graph.edges)


def test_a_folder_that_holds_something_else_is_not_replaced(
    graph: KnowledgeGraph, tmp_path: Path
) -> None:
    (tmp_path / "precious").write_text("mine")
    with pytest.raises(RunError, match="'precious' is not part of a graph and would be lost"):
        graph.save(tmp_path)
    with pytest.raises(RunError, match="this is a file"):
        graph.save(tmp_path / "precious")
    assert (tmp_path / "precious").read_text() == "mine"


# Processes that are killed, and several at once.

SAVER = """
import dataclasses, polars as pl
from kgrec.graph import KnowledgeGraph
graph, number = KnowledgeGraph.load(source), first
while number < last:
    number += 1
    graph = dataclasses.replace(
        graph,
        name=str(number),
        nodes=graph.nodes.with_columns(label=pl.lit(str(number))),
        edges=graph.edges.with_columns(weight=pl.lit(float(number))),
    )
    graph.save(target)
    done.send(number)
"""


@pytest.fixture
def saver(
    graph: KnowledgeGraph, child: Callable[..., BaseProcess], tmp_path: Path
) -> Callable[..., Any]:
    """Start a process that saves the graphs ``first + 1`` to ``last``, one after the other."""
    graph.save(tmp_path / "source")

    def start(first: int, last: int = 10**9) -> tuple[Any, Connection]:
        receive, send = multiprocessing.Pipe(duplex=False)
        given = {"source": tmp_path / "source", "target": tmp_path / "graph"}
        process = child(SAVER, **given, first=first, last=last, done=send)
        send.close()
        return process, receive

    return start


def whole_graph(folder: Path) -> int:
    """The number of the graph that is saved in a folder; all of its files agree on it."""
    graph = KnowledgeGraph.load(folder)
    number = int(graph.name)
    assert graph.nodes["label"].unique().to_list() == [str(number)]
    assert graph.edges["weight"].unique().to_list() == [float(number)]
    return number


def drained(pipe: Connection, last: int) -> int:
    """The last number that a process acknowledged."""
    try:
        while True:
            last = pipe.recv()
    except EOFError:
        return last


def test_no_acknowledged_graph_is_lost_by_killing(
    saver: Callable[..., Any], tmp_path: Path
) -> None:
    acknowledged, chance = 0, random.Random(0)
    for _ in range(12):
        process, pipe = saver(acknowledged)
        assert pipe.recv() == acknowledged + 1
        time.sleep(chance.uniform(0, 0.1))
        process.kill()
        process.join()
        last = drained(pipe, acknowledged + 1)
        acknowledged = whole_graph(tmp_path / "graph")
        assert last <= acknowledged <= last + 1
    process, pipe = saver(acknowledged, acknowledged + 1)
    process.join()
    assert process.exitcode == 0
    assert whole_graph(tmp_path / "graph") == acknowledged + 1
    assert {path.name for path in tmp_path.iterdir()} == {"source", "graph"}


def test_two_processes_may_save_at_once(saver: Callable[..., Any], tmp_path: Path) -> None:
    (one, first), (two, second) = saver(0, 30), saver(1000, 1030)
    assert first.recv() == 1
    assert second.recv() == 1001
    seen = set()
    while one.is_alive() or two.is_alive():
        seen.add(whole_graph(tmp_path / "graph"))
    one.join()
    two.join()
    assert (one.exitcode, two.exitcode) == (0, 0)
    assert drained(first, 0) == 30
    assert drained(second, 0) == 1030
    assert whole_graph(tmp_path / "graph") in (30, 1030)
    assert len(seen) > 1
    assert {path.name for path in tmp_path.iterdir()} == {"source", "graph"}
