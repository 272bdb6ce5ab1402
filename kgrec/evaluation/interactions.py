"""Who took what, as matrices: what baselines learn from and slices are cut by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from scipy.sparse import csr_matrix, vstack

from kgrec.data.dataset import Dataset
from kgrec.errors import DataError
from kgrec.graph import KnowledgeGraph
from kgrec.vocabulary import INTERACTED


@dataclass(frozen=True, eq=False)
class Interactions:
    """Binary interactions with the names of their rows and columns. The test is never in here.

    :ivar train: float32, shape ``(users, items)``
    :ivar valid: the same shape; chooses hyper-parameters
    :ivar users: the user id of each row
    :ivar items: the item id of each column
    :ivar candidates: columns that may be recommended, int64; ``None``: all
    """

    train: csr_matrix
    valid: csr_matrix
    users: tuple[str, ...]
    items: tuple[str, ...]
    candidates: np.ndarray | None = None

    @classmethod
    def build(
        cls,
        train: pl.DataFrame,
        valid: pl.DataFrame,
        *,
        users: Sequence[str],
        items: Sequence[str],
        candidates: Iterable[str] | None = None,
    ) -> Interactions:
        """Turn tables of ids into matrices.

        :param train: columns ``user, item``; weights are not used
        :param valid: the same
        :param users: all users, in the order of the rows
        :param items: all items, in the order of the columns
        :param candidates: the only items that may be recommended; ``None``: all
        :raises DataError: if a table holds an id that is not in ``users`` or ``items``
        """
        chosen = None
        if candidates is not None:
            chosen = np.sort(
                _positions(pl.Series(list(candidates), dtype=pl.String), items, "item")
            )
        return cls(
            train=_matrix(train, users, items),
            valid=_matrix(valid, users, items),
            users=tuple(users),
            items=tuple(items),
            candidates=chosen,
        )

    @classmethod
    def from_dataset(cls, data: Dataset) -> Interactions:
        """Take the training and validation interactions of a dataset."""
        return cls.build(
            data.train,
            data.valid,
            users=data.users["user"].to_list(),
            items=data.items["item"].to_list(),
            candidates=data.candidates,
        )

    @classmethod
    def from_graph(cls, graph: KnowledgeGraph) -> Interactions:
        """Take the training and validation interactions of a graph."""
        ids = {
            kind: graph.nodes.filter(pl.col("kind") == kind)["id"].to_list()
            for kind in ("user", "item")
        }
        edges = graph.edges.filter(pl.col("relation") == INTERACTED).select(
            "split",
            user=pl.col("head").str.strip_prefix("user:"),
            item=pl.col("tail").str.strip_prefix("item:"),
        )
        return cls.build(
            edges.filter(pl.col("split") == "train"),
            edges.filter(pl.col("split") == "valid"),
            users=ids["user"],
            items=ids["item"],
            candidates=graph.candidates,
        )

    @cached_property
    def history(self) -> csr_matrix:
        """All that is known of the users: train and valid, float32, shape ``(users, items)``."""
        return binary(self.train + self.valid)

    def lists(self, lists: pl.DataFrame, users: Sequence[str], k: int) -> np.ndarray:
        """Ranked lists as item columns.

        :param lists: columns ``user, item, rank``
        :param users: the user of each row, each once; lists of others are left out
        :param k: ranks beyond it are left out
        :return: int64, shape ``(users, k)``; -1 where a rank is not given
        :raises DataError: if an item is unknown
        """
        rows = pl.DataFrame({"user": pl.Series(list(users), dtype=pl.String)}).with_row_index("row")
        placed = lists.filter(pl.col("rank") <= k).join(rows, on="user")
        found = np.full((len(users), k), -1, dtype=np.int64)
        ranks = placed["rank"].to_numpy().astype(np.int64)
        found[placed["row"].to_numpy(), ranks - 1] = _positions(placed["item"], self.items, "item")
        return found

    def rows(self, users: Sequence[str]) -> csr_matrix:
        """Histories of some users, in their order; an unknown user has an empty one."""
        places = {user: row for row, user in enumerate(self.users)}
        empty = csr_matrix((1, len(self.items)), dtype=np.float32)
        extended = vstack([self.history, empty], format="csr")
        return binary(extended[[places.get(user, len(self.users)) for user in users]])


def binary(matrix: csr_matrix) -> csr_matrix:
    """Return 1.0 (float32) wherever the matrix is not zero, with sorted columns in each row."""
    matrix = csr_matrix(matrix, dtype=np.float32, copy=True)
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    matrix.data[:] = 1.0
    return matrix


def _matrix(table: pl.DataFrame, users: Sequence[str], items: Sequence[str]) -> csr_matrix:
    rows = _positions(table["user"], users, "user")
    columns = _positions(table["item"], items, "item")
    ones = np.ones(len(rows), dtype=np.float32)
    return binary(csr_matrix((ones, (rows, columns)), shape=(len(users), len(items))))


def _positions(ids: pl.Series, names: Sequence[str], column: str) -> np.ndarray:
    known = pl.DataFrame({"id": pl.Series(list(names), dtype=pl.String)}).with_row_index("place")
    found = pl.DataFrame({"id": ids}).join(known, on="id", how="left", maintain_order="left")
    unknown = found.filter(pl.col("place").is_null())
    if unknown.height:
        raise DataError(
            f"'{unknown['id'][0]}' is unknown",
            fix=f"add it to the list of {column}s",
            column=column,
        )
    return found["place"].to_numpy().astype(np.int64)
