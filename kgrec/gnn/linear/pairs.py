r"""Item–item weights and the walks that carry them: the whole of the trained model.

.. math::
    s_{ui} = |H_u|^{-\rho} \sum_{j \in H_u} w_{uj} (W_{ji} + \tau C_{ji}) + b_i, \qquad
    W_{ji} = [j \overset{\text{user}}{\sim} i]\, \langle z_j, z_i\rangle
           + [j \sim i]\, \tau B_{ji}

:math:`z` are the vectors of the graph network, :math:`B` the closed form over users and shared
facts. The brackets are 1 where a walk exists: items that share a user for the first, a user or a
fact for the second. A pair without a walk has no weight, so every point of :math:`W` belongs to a
path that can be looked up in the graph. :math:`C` carries behaviour over to items that few or no
users took (:mod:`kgrec.gnn.linear.transfer`); :math:`w` says what is recent
(:mod:`kgrec.gnn.linear.recency`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from scipy.sparse import csr_matrix, diags

from kgrec.errors import ConfigError
from kgrec.gnn.linear.closed_form import MOST_ITEMS, ridge_weights
from kgrec.gnn.linear.neighbours import cosine_neighbours
from kgrec.gnn.linear.newcomers import Newcomers
from kgrec.gnn.training.losses import history_scale
from kgrec.panels import Panels
from kgrec.sparse import MOST_DENSE, dense_row

NEIGHBOURS = 200
"""Pairs kept for an item where a catalog is too large for all pairs."""

_ALIKE = ("_weights_by_item", "_content_by_item", "_panels", "_panels_apart")
"""What is worked out once, for every volume."""


@dataclass(frozen=True, eq=False)
class PairModel:
    """What is left after training: enough to score, and to say why.

    :ivar weights: :math:`W`, float32, shape ``(I, I)``, zero diagonal
    :ivar bias: :math:`b`, float32, shape ``(I,)``
    :ivar history_power: :math:`\\rho`
    :ivar vectors: :math:`z`, float32, shape ``(I, d)``
    :ivar mix: :math:`\\tau`, at least 0
    :ivar content: :math:`\\tau C`, the same shape
    :ivar recency: the power :math:`\\gamma` by which histories are weighed before they come here
    :ivar gates: the weight of a hub of each role in the closed form, where a user's is 1;
        float32, shape ``(roles,)``
    :ivar newcomers: with which items are served that come later; ``None``: they cannot be
    :ivar path_volume: what :math:`W` is multiplied by in every score; see :meth:`mixed`
    :ivar content_volume: the same for :math:`\\tau C`
    """

    weights: csr_matrix
    bias: npt.NDArray[np.float32]
    history_power: float
    vectors: npt.NDArray[np.float32]
    mix: float
    gates: npt.NDArray[np.float32]
    content: csr_matrix
    recency: float = 0.0
    newcomers: Newcomers | None = None
    path_volume: float = 1.0
    content_volume: float = 1.0

    @property
    def kind(self) -> str:
        """See :class:`kgrec.gnn.model.Model`."""
        return "linear"

    @property
    def num_items(self) -> int:
        """Columns of a score."""
        return len(self.bias)

    @property
    def modalities(self) -> tuple[str, ...]:
        """Names of the items' further vectors that it was fitted on."""
        return tuple(self.newcomers.texts.modalities) if self.newcomers else ()

    def mixed(self, alpha: float) -> PairModel:
        """The model with paths and content as loud as one likes; matrices are shared, not copied.

        The score becomes :math:`2(1-\\alpha) W + 2\\alpha\\,\\tau C + b` over the history, as
        exact a sum as before.

        :param alpha: between 0, no content, and 1, content alone; .5: as it was trained
        :raises ConfigError: if ``alpha`` is out of range
        """
        if not 0 <= alpha <= 1:
            raise ConfigError(f"alpha must be between 0 and 1, not {alpha}.")
        other = replace(self, path_volume=2.0 * (1 - alpha), content_volume=2.0 * alpha)
        for name in _ALIKE:
            other.__dict__[name] = getattr(self, name)
        return other

    def settled(self) -> PairModel:
        """The same scores from a model whose volumes are 1; copies what they change."""
        if self._as_trained:
            return self
        return replace(
            self,
            weights=self.weights * np.float32(self.path_volume),
            vectors=self.vectors * np.float32(np.sqrt(self.path_volume)),
            mix=self.mix * self.path_volume,
            content=self.content * np.float32(self.content_volume),
            path_volume=1.0,
            content_volume=1.0,
        )

    def score(self, histories: csr_matrix) -> torch.Tensor:
        """Score all items.

        :param histories: above 0 where a user has an item, shape ``(n, I)``
        :return: float32, shape ``(n, I)``
        """
        return self._from_history(histories) + torch.from_numpy(self.bias)

    def path_scores(self, histories: csr_matrix) -> csr_matrix:
        """The part of the scores that paths carry; 0 where no path leads from user to item.

        :param histories: above 0 where a user has an item, shape ``(n, I)``
        :return: float32, shape ``(n, I)``
        """
        return self._scaled(histories, histories @ self.weights, self.path_volume)

    def walked(self, histories: csr_matrix, items: npt.NDArray[np.int64]) -> csr_matrix:
        """What paths carry to one item for each user, by item of the history; see :meth:`carried`.

        Exactly 0 where no path leads.
        """
        walked = histories.multiply(self._weights_by_item[items])
        return self._scaled(histories, walked, self.path_volume)

    def carried(self, histories: csr_matrix, items: npt.NDArray[np.int64]) -> csr_matrix:
        """What facts and texts carry over to one item for each user, by item of the history.

        :param histories: above 0 where a user has an item, shape ``(n, I)``
        :param items: the item of each row, shape ``(n,)``
        :return: parts of the scores, which a row sums up, float32, shape ``(n, I)``
        """
        carried = histories.multiply(self._content_by_item[items])
        return self._scaled(histories, carried, self.content_volume)

    def carried_from(
        self, history: npt.NDArray[np.integer], counts: npt.NDArray[np.float32], item: int
    ) -> npt.NDArray[np.float32]:
        """The same for one user and one item, which is what an explanation asks for.

        :param history: all items of the user, shape ``(n,)``
        :param counts: how much each counts, shape ``(n,)``
        :return: what each carries, shape ``(n,)``
        """
        return self._from(self._content_by_item, history, counts, item, self.content_volume)

    def score_from(
        self, history: npt.NDArray[np.integer], counts: npt.NDArray[np.float32], item: int
    ) -> float:
        """The score of one item for one user; :meth:`score` has all items.

        :param history: all items of the user, shape ``(n,)``
        :param counts: how much each counts, shape ``(n,)``
        """
        by_paths = self._from(self._weights_by_item, history, counts, item, self.path_volume)
        return float((by_paths + self.carried_from(history, counts, item)).sum() + self.bias[item])

    def _from(
        self,
        by_item: csr_matrix,
        history: npt.NDArray[np.integer],
        counts: npt.NDArray[np.float32],
        item: int,
        volume: float,
    ) -> npt.NDArray[np.float32]:
        weights = dense_row(by_item, item, self.num_items)
        scale = np.float32(max(len(history), 1)) ** np.float32(-self.history_power)
        scale *= np.float32(volume)
        return np.asarray(scale * (counts * weights[history]), dtype=np.float32)

    def parts(
        self, histories: csr_matrix, items: npt.NDArray[np.int64]
    ) -> dict[str, npt.NDArray[np.float64]]:
        """The named parts of one item's score for each user; see :class:`kgrec.gnn.model.Model`."""
        paths = np.asarray(self.walked(histories, items).sum(axis=1), dtype=np.float64).ravel()
        content = np.asarray(self.carried(histories, items).sum(axis=1), dtype=np.float64).ravel()
        popularity = self.bias[items].astype(np.float64)
        return {
            "paths": paths,
            "content": content,
            "latent": np.zeros_like(paths),
            "popularity": popularity,
        }

    def ranking(
        self, histories: csr_matrix, candidates: npt.NDArray[np.int64] | None = None
    ) -> torch.Tensor:
        """Scores to rank by: -inf where nothing leads, so that nothing is recommended unexplained.

        A user from whom no path leads to anything new keeps the scores of all items.

        :param histories: binary, shape ``(n, I)``
        :param candidates: indices of the only items that may be recommended; ``None``: all
        :return: float32, shape ``(n, I)``
        """
        sums = self._from_history(histories)
        unreached = sums == 0
        scores = sums.add_(torch.from_numpy(self.bias))
        if not unreached.any():
            return scores
        new = ~unreached
        new[histories.nonzero()] = False
        allowed = new if candidates is None else new[:, torch.from_numpy(candidates)]
        lost = ~allowed.any(dim=1, keepdim=True)
        return scores.masked_fill_(unreached & ~lost, -torch.inf)

    def tensors(self) -> dict[str, npt.NDArray[Any]]:
        """All numbers by name."""
        if not self._as_trained:
            return self.settled().tensors()
        scalars = [self.history_power, self.mix, self.recency]
        return {
            **_sparse("weights", self.weights),
            **_sparse("content", self.content),
            "bias": self.bias,
            "vectors": self.vectors,
            "gates": self.gates,
            "scalars": np.array(scalars, dtype=np.float64),
            **(self.newcomers.tensors() if self.newcomers else {}),
        }

    @staticmethod
    def of_tensors(tensors: Mapping[str, npt.NDArray[Any]]) -> PairModel:
        """The inverse of :meth:`tensors`.

        :raises KeyError: if a tensor is missing
        :raises ValueError: if tensors do not fit together
        """
        power, mix, recency = tensors["scalars"].tolist()
        vectors, gates = tensors["vectors"], tensors["gates"]
        if vectors.shape[:-1] != tensors["bias"].shape or gates.ndim != 1:
            raise ValueError("vectors or gates do not fit the model")
        return PairModel(
            weights=_square("weights", tensors),
            bias=tensors["bias"],
            history_power=power,
            vectors=vectors,
            mix=mix,
            gates=gates,
            content=_square("content", tensors),
            recency=recency,
            newcomers=Newcomers.of_tensors(tensors),
        )

    def _from_history(self, histories: csr_matrix) -> torch.Tensor:
        """All that the history carries, by paths or by content, shape ``(n, I)``."""
        if self._as_trained and self._panels is not None:
            sums = self._panels.sums(histories)
        elif self._as_trained:
            sums = torch.from_numpy((histories @ (self.weights + self.content)).toarray())
        else:
            sums = self._apart(histories)
        return sums.mul_(history_scale(histories, self.history_power))

    def _apart(self, histories: csr_matrix) -> torch.Tensor:
        """Paths and content, each as loud as it is to be."""
        sums = torch.zeros(histories.shape[0], self.num_items)
        volumes = (self.path_volume, self.content_volume)
        for volume, matrix, panels in zip(
            volumes, (self.weights, self.content), self._panels_apart, strict=True
        ):
            if not volume:
                continue
            part = panels.sums(histories) if panels else (histories @ matrix).toarray()
            sums.add_(torch.as_tensor(part), alpha=volume)
        return sums

    @property
    def _as_trained(self) -> bool:
        return self.path_volume == self.content_volume == 1.0

    def _scaled(self, histories: csr_matrix, sums: csr_matrix, volume: float) -> csr_matrix:
        scale = history_scale(histories, self.history_power).numpy().ravel() * np.float32(volume)
        return csr_matrix(diags(scale) @ sums, dtype=np.float32)

    @cached_property
    def _weights_by_item(self) -> csr_matrix:
        return csr_matrix(self.weights.T)

    @cached_property
    def _content_by_item(self) -> csr_matrix:
        return csr_matrix(self.content.T)

    @cached_property
    def _panels(self) -> Panels | None:
        if self.num_items > MOST_DENSE:
            return None
        return Panels((self.weights + self.content).toarray())

    @cached_property
    def _panels_apart(self) -> tuple[Panels | None, Panels | None]:
        if self.num_items > MOST_DENSE:
            return None, None
        return Panels(self.weights.toarray()), Panels(self.content.toarray())


