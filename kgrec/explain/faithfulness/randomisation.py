"""Explanations of a model that has learned nothing must look different.

The parameter-randomisation test of Adebayo et al., "Sanity Checks for Saliency Maps", NeurIPS 2018
(https://arxiv.org/abs/1810.03292): what explains a trained model and a random one alike does not
explain the model, but the data.
"""

from __future__ import annotations

import dataclasses
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch
from scipy.sparse import csr_matrix

from kgrec.errors import ConfigError
from kgrec.gnn.linear.pairs import PairModel, masked_affinity, shared_pairs

Part = Literal["vectors", "closed_form", "all"]
PARTS: tuple[Part, ...] = ("vectors", "closed_form", "all")


def randomised(
    model: PairModel, fitted_on: csr_matrix, seed: int = 0, part: Part = "all"
) -> PairModel:
    """The same model with random numbers in place of what it learned; the graph stays.

    Vectors are drawn anew from a normal distribution with the mean and the spread of each of their
    columns. The weights of the closed form, those of the content, the gates and the biases are
    dealt out anew among their places, so that all sizes stay what they are. That what was taken
    lately counts more is learned from behaviour, too: with ``"all"`` every item of a history counts
    alike, or the latest would be the strongest reason of any model.

    :param model: the trained model
    :param fitted_on: the interactions it was fitted on, binary, shape ``(U, I)``
    :param seed: same seed, same model
    :param part: ``"vectors"`` (the affinity), ``"closed_form"`` (and content, gates, biases), or
        ``"all"``
    :raises ConfigError: if there is no such part
    """
    if part not in PARTS:
        raise ConfigError(f"There is no part '{part}' to randomise; there are: {', '.join(PARTS)}.")
    model = model.settled()
    generator = np.random.default_rng(seed)
    shared = shared_pairs(fitted_on)
    learned = _affinity(model.vectors, shared)
    closed = csr_matrix(model.weights - learned)
    vectors, gates, bias, content = model.vectors, model.gates, model.bias, model.content
    if part != "closed_form":
        vectors = _redrawn(vectors, generator)
        learned = _affinity(vectors, shared)
    if part != "vectors":
        closed, content = _dealt(closed, generator), _dealt(content, generator)
        gates, bias = generator.permutation(gates), generator.permutation(bias)
    return dataclasses.replace(
        model,
        weights=csr_matrix(closed + learned, dtype=np.float32),
        vectors=vectors,
        gates=gates,
        bias=bias,
        content=content,
        recency=0.0 if part == "all" else model.recency,
    )


def _affinity(vectors: npt.NDArray[np.float32], shared: csr_matrix) -> csr_matrix:
    return masked_affinity(torch.from_numpy(np.array(vectors, dtype=np.float32)), shared)


def _redrawn(
    vectors: npt.NDArray[np.float32], generator: np.random.Generator
) -> npt.NDArray[np.float32]:
    drawn = generator.normal(vectors.mean(axis=0), vectors.std(axis=0), vectors.shape)
    return np.asarray(drawn, dtype=np.float32)


def _dealt(matrix: csr_matrix, generator: np.random.Generator) -> csr_matrix:
    return csr_matrix(
        (generator.permutation(matrix.data), matrix.indices, matrix.indptr), shape=matrix.shape
    )
