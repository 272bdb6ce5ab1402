from __future__ import annotations

from itertools import combinations
from xml.etree.ElementTree import fromstring

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgrec.graph import KnowledgeGraph
from kgrec.graph.view import Neighbourhood, ViewEdge, ViewNode, neighbourhood
from kgrec.graph.view.layout import lay_out

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = ("<script>alert(1)</script>", "'\"&]]>", "x" * 3000, "\u202eשלום\u202d", "", "a\x00b\nc")
texts = st.sampled_from(HOSTILE) | st.text(max_size=40)


def node(number: int, label: str = "name", hop: int = 1, type: str = "Film") -> ViewNode:
    return ViewNode(f"item:{number}", str(number), "item", type, label, label, 3, hop)


@given(st.lists(texts, min_size=1, max_size=8), texts)
def test_any_text_is_escaped(labels: list[str], relation: str) -> None:
    nodes = tuple(node(n, label, min(n, 1), label) for n, label in enumerate(labels))
    edges = tuple(ViewEdge("item:0", relation, n.key, relation) for n in nodes[1:])
    picture = fromstring(Neighbourhood(nodes, edges).svg())
    tags = {element.tag.removeprefix(SVG) for element in picture.iter()}
    assert tags <= {"svg", "title", "style", "rect", "circle", "g", "line", "polygon", "text"}
    names = {name for element in picture.iter() for name in element.attrib}
    assert not [name for name in names if name.startswith("on") or "href" in name]


def test_every_node_has_a_tooltip_and_every_type_a_colour(tiny_graph: KnowledgeGraph) -> None:
    view = neighbourhood(tiny_graph, "item:1", hops=2)
    picture = fromstring(view.svg())
    groups = [g for g in picture.iter(f"{SVG}g") if g.get("class", "").startswith("kg-dot")]
    told = [g.findtext(f"{SVG}title") or "" for g in groups]
    assert len(told) == len(view.nodes)
    assert all(n.key in words for n, words in zip(view.nodes, told, strict=True))
    legend = [text.text for text in picture.iter(f"{SVG}text")]
    assert {n.type for n in view.nodes} <= set(legend)
    assert view.svg() == neighbourhood(tiny_graph, "item:1", hops=2).svg()


def test_the_style_sheet_may_be_left_to_the_page(tiny_graph: KnowledgeGraph) -> None:
    view = neighbourhood(tiny_graph, "item:1")
    assert "<style>" in view.svg()
    assert "prefers-color-scheme" in view.svg()
    assert "<style>" not in view.svg(css="")


@given(
    st.integers(1, 40).flatmap(
        lambda n: st.tuples(
            st.just(n),
            st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=80),
            st.lists(st.floats(10, 140), min_size=n, max_size=n),
        )
    )
)
def test_no_boxes_overlap(world: tuple[int, list[tuple[int, int]], list[float]]) -> None:
    count, edges, widths = world
    sizes = np.column_stack([widths, np.full(count, 36.0)])
    points = lay_out(count, edges, sizes)
    assert np.isfinite(points).all()
    assert (points >= sizes / 2 - 1e-6).all()
    for one, other in combinations(range(count), 2):
        free = np.abs(points[one] - points[other]) - (sizes[one] + sizes[other]) / 2
        assert free.max() > -1e-6


def test_neighbours_are_nearer_than_strangers() -> None:
    """Two stars that one edge joins stay two."""
    edges = [(0, n) for n in range(1, 8)] + [(8, n) for n in range(9, 16)] + [(0, 8)]
    points = lay_out(16, edges, np.full((16, 2), 20.0))
    gap = np.linalg.norm(points[:8].mean(axis=0) - points[8:].mean(axis=0))
    within = np.linalg.norm(points[1:8] - points[0], axis=1).mean()
    assert gap > 0.7 * within


@pytest.mark.parametrize("seed", [0, 1])
def test_the_same_seed_gives_the_same_picture(seed: int) -> None:
    edges = [(n, (n * 7) % 30) for n in range(30)]
    sizes = np.full((30, 2), 30.0)
    once, again = (lay_out(30, edges, sizes, seed=seed) for _ in range(2))
    assert (once == again).all()
    assert not np.allclose(once, lay_out(30, edges, sizes, seed=seed + 5))
