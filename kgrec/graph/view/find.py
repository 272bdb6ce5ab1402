"""The node that a person means: by key, by id, or by its name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

from kgrec.data.alike import alike
from kgrec.errors import UnknownIdError
from kgrec.graph.schema import key

if TYPE_CHECKING:
    from kgrec.graph.knowledge_graph import KnowledgeGraph

_KINDS = ("item", "entity", "user")
_SHOWN = 5
_SHORT = 3


def find(graph: KnowledgeGraph, name: str) -> str:
    """Return the key of a node.

    :param name: a key (``"item:42"``), an id (of an item, else of an entity, else of a user), or a
        label, in which capitals do not matter
    :raises UnknownIdError: if nothing is called so, or several nodes are; it names the nearest
    """
    for candidate in (name, *(key(kind, name) for kind in _KINDS)):
        if graph.has_node(candidate):
            return candidate
    wanted = name.strip().lower()
    found = graph.nodes.filter(pl.col("label").str.to_lowercase() == wanted)
    if found.height == 1:
        return str(found["key"][0])
    if found.height:
        raise UnknownIdError(
            f"{found.height:,} nodes are called '{name}': {_listed(found)}; give the key of one."
        )
    near = nearest(graph, name)
    hint = f"near it are {_listed(near)}" if near.height else "give a key like 'item:42' or a label"
    raise UnknownIdError(f"there is no node '{name}' in the graph; {hint}.")


def nearest(graph: KnowledgeGraph, name: str, most: int = _SHOWN) -> pl.DataFrame:
    """Nodes whose names hold a text, else those most like it, else those it begins with.

    :param most: at most so many
    :return: rows of ``graph.nodes``, the best first
    """
    wanted = name.strip().lower()
    if not wanted:
        return graph.nodes.clear()
    lower = pl.col("label").str.to_lowercase()
    holding = graph.nodes.filter(lower.str.contains(wanted, literal=True))
    if holding.height:
        return holding.sort(pl.col("label").str.len_chars(), "key").head(most)
    close = alike(wanted, graph.nodes.select(lower.unique().sort()).to_series(), most)
    if not close:
        return _beginnings(graph, wanted).head(most)
    ranks = pl.DataFrame({"name": close, "rank": range(len(close))}, schema_overrides=_RANKS)
    ranked = graph.nodes.with_columns(name=lower).join(ranks, on="name").sort("rank", "key")
    return ranked.select(graph.nodes.columns).head(most)


def _beginnings(graph: KnowledgeGraph, wanted: str) -> pl.DataFrame:
    """Nodes with whose names a text begins: of "Fargo (1996)" there is "Fargo"."""
    size = pl.col("label").str.len_chars()
    begins = pl.lit(wanted).str.starts_with(pl.col("label").str.to_lowercase())
    found = graph.nodes.filter((size > _SHORT) & begins)
    return found.sort(size, "key", descending=[True, False])


_RANKS = {"name": pl.String, "rank": pl.Int64}


def _listed(nodes: pl.DataFrame) -> str:
    shown: Sequence[str] = [
        f"'{row['key']}' ({row['label']}, {row['type']})"
        for row in nodes.head(_SHOWN).iter_rows(named=True)
    ]
    return ", ".join(shown) + (", …" if nodes.height > _SHOWN else "")
