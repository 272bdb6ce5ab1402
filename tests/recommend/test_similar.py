from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgrec import Config, KnowledgeGraph, Recommender
from kgrec.callbacks import Progress
from kgrec.recommend.similar import similar_texts
from kgrec.text import describe
from kgrec.text.around import SIMILAR_TEXT


@given(items=st.integers(0, 9), count=st.integers(0, 4), seed=st.integers(0, 99))
def test_each_item_is_joined_to_its_nearest(items: int, count: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    vectors = random.normal(size=(items, 3)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors[random.random(items) < 0.2] = 0
    ids = [f"i{number}" for number in range(items)]
    found = similar_texts(ids, vectors, count)
    expected = set()
    for row in range(items):
        scores = vectors @ vectors[row]
        scores[row] = -1
        scores[~vectors.any(axis=1)] = -1
        if vectors[row].any():
            for other in np.argsort(-scores, kind="stable")[:count]:
                if scores[other] > 0:
                    expected.add(tuple(sorted((ids[row], ids[other]))))
    assert set(found.select("head", "tail").iter_rows()) == expected
    assert found.height == len(expected)


def test_only_new_items_look_for_neighbours() -> None:
    angles = np.array([0.0, 0.1, 0.3])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    found = similar_texts(["a", "b", "c"], vectors, 1, known=frozenset("ab"))
    assert found.select("head", "tail").rows() == [("b", "c")]


class Letters:
    """Encodes a text by its first words."""

    identity = "letters"
    embedding_size = 26

    def encode(self, texts: Sequence[str], progress: Progress | None = None):  # noqa: ARG002
        rows = [[text.lower().count(chr(97 + at)) for at in range(26)] for text in texts]
        matrix = np.array(rows, dtype=np.float32).reshape(-1, 26)
        return matrix / np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-12)


@pytest.fixture(scope="module")
def graph(build: Callable[..., KnowledgeGraph]) -> KnowledgeGraph:
    """Two sorts of titles, no fact, and users who like one sort."""
    random = np.random.default_rng(0)
    titles = {f"{sort}{at}": f"{sort * (3 + at)} kite" for sort in "ab" for at in range(8)}
    pairs = [
        (f"u{user}", f"{'ab'[user % 2]}{at}")
        for user in range(16)
        for at in random.permutation(8)[:5]
    ]
    return build(pairs[::2], pairs[1::4], titles=titles)


@pytest.fixture(scope="module")
def rec(quick: Callable[..., Config], graph: KnowledgeGraph) -> Recommender:
    config = quick(text__enabled=True, text__similar=3)
    return Recommender(config, encoder=Letters()).fit(graph)


def test_neighbours_are_facts_that_call_themselves_similar_in_text(
    rec: Recommender, graph: KnowledgeGraph
) -> None:
    edges = rec.graph.edges.filter(pl.col("relation") == SIMILAR_TEXT)
    assert edges.height > 0
    assert SIMILAR_TEXT not in graph.edges["relation"]
    assert rec.features.relations == (SIMILAR_TEXT,)
    paths = [
        path
        for user in ("u1", "u2", "u3")
        for item in rec.recommend(user, k=10).to_polars()["item"]
        for path in rec.explain(user, item, paths=None).paths
        if any(relation.name == SIMILAR_TEXT for relation in path.relations)
    ]
    assert paths
    assert all("similar in text to" in path.sentence for path in paths), paths[0].sentence


def test_a_description_does_not_tell_of_them(rec: Recommender, graph: KnowledgeGraph) -> None:
    assert describe(rec.graph).texts() == describe(graph).texts()


def test_new_items_have_neighbours_too(rec: Recommender) -> None:
    new = pl.DataFrame({"item": ["101"], "title": ["aaaa kite"]})
    later = rec.add_items(new)
    ends = pl.col("head").eq("item:101") | pl.col("tail").eq("item:101")
    found = later.graph.edges.filter(ends)
    assert found["relation"].unique().to_list() == [SIMILAR_TEXT]
    assert found.height == 3
    assert later.explain("u1", "101").label == "aaaa kite"


def test_without_the_setting_nothing_is_added(
    quick: Callable[..., Config], tiny_graph: KnowledgeGraph
) -> None:
    plain = Recommender(quick(text__enabled=True), encoder=Letters()).fit(tiny_graph)
    assert plain.graph is tiny_graph
