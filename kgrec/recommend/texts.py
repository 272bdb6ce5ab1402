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
from kgrec.text import CachedEncoder, TextEncoder, TransformerEncoder, describe, encode_descriptions
from kgrec.text.plain import plain_texts
from kgrec.text.template import relation_clauses
from kgrec.text.words import word_vectors
from kgrec.vocabulary import INTERACTED


def encoder_of(config: Config) -> TextEncoder:
    """The encoder that the settings say; what it has encoded is kept on disk."""
    settings = config.text
    return CachedEncoder(
        TransformerEncoder(
            settings.model,
            batch_size=settings.batch_size,
            precision=settings.precision,
            windows=settings.windows,
        )
    )


def text_vectors(
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
    encoder = encoder or encoder_of(config)
    return encode_descriptions(dataclasses.replace(descriptions, nodes=core), encoder, progress)


def item_words(graph: KnowledgeGraph) -> csr_matrix:
    """Words of the items' labels and texts; their facts have a say of their own."""
    items = graph.nodes.filter(pl.col("kind") == "item")
    items = items.with_columns(plain_texts(items["text"]))
    texts = items.select(pl.concat_str("label", "text", separator=" ", ignore_nulls=True))
    return word_vectors(texts.to_series())


def relation_vectors(
    graph: KnowledgeGraph, features: Features, encoder: TextEncoder
) -> npt.NDArray[np.float32]:
    """Texts of the edge kinds of a deep network; of an interaction it hears the tail first."""
    *facts, taken, taker = (
        *relation_clauses(features.relations, graph.vocabulary),
        *relation_clauses([INTERACTED], graph.vocabulary),
    )
    return encoder.encode([*facts, taker, taken])
