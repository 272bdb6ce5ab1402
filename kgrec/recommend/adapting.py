"""Adapting the encoder of texts to the graph and the behaviour that a model is fitted on."""

from __future__ import annotations

import numpy as np

from kgrec.callbacks import Progress
from kgrec.config import Config
from kgrec.errors import ConfigError
from kgrec.features import Features
from kgrec.gnn.training.checkpoints import Checkpoints
from kgrec.gnn.training.snapshot import Snapshot
from kgrec.graph import KnowledgeGraph
from kgrec.recommend.texts import core_descriptions, learned_graph, transformer_encoder
from kgrec.text import TextEncoder
from kgrec.text.adapter import Adapter
from kgrec.text.adapting.adapt import Adapted, adapt
from kgrec.text.adapting.pairs import Pairs, draw_pairs
from kgrec.text.around import SIMILAR_TEXT


def adapted_to(
    graph: KnowledgeGraph,
    features: Features,
    config: Config,
    encoder: TextEncoder | None = None,
    progress: Progress | None = None,
    checkpoints: Checkpoints | None = None,
) -> Adapted | None:
    """Adapt the encoder of the configuration, if ``text.adapt.enabled`` says so.

    Of behaviour only train is read; sensitive facts make no pairs and are in no description,
    nor do those that nothing is to learn from, nor that two texts are similar as they are.

    :param features: the graph in numbers, without users from whom nothing may be learned
    :param encoder: one that was given in place of that of the configuration
    :param checkpoints: keep the result, so that an encoder need not be adapted twice
    :return: ``None``: nothing is to be adapted
    :raises MissingExtraError: if ``peft`` is not installed
    :raises ConfigError: if an encoder was given, or nothing can be learned
    """
    settings, progress = config.text.adapt, progress or Progress()
    if not (config.text.enabled and settings.enabled):
        return None
    if encoder is not None:
        raise ConfigError(
            "An encoder that was given cannot be adapted: name its folder as text.model, or set "
            "text.adapt.enabled = false."
        )
    base, checkpoints = transformer_encoder(config), checkpoints or Checkpoints()
    known = checkpoints.restore("Adapt the encoder")
    # A folder of the same name may hold other weights by now.
    if known is not None and known.numbers["base"] == base.identity:
        return _read(known)
    graph = learned_graph(graph, config)
    nodes = core_descriptions(graph, features, config, progress).nodes
    pairs = draw_pairs(
        features.train,
        _telling(features),
        nodes["named"].to_numpy().astype(np.bool_),
        settings.pairs,
        behaviour=settings.behaviour,
        seed=config.seed,
    )
    texts = nodes["text"].to_list()
    found = adapt(base, texts, pairs, settings, seed=config.seed, progress=progress)
    # At once, whether or not it is time for it: it is small, and took long.
    checkpoints.save(_kept(found))
    return found


def _kept(adapted: Adapted) -> Snapshot:
    adapter = adapted.adapter
    numbers = {
        "base": adapter.base,
        "scale": adapter.scale,
        "losses": adapted.losses,
        "epochs": adapted.epochs,
    }
    return Snapshot(numbers, adapter.tensors)


def _read(kept: Snapshot) -> Adapted:
    numbers = kept.numbers
    adapter = Adapter(kept.tensors, numbers["scale"], numbers["base"])
    return Adapted(adapter, tuple(numbers["losses"]), numbers["epochs"])


def _telling(features: Features) -> Pairs:
    """Facts between core nodes, without what the encoder itself found; shape ``(F, 3)``."""
    found = features.core_facts
    own = [number for number, name in enumerate(features.relations) if name == SIMILAR_TEXT]
    return found[~np.isin(found[:, 1], own)]
