"""What a model was fitted on, in the numbers of the graph that is served."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from kgrec.config import GraphConfig
from kgrec.errors import GraphError, UnknownIdError
from kgrec.features import Features
from kgrec.gnn.influence import learned_from
from kgrec.graph import KnowledgeGraph

Indices = npt.NDArray[np.int64]


def features_of(graph: KnowledgeGraph, settings: GraphConfig) -> Features:
    """A graph in numbers, as far as something is to be learned from it.

    :param settings: which facts have no number
    """
    return Features.of(graph, settings.sensitive, extracted=settings.learns_extracted)


@dataclass(frozen=True, eq=False)
class Fitted:
    """What a model was fitted on.

    :ivar version: of the graph
    :ivar features: that graph, in the numbers of the one that is served
    :ivar items: indices of its items there, in its own order, shape ``(I,)``
    """

    version: int
    features: Features
    items: Indices

    @classmethod
    def of(
        cls,
        graph: KnowledgeGraph,
        features: Features,
        version: int,
        settings: GraphConfig,
    ) -> Self:
        """Look the version up in the history of the graph that is served.

        :param features: ``graph`` in numbers
        :param settings: which facts have none
        :raises GraphError: if the graph does not know the version, or lacks a node, a fact of
            items or entities, or an interaction that it had
        """
        if version == graph.version:
            return cls(version, features, np.arange(len(features.items)))
        before = features_of(graph.at(version), settings)
        try:
            known = before.in_numbers_of(features)
        except UnknownIdError as missing:
            raise GraphError(_lacks(graph, str(missing))) from None
        _check_kept(graph, known, features)
        items = [features.item_index(item) for item in before.items]
        return cls(version, known, np.array(items, dtype=np.int64))

    def interactions(self, *, refit: bool, trim: float = 0.0) -> csr_matrix:
        """What the model was fitted to, binary, shape ``(U, I)``."""
        learned = learned_from(self.features, trim)
        return learned.history if refit else learned.train


def _check_kept(graph: KnowledgeGraph, known: Features, features: Features) -> None:
    gone = csr_matrix(known.history - known.history.multiply(features.history))
    gone.eliminate_zeros()
    if gone.nnz:
        user, item = (int(part[0]) for part in gone.nonzero())
        what = f"There is no interaction of '{features.users[user]}' and '{features.items[item]}'"
        raise GraphError(_lacks(graph, f"{what} in the graph."))
    there = {tuple(fact) for fact in features.facts.tolist()}
    for head, relation, tail in known.facts.tolist():
        if (head, relation, tail) not in there:
            ends = (features.node_key(head), features.relations[relation], features.node_key(tail))
            raise GraphError(_lacks(graph, f"There is no fact '{' '.join(ends)}' in the graph."))


def _lacks(graph: KnowledgeGraph, what: str) -> str:
    return (
        f"Version {graph.version} of the graph '{graph.name}' lacks what the model was fitted on: "
        f"{what[0].lower()}{what[1:].rstrip('.')}; fit again."
    )
