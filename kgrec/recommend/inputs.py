"""What a model knows of nodes before it is trained: their descriptions and their embeddings."""

from __future__ import annotations

import dataclasses

import polars as pl
import torch
from scipy.sparse import csr_matrix

from kgrec.callbacks import Progress
from kgrec.config import Config
from kgrec.features import Features
from kgrec.gnn.inputs import NodeInputs
from kgrec.gnn.training.checkpoints import Checkpoints
from kgrec.graph import KnowledgeGraph
from kgrec.graph.sensitive import without_sensitive
from kgrec.kge import pretrain
from kgrec.text import (
    CachedEncoder,
    Descriptions,
    TextEncoder,
    TransformerEncoder,
    describe,
    encode_descriptions,
)
from kgrec.text.adapter import Adapter
from kgrec.text.words import word_vectors


def node_inputs(
    graph: KnowledgeGraph,
    features: Features,
    config: Config,
    encoder: TextEncoder | None,
    progress: Progress,
    checkpoints: Checkpoints,
    adapter: Adapter | None = None,
) -> NodeInputs:
    """Describe and encode the core nodes, and embed the graph.

    Sensitive facts are not described either; what a text of the catalog itself says, stays.

    :param encoder: turns texts into vectors; ``None``: what the configuration says, cached on disk
    :param checkpoints: keep the embeddings, so that they need not be trained twice
    :param adapter: what the encoder of the configuration was adapted by
    """
    graph = without_sensitive(graph, config.graph.sensitive)
    text = None
    if config.text.enabled:
        encoder = encoder or CachedEncoder(transformer_encoder(config, adapter))
        descriptions = core_descriptions(graph, features, config, progress)
        text = encode_descriptions(descriptions, encoder, progress)
    embeddings = None
    if config.kge.enabled:
        kept = checkpoints.once("Pretrain", lambda: _embeddings(features, config, progress))
        embeddings = kept.numpy()
    words = _words(graph) if config.text.enabled else None
    return NodeInputs(text, embeddings, words)


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


def _words(graph: KnowledgeGraph) -> csr_matrix:
    """Words of the items' labels and texts; their facts have a say of their own."""
    items = graph.nodes.filter(pl.col("kind") == "item")
    texts = items.select(pl.concat_str("label", "text", separator=" ", ignore_nulls=True))
    return word_vectors(texts.to_series())


def core_descriptions(
    graph: KnowledgeGraph, features: Features, config: Config, progress: Progress
) -> Descriptions:
    """Descriptions of the core nodes, in their order; of nodes that are not named, too."""
    descriptions = describe(graph, config.text, progress=progress)
    keys = [features.node_key(int(node)) for node in features.core]
    core = pl.DataFrame({"key": keys}).join(
        descriptions.nodes, on="key", how="left", maintain_order="left"
    )
    return dataclasses.replace(descriptions, nodes=core)


def transformer_encoder(config: Config, adapter: Adapter | None = None) -> TransformerEncoder:
    """The encoder of texts that the configuration names."""
    settings = config.text
    return TransformerEncoder(
        settings.model,
        batch_size=settings.batch_size,
        precision=settings.precision,
        prompt=settings.prompt,
        adapter=adapter,
    )
