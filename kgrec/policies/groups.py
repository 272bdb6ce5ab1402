"""Groups of items: by the entities of a relation, or by popularity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.sparse import csr_matrix

from kgrec.graph import KnowledgeGraph

HEAD, TAIL = "head", "tail"


@dataclass(frozen=True, eq=False)
class Groups:
    """Which items belong together.

    :ivar names: of the groups, sorted
    :ivar members: binary, float32, shape ``(I, G)``; an item may be in several, or in none
    """

    names: tuple[str, ...]
    members: csr_matrix

    def dense(self, items: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Membership of some items in those groups that have any of them, ``(n, G')``."""
        rows = csr_matrix(self.members[items])
        used, columns = np.unique(rows.indices, return_inverse=True)
        found = np.zeros((len(items), len(used)), dtype=bool)
        found[np.repeat(np.arange(len(items)), np.diff(rows.indptr)), columns] = True
        return found


def relation_groups(graph: KnowledgeGraph, relation: str, *, labels: bool = False) -> Groups:
    """Items with the same other end of a relation; an item that others lead to is one of them.

    :param relation: a name that the graph has
    :param labels: ends of one label are one group, and its name; else each end by its key
    """
    nodes = graph.nodes.filter(pl.col("kind") != "user").select("key", "kind", "label")
    items = nodes.filter(pl.col("kind") == "item").select("key").with_row_index("row")
    edges = graph.edges.filter(pl.col("relation") == relation).select("head", "tail")
    ends = pl.concat(
        [
            edges.select(pl.col("head").alias("key"), pl.col("tail").alias("end")),
            edges.select(pl.col("tail").alias("key"), pl.col("head").alias("end")),
            # A film that sequels name belongs to the group that it gives its name to.
            edges.select(pl.col("tail").alias("key"), pl.col("tail").alias("end")),
        ]
    )
    placed = ends.join(items, on="key").join(nodes.select(end="key", label="label"), on="end")
    # An item at the tail of a fact with an entity has the entity, and no group of its own.
    placed = placed.filter((pl.col("key") != pl.col("end")) | _is_shared(edges, items))
    placed = placed.select("row", name=pl.col("label" if labels else "end")).unique()
    names = placed["name"].unique().sort()
    columns = pl.DataFrame({"name": names}).with_row_index("column")
    placed = placed.join(columns, on="name")
    ones = np.ones(placed.height, dtype=np.float32)
    places = (placed["row"].to_numpy(), placed["column"].to_numpy())
    members = csr_matrix((ones, places), shape=(items.height, len(names)))
    return Groups(tuple(names), members)


def _is_shared(edges: pl.DataFrame, items: pl.DataFrame) -> pl.Expr:
    """Whether some item leads to the end."""
    heads = edges.filter(pl.col("head").is_in(items["key"].implode()))
    return pl.col("end").is_in(heads["tail"].unique().implode())


def popularity_groups(
    counts: npt.NDArray[np.float64], catalog: npt.NDArray[np.int64], head: float
) -> Groups:
    """The most popular part of the catalog, and the rest.

    :param counts: users of each item, shape ``(I,)``
    :param catalog: indices of the items that may be recommended; others are in no group
    :param head: share of the catalog, in (0, 1); of equally popular items the first come first
    """
    order = catalog[np.argsort(-counts[catalog], kind="stable")]
    columns = (np.arange(len(order)) >= round(head * len(order))).astype(np.int64)
    ones = np.ones(len(order), dtype=np.float32)
    return Groups((HEAD, TAIL), csr_matrix((ones, (order, columns)), shape=(len(counts), 2)))
