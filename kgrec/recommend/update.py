"""Serving a later version of the graph with a model that was fitted on an earlier one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from kgrec.errors import ConfigError, GraphError
from kgrec.features import Features
from kgrec.gnn.fitted import Fitted
from kgrec.gnn.inputs import NodeInputs
from kgrec.gnn.linear.content import Content
from kgrec.gnn.linear.hubs import FactHubs
from kgrec.gnn.linear.newcomers import moved, welcomed
from kgrec.gnn.linear.pairs import PairModel
from kgrec.gnn.model import Model
from kgrec.graph import KnowledgeGraph


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
            f"{num_items - num_fitted} items are new, and a model with gnn.model = {model.kind} "
            "and these settings cannot serve items that it was not fitted on: fit it again."
        )
    # Whatever came since is welcomed anew, so that the way to a version does not matter.
    new = np.setdiff1d(np.arange(num_items), after.items)
    fitted = moved(model, before.items, after.items, num_items)
    content = Content.of(FactHubs.of(features), inputs())
    return welcomed(fitted, new, after.interactions(refit=refit, trim=trim), content)
