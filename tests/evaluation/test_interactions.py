from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from scipy.sparse import csr_matrix

from kgrec.errors import DataError
from kgrec.evaluation.interactions import Interactions, binary
from kgrec.graph import KnowledgeGraph
from kgrec.testing import tiny_dataset

TRAIN = pl.DataFrame({"user": ["b", "a", "a"], "item": ["x", "y", "y"]})
VALID = pl.DataFrame({"user": ["a"], "item": ["z"]})


def build(**options: object) -> Interactions:
    return Interactions.build(TRAIN, VALID, users="abc", items="xyz", **options)  # type: ignore[arg-type]


def test_rows_and_columns_follow_the_names() -> None:
    found = build()
    assert found.train.toarray().tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 0]]
    assert found.valid.toarray().tolist() == [[0, 0, 1], [0, 0, 0], [0, 0, 0]]
    assert found.history.toarray().tolist() == [[0, 1, 1], [1, 0, 0], [0, 0, 0]]


def test_histories_come_in_the_order_asked_for_and_strangers_have_none() -> None:
    rows = build().rows(["b", "nobody", "a", "b"])
    assert rows.toarray().tolist() == [[1, 0, 0], [0, 0, 0], [0, 1, 1], [1, 0, 0]]
    assert build().rows([]).shape == (0, 3)


def test_candidates_become_sorted_columns() -> None:
    candidates = build(candidates=["z", "x"]).candidates
    assert candidates is not None
    assert candidates.tolist() == [0, 2]
    none = build(candidates=[]).candidates
    assert none is not None
    assert none.size == 0


def test_an_unknown_id_is_named() -> None:
    with pytest.raises(DataError, match="'q' is unknown; add it to the list of items"):
        build(candidates=["q"])


def test_a_dataset_keeps_every_pair_of_train_and_valid_and_none_of_test() -> None:
    data = tiny_dataset()
    found = Interactions.from_dataset(data)
    for table, matrix in ((data.train, found.train), (data.valid, found.valid)):
        rows, columns = matrix.nonzero()
        pairs = {(found.users[u], found.items[i]) for u, i in zip(rows, columns, strict=True)}
        assert pairs == set(table.select("user", "item").iter_rows())


def test_a_graph_has_the_interactions_of_its_dataset(tiny_graph: KnowledgeGraph) -> None:
    ours = Interactions.from_graph(tiny_graph)
    theirs = Interactions.from_dataset(tiny_dataset())
    assert set(ours.users) == set(theirs.users)
    for name in ("train", "valid"):
        mine = getattr(ours, name).toarray()
        columns = [ours.items.index(item) for item in theirs.items]
        rows = [ours.users.index(user) for user in theirs.users]
        assert np.array_equal(mine[rows][:, columns], getattr(theirs, name).toarray())


def test_candidates_of_a_graph_are_kept(build: Callable[..., KnowledgeGraph]) -> None:
    graph = build([("a", "x"), ("b", "y")], candidates=["y"])
    found = Interactions.from_graph(graph)
    assert found.candidates is not None
    assert [found.items[place] for place in found.candidates] == ["y"]


def test_lists_become_columns_and_what_is_missing_is_minus_one() -> None:
    lists = pl.DataFrame(
        {
            "user": ["a", "a", "c", "z", "a"],
            "item": ["z", "x", "y", "x", "y"],
            "rank": [3, 1, 1, 1, 4],
        }
    )
    assert build().lists(lists, ["c", "b", "a"], 3).tolist() == [[1, -1, -1], [-1] * 3, [0, -1, 2]]
    with pytest.raises(DataError, match="'q' is unknown"):
        build().lists(lists.with_columns(item=pl.lit("q")), ["a"], 3)


def test_binary_leaves_its_input_alone() -> None:
    matrix = csr_matrix((np.array([2.0, 0.0, 3.0]), ([0, 0, 1], [1, 0, 1])), shape=(2, 2))
    before = matrix.data.tolist()
    assert binary(matrix).toarray().tolist() == [[0, 1], [0, 1]]
    assert binary(matrix).nnz == 2
    assert matrix.data.tolist() == before