def masked_affinity(vectors: torch.Tensor, shared: csr_matrix) -> csr_matrix:
    """Dot products of the pairs that share something, in bounded memory.

    :param vectors: shape ``(I, d)``
    :param shared: stored where a pair shares something, shape ``(I, I)``
    :return: the same places, float32
    """
    values = np.empty(shared.nnz, dtype=np.float32)
    for start in range(0, shared.shape[0], 1024):
        stop = min(start + 1024, shared.shape[0])
        block = (vectors[start:stop] @ vectors.T).numpy()
        low, high = shared.indptr[start], shared.indptr[stop]
        rows = np.repeat(np.arange(stop - start), np.diff(shared.indptr[start : stop + 1]))
        values[low:high] = block[rows, shared.indices[low:high]]
    return csr_matrix((values, shared.indices, shared.indptr), shape=shared.shape)


def keeps_all_pairs(num_items: int) -> bool:
    """Whether a catalog is small enough to weigh all pairs that share something."""
    return num_items <= MOST_ITEMS


def shared_pairs(hubs: csr_matrix) -> csr_matrix:
    """Pairs of different items that have a hub in common.

    In a catalog too large for all of them, each item's nearest :data:`NEIGHBOURS` by cosine.

    :param hubs: hubs by items, at least 0, shape ``(H, I)``
    :return: 1 where two items share a hub, float32, shape ``(I, I)``, sorted columns
    """
    if not keeps_all_pairs(hubs.shape[1]):
        pairs = cosine_neighbours(hubs, NEIGHBOURS)
    else:
        pairs = csr_matrix(hubs.T @ hubs, dtype=np.float32)
        pairs = csr_matrix(pairs - diags(pairs.diagonal()))
        pairs.eliminate_zeros()
    pairs.data[:] = 1.0
    pairs.sort_indices()
    return pairs


