"""Times and memory of one graph in every store, beside the bare libraries in the same run.

    python benchmarks/stores.py [--edges 1000000] [--bolt-edges 100000]

The graph is invented (benchmarks/graphs.py). Every group of steps runs in a process of its own, so
that the peak of its memory (which counts the graph itself, too) is its own. Prints a Markdown
table. The Bolt server is the one of the tests, ArcadeDB on this machine.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import bare
import numpy as np
import polars as pl
from graphs import catalog, more_events

from kgrec import KnowledgeGraph
from kgrec.explain import PathNode, PathRelation
from kgrec.explain.queries import cypher, sparql

Rows = list[tuple[str, str]]
_QUERIES = 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--edges", type=int, default=1_000_000)
    parser.add_argument("--bolt-edges", type=int, default=100_000, help="0: leave Bolt out")
    parser.add_argument("--bolt-rounds", type=int, default=3)
    options = parser.parse_args()
    print("| step | measured |\n| --- | --- |", flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        groups: list[tuple[Callable[..., Rows], tuple[Any, ...]]] = [
            (tables, (folder, options.edges)),
            (tensors, (folder,)),
            (rules, (folder,)),
            (embedded, (folder, options.edges)),
            (bare_embedded, (folder,)),
            (rdf, (folder,)),
            (bare_rdf, (folder,)),
        ]
        if options.bolt_edges:
            groups.append((bolt, (options.bolt_edges, options.bolt_rounds)))
        for step, arguments in groups:
            for label, value in _apart(step, arguments):
                print(f"| {label} | {value} |", flush=True)


def tables(folder: Path, edges: int) -> Rows:
    data = catalog(edges)
    graph, build = _timed(lambda: KnowledgeGraph.build(data))
    _, save = _timed(lambda: graph.save(folder / "graph"))
    _, load = _timed(lambda: KnowledgeGraph.load(folder / "graph"))
    return [
        ("graph", f"{graph.nodes.height:,} nodes, {graph.edges.height:,} edges"),
        ("tables → graph", _seconds(build)),
        ("save", _seconds(save)),
        ("load", _seconds(load)),
        _peak("tables, save, load"),
    ]


def tensors(folder: Path) -> Rows:
    from kgrec.features import Features
    from kgrec.hetero import to_hetero_data

    graph = KnowledgeGraph.load(folder / "graph")
    to_hetero_data(graph)  # imports PyTorch Geometric
    _, hetero = _timed(lambda: to_hetero_data(graph))
    _, features = _timed(lambda: Features.of(graph))
    return [
        ("to HeteroData", _seconds(hetero)),
        ("to the tensors of training", _seconds(features)),
        _peak("tensors"),
    ]


def rules(folder: Path) -> Rows:
    from kgrec.graph.validation.rules import check_rules

    graph = KnowledgeGraph.load(folder / "graph")
    _, seconds = _timed(lambda: check_rules(graph.nodes, graph.edges, graph.vocabulary))
    return [("all rules of the ontology", _seconds(seconds)), _peak("rules")]


def embedded(folder: Path, edges: int) -> Rows:
    graph = KnowledgeGraph.load(folder / "graph")
    _, seconds = _timed(lambda: graph.cypher("RETURN 1"))
    rows = [("into the embedded store", _seconds(seconds))]
    for hops, paths in _paths(graph).items():
        times = [_timed(lambda path=path: graph.cypher(cypher(*path)))[1] for path in paths]
        rows.append((f"explanation query, {hops} hops, embedded", _milliseconds(times)))
    events = more_events(edges, 10_000)
    newer, update = _timed(lambda: graph.update(events=events))
    _, follow = _timed(lambda: newer.cypher("RETURN 1"))
    rows.append(("update of 10,000 edges: tables", _seconds(update)))
    rows.append(("update of 10,000 edges: embedded store", _seconds(follow)))
    return [*rows, _peak("embedded")]


def bare_embedded(folder: Path) -> Rows:
    graph = KnowledgeGraph.load(folder / "graph")
    _, seconds = _timed(lambda: bare.kglite_load(graph.nodes, graph.edges))
    return [("the same in kglite by hand", _seconds(seconds)), _peak("kglite by hand")]


def rdf(folder: Path) -> Rows:
    from kgrec.graph.stores.rdf import RdfStore

    graph = KnowledgeGraph.load(folder / "graph")
    content = graph.content()
    with RdfStore(folder / "rdf") as store:
        _, seconds = _timed(lambda: store.write(content))
        triples = store.query("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }").rows[0][0]
        speed = f"{_seconds(seconds)}: {triples:,} triples, {triples / seconds:,.0f} a second"
        rows = [("into pyoxigraph", speed)]
        for hops, paths in _paths(graph).items():
            queries = [sparql(*path, graph.vocabulary) for path in paths]
            times = [_timed(lambda query=query: store.query(query))[1] for query in queries]
            rows.append((f"explanation query, {hops} hops, SPARQL", _milliseconds(times)))
    _, seconds = _timed(lambda: graph.to_rdf(folder / "graph.nt"))
    return [*rows, ("into an N-Triples file", _seconds(seconds)), _peak("RDF")]


def bare_rdf(folder: Path) -> Rows:
    _, seconds = _timed(lambda: bare.oxigraph_load(folder / "graph.nt", folder / "bare"))
    return [("the same triples by a bare bulk_load", _seconds(seconds)), _peak("bare bulk_load")]


def bolt(edges: int, rounds: int) -> Rows:
    """kgrec and a bare loop in turn, each time into a new database of one server."""
    from kgrec.graph.stores.neo4j import Neo4jStore
    from kgrec.testing.bolt import BoltServer

    graph = KnowledgeGraph.build(catalog(edges))
    content = graph.content()
    ours, theirs = [], []
    with BoltServer() as server:
        bare.bolt_load(server.uri, server.auth, server.make_database(), graph.nodes.head(500))
        for _ in range(rounds):
            with Neo4jStore(server.uri, auth=server.auth, database=server.make_database()) as store:
                ours.append(_timed(lambda store=store: store.write(content))[1])
            target = (server.uri, server.auth, server.make_database())
            theirs.append(_timed(lambda t=target: bare.bolt_load(*t, graph.nodes, graph.edges))[1])
    return [
        (f"over Bolt, {graph.edges.height:,} edges", ", ".join(map(_seconds, ours))),
        ("the same by a bare driver loop", ", ".join(map(_seconds, theirs))),
        ("ratio of the medians", f"{statistics.median(ours) / statistics.median(theirs):.2f}"),
        _peak("Bolt, without the server"),
    ]


def _paths(graph: KnowledgeGraph) -> dict[int, list[tuple[list[PathNode], list[PathRelation]]]]:
    """Walks that exist, of one, two and three hops, from random users."""
    rng = np.random.default_rng(0)
    liked = graph.edges.filter(pl.col("relation") == "interacted")
    facts = graph.edges.filter(pl.col("relation") != "interacted")
    found: dict[int, list[tuple[list[PathNode], list[PathRelation]]]] = {1: [], 2: [], 3: []}
    while len(found[3]) < _QUERIES:
        user, first = liked.row(int(rng.integers(liked.height)))[0::2][:2]
        nodes, relations = [_node(user), _node(first)], [PathRelation("interacted", "", True)]
        found[1].append((list(nodes), list(relations)))
        of_item = facts.filter(pl.col("head") == first)
        if of_item.is_empty():
            continue
        _, relation, entity = of_item.row(0)[:3]
        nodes, relations = [*nodes, _node(entity)], [*relations, PathRelation(relation, "", True)]
        found[2].append((list(nodes), list(relations)))
        others = facts.filter(tail=entity, relation=relation)["head"]
        last = others[int(rng.integers(others.len()))]
        found[3].append(([*nodes, _node(last)], [*relations, PathRelation(relation, "", False)]))
    return found


def _node(key: str) -> PathNode:
    return PathNode(key, key.partition(":")[2], "", "")


def _apart(step: Callable[..., Rows], arguments: tuple[Any, ...]) -> Rows:
    """Run one group in a process of its own."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as pool:
        return pool.submit(step, *arguments).result()


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    started = time.perf_counter()
    result = work()
    return result, time.perf_counter() - started


def _seconds(seconds: float) -> str:
    return f"{seconds:.2f} s"


def _milliseconds(times: list[float]) -> str:
    return f"median {1000 * statistics.median(times):.1f} ms, slowest {1000 * max(times):.1f} ms"


def _peak(name: str) -> tuple[str, str]:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    return f"peak memory: {name}", f"{peak:.2f} GB"


if __name__ == "__main__":
    main()
