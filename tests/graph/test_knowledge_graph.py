from __future__ import annotations

import pytest

from kgrec.callbacks import ConsoleProgress
from kgrec.errors import UnknownIdError
from kgrec.graph import BuildReport, KnowledgeGraph
from kgrec.testing import tiny_dataset


def test_repr(graph: KnowledgeGraph) -> None:
    assert repr(graph) == (
        "KnowledgeGraph('tiny': 30 users, 40 items, 33 entities, 437 edges of 6 relations)"
    )


def test_labels(graph: KnowledgeGraph) -> None:
    titles = dict(tiny_dataset().items.select("item", "title").iter_rows())
    assert all(graph.label(f"item:{item}") == title for item, title in titles.items())


@pytest.mark.parametrize("ask", ["label", "node", "has_name", "neighbours"])
def test_an_unknown_key(graph: KnowledgeGraph, ask: str) -> None:
    with pytest.raises(UnknownIdError, match=r"no node 'item:999'.*looks like 'item:42'"):
        getattr(graph, ask)("item:999")


def test_neighbours(make) -> None:
    graph = KnowledgeGraph.build(
        make(
            facts=[
                ("1", "starring", "a"),
                ("1", "starring", "b"),
                ("2", "sequel", "1", "item", "item"),
            ],
            labels=[("a", "Anna"), ("b", "Bo")],
        )
    )
    assert graph.neighbours("item:1").rows() == [
        ("sequel", "in", "item:2", "Ronin", "Film"),
        ("starring", "out", "entity:a", "Anna", "Person"),
        ("starring", "out", "entity:b", "Bo", "Person"),
        ("interacted", "in", "user:1", "1", "User"),
        ("interacted", "in", "user:2", "2", "User"),
    ]
    assert graph.neighbours("item:1", 1)["neighbour"].to_list() == ["item:2", "entity:a", "user:1"]


def test_build_reports_progress() -> None:
    progress = ConsoleProgress()
    KnowledgeGraph.build(tiny_dataset(), progress=progress)
    assert list(progress.seconds) == ["Building the graph"]


def test_the_report_in_words(make) -> None:
    facts = [("1", "director", "m.1"), ("1", "related_to", "1", "item", "item")]
    report = KnowledgeGraph.build(make(facts=facts)).report
    assert str(report) == (
        "4 interactions and 1 facts became edges\n"
        "1 facts carried an alias of a relation\n"
        "1 facts led from a node to itself and were set aside\n"
        "1 entities have no readable name"
    )
    assert BuildReport.from_dict(report.to_dict()) == report
