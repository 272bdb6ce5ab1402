"""What a model knows of nodes before it is trained: their descriptions and their embeddings."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import torch

from kgrec.callbacks import Progress
from kgrec.config import Config
from kgrec.errors import ConfigError
from kgrec.features import Features
from kgrec.gnn.inputs import NodeInputs, directions
from kgrec.gnn.training.checkpoints import Checkpoints
from kgrec.graph import KnowledgeGraph
from kgrec.graph.vectors import vectors_of
from kgrec.kge import pretrain
from kgrec.recommend.texts import (
    encoder_of,
    item_words,
    learned_graph,
    relation_vectors,
    text_vectors,
)
from kgrec.text import TextEncoder
from kgrec.text.adapter import Adapter


def node_inputs(
    graph: KnowledgeGraph,
    features: Features,
    config: Config,
    encoder: TextEncoder | None,
    progress: Progress,
    checkpoints: Checkpoints,
    adapter: Adapter | None = None,
    modalities: Iterable[str] | None = None,
) -> NodeInputs:
    """Describe and encode the core nodes, read their vectors, and embed the graph.

    Sensitive facts are not described either, nor those that nothing is to learn
    from; what a text of the catalog itself says, stays.

    :param encoder: turns texts into vectors; ``None``: what the configuration says, cached on disk
    :param checkpoints: keep the embeddings, so that they need not be trained twice
    :param adapter: what the encoder of the configuration was adapted by
    :param modalities: which vectors are read; ``None``: what the configuration says
    :raises ConfigError: if ``graph.modalities`` names what no node has
    :raises DataError: if vectors of a name that is asked for are broken
    """
    graph = learned_graph(graph, config)
    text = words = relations = None
    if config.text.enabled:
        encoder = encoder or encoder_of(config, adapter)
        text = text_vectors(graph, features, config, encoder, progress)
        words = item_words(graph)
        if config.gnn.relation_texts:
            relations = relation_vectors(graph, features, encoder)
    embeddings = None
    if config.kge.enabled:
        kept = checkpoints.once("Pretrain", lambda: _embeddings(features, config, progress))
        embeddings = kept.numpy()
    vectors = _modalities(graph, features, config, modalities)
    return NodeInputs(text, embeddings, words, vectors, relations)


def _modalities(
    graph: KnowledgeGraph, features: Features, config: Config, names: Iterable[str] | None
) -> dict[str, npt.NDArray[np.float32]]:
    """Centred vectors of the core nodes by name; a sensitive name has none."""
    asked = config.graph.modalities if names is None else tuple(names)
    found = vectors_of(graph.nodes, features.core_keys, asked)
    missing = set(config.graph.modalities or ()) - found.keys() if names is None else set()
    if missing:
        raise ConfigError(
            f"Setting 'graph.modalities' names '{min(missing)}', but no item or entity has such a "
            "vector: add the column, or leave the name out."
        )
    return {
        name: directions(each) for name, each in found.items() if name not in config.graph.sensitive
    }


def _embeddings(features: Features, config: Config, progress: Progress) -> torch.Tensor:
    """Embeddings of the core nodes, float32, shape ``(N, p)``."""
    embeddings = pretrain(
        features.pretraining_triples(interactions=config.kge.interactions),
        features.num_kge_entities,
        len(features.relations) + 1,
        config.kge,
        seed=config.seed,
        progress=progress,
    )
    return torch.from_numpy(embeddings.entities[: len(features.core)])
