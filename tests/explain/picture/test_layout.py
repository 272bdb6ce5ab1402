from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgrec.explain import Explanation, Path, PathNode, PathRelation
from kgrec.explain.picture.layout import Layout, lay_out

SHARED = PathRelation("r", "related to", True)


def node(kind: str, number: int) -> PathNode:
    return PathNode(f"{kind}:{number}", str(number), f"{kind} number {number}", kind.capitalize())


@st.composite
def some_paths(draw: st.DrawFn) -> list[Path]:
    paths = []
    for _ in range(draw(st.integers(1, 6))):
        inner = draw(
            st.lists(
                st.tuples(st.sampled_from(["item", "entity"]), st.integers(1, 4)),
                min_size=1,
                max_size=3,
            )
        )
        nodes = (node("user", 1), *(node(*each) for each in inner), node("item", 9))
        share = draw(st.floats(-1, 1))
        paths.append(Path(nodes, (SHARED,) * (len(nodes) - 1), share, 0.0, 1, "", "", ""))
    return paths


def overlap(layout: Layout) -> bool:
    return any(
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
        for one, other in combinations(layout.boxes, 2)
    )


@given(some_paths())
def test_boxes_lie_apart_and_inside(paths: list[Path]) -> None:
    layout = lay_out(paths, 1.0)
    assert not overlap(layout)
    for box in layout.boxes:
        assert box.x >= 0
        assert box.y >= 0
        assert box.x + box.width <= layout.width
        assert box.y + box.height <= layout.height


@given(some_paths())
def test_what_comes_into_a_box_leaves_it(paths: list[Path]) -> None:
    layout = lay_out(paths, 1.0)
    total = sum(path.share for path in paths)
    last = max(box.stop[0] for box in layout.boxes)
    for box in layout.boxes:
        coming = sum(link.share for link in layout.links if link.right is box)
        leaving = sum(link.share for link in layout.links if link.left is box)
        assert box.share == pytest.approx(leaving if box.stop[0] == 0 else coming, abs=1e-9)
        if 0 < box.stop[0] < last:
            assert coming == pytest.approx(leaving, abs=1e-9)
        else:
            assert box.share == pytest.approx(total, abs=1e-9)


@given(some_paths())
def test_links_end_at_the_sides_of_their_boxes(paths: list[Path]) -> None:
    for link in lay_out(paths, 1.0).links:
        (x0, y0), (x1, y1) = link.ends
        assert x0 < x1
        assert link.left.y <= y0 <= link.left.y + link.left.height
        assert link.right.y <= y1 <= link.right.y + link.right.height


def test_a_shared_entity_stands_once_and_its_edges_add_up(explanation: Explanation) -> None:
    layout = lay_out(explanation.paths, 1.0)
    people = [box for box in layout.boxes if box.node and box.node.key == "entity:1"]
    assert [box.share for box in people] == [1.5]
    assert [link.share for link in layout.links if link.left is people[0]] == [1.5]


def test_a_short_path_passes_the_layer_that_it_has_no_node_in(explanation: Explanation) -> None:
    layout = lay_out(explanation.paths, 1.0)
    places = [box for box in layout.boxes if box.node is None]
    assert [box.stop[0] for box in places] == [2]
    labels = [link.label for link in layout.links if places[0] in (link.left, link.right)]
    assert sorted(labels) == ["", "followed by"]


def test_edges_of_parallel_films_do_not_cross() -> None:
    def path(film: int, person: int) -> Path:
        nodes = (node("user", 1), node("item", film), node("entity", person), node("item", 9))
        return Path(nodes, (SHARED,) * 3, 1.0, 0.0, 1, "", "", "")

    layout = lay_out([path(1, 3), path(2, 2), path(3, 1), path(2, 3)], 4.0)
    middle = [link for link in layout.links if link.left.stop[0] == 1]
    for one, other in combinations(middle, 2):
        left = one.left.middle - other.left.middle
        right = one.right.middle - other.right.middle
        assert left * right >= 0
