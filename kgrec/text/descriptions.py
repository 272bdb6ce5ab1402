"""What a describer returns, and what it has to be able to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import polars as pl

from kgrec.callbacks import Progress
from kgrec.config import TextConfig
from kgrec.vocabulary import Vocabulary


class DescribableGraph(Protocol):
    """The part of :class:`~kgrec.graph.KnowledgeGraph` that a describer reads."""

    @property
    def nodes(self) -> pl.DataFrame:
        """Columns ``key, kind, id, type, label, text`` and more."""

    @property
    def edges(self) -> pl.DataFrame:
        """Columns ``head, relation, tail, split`` and more; keys."""

    @property
    def vocabulary(self) -> Vocabulary:
        """How types and relations read."""


@dataclass(frozen=True)
class Descriptions:
    """A text for every item, every entity and every relation of a graph.

    Users have none, on purpose: what is known of a user is behaviour, which the model reads from
    the graph itself; written down it would be a text about a person, kept in caches and perhaps
    sent to a language model.

    :ivar nodes: ``key, text, named``, in the order of the graph's nodes. ``named`` is false where
        the node has neither a readable name nor a text of its own (``m.02vxxgs``): such a text can
        only repeat the names of neighbours, which the graph says better, so it is not encoded.
    :ivar relations: ``relation, text``, sorted by relation
    """

    nodes: pl.DataFrame
    relations: pl.DataFrame

    def __repr__(self) -> str:
        named = int(self.nodes["named"].sum())
        return (
            f"Descriptions({self.nodes.height:,} nodes, {named:,} of them named, "
            f"{self.relations.height} relations)"
        )

    def texts(self) -> Mapping[str, str]:
        """The text of every node by its key."""
        return dict(zip(self.nodes["key"], self.nodes["text"], strict=True))


class Describer(Protocol):
    """Writes descriptions: a template, or a language model."""

    def describe(
        self, graph: DescribableGraph, config: TextConfig, progress: Progress
    ) -> Descriptions:
        """Describe every item, entity and relation of ``graph``.

        An implementation must not read interactions (edges with a ``split``), else the text of a
        node would leak behaviour into the arms of an audit that have none.
        """
        ...
