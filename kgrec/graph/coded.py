"""The two tables of a graph in numbers, for rules that must look at ten million edges."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl

from kgrec.graph.lookup import Lookup


@dataclass(frozen=True, eq=False)
class Coded:
    """Nodes and edges as integers; N nodes, M ≥ N names of nodes, E edges, R relations.

    :ivar keys: key of each node, then each name that edges use and no node has, shape ``(M,)``
    :ivar known: N: numbers below it are nodes
    :ivar kinds: kind and type of each combination of them that occurs
    :ivar kind: number of each node's combination, and -1 for a name without a node, ``(M,)``
    :ivar relations: names of the relations in order of the alphabet
    :ivar relation: shape ``(E,)``
    :ivar head: shape ``(E,)``
    :ivar tail: shape ``(E,)``
    :ivar edges: the table
    :ivar unique: whether surely no two nodes have one key
    """

    keys: pl.Series
    known: int
    kinds: tuple[tuple[str, str], ...]
    kind: np.ndarray
    relations: tuple[str, ...]
    relation: np.ndarray
    head: np.ndarray
    tail: np.ndarray
    edges: pl.DataFrame
    unique: bool

    @staticmethod
    def of(nodes: pl.DataFrame, edges: pl.DataFrame) -> Coded:
        """Number both tables; of nodes with one key the first counts."""
        lookup = Lookup(nodes["key"])
        ends = [lookup.rows(edges[name]) for name in ("head", "tail")]
        strangers = [
            edges[name].filter(pl.Series(rows < 0))
            for name, rows in zip(("head", "tail"), ends, strict=True)
        ]
        names = pl.concat(strangers).unique().sort()
        for rows, strange in zip(ends, strangers, strict=True):
            rows[rows < 0] = nodes.height + Lookup(names).rows(strange)
        kinds, kind = _combinations(nodes)
        relations, relation = _codes(edges["relation"])
        return Coded(
            keys=pl.concat([nodes["key"], names.alias("key")]),
            known=nodes.height,
            kinds=kinds,
            kind=np.concatenate([kind, np.full(len(names), -1, dtype=kind.dtype)]),
            relations=relations,
            relation=relation,
            head=ends[0],
            tail=ends[1],
            edges=edges,
            unique=lookup.is_unique,
        )

    def rows_of(self, name: str) -> np.ndarray:
        """Numbers of the edges of a relation."""
        if name not in self.relations:
            return np.empty(0, dtype=np.int64)
        return np.flatnonzero(self.relation == self.relations.index(name))

    def pairs(self, name: str, *, both_ways: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """Different pairs of head and tail of a relation, sorted.

        :param both_ways: whether each pair also counts from tail to head
        """
        rows = self.rows_of(name)
        size = len(self.keys)
        head, tail = self.head[rows].astype(np.int64), self.tail[rows].astype(np.int64)
        codes = head * size + tail
        if both_ways:
            codes = np.concatenate([codes, tail * size + head])
        unique = distinct(codes)
        return unique // max(size, 1), unique % max(size, 1)

    def named(self, name: str, numbers: np.ndarray) -> pl.DataFrame:
        """A table ``relation, node`` of the nodes with these numbers, each once."""
        keys = self.keys.gather(pl.Series(distinct(numbers)))
        return pl.DataFrame({"relation": pl.repeat(name, len(keys), eager=True), "node": keys})

    def arrows(self, rows: np.ndarray) -> pl.DataFrame:
        """A table ``relation, node`` of edges, where the node reads ``head → tail``."""
        some = self.edges.select("head", "relation", "tail").gather(pl.Series(rows))
        return some.select("relation", node=pl.col("head") + " → " + pl.col("tail")).unique()


def distinct(numbers: np.ndarray) -> np.ndarray:
    """The different numbers, sorted."""
    found = np.sort(numbers)
    return found[np.append(True, found[1:] != found[:-1])] if len(found) else found


def no_violations() -> pl.DataFrame:
    """An empty table ``relation, node``."""
    return pl.DataFrame(schema={"relation": pl.String, "node": pl.String})


def together(frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Tables ``relation, node`` in one."""
    return pl.concat([no_violations(), *frames])


def _combinations(nodes: pl.DataFrame) -> tuple[tuple[tuple[str, str], ...], np.ndarray]:
    pairs = nodes.select("kind", "type").unique().sort("kind", "type")
    numbered = pairs.with_row_index("number")
    codes = nodes.select("kind", "type").join(
        numbered, on=["kind", "type"], how="left", maintain_order="left", nulls_equal=True
    )
    return tuple(pairs.iter_rows()), codes["number"].to_numpy().astype(np.int32)


def _codes(names: pl.Series) -> tuple[tuple[str, ...], np.ndarray]:
    unique = names.unique().sort()
    codes = names.cast(pl.Enum(unique)).to_physical()
    return tuple(unique), codes.to_numpy().astype(np.int32)
