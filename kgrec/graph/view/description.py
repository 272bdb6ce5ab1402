"""What one asks of a new graph, in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from kgrec.graph.coded import Coded, distinct
from kgrec.graph.labels import is_named
from kgrec.graph.view.coverage import Coverage, coverage_of
from kgrec.graph.view.description_html import html
from kgrec.graph.view.description_text import text
from kgrec.vocabulary import INTERACTED

if TYPE_CHECKING:
    from kgrec.graph.knowledge_graph import KnowledgeGraph

HUBS = 10


@dataclass(frozen=True)
class TypeCount:
    """Nodes of one type.

    :ivar unnamed: how many have no name that a person can read
    """

    name: str
    kind: str
    count: int
    unnamed: int


@dataclass(frozen=True)
class RelationCount:
    """Edges of one relation.

    :ivar label: how it reads
    :ivar domain: the type of most heads
    :ivar range: the type of most tails
    :ivar count: how many edges it has
    :ivar heads: how many different heads
    :ivar tails: how many different tails
    """

    name: str
    label: str
    domain: str
    range: str
    count: int
    heads: int
    tails: int


@dataclass(frozen=True)
class Hub:
    """A node with many facts, or many interactions.

    :ivar degree: how many
    """

    key: str
    label: str
    type: str
    degree: int


@dataclass(frozen=True)
class GraphDescription:
    """A graph in numbers; it prints in 80 columns, and draws itself in a notebook.

    :ivar name: of the graph
    :ivar version: of the graph
    :ivar nodes: how many
    :ivar edges: how many
    :ivar types: nodes by type, the most frequent first
    :ivar relations: edges by relation, the most frequent first
    :ivar degrees: how many nodes have each degree, ``((degree, nodes), …)``, by what is counted:
        facts of entities, facts of items, interactions of items and of users
    :ivar components: sizes of the connected parts of the whole graph, the largest first
    :ivar fact_components: the same of items and entities, joined by facts alone
    :ivar hubs: entities with the most facts
    :ivar popular: items with the most interactions
    :ivar coverage: what is known of the items
    """

    name: str
    version: int
    nodes: int
    edges: int
    types: tuple[TypeCount, ...]
    relations: tuple[RelationCount, ...]
    degrees: Mapping[str, tuple[tuple[int, int], ...]]
    components: tuple[int, ...]
    fact_components: tuple[int, ...]
    hubs: tuple[Hub, ...]
    popular: tuple[Hub, ...]
    coverage: Coverage

    @property
    def unnamed(self) -> int:
        """How many items and entities have no name that a person can read."""
        return sum(each.unnamed for each in self.types if each.kind != "user")

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON; of the components the ten largest, and how many."""
        return {
            **asdict(self),
            "degrees": {name: [list(pair) for pair in each] for name, each in self.degrees.items()},
            "components": _largest(self.components),
            "fact_components": _largest(self.fact_components),
            "unnamed": self.unnamed,
        }

    def __repr__(self) -> str:
        return f"GraphDescription({self.name!r}: {self.nodes:,} nodes, {self.edges:,} edges)"

    def __str__(self) -> str:
        return text(self)

    def _repr_html_(self) -> str:
        return html(self)


