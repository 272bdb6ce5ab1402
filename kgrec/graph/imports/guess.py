"""A guess at what the interactions of a graph are, and what guesses are made from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from kgrec.graph.imports.foreign import ForeignGraph, each_label
from kgrec.graph.imports.mapping import InteractionNode
from kgrec.graph.imports.plan import ANY
from kgrec.graph.imports.schema import Schema
from kgrec.vocabulary import INTERACTED, Vocabulary

_REST = 0.01  # a class is only worth a mention if it adds more than this share of the edges

NAME, USER, ITEM = 2.0, 1.0, 0.75
"""What the names of the relation, of the users' and of the items' classes count."""
LEAST = 1.0
"""A guess with a lower score is none."""


@dataclass(frozen=True)
class Guess:
    """One way to read a graph.

    :ivar score: how well it fits; the scale has no meaning
    :ivar users: classes
    :ivar items: classes
    :ivar name: how much the relation or class sounds like an interaction, -1 to 1
    :ivar type: relationship type of the interactions
    :ivar node: or the class that they are
    :ivar reasons: sentences
    """

    score: float
    users: tuple[str, ...]
    items: tuple[str, ...]
    name: float
    type: str = ""
    node: InteractionNode | None = None
    reasons: tuple[str, ...] = ()


class Evidence:
    """A graph, or a sample of it, its schema and the words of the ontology.

    :param foreign: the graph
    :param schema: its description
    """

    def __init__(self, foreign: ForeignGraph, schema: Schema) -> None:
        self.foreign = foreign
        self.schema = schema
        self.vocabulary = Vocabulary.load()
        self._sizes = {one.label: one.count for one in schema.classes}

    @cached_property
    def labels(self) -> pl.DataFrame:
        """``id, label``: a row for each label of a node; ``"*"`` where it has none."""
        return self.foreign.nodes.select("id", each_label(ANY)).explode("label")

    def edges(self, type_: str) -> pl.DataFrame:
        """``head, tail`` of the edges of one type."""
        return self.foreign.edges.filter(pl.col("type") == type_).select("head", "tail")

    def is_whole(self, type_: str) -> bool:
        """Whether all edges of a type are there, and not just a sample of them."""
        seen = self.edges(type_).height
        return seen >= self.schema.totals.get(type_, seen + self.schema.sampled)

    def cover(self, ends: pl.Series) -> tuple[str, ...]:
        """The fewest and smallest classes that hold nearly all of some nodes."""
        rest = ends.alias("id").to_frame().join(self.labels, on="id")
        whole, chosen = ends.len(), list[str]()
        while rest.height and rest["id"].len() > 0 and len(chosen) < 10:
            counts = rest.group_by("label").len()
            best, hit = min(counts.iter_rows(), key=self._rank)
            if chosen and hit < _REST * whole:
                break
            chosen.append(best)
            covered = rest.filter(pl.col("label") == best)["id"].unique()
            rest = rest.filter(~pl.col("id").is_in(covered.implode()))
        return (ANY,) if ANY in chosen else tuple(chosen)

    def is_fact(self, name: str) -> bool:
        """Whether the ontology knows a relation of this name that is no interaction."""
        canonical, _ = self.vocabulary.canonical(name)
        return canonical != INTERACTED and canonical in self.vocabulary.relations

    def _rank(self, row: tuple[str, int]) -> tuple[int, int, str]:
        label, count = row
        return -count, self._sizes.get(label, 0), label


def mean(scores: Iterable[float]) -> float:
    """The mean of a few numbers; 0 of none."""
    values = list(scores)
    return sum(values) / len(values) if values else 0.0


def degrees(ends: pl.Series) -> float:
    """How often each of the different values occurs, on average."""
    return ends.len() / ends.n_unique() if ends.len() else 0.0


def named(labels: Iterable[str]) -> str:
    """Classes in a sentence."""
    return " and ".join("any node" if label == ANY else f"'{label}'" for label in labels)
