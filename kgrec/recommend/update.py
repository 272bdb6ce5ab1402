"""Serving a later version of the graph with a model that was fitted on an earlier one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.sparse import csr_matrix

from kgrec.config import GraphConfig
from kgrec.errors import ConfigError, GraphError, UnknownIdError
from kgrec.features import Features
from kgrec.gnn.influence import learned_from
from kgrec.gnn.inputs import NodeInputs
from kgrec.gnn.linear.closed_form import MOST_ITEMS
from kgrec.gnn.linear.content import Content
from kgrec.gnn.linear.hubs import FactHubs
from kgrec.gnn.linear.newcomers import Indices, moved, welcomed
from kgrec.gnn.linear.pairs import PairModel, keeps_all_pairs
from kgrec.gnn.model import Model
from kgrec.graph import KnowledgeGraph


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
        before = Features.of(
            graph.at(version), settings.sensitive, extracted=settings.learns_extracted
        )
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


def check_later(before: KnowledgeGraph, after: KnowledgeGraph, version: int) -> None:
    """Check that two graphs have a version in common.

    :raises GraphError: if they have not
    """
    try:
        same = before.at(version).identity == after.at(version).identity
    except GraphError:
        same = False
    if not same:
        raise GraphError(
            f"Version {after.version} of the graph '{after.name}' did not come of version "
            f"{version} of '{before.name}', on which the model was fitted: update that graph, or "
            "fit again."
        )


def updated_model(
    model: Model,
    before: Fitted,
    after: Fitted,
    features: Features,
    inputs: Callable[[], NodeInputs],
    *,
    refit: bool,
    trim: float = 0.0,
) -> Model:
    """The model, serving a later version of the graph.

    :param before: what it was fitted on, in the numbers of the version that it serves now
    :param after: the same in the numbers of the later version
    :param features: the later version
    :param inputs: texts of its core nodes, asked for only if items are new
    :raises ConfigError: if there are new items and the model cannot serve them
    """
    num_items, num_fitted = len(features.items), len(after.items)
    if model.num_items == num_items == num_fitted and np.array_equal(before.items, after.items):
        return model
    if not isinstance(model, PairModel) or model.newcomers is None:
        raise ConfigError(
            f"{num_items - num_fitted} items are new, and {_unable(model, num_fitted)} cannot "
            "serve items that it was not fitted on: fit it again."
        )
    # Whatever came since is welcomed anew, so that the way to a version does not matter.
    new = np.setdiff1d(np.arange(num_items), after.items)
    fitted = moved(model, before.items, after.items, num_items)
    content = Content.of(FactHubs.of(features), inputs())
    return welcomed(fitted, new, after.interactions(refit=refit, trim=trim), content)


def _unable(model: Model, num_fitted: int) -> str:
    """Which kind of model serves no new items."""
    if not isinstance(model, PairModel):
        return f"a model with gnn.model = {model.kind}"
    if not keeps_all_pairs(num_fitted):
        return f"a model that was fitted on more than {MOST_ITEMS:,} items"
    return "a model with gnn.content off"


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
