"""Serving a later version of the graph with a model that was fitted on an earlier one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
import polars as pl

from kgrec.errors import ConfigError, GraphError
from kgrec.features import Features
from kgrec.gnn.inputs import NodeInputs
from kgrec.gnn.linear.content import Content
from kgrec.gnn.linear.hubs import FactHubs
from kgrec.gnn.linear.newcomers import Indices, renumbered, welcomed
from kgrec.gnn.linear.pairs import PairModel
from kgrec.gnn.model import Model
from kgrec.graph import KnowledgeGraph
from kgrec.graph.schema import TRIPLE


@dataclass(frozen=True, eq=False)
class Fitted:
    """What a model was fitted on.

    :ivar version: of the graph
    :ivar features: that graph, in the numbers of the one that is served
    """

    version: int
    features: Features

    @classmethod
    def of(cls, graph: KnowledgeGraph, features: Features, version: int) -> Self:
        """Look the version up in the history of the graph that is served.

        :raises GraphError: if the graph does not know it
        """
        if version == graph.version:
            return cls(version, features)
        return cls(version, Features.of(graph.at(version)).in_numbers_of(features))


@dataclass(frozen=True, eq=False)
class Served:
    """A model on a version of the graph."""

    graph: KnowledgeGraph
    features: Features
    model: Model
    fitted: Fitted


def update_served(
    served: Served, graph: KnowledgeGraph, inputs: Callable[[Features], NodeInputs]
) -> Served:
    """Serve a later version.

    :param inputs: texts of the core nodes of the later version, asked for only if items are new
    :raises GraphError: if it is no later version, or something is missing
    :raises ConfigError: if there are new items and the model cannot serve them
    """
    _check_later(served.graph, graph)
    features = Features.of(graph)
    places = np.array([features.item_index(item) for item in served.features.items], dtype=np.int64)
    fitted = Fitted(served.fitted.version, served.fitted.features.in_numbers_of(features))
    model = _model(served.model, places, features, fitted.features, inputs)
    return Served(graph, features, model, fitted)


def _model(
    model: Model,
    places: Indices,
    features: Features,
    fitted: Features,
    inputs: Callable[[Features], NodeInputs],
) -> Model:
    num_items = len(features.items)
    if np.array_equal(places, np.arange(num_items)):
        return model
    if not isinstance(model, PairModel) or model.newcomers is None:
        raise ConfigError(
            f"{num_items - len(places)} items are new, and a model with gnn.model = {model.kind} "
            "and these settings cannot serve items that it was not fitted on: fit it again."
        )
    new = np.setdiff1d(np.arange(num_items), places)
    content = Content.of(FactHubs.of(features), inputs(features))
    model = renumbered(model, places, num_items)
    assert model.newcomers is not None
    return welcomed(model, model.newcomers, new, fitted.history, content)


def _check_later(before: KnowledgeGraph, after: KnowledgeGraph) -> None:
    name = f"Version {after.version} of the graph '{after.name}'"
    try:
        later = after.at(before.version).identity == before.identity
    except GraphError:
        later = False
    if not later:
        raise GraphError(
            f"{name} did not come of version {before.version} of '{before.name}', which is served: "
            "update that graph, or fit again."
        )
    nodes = before.nodes.join(after.nodes, on="key", how="anti")["key"]
    edges = before.edges.join(after.edges, on=TRIPLE, how="anti").select(
        pl.concat_str(TRIPLE, separator=" ")
    )
    gone = [*nodes, *edges.to_series()]
    if gone:
        raise GraphError(
            f"{name} lacks '{gone[0]}'"
            + (f" and {len(gone) - 1} more" if len(gone) > 1 else "")
            + ", but the model still knows it: fit again."
        )