def describe(graph: KnowledgeGraph) -> GraphDescription:
    """Count; see :meth:`kgrec.graph.KnowledgeGraph.describe`."""
    coded = Coded.of(graph.nodes, graph.edges)
    behaviour = np.array([name == INTERACTED for name in coded.relations], dtype=bool)
    is_fact = ~behaviour[coded.relation]
    facts, taken = (_degrees(coded, rows) for rows in (is_fact, ~is_fact))
    kind = {name: (graph.nodes["kind"] == name).to_numpy() for name in ("user", "item", "entity")}
    return GraphDescription(
        name=graph.name,
        version=graph.version,
        nodes=graph.nodes.height,
        edges=graph.edges.height,
        types=_types(graph),
        relations=_relations(graph, coded),
        degrees={
            "facts of an entity": _histogram(facts[kind["entity"]]),
            "facts of an item": _histogram(facts[kind["item"]]),
            "interactions of an item": _histogram(taken[kind["item"]]),
            "interactions of a user": _histogram(taken[kind["user"]]),
        },
        components=_parts(coded, slice(None), np.ones(coded.known, dtype=bool)),
        fact_components=_parts(coded, is_fact, ~kind["user"]),
        hubs=_hubs(graph, facts, kind["entity"]),
        popular=_hubs(graph, taken, kind["item"]),
        coverage=coverage_of(graph, facts, taken),
    )


def _degrees(coded: Coded, rows: np.ndarray) -> np.ndarray:
    ends = np.concatenate([coded.head[rows], coded.tail[rows]])
    return np.bincount(ends, minlength=len(coded.keys))[: coded.known]


def _histogram(degrees: np.ndarray) -> tuple[tuple[int, int], ...]:
    values, counts = np.unique(degrees, return_counts=True)
    return tuple((int(value), int(count)) for value, count in zip(values, counts, strict=True))


def _types(graph: KnowledgeGraph) -> tuple[TypeCount, ...]:
    counted = graph.nodes.group_by("type", "kind").agg(
        pl.len().alias("n"), (~is_named()).sum().alias("unnamed")
    )
    rows = counted.sort(["n", "type"], descending=[True, False]).iter_rows()
    return tuple(TypeCount(name, kind, n, unnamed) for name, kind, n, unnamed in rows)


def _relations(graph: KnowledgeGraph, coded: Coded) -> tuple[RelationCount, ...]:
    found = []
    for name in coded.relations:
        rows = coded.rows_of(name)
        heads, tails = coded.head[rows], coded.tail[rows]
        found.append(
            RelationCount(
                name=name,
                label=graph.vocabulary.relation(name).label,
                domain=_most(coded, heads),
                range=_most(coded, tails),
                count=len(rows),
                heads=len(distinct(heads)),
                tails=len(distinct(tails)),
            )
        )
    return tuple(sorted(found, key=lambda each: (-each.count, each.name)))


def _most(coded: Coded, ends: np.ndarray) -> str:
    """The type of most of these ends of edges."""
    kinds = coded.kind[ends]
    counted = np.bincount(kinds[kinds >= 0], minlength=1)
    return coded.kinds[int(counted.argmax())][1] if counted.any() else ""


def _parts(coded: Coded, rows: np.ndarray | slice, among: np.ndarray) -> tuple[int, ...]:
    """Sizes of connected parts.

    :param rows: of the edges that join
    :param among: which nodes count, a mask of shape ``(N,)``
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not among.any():
        return ()
    head, tail = coded.head[rows], coded.tail[rows]
    known = (head < coded.known) & (tail < coded.known)
    ends = head[known], tail[known]
    ones = np.ones(len(ends[0]), dtype=np.int8)
    matrix = coo_array((ones, ends), (coded.known, coded.known))
    _, part = connected_components(matrix, directed=False)
    sizes = np.bincount(part[among])
    return tuple(int(size) for size in np.sort(sizes[sizes > 0])[::-1])


def _hubs(graph: KnowledgeGraph, degree: np.ndarray, among: np.ndarray) -> tuple[Hub, ...]:
    rows = np.flatnonzero(among & (degree > 0))
    best = rows[np.lexsort((rows, -degree[rows]))][:HUBS]
    found = graph.nodes.select("key", "label", "type")[best.tolist()]
    return tuple(
        Hub(key, label, type, int(degree[row]))
        for (key, label, type), row in zip(found.iter_rows(), best, strict=True)
    )


def _largest(sizes: tuple[int, ...]) -> dict[str, Any]:
    return {"count": len(sizes), "largest": list(sizes[:10])}
