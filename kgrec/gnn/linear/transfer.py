r"""Behaviour carried over to items that few or no users took, along facts and texts.

What a user would make of item :math:`i` is regressed on what is known of the items (kernel ridge,
Saunders et al. 1998; for cold items Gantner et al., ICDM 2010, https://doi.org/10.1109/ICDM.2010.129):

.. math:: T = S\,A, \qquad S = I - \lambda (X^\top X + \lambda I)^{-1}, \qquad
    A = (K_{ww} + \mu I)^{-1} K_{w\cdot}

:math:`S` tells from a history which *warm* items the user likes, itself from behaviour
(a ridge regression as in :mod:`kgrec.gnn.linear.closed_form`), and :math:`A` which other items are
like these in content. The weight :math:`T_{ji}` is a sum over walks history item :math:`j` — people
— warm item :math:`l` — shared facts and words — :math:`i`. An item never vouches for itself: the
column of a warm item is its leave-one-out prediction, :math:`A_{\cdot i} \leftarrow (A_{\cdot i} -
A_{ii} e_i) / (1 - A_{ii})`. An item with :math:`n` users is given the part :math:`c / (c + n)`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csr_matrix

from kgrec.callbacks import Bar, Progress
from kgrec.gnn.linear.closed_form import ridge_inverse
from kgrec.gnn.linear.content import Content
from kgrec.gnn.linear.facets import FacetTrainer, FacetVectors
from kgrec.gnn.linear.mixing import spread
from kgrec.gnn.trial import Trial

Floats = npt.NDArray[np.float32]

TEXTS = (0.3, 1.0)
MODALITIES = (0.3, 1.0)
RIDGES = (3.0, 10.0)
CREDITS = (0.0, 3.0, 10.0, 30.0)
# In units of the spread of a user's scores.
CAUTIONS = (0.0, 1.0, 2.0, 4.0)
# In units in which both spread alike.
FACETS = (0.5, 1.0)
# Facets have their length of training chosen on the same items, so by so much they must be better.
MARGIN = 0.03
SMOOTHINGS = (100.0, 300.0, 1000.0)
# Weights this far below the largest of an item are left out, so that the rest stays sparse.
_LEAST = 0.01
_FEWEST_ITEMS = 30
_HELD_OUT = 0.1


@dataclass(frozen=True)
class Reach:
    """Settings of the transfer.

    :ivar text: weight of words and descriptions, where facts weigh 1
    :ivar ridge: :math:`\\mu`, above 0
    :ivar smoothing: :math:`\\lambda`, above 0
    :ivar modalities: weight of further modalities; 0: they say nothing of new items
    :ivar facets: the factor of :mod:`kgrec.gnn.linear.facets`, which are added to :math:`T`
    :ivar epochs: how long facets are trained
    :ivar credit: :math:`c`, at least 0: so many users are worth as much as the content
    :ivar caution: by so much an item without users is less popular than its content tells; among
        such items nothing changes
    :ivar cold: NDCG@20 on items held out of train altogether; -1: not measured
    :ivar valid: NDCG@20 on valid of all parts together; -1: not measured
    """

    text: float = 1.0
    ridge: float = 10.0
    smoothing: float = SMOOTHINGS[0]
    facets: float = 0.0
    epochs: int = 0
    credit: float = 0.0
    caution: float = 0.0
    cold: float = -1.0
    valid: float = -1.0
    modalities: float = 0.0


@dataclass(frozen=True, eq=False)
class Transfer:
    """A fitted transfer.

    :ivar weights: :math:`T`, float32, shape ``(I, I)``, zero diagonal
    :ivar carry: :math:`A`, with rows for all items; 0 for cold ones, shape ``(I, I)``
    :ivar users: users of each item, shape ``(I,)``
    :ivar facets: whose products are part of the weights; ``None``: none are
    """

    weights: Floats
    carry: Floats
    users: npt.NDArray[np.float64]
    facets: FacetVectors | None = None

    def credited(self, credit: float) -> csr_matrix:
        """The weights with each item's part, the faint ones left out, shape ``(I, I)``.

        An item without users has all of it, whatever the credit.
        """
        part = np.where(self.users > 0, credit / np.maximum(credit + self.users, 1e-9), 1.0)
        return without_faint(self.weights * part.astype(np.float32))

    def popularity(self, bias: Floats, caution: float = 0.0) -> Floats:
        """Bias with that of the items without users predicted from their content, less caution."""
        warm = self.users > 0
        if not warm.any():
            return bias
        mean = bias[warm].mean()
        predicted = mean + self.carry[warm].T @ (bias[warm] - mean) - np.float32(caution)
        return np.where(warm, bias, predicted).astype(np.float32)


def fit_transfer(
    histories: csr_matrix, content: Content, reach: Reach, facets: FacetTrainer | None = None
) -> Transfer:
    """Fit the transfer.

    :param histories: binary, shape ``(U, I)``
    :param facets: trains the facets, where ``reach`` has a factor for them
    """
    smoothed = smoothed_behaviour(histories, reach.smoothing)
    transfer = _fit(smoothed, content.kernel(reach.text, reach.modalities), reach.ridge)
    if facets and reach.facets:
        learned = facets.fit(histories, reach.epochs).times(reach.facets)
        transfer = replace(transfer, weights=transfer.weights + learned.weights, facets=learned)
    return transfer


def without_faint(weights: Floats) -> csr_matrix:
    """Weights that are not far below the largest of their column, shape ``(I, I)``."""
    return csr_matrix(np.where(np.abs(weights) < _LEAST * np.abs(weights).max(axis=0), 0, weights))


def smoothed_behaviour(
    histories: csr_matrix, smoothing: float
) -> tuple[npt.NDArray[np.float64], Floats]:
    """The number of users of each item, and :math:`S` of the warm ones."""
    users = np.asarray(histories.sum(axis=0), dtype=np.float64).ravel()
    taken = histories[:, np.flatnonzero(users)]
    if not taken.shape[1]:
        return users, np.zeros((0, 0), dtype=np.float32)
    smooth = -smoothing * ridge_inverse(taken.T @ taken, smoothing)
    smooth[np.diag_indices_from(smooth)] += 1.0
    return users, smooth.astype(np.float32)


def _fit(
    smoothed: tuple[npt.NDArray[np.float64], Floats], kernel: Floats, ridge: float
) -> Transfer:
    users, smooth = smoothed
    warm = np.flatnonzero(users)
    square = kernel[np.ix_(warm, warm)] + np.float32(ridge) * np.eye(len(warm), dtype=np.float32)
    carry = np.zeros_like(kernel)
    carry[warm] = cho_solve(cho_factor(square), kernel[warm])
    own = carry[warm, warm].copy()
    carry[warm, warm] = 0.0
    carry[:, warm] /= np.maximum(1 - own, 1e-6)
    weights = np.zeros_like(kernel)
    weights[warm] = smooth @ carry[warm]
    np.fill_diagonal(weights, 0.0)
    return Transfer(weights, carry, users)


def choose_reach(
    train: csr_matrix,
    content: Content,
    seed: int,
    progress: Progress,
    facets: FacetTrainer | None = None,
) -> Reach:
    """Choose all but credit and caution by items that are held out of train.

    :param train: binary, shape ``(U, I)``
    :param facets: trains the facets; ``None``: without them
    """
    users = np.asarray(train.sum(axis=0)).ravel()
    warm = np.flatnonzero(users)
    if len(warm) < _FEWEST_ITEMS:
        return Reach()
    random = np.random.default_rng(seed)
    held_out = np.sort(random.choice(warm, max(1, int(len(warm) * _HELD_OUT)), replace=False))
    mask = np.ones(train.shape[1], dtype=np.float32)
    mask[held_out] = 0.0
    known, hidden = _columns(train, mask), _columns(train, 1 - mask)
    trial = Trial(known, hidden, history_power=0.0, candidates=held_out)
    steps = len(_texts(content)) * len(RIDGES) + len(_loud(content)) + len(SMOOTHINGS)
    with progress.stage("Choose transfer to new items", steps) as bar:
        reach, scores = _choose_kernel(known, content, trial, bar)
        if facets:
            reach = _choose_facets(known, facets, trial, reach, scores)
        bar.advance()
        bar.note(f"NDCG@20 {reach.cold:.4f}")
    return reach


def _choose_kernel(
    known: csr_matrix, content: Content, trial: Trial, bar: Bar
) -> tuple[Reach, torch.Tensor]:
    """The best kernel, ridge and then smoothing, and scores for the users of ``trial``."""
    best, best_scores = Reach(), torch.zeros(())
    kernel = lru_cache(maxsize=1)(content.kernel)
    for number, smoothing in enumerate(SMOOTHINGS):
        smoothed = smoothed_behaviour(known, smoothing)
        # A modality may be noise: it is heard if that is better than not to hear it.
        for changes in ({},) if number else _tries(content):
            tried = replace(best, smoothing=smoothing, **changes)
            weights = _fit(smoothed, kernel(tried.text, tried.modalities), tried.ridge).weights
            scores = trial.sums(torch.from_numpy(weights))
            cold = trial.measure(scores)["NDCG@20"]
            if cold > best.cold:
                best, best_scores = replace(tried, cold=cold), scores
            bar.advance()
            bar.note(f"NDCG@20 {best.cold:.4f}")
    return best, best_scores


def _tries(content: Content) -> Iterator[dict[str, Any]]:
    """Settings that are tried in place of the best so far."""
    for text, ridge in itertools.product(_texts(content), RIDGES):
        yield {"text": text, "ridge": ridge, "modalities": 0.0}
    for loud in _loud(content):
        yield {"modalities": loud}


def _loud(content: Content) -> tuple[float, ...]:
    return MODALITIES if content.modalities else ()


def _texts(content: Content) -> tuple[float, ...]:
    return TEXTS if content.has_text else TEXTS[:1]


def _choose_facets(
    known: csr_matrix, facets: FacetTrainer, trial: Trial, reach: Reach, beside: torch.Tensor
) -> Reach:
    """Add the facets, half or just as loud, if that is clearly better on the items held out."""

    def measure(weights: Floats) -> dict[str, float]:
        return trial.measure(trial.sums(torch.from_numpy(weights)))

    weights, epochs = facets.search(known, measure)
    scores = trial.sums(torch.from_numpy(weights))
    if not (unit := spread(scores)):
        return reach
    best = reach
    for ratio in FACETS:
        factor = ratio * spread(beside) / unit
        cold = trial.measure(beside + factor * scores)["NDCG@20"]
        if cold > max(best.cold, (1 + MARGIN) * reach.cold):
            best = replace(reach, facets=factor, epochs=epochs, cold=cold)
    return best


def choose_credit(
    transfer: Transfer,
    reach: Reach,
    trial: Trial,
    beside: torch.Tensor,
    bias: Floats,
    mix: float,
) -> Reach:
    """Choose how many users are worth as much as an item's content, and the caution.

    :param transfer: fitted to train
    :param beside: scores of all other parts without popularity, for the users of ``trial``, shape
        ``(n, I)``
    :param bias: popularity as train teaches it, shape ``(I,)``
    :param mix: the factor of the closed form, which the transfer shares
    """
    new, unit = torch.from_numpy(transfer.users == 0), spread(beside)
    beside = beside.masked_fill(new, 0.0)  # of an item without users the content alone judges
    cautions = [step * unit for step in CAUTIONS] if new.any() and not new.all() else [0.0]
    best = reach
    for credit in CREDITS:
        carried = trial.sums(torch.from_numpy(transfer.credited(credit).toarray()))
        for caution in cautions:
            scores = beside + torch.from_numpy(transfer.popularity(bias, caution))
            valid = trial.measure(scores.add_(carried, alpha=mix))["NDCG@20"]
            if valid > best.valid:
                best = replace(reach, credit=credit, caution=caution, valid=valid)
    return best


def _columns(matrix: csr_matrix, mask: Floats) -> csr_matrix:
    kept = csr_matrix(matrix.multiply(mask[None, :]), dtype=np.float32)
    kept.eliminate_zeros()
    return kept
