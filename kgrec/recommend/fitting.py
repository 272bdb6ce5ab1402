"""From a graph to a fitted recommender: encode, pretrain, train, choose."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from kgrec.callbacks import Progress, TimedProgress
from kgrec.config import Config
from kgrec.errors import ConfigError
from kgrec.gnn.fit import fit
from kgrec.gnn.fitted import Fitted, features_of
from kgrec.gnn.influence import learned_from
from kgrec.graph import KnowledgeGraph
from kgrec.graph.sensitive import check_sensitive
from kgrec.recommend.adapting import adapted_to
from kgrec.recommend.checkpoint import open_checkpoints
from kgrec.recommend.inputs import node_inputs
from kgrec.recommend.ready import Ready
from kgrec.recommend.similar import with_similar
from kgrec.recommend.texts import identity_of
from kgrec.text import TextEncoder
from kgrec.threads import limited_threads


def fitted_to(
    graph: KnowledgeGraph,
    config: Config,
    encoder: TextEncoder | None,
    told: Progress,
    checkpoint: str | Path | None,
    minutes: float,
) -> Ready:
    """Fit; see :meth:`kgrec.Recommender.fit`.

    :param encoder: of texts; ``None``: what the settings say
    :param told: receives stages and epochs
    :param checkpoint: a folder that keeps the state of the training; ``None``: nothing is kept
    :param minutes: between two states
    """
    progress = TimedProgress(told)
    check_sensitive(graph, config.graph.sensitive)
    with limited_threads(config.threads):
        graph = with_similar(graph, config, encoder, progress)
    features = features_of(graph, config.graph)
    if not features.history.nnz:
        raise ConfigError("The graph has no interaction to learn from: add events to the data.")
    checkpoints = open_checkpoints(checkpoint, minutes, graph, config, encoder)
    with limited_threads(config.threads):
        learned = learned_from(features, config.gnn.trim)
        adapted = adapted_to(graph, learned, config, encoder, progress, checkpoints)
        adapter = adapted.adapter if adapted else None
        inputs = node_inputs(graph, learned, config, encoder, progress, checkpoints, adapter)
        model, log = fit(
            learned,
            inputs,
            config.gnn,
            seed=config.seed,
            progress=progress,
            checkpoints=checkpoints,
        )
    choices = {**log.choices, **(adapted.summary() if adapted else {})}
    return Ready(
        config=config,
        graph=graph,
        features=features,
        model=model,
        log=dataclasses.replace(log, seconds=progress.seconds, choices=choices),
        fitted=Fitted.of(graph, features, graph.version, config.graph),
        encoder=identity_of(encoder),
        progress=told,
        adapter=adapter,
        checkpoints=checkpoints,
    )
