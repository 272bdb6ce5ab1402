"""Groups of users and of items, by an attribute that the graph has: gender, age, genres, year."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import polars as pl
from scipy.sparse import csr_matrix, hstack

from kgrec.errors import ConfigError
from kgrec.evaluation.interactions import Interactions
from kgrec.graph import KnowledgeGraph
from kgrec.vocabulary import INTERACTED

MOST_GROUPS = 20
"""A table shows so many groups; the others of an attribute are one."""

# Numbers of more distinct values than this are grouped by quartiles.
_MOST_NUMBERS = 8
_OTHER = "other"
_COLUMNS = pl.Schema({"id": pl.String(), "value": pl.String()})


@dataclass(frozen=True, eq=False)
class Attribute:
    """Which groups the users, or the items, belong to.

    :ivar name: as it was asked for: ``"genres"``
    :ivar kind: whose attribute it is
    :ivar ids: of the users or items, by row
    :ivar groups: names by column, sorted
    :ivar members: binary, float32, shape ``(ids, groups)``; who has several values is in several
        groups, who has none in none
    """

    name: str
    kind: Literal["user", "item"]
    ids: tuple[str, ...]
    groups: tuple[str, ...]
    members: csr_matrix

    def largest(self, count: int) -> Attribute:
        """The ``count`` largest groups; the others become one, ``other``."""
        if len(self.groups) <= count:
            return self
        sizes = np.asarray(self.members.sum(axis=0)).ravel()
        order = np.argsort(-sizes, kind="stable")
        kept = np.sort(order[:count])
        rest = csr_matrix(self.members[:, order[count:]].sum(axis=1) > 0, dtype=np.float32)
        members = hstack([self.members[:, kept], rest], format="csr")
        names = [self.groups[place] for place in kept]
        return Attribute(self.name, self.kind, self.ids, (*names, _OTHER), members)

    def table(self) -> pl.DataFrame:
        """Columns ``user`` (or ``item``) and ``group``, one row for each membership."""
        rows, columns = self.members.nonzero()
        return pl.DataFrame(
            {
                self.kind: pl.Series(self.ids, dtype=pl.String).gather(rows),
                "group": pl.Series(self.groups, dtype=pl.String).gather(columns),
            }
        )


def read_attributes(
    graph: KnowledgeGraph, names: Iterable[str], interactions: Interactions
) -> list[Attribute]:
    """Look up attributes: relations of users or items, else literals of theirs.

    :param names: of columns or relations, ``"genres"`` or ``"has_genre"``; a name that both users
        and items have gives two attributes
    :param interactions: says which users and items there are, and in which order
    :raises ConfigError: if neither users nor items have an attribute of that name
    """
    found = []
    for name in dict.fromkeys(names):
        both = [
            _attribute(name, "user", interactions.users, graph),
            _attribute(name, "item", interactions.items, graph),
        ]
        if not any(both):
            raise ConfigError(
                f"There is no attribute '{name}' of users or items in the graph; "
                f"there are: {', '.join(_known(graph)) or 'none'}."
            )
        found += [each for each in both if each]
    return found


def _attribute(
    name: str, kind: Literal["user", "item"], ids: Sequence[str], graph: KnowledgeGraph
) -> Attribute | None:
    pairs = _linked(graph, name, kind)
    if not pairs.height:
        pairs = _literals(graph, name, kind)
    rows = pl.DataFrame({"id": pl.Series(list(ids), dtype=pl.String)}).with_row_index("row")
    placed = pairs.join(rows, on="id").unique(["row", "value"])
    if not placed.height:
        return None
    groups = tuple(placed["value"].unique().sort())
    columns = pl.DataFrame({"value": groups}).with_row_index("column")
    placed = placed.join(columns, on="value")
    ones = np.ones(placed.height, dtype=np.float32)
    places = (placed["row"].to_numpy(), placed["column"].to_numpy())
    members = csr_matrix((ones, places), shape=(len(ids), len(groups)))
    return Attribute(name, kind, tuple(ids), groups, members)


def _linked(graph: KnowledgeGraph, name: str, kind: str) -> pl.DataFrame:
    """``id, value`` from a relation of that name, or the one that a column of that name means."""
    of = graph.item_type if kind == "item" else "User"
    names = {name, graph.vocabulary.attribute(name, kind, of).name} - {INTERACTED}
    edges = graph.edges.filter(pl.col("relation").is_in(list(names)))
    ends = pl.concat(
        edges.select(pl.col(one).alias("key"), pl.col(other).alias("end"))
        for one, other in (("head", "tail"), ("tail", "head"))
    )
    labels = graph.nodes.select(pl.col("key").alias("end"), pl.col("label").alias("value"))
    return (
        ends.filter(pl.col("key").str.starts_with(f"{kind}:"))
        .join(labels, on="end")
        .select(pl.col("key").str.strip_prefix(f"{kind}:").alias("id"), "value")
    )


def _literals(graph: KnowledgeGraph, name: str, kind: str) -> pl.DataFrame:
    """``id, value`` from the properties of nodes; many different numbers become ranges."""
    nodes = graph.nodes.filter(pl.col("kind") == kind).select("id", "properties")
    rows = [
        (node, value)
        for node, text in nodes.iter_rows()
        for value in _values(json.loads(text or "{}").get(name))
    ]
    numbers = [value for _, value in rows if isinstance(value, (int, float))]
    if len(numbers) == len(rows) and len(set(numbers)) > _MOST_NUMBERS:
        names = _quartiles(np.array(numbers, dtype=np.float64))
        rows = [(node, range_) for (node, _), range_ in zip(rows, names, strict=True)]
    return pl.DataFrame([(node, str(value)) for node, value in rows], _COLUMNS, orient="row")


def _values(value: Any) -> list[Any]:
    """The values of a literal, which may be a list of them, or typed as in JSON-LD."""
    if isinstance(value, list):
        return [one for each in value for one in _values(each)]
    if isinstance(value, dict):
        return _values(value.get("@value"))
    return [] if value is None else [value]


def _quartiles(numbers: np.ndarray) -> list[str]:
    """The range of the quarter in which each number is: ``"16–33"``."""
    places = np.searchsorted(np.quantile(numbers, [0.25, 0.5, 0.75]), numbers)
    ends = {at: (numbers[places == at].min(), numbers[places == at].max()) for at in set(places)}
    names = {at: low if low == high else f"{low:g}–{high:g}" for at, (low, high) in ends.items()}
    return [str(names[at]) for at in places]


def _known(graph: KnowledgeGraph) -> list[str]:
    """Names of what can be asked for."""
    of_interest = pl.col("head").str.contains("^(user|item):")
    of_interest |= pl.col("tail").str.contains("^(user|item):")
    relations = graph.edges.filter(of_interest)["relation"].unique().to_list()
    nodes = graph.nodes.filter(pl.col("kind") != "entity")
    texts = nodes.unique("kind").get_column("properties").to_list()
    literals = {name for text in texts for name in json.loads(text or "{}")}
    return sorted({*relations, *literals} - {INTERACTED})
