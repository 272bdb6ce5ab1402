"""What a model knows of nodes before it is trained: their descriptions and their embeddings."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import polars as pl
import torch
from scipy.sparse import csr_matrix

from kgrec.callbacks import Progress
from kgrec.config import Config
from kgrec.errors import ConfigError
from kgrec.features import Features
from kgrec.gnn.inputs import NodeInputs, directions
from kgrec.gnn.training.checkpoints import Checkpoints
from kgrec.graph import KnowledgeGraph
from kgrec.graph.sensitive import without_sensitive
from kgrec.graph.vectors import vectors_of
from kgrec.kge import pretrain
from kgrec.recommend.similar import with_similar_texts
from kgrec.text import CachedEncoder, TextEncoder, TransformerEncoder, describe, encode_descriptions
from kgrec.text.plain import plain_texts
from kgrec.text.template import relation_clauses
from kgrec.text.words import word_vectors
from kgrec.vocabulary import INTERACTED


def node_inputs(
    graph: KnowledgeGraph,
    features: Features,
    config: Config,
    encoder: TextEncoder | None,
    progress: Progress,
    checkpoints: Checkpoints,
    modalities: Iterable[str] | None = None,
) -> NodeInputs:
    """Describe and encode the core nodes, read their vectors, and embed the graph.

    Sensitive facts are not described either; what a text of the catalog itself says, stays.

    :param encoder: turns texts into vectors; ``None``: what the configuration says, cached on disk
    :param checkpoints: keep the embeddings, so that they need not be trained twice
    :param modalities: which vectors are read; ``None``: what the configuration says
    :raises ConfigError: if ``graph.modalities`` names what no node has
    :raises DataError: if vectors of a name that is asked for are broken
    """
    graph = without_sensitive(graph, config.graph.sensitive)
    text = _text(graph, features, config, encoder, progress) if config.text.enabled else None
    embeddings = None
    if config.kge.enabled:
        kept = checkpoints.once("Pretrain", lambda: _embeddings(features, config, progress))
        embeddings = kept.numpy()
    words = _words(graph) if config.text.enabled else None
    vectors = _modalities(graph, features, config, modalities)
    relations = None
    if config.text.enabled and config.gnn.relation_texts and config.gnn.model != "linear":
        relations = _relations(graph, features, encoder or _encoder(config))
    return NodeInputs(text, embeddings, words, vectors, relations)


def _relations(
    graph: KnowledgeGraph, features: Features, encoder: TextEncoder
) -> npt.NDArray[np.float32]:
    """Texts of the edge kinds of a deep network; of an interaction it hears the tail first."""
    *facts, taken, taker = (
        *relation_clauses(features.relations, graph.vocabulary),
        *relation_clauses([INTERACTED], graph.vocabulary),
    )
    return encoder.encode([*facts, taker, taken])


def with_similar(
    graph: KnowledgeGraph, config: Config, encoder: TextEncoder | None, progress: Progress
) -> KnowledgeGraph:
    """The graph with edges between items that are described alike, if the settings want them."""
    if not config.text.similar or not config.text.enabled:
        return graph
    open_graph = without_sensitive(graph, config.graph.sensitive)
    descriptions = describe(open_graph, config.text, progress=progress)
    items = open_graph.nodes.filter(pl.col("kind") == "item").select("key", "id")
    of_items = items.join(descriptions.nodes, on="key", how="left", maintain_order="left")
    only = dataclasses.replace(descriptions, nodes=of_items)
    vectors = encode_descriptions(only, encoder or _encoder(config), progress)
    return with_similar_texts(graph, items["id"].to_list(), vectors, config.text.similar)


def _encoder(config: Config) -> TextEncoder:
    settings = config.text
    return CachedEncoder(
        TransformerEncoder(
            settings.model,
            batch_size=settings.batch_size,
            precision=settings.precision,
            windows=settings.windows,
        )
    )


def _modalities(
    graph: KnowledgeGraph, features: Features, config: Config, names: Iterable[str] | None
) -> dict[str, npt.NDArray[np.float32]]:
    """Centred vectors of the core nodes by name; a sensitive name has none."""
    asked = config.graph.modalities if names is None else tuple(names)
    keys = [features.node_key(int(node)) for node in features.core]
    found = vectors_of(graph.nodes, keys, asked)
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


def _words(graph: KnowledgeGraph) -> csr_matrix:
    """Words of the items' labels and texts; their facts have a say of their own."""
    items = graph.nodes.filter(pl.col("kind") == "item")
    items = items.with_columns(plain_texts(items["text"]))
    texts = items.select(pl.concat_str("label", "text", separator=" ", ignore_nulls=True))
    return word_vectors(texts.to_series())


def _text(
    graph: KnowledgeGraph,
    features: Features,
    config: Config,
    encoder: TextEncoder | None,
    progress: Progress,
) -> npt.NDArray[np.float32]:
    """Vectors of the core nodes' descriptions, float32, shape ``(N, s)``."""
    descriptions = describe(graph, config.text, progress=progress)
    keys = [features.node_key(int(node)) for node in features.core]
    core = pl.DataFrame({"key": keys}).join(
        descriptions.nodes, on="key", how="left", maintain_order="left"
    )
    encoder = encoder or _encoder(config)
    return encode_descriptions(dataclasses.replace(descriptions, nodes=core), encoder, progress)
