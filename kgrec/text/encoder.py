"""What turns texts into vectors, and the texts of a graph into a matrix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt
import polars as pl

from kgrec.callbacks import Progress
from kgrec.text.descriptions import Descriptions

Vectors = npt.NDArray[np.float32]


class TextEncoder(Protocol):
    """Texts in, unit vectors out.

    ``identity`` names all that a vector depends on beside its text (weights, pooling, precision,
    length), so that a cache can never return the vector of another encoder.
    """

    @property
    def identity(self) -> str:
        """A short string; equal if and only if the vectors are."""

    @property
    def embedding_size(self) -> int:
        """Numbers in a vector."""

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Encode texts.

        :param texts: ``n`` texts; duplicates and empty texts are allowed
        :return: float32, shape: ``(n, embedding_size)``, in the order of the texts; each row has
            length 1, that of a blank text length 0
        """
        ...


def encode_descriptions(
    descriptions: Descriptions, encoder: TextEncoder, progress: Progress | None = None
) -> Vectors:
    """Encode the texts of all nodes that have a name or a text of their own.

    :param descriptions: texts of ``n`` nodes
    :param encoder: usually ``CachedEncoder(MiniLMEncoder())``
    :return: float32, shape: ``(n, embedding_size)``, aligned with the rows of
        ``descriptions.nodes``; zero for a node that is not ``named``
    """
    named = descriptions.nodes["named"].to_numpy()
    vectors = np.zeros((descriptions.nodes.height, encoder.embedding_size), dtype=np.float32)
    if named.any():
        texts = descriptions.nodes.filter(pl.col("named"))["text"].to_list()
        vectors[named] = encoder.encode(texts, progress)
    return vectors


def encode_relations(
    descriptions: Descriptions, encoder: TextEncoder, progress: Progress | None = None
) -> Vectors:
    """Encode the texts of all relations, aligned with the rows of ``descriptions.relations``.

    :return: float32, shape: ``(num_relations, embedding_size)``
    """
    return encoder.encode(descriptions.relations["text"].to_list(), progress)
