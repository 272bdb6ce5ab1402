"""What a foreign graph consists of: classes, relationship types, their properties and degrees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

UNLABELLED = ""
"""The class of nodes that have none."""


@dataclass(frozen=True)
class PropertyProfile:
    """A property of the nodes of one class, or of the edges of one type.

    :ivar name: as the graph writes it
    :ivar fill: share of the nodes (edges) that have it, above 0 to 1
    :ivar distinct: share of distinct values among these, above 0 to 1
    :ivar types: what its values are: ``text``, ``integer``, ``real``, ``boolean``, ``time``,
        ``list``, ``other``
    """

    name: str
    fill: float
    distinct: float
    types: tuple[str, ...]


@dataclass(frozen=True)
class ClassProfile:
    """The nodes of one label or class.

    :ivar label: its name; empty for nodes without one
    :ivar count: how many nodes
    :ivar properties: of a sample of them, by name
    """

    label: str
    count: int
    properties: tuple[PropertyProfile, ...] = ()


@dataclass(frozen=True)
class RelationProfile:
    """The edges of one type between nodes of two classes.

    :ivar type: the relationship type
    :ivar head: class of the heads
    :ivar tail: class of the tails
    :ivar count: how many edges
    :ivar heads: different heads
    :ivar tails: different tails
    :ivar max_out: most edges of one head
    :ivar max_in: most edges of one tail
    :ivar properties: of a sample of the edges, by name
    """

    type: str
    head: str
    tail: str
    count: int
    heads: int
    tails: int
    max_out: int
    max_in: int
    properties: tuple[PropertyProfile, ...] = ()

    @property
    def mean_out(self) -> float:
        """Edges of a head, on average."""
        return self.count / self.heads if self.heads else 0.0

    @property
    def mean_in(self) -> float:
        """Edges of a tail, on average."""
        return self.count / self.tails if self.tails else 0.0


@dataclass(frozen=True)
class Schema:
    """Classes and relationship types of a graph; of a big one from a sample.

    A node with several labels counts in each of its classes, and so do its edges.

    :ivar source: what the graph is called
    :ivar classes: the most frequent first
    :ivar relations: the most frequent first
    :ivar totals: edges of each type
    :ivar sampled: whether degrees and properties are those of a part of the graph
    """

    source: str
    classes: tuple[ClassProfile, ...] = ()
    relations: tuple[RelationProfile, ...] = ()
    totals: Mapping[str, int] = field(default_factory=dict)
    sampled: bool = False

    def class_of(self, label: str) -> ClassProfile:
        """The class of this name; an empty one if there is none."""
        return next((one for one in self.classes if one.label == label), ClassProfile(label, 0))

    def __str__(self) -> str:
        """One line a class and a relationship type."""
        lines = [
            f"({one.label or 'no label'}) × {one.count:,}: {_names(one.properties)}"
            for one in self.classes
        ]
        lines += [
            f"({one.head or 'no label'})-[{one.type}]->({one.tail or 'no label'}) × {one.count:,}, "
            f"{one.mean_out:.1f} a head, {one.mean_in:.1f} a tail: {_names(one.properties)}"
            for one in self.relations
        ]
        return "\n".join(lines)


def _names(properties: tuple[PropertyProfile, ...]) -> str:
    return ", ".join(one.name for one in properties) or "no properties"
