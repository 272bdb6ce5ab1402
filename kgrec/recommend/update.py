"""Serving a later version of the graph with a model that was fitted on an earlier one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from kgrec.errors import ConfigError, GraphError
from kgrec.features import Features
from kgrec.gnn.fitted import Fitted, features_of
from kgrec.gnn.inputs import NodeInputs
from kgrec.gnn.linear.closed_form import MOST_ITEMS
from kgrec.gnn.linear.content import Content
from kgrec.gnn.linear.hubs import FactHubs
from kgrec.gnn.linear.newcomers import moved, welcomed
from kgrec.gnn.linear.pairs import PairModel, keeps_all_pairs
from kgrec.gnn.model import Model
from kgrec.gnn.training.checkpoints import Checkpoints
from kgrec.graph import KnowledgeGraph
from kgrec.recommend.inputs import node_inputs
from kgrec.recommend.ready import Ready
from kgrec.recommend.similar import with_similar
from kgrec.recommend.texts import identity_of
from kgrec.text import TextEncoder
from kgrec.threads import limited_threads


def updated(state: Ready, graph: KnowledgeGraph, encoder: TextEncoder | None) -> Ready:
    """What serves a later version of the graph; nothing is trained.

    :param state: what serves an earlier one
    :param encoder: with which the model was fitted
    :raises GraphError: if the graph is no later version of the one that the model was fitted on, or
        lacks a node, a fact or an interaction of it
    :raises ConfigError: if there are new items and the model, or the encoder, cannot serve them
    """
    config = state.config
    check_later(state.graph, graph, state.fitted.version)
    features = features_of(graph, config.graph)
    if config.text.similar and not {*features.items} <= {*state.features.items}:
        # New items have neighbours in the space of descriptions.
        _check_encoder(state, encoder)
        graph = with_similar(graph, config, encoder, state.progress)
        features = features_of(graph, config.graph)
    fitted = Fitted.of(graph, features, state.fitted.version, config.graph)
    with limited_threads(config.threads):
        model = updated_model(
            state.model,
            state.fitted,
            fitted,
            features,
            lambda: _texts(state, graph, features, encoder),
            refit=config.gnn.refit,
            trim=config.gnn.trim,
        )
    return replace(
        state,
        graph=graph,
        features=features,
        model=model,
        fitted=fitted,
        checkpoints=Checkpoints(),
    )


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


def _texts(
    state: Ready, graph: KnowledgeGraph, features: Features, encoder: TextEncoder | None
) -> NodeInputs:
    """Texts of the core nodes, by the encoder with which the model was fitted."""
    _check_encoder(state, encoder)
    config, model = state.config.replace({"kge.enabled": False}), state.model
    known = model.modalities if isinstance(model, PairModel) else ()
    return node_inputs(
        graph, features, config, encoder, state.progress, Checkpoints(), state.adapter, known
    )


def _check_encoder(state: Ready, encoder: TextEncoder | None) -> None:
    if state.config.text.enabled and identity_of(encoder) != state.encoder:
        raise ConfigError(
            f"Texts were encoded by '{state.encoder}' when the model was fitted: give "
            "Recommender.load(…, encoder=…) the same one to serve new items."
        )
