"""Graphs that look like a graph and say nothing: facts shuffled so that all degrees stay.

Both shuffles are chains of swaps, each of which leaves a valid graph (Maslov and Sneppen 2002,
"Specificity and Stability in Topology of Protein Networks"; Fosdick et al. 2018, "Configuring
Random Graph Models with Fixed Degree Sequences", https://arxiv.org/abs/1608.00607): two facts
exchange their tails, or the names of their relations, unless one of the two is there already or
would lead from a node to itself. Interactions are never touched.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from kgrec.graph import KnowledgeGraph
from kgrec.graph.schema import TRIPLE
from kgrec.graph.vectors import modality_names, only_vectors, with_own_vectors
from kgrec.graph.versions.history import History
from kgrec.vocabulary import INTERACTED, Vocabulary

Integers = npt.NDArray[np.int64]

_ROUNDS = 12
"""Each round offers every fact one swap; after five, no more of the facts are new ones."""


def shuffled_tails(graph: KnowledgeGraph, seed: int) -> KnowledgeGraph:
    """Shuffle the tails of every relation among its facts.

    Every node keeps its number of facts of every relation (of a symmetric one: at either end), and
    a fact keeps the kinds of its ends. Literals move to another node of the same kind and type.
    Titles, texts and vectors of items stay.

    :param graph: any graph
    :param seed: same seed, same graph
    """
    facts = _Facts.of(graph).swapped("tail", np.random.default_rng(seed))
    others = _other_literals(graph.nodes, seed)
    literals = with_own_vectors(others, graph.nodes["properties"], modality_names(graph))
    return _changed(graph, graph.nodes.with_columns(literals), _edges(graph, facts))


def shuffled_names(graph: KnowledgeGraph, seed: int) -> KnowledgeGraph:
    """Shuffle the names of relations among the facts; who is joined to whom stays.

    Names are exchanged among facts with ends of the same kinds, so that what is said of users
    stays so.

    :param graph: any graph
    :param seed: same seed, same graph
    """
    facts = _Facts.of(graph).swapped("relation", np.random.default_rng(seed))
    return _changed(graph, graph.nodes, _edges(graph, facts))


def without_facts(graph: KnowledgeGraph, seed: int = 0) -> KnowledgeGraph:  # noqa: ARG001
    """Leave nothing but users, items with their titles and texts, and interactions.

    Facts, entities, attributes and literals go; vectors of items (images) are no graph, and stay.
    """
    edges = graph.edges.filter(pl.col("relation") == INTERACTED)
    nodes = graph.nodes.filter(pl.col("kind") != "entity")
    kept = only_vectors(nodes["properties"], modality_names(graph))
    return _changed(graph, nodes.with_columns(kept), edges)


def share_changed(before: KnowledgeGraph, after: KnowledgeGraph) -> float:
    """How many of the facts of one graph are not in the other, 0–1."""
    facts = before.edges.filter(pl.col("relation") != INTERACTED)
    gone = facts.join(after.edges, on=TRIPLE, how="anti")
    return gone.height / max(facts.height, 1)


@dataclass(frozen=True)
class _Facts:
    """The different triples of the facts in numbers; T triples, N nodes, R relations.

    :ivar table: the facts, with the number of their triple
    :ivar keys: the key of every node
    :ivar names: the name of every relation
    :ivar symmetric: whether a relation has no direction, shape ``(R,)``
    :ivar kinds: the combination of kinds of a triple's ends, and how often it is there, ``(T,)``
    :ivar head: shape ``(T,)``, and the same for ``relation`` and ``tail``
    """

    table: pl.DataFrame
    keys: pl.Series
    names: pl.Series
    symmetric: npt.NDArray[np.bool_]
    kinds: Integers
    head: Integers
    relation: Integers
    tail: Integers

    @staticmethod
    def of(graph: KnowledgeGraph) -> _Facts:
        table = graph.edges.with_row_index("row").filter(pl.col("relation") != INTERACTED)
        triples = table.group_by(TRIPLE, maintain_order=True).len("times").with_row_index("triple")
        table = table.join(triples, on=TRIPLE, maintain_order="left")
        keys = pl.concat([triples["head"], triples["tail"]]).unique().sort()
        names = triples["relation"].unique().sort()
        kinds = triples.select(_kind("head"), _kind("tail"), "times")
        return _Facts(
            table=table,
            keys=keys,
            names=names,
            symmetric=_symmetric(names, graph.vocabulary),
            kinds=_numbered(kinds),
            head=_places(triples["head"], keys),
            relation=_places(triples["relation"], names),
            tail=_places(triples["tail"], keys),
        )

    def swapped(self, column: str, random: np.random.Generator) -> _Facts:
        """Exchange ``tail`` within each relation, or ``relation`` whatever the relation."""
        alike = self.kinds
        if column == "tail":
            alike = alike * len(self.names) + self.relation
        facts = self
        for _ in range(_ROUNDS if len(alike) > 1 else 0):
            facts = facts._round(column, alike, random)
        return facts

    def _round(self, column: str, alike: Integers, random: np.random.Generator) -> _Facts:
        first, second = _couples(alike, random)
        values: Integers = getattr(self, column)
        changed = values.copy()
        changed[first], changed[second] = values[second], values[first]
        offered = self._with(column, changed)
        new = offered.codes
        # A triple must be new, and offered once: then all swaps of a round go together.
        bad = _among(new, self.codes) | _repeated(new, np.concatenate([first, second]))
        bad |= offered.head == offered.tail
        refused = bad[first] | bad[second]
        back = np.concatenate([first[refused], second[refused]])
        changed[back] = values[back]
        return self._with(column, changed)

    def _with(self, column: str, values: Integers) -> _Facts:
        if column == "tail":
            return replace(self, tail=values)
        return replace(self, relation=values)

    @property
    def codes(self) -> Integers:
        """A number for every triple; of a symmetric relation the same in both directions."""
        size = len(self.keys)
        turn = self.symmetric[self.relation] & (self.head > self.tail)
        head = np.where(turn, self.tail, self.head)
        tail = np.where(turn, self.head, self.tail)
        return (self.relation * size + head) * size + tail

    def edges(self) -> pl.DataFrame:
        """The facts as edges again, in their order; only heads, relations and tails are new."""
        # Keys are sorted, so that numbers compare as keys do.
        turn = self.symmetric[self.relation] & (self.head > self.tail)
        triples = pl.DataFrame(
            {
                "head": self.keys.gather(np.where(turn, self.tail, self.head)),
                "relation": self.names.gather(self.relation),
                "tail": self.keys.gather(np.where(turn, self.head, self.tail)),
            }
        )
        return self.table.with_columns(triples[self.table["triple"].to_numpy()])


def _changed(graph: KnowledgeGraph, nodes: pl.DataFrame, edges: pl.DataFrame) -> KnowledgeGraph:
    """A graph of its own, without the versions that the other one has seen."""
    return replace(graph, nodes=nodes, edges=edges, history=History(), update_report=None)


def _edges(graph: KnowledgeGraph, facts: _Facts) -> pl.DataFrame:
    numbered = graph.edges.with_row_index("row")
    rest = numbered.filter(pl.col("relation") == INTERACTED)
    return pl.concat([rest, facts.edges().select(numbered.columns)]).sort("row").drop("row")


def _couples(alike: Integers, random: np.random.Generator) -> tuple[Integers, Integers]:
    """Pair up triples at random with others of their kind; nobody is in two pairs."""
    order = np.lexsort((random.random(len(alike)), alike))
    sorted_kinds = alike[order]
    starts = np.flatnonzero(np.append(True, sorted_kinds[1:] != sorted_kinds[:-1]))
    sizes = np.diff(np.append(starts, len(alike)))
    place = np.arange(len(alike)) - np.repeat(starts, sizes)
    has_partner = (place % 2 == 0) & (place + 1 < np.repeat(sizes, sizes))
    chosen = np.flatnonzero(has_partner)
    return order[chosen], order[chosen + 1]


def _repeated(codes: Integers, rows: Integers) -> npt.NDArray[np.bool_]:
    """Which of some rows have the code of another one of them."""
    order = rows[np.argsort(codes[rows])]
    same = codes[order][1:] == codes[order][:-1]
    found = np.zeros(len(codes), dtype=bool)
    found[order[1:][same]] = found[order[:-1][same]] = True
    return found


def _among(codes: Integers, known: Integers) -> npt.NDArray[np.bool_]:
    """Which codes are known; sorting is ten times as fast here as numpy's ``isin``."""
    ordered = np.sort(known)
    found: npt.NDArray[np.bool_] = ordered[np.searchsorted(ordered[:-1], codes)] == codes
    return found


def _symmetric(names: pl.Series, vocabulary: Vocabulary) -> npt.NDArray[np.bool_]:
    return np.array([vocabulary.relation(name).symmetric for name in names], dtype=bool)


def _kind(end: str) -> pl.Expr:
    return pl.col(end).str.extract(r"^(\w+):")


def _numbered(rows: pl.DataFrame) -> Integers:
    ranks = rows.select(pl.struct(pl.all()).rank("dense")).to_series()
    return ranks.to_numpy().astype(np.int64)


def _places(names: pl.Series, all_names: pl.Series) -> Integers:
    return names.cast(pl.Enum(all_names)).to_physical().to_numpy().astype(np.int64)


def _other_literals(nodes: pl.DataFrame, seed: int) -> pl.Series:
    """Give each node the literals of another one of its kind and type."""
    group = _numbered(nodes.select("kind", "type"))
    order = np.argsort(group, kind="stable")
    shuffled = np.lexsort((np.random.default_rng(seed).random(len(group)), group))
    source = np.empty(len(group), dtype=np.int64)
    source[order] = shuffled
    return nodes["properties"].gather(source)
