"""The texts of a graph as numbers: vectors of descriptions, words of items, relations."""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.sparse import csr_matrix

from kgrec.callbacks import Progress
from kgrec.config import Config
from kgrec.features import Features
from kgrec.graph import KnowledgeGraph
from kgrec.graph.extracted import without_extracted
from kgrec.graph.sensitive import without_sensitive
from kgrec.text import (
    CachedEncoder,
    Descriptions,
    TextEncoder,
    TransformerEncoder,
    describe,
    encode_descriptions,
)
from kgrec.text.adapter import Adapter
from kgrec.text.plain import plain_texts
from kgrec.text.template import relation_clauses
from kgrec.text.words import word_vectors
from kgrec.vocabulary import INTERACTED


def learned_graph(graph: KnowledgeGraph, config: Config) -> KnowledgeGraph:
    """The graph without sensitive facts, and without those that nothing is to learn from."""
    graph = without_sensitive(graph, config.graph.sensitive)
    return graph if config.graph.learns_extracted else without_extracted(graph)


def transformer_encoder(config: Config, adapter: Adapter | None = None) -> TransformerEncoder:
    """The encoder of texts that the settings say.

    :param adapter: what it was adapted by
    """
    settings = config.text
    return TransformerEncoder(
        settings.model,
        batch_size=settings.batch_size,
        precision=settings.precision,
        windows=settings.windows,
        prompt=settings.prompt,
        adapter=adapter,
    )


def identity_of(encoder: TextEncoder | None) -> str:
    """The identity of an encoder that was given; empty: the settings make one."""
    return encoder.identity if encoder else ""


def encoder_of(config: Config, adapter: Adapter | None = None) -> TextEncoder:
    """The same; what it has encoded is kept on disk."""
    return CachedEncoder(transformer_encoder(config, adapter))


def core_descriptions(
    graph: KnowledgeGraph, features: Features, config: Config, progress: Progress
) -> Descriptions:
    """Descriptions of the core nodes, in their order; of nodes that are not named, too."""
    descriptions = describe(graph, config.text, progress=progress)
    core = pl.DataFrame({"key": features.core_keys}).join(
        descriptions.nodes, on="key", how="left", maintain_order="left"
    )
    return dataclasses.replace(descriptions, nodes=core)


def text_vectors(
    graph: KnowledgeGraph,
    features: Features,
    config: Config,
    encoder: TextEncoder,
    progress: Progress,
) -> npt.NDArray[np.float32]:
    """Vectors of the core nodes' descriptions, float32, shape ``(N, s)``."""
    descriptions = core_descriptions(graph, features, config, progress)
    return encode_descriptions(descriptions, encoder, progress)


def item_words(graph: KnowledgeGraph) -> csr_matrix:
    """Words of the items' labels and texts; their facts have a say of their own."""
    items = graph.nodes.filter(pl.col("kind") == "item")
    items = items.with_columns(plain_texts(items["text"]))
    texts = items.select(pl.concat_str("label", "text", separator=" ", ignore_nulls=True))
    return word_vectors(texts.to_series())


def relation_vectors(
    graph: KnowledgeGraph, features: Features, encoder: TextEncoder
) -> npt.NDArray[np.float32]:
    """Texts of the edge kinds of a network; of an interaction it hears the tail first."""
    *facts, taken, taker = (
        *relation_clauses(features.relations, graph.vocabulary),
        *relation_clauses([INTERACTED], graph.vocabulary),
    )
    return encoder.encode([*facts, taker, taken])
