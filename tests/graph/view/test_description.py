from __future__ import annotations

import json
from collections.abc import Callable
from xml.etree.ElementTree import fromstring

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgrec.graph import KnowledgeGraph
from kgrec.graph.view.degrees import degrees_svg

Build = Callable[..., KnowledgeGraph]
HOSTILE = ("<script>alert(1)</script>", "\u202eשלום", "日本語" * 30, "x" * 200, "a\nb\x1b[2J")


@pytest.fixture(scope="module")
def graph(build: Build) -> KnowledgeGraph:
    """Four films; c has no interaction, d has nothing but a name."""
    facts = [("a", "genre", "drama"), ("b", "genre", "drama"), ("c", "directed_by", "e77")]
    titles = {"a": "A", "b": "B", "c": "C", "d": "D"}
    return build([("1", "a"), ("1", "b"), ("2", "a")], facts=facts, titles=titles)


def test_it_counts_what_is_there(graph: KnowledgeGraph) -> None:
    found = graph.describe()
    assert (found.nodes, found.edges) == (8, 6)
    assert {each.kind: each.count for each in found.types if each.kind == "item"} == {"item": 4}
    genre = next(each for each in found.relations if each.name == "has_genre")
    assert (genre.count, genre.heads, genre.tails) == (2, 2, 1)
    assert (genre.domain, genre.range) == ("Item", "Genre")
    assert found.unnamed == 1  # e77
    assert found.components == (5, 2, 1)
    assert found.fact_components == (3, 2, 1)
    assert [(hub.key, hub.degree) for hub in found.hubs] == [("entity:drama", 2), ("entity:e77", 1)]
    assert [hub.key for hub in found.popular] == ["item:a", "item:b"]
    assert found.degrees["facts of an item"] == ((0, 1), (1, 3))
    assert found.degrees["interactions of an item"] == ((0, 2), (1, 1), (2, 1))


def test_it_says_how_much_is_known_of_the_catalog(graph: KnowledgeGraph) -> None:
    cover = graph.describe().coverage
    assert (cover.items, cover.facts, cover.taken, cover.nothing) == (4, 3, 2, 1)
    assert (cover.text, cover.described, cover.cold, cover.cold_nothing) == (0, 0, 2, 1)
    assert cover.median_facts == 1


def test_it_agrees_with_the_statistics(tiny_graph: KnowledgeGraph) -> None:
    found, numbers = tiny_graph.describe(), tiny_graph.statistics()
    assert {each.name: each.count for each in found.relations} == {
        row["relation"]: row["count"] for row in numbers["relations"]
    }
    assert {each.name: each.count for each in found.types} == {
        row["type"]: row["count"] for row in numbers["types"]
    }
    assert found.components[0] / found.nodes == numbers["connected_share"]
    assert sum(found.components) == found.nodes
    assert sum(n for _, n in found.degrees["facts of an entity"]) == numbers["kinds"]["entity"]


def test_it_fits_a_terminal_and_a_notebook(tiny_graph: KnowledgeGraph) -> None:
    found = tiny_graph.describe()
    assert max(map(len, str(found).splitlines())) <= 80
    page = found._repr_html_()
    assert page.count("<svg ") == 4
    assert "Entities with the most facts" in page
    assert repr(found) == "GraphDescription('tiny': 103 nodes, 437 edges)"
    json.dumps(found.to_dict(), allow_nan=False)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names(build: Build, name: str) -> None:
    facts = [("a", f"rel {name}", "e1"), ("b", f"rel {name}", "e1")]
    graph = build([("1", "a")], facts=facts, titles={"a": name}, labels=[("e1", name, None)])
    found = graph.describe()
    text, page = str(found), found._repr_html_() + graph._repr_html_()
    assert "\x1b" not in text
    assert all(len(line) <= 80 for line in text.splitlines())
    assert "<script" not in page


def test_an_empty_graph_is_described_too(tiny_graph: KnowledgeGraph) -> None:
    import dataclasses

    empty = dataclasses.replace(
        tiny_graph, nodes=tiny_graph.nodes.clear(), edges=tiny_graph.edges.clear()
    )
    found = empty.describe()
    assert found.components == ()
    assert "0 nodes" in str(found)
    assert "<table" in found._repr_html_()


@given(st.lists(st.integers(0, 100_000), min_size=1, max_size=60))
def test_any_distribution_is_drawn_within_its_frame(degrees: list[int]) -> None:
    values, counts = np.unique(degrees, return_counts=True)
    pairs = [(int(v), int(c)) for v, c in zip(values, counts, strict=True)]
    picture = fromstring(degrees_svg("facts", pairs))
    _, _, width, height = map(float, picture.attrib["viewBox"].split())
    for line in picture.iter("{http://www.w3.org/2000/svg}polyline"):
        corners = [tuple(map(float, pair.split(","))) for pair in line.attrib["points"].split()]
        assert all(0 <= x <= width and 0 <= y <= height for x, y in corners)
        assert [x for x, _ in corners] == sorted(x for x, _ in corners)
        assert [y for _, y in corners] == sorted(y for _, y in corners)
