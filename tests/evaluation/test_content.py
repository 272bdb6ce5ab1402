from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from kgrec.errors import ConfigError
from kgrec.evaluation import nearest_content
from kgrec.evaluation.content import ItemContent, tf_idf
from kgrec.evaluation.nearest_content import Content
from kgrec.graph import KnowledgeGraph

NONE = csr_matrix((5, 0), dtype=np.float32)


def known(seed: int, *, words: bool = True) -> ItemContent:
    rng = np.random.default_rng(seed)
    facts = csr_matrix(rng.random((5, 4)) < 0.5, dtype=np.float32)
    counts = csr_matrix(rng.integers(0, 3, (5, 6)), dtype=np.float32)
    return ItemContent(facts, counts if words else NONE)


def test_facts_are_relation_direction_and_node(build: Callable[..., KnowledgeGraph]) -> None:
    facts = [
        ("x", "directed_by", "anna"),
        ("y", "directed_by", "anna"),
        ("y", "starring", "anna"),
        ("x", "sequel", "y", "item", "item"),
        ("a", "friend", "x", "user", "item"),
    ]
    graph = build([("a", "x"), ("a", "y")], facts=facts)
    found = ItemContent.of(graph, ["y", "x", "gone"]).facts
    assert found.shape == (3, 4)
    y, x, gone = found.toarray()
    assert (y.sum(), x.sum(), gone.sum()) == (3, 2, 0)
    assert (y * x).sum() == 1  # directed by the same; a sequel and its original do not share that


def test_words_are_counted_in_lower_case(tiny_graph: KnowledgeGraph) -> None:
    items = tiny_graph.nodes.filter(kind="item")
    found = ItemContent.of(tiny_graph, items["id"].to_list()).words
    texts = items["text"].to_list()
    for row, text in zip(found, texts, strict=True):
        expected = [
            word for word in (text or "").lower().replace(".", " ").split() if len(word) > 1
        ]
        assert row.sum() == len(expected)
        assert row.nnz == len(set(expected))


def test_nothing_known_is_false(build: Callable[..., KnowledgeGraph]) -> None:
    content = ItemContent.of(build([("a", "x")]), ["x"])
    assert not content
    assert content.facts.shape == content.words.shape == (1, 0)


@given(seed=st.integers(0, 99), rarity=st.sampled_from([0.0, 0.5, 1.0, 2.0]))
def test_tf_idf_is_the_formula_in_rows_of_length_one(seed: int, rarity: float) -> None:
    counts = known(seed).words
    dense = counts.toarray()
    holders = (dense > 0).sum(axis=0)
    expected = np.zeros_like(dense)
    for i, f in zip(*np.nonzero(dense), strict=True):
        expected[i, f] = (1 + math.log(dense[i, f])) * math.log(6 / (1 + holders[f])) ** rarity
    lengths = np.linalg.norm(expected, axis=1, keepdims=True)
    expected /= np.where(lengths > 0, lengths, 1)
    np.testing.assert_allclose(tf_idf(counts, rarity).toarray(), expected, atol=1e-6)


@pytest.mark.parametrize("most", [12_000, 4], ids=["dense", "sparse"])
@given(seed=st.integers(0, 30), text=st.sampled_from([0.0, 0.5, 2.0]))
def test_scores_are_the_cosines_to_the_history(most: int, seed: int, text: float) -> None:
    content = known(seed)
    facts, words = tf_idf(content.facts).toarray(), tf_idf(content.words).toarray()
    cosines = facts @ facts.T + text * words @ words.T
    rows = csr_matrix(np.random.default_rng(seed).random((3, 5)) < 0.5, dtype=np.float32)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nearest_content, "MOST_DENSE", most)
        model = Content(text=text).fit(rows, content)
    scores = model.score(rows)
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores, rows @ cosines, atol=1e-5)


def test_it_ranks_items_that_nobody_has() -> None:
    facts = csr_matrix(np.array([[1, 0], [0, 1], [1, 0], [0, 1]]), dtype=np.float32)
    content = ItemContent(facts, csr_matrix((4, 0), dtype=np.float32))
    train = csr_matrix(np.array([[1, 0, 0, 0], [0, 1, 0, 0]]), dtype=np.float32)
    top = Content().fit(train, content).recommend(train, 1)
    assert top.items.tolist() == [[2], [3]]
    assert Content().parameters == {"rarity": 1.0, "text": 1.0}


def test_without_content_it_says_so() -> None:
    train = csr_matrix((2, 5), dtype=np.float32)
    for nothing in (None, ItemContent(NONE, NONE)):
        with pytest.raises(ConfigError, match="neither facts nor texts"):
            Content().fit(train, nothing)