def closed_form_pairs(hubs: csr_matrix, regularisation: float) -> csr_matrix:
    """The closed form, where a pair shares a hub.

    In a catalog too large for a regression, the cosine of the nearest neighbours takes its place.

    :param hubs: hubs by items; a hub's weight enters as its square root, shape ``(H, I)``
    :param regularisation: above 0
    :return: float32, shape ``(I, I)``, sorted columns
    """
    if not keeps_all_pairs(hubs.shape[1]):
        return cosine_neighbours(hubs, NEIGHBOURS)
    return at_pairs(ridge_weights(hubs, regularisation), shared_pairs(hubs))


def at_pairs(weights: npt.NDArray[np.float32], pairs: csr_matrix) -> csr_matrix:
    """Dense weights at some places only, both of shape ``(I, I)``; the places are shared."""
    rows = np.repeat(np.arange(len(weights)), np.diff(pairs.indptr))
    return csr_matrix((weights[rows, pairs.indices], pairs.indices, pairs.indptr), pairs.shape)


def _sparse(name: str, matrix: csr_matrix) -> dict[str, npt.NDArray[Any]]:
    return {
        f"{name}.data": matrix.data.astype(np.float32),
        f"{name}.indices": matrix.indices.astype(np.int32),
        f"{name}.indptr": matrix.indptr.astype(np.int64),
    }


def _square(name: str, tensors: Mapping[str, npt.NDArray[Any]]) -> csr_matrix:
    size = len(tensors["bias"])
    parts = tuple(tensors[f"{name}.{part}"] for part in ("data", "indices", "indptr"))
    matrix = csr_matrix(parts, shape=(size, size))
    matrix.check_format(full_check=True)  # a place out of range would crash the process
    return matrix
