r"""Items that come after training: found by their facts and texts, and nothing is trained.

What training would have carried over to a new item :math:`n` (:mod:`kgrec.gnn.linear.transfer`) is
computed from what it left behind: the kernel regression is solved again, with the same settings,
and the facets of :math:`n` are regressed on those of the items that were there,

.. math:: x_n W \approx \sum_l A_{ln}\, x_l W

A new item in a history speaks as the known items that are like it, :math:`C_{n\cdot} = A_{\cdot
n}^\top (W + C)`. All of this is content: no walk was learned that leads to the item. Weights among
items that were there stay as they were, to the last bit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from kgrec.gnn.linear.content import Content, Texts, below
from kgrec.gnn.linear.facets import FacetVectors
from kgrec.gnn.linear.transfer import Reach, Transfer, fit_transfer, without_faint

if TYPE_CHECKING:
    from kgrec.gnn.linear.pairs import PairModel

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]

_FACETS = ("known", "items", "facts")
_MODALITY = "newcomers.modality."


@dataclass(frozen=True, eq=False)
class Newcomers:
    """What has to be kept of a training to serve items that it has not seen.

    :ivar text: weight of texts, where facts weigh 1
    :ivar ridge: :math:`\\mu` of the kernel regression
    :ivar smoothing: its :math:`\\lambda`
    :ivar caution: by so much an item without users is less popular than its content tells
    :ivar loud: the factor :math:`\\tau` of content in a score
    :ivar facets: of the items that were there
    :ivar texts: what was known of them beside the facts
    :ivar later: the same of all items when the last ones came; ``None``: none have come
    :ivar modalities: weight of further modalities
    """

    text: float
    ridge: float
    smoothing: float
    caution: float
    loud: float
    facets: FacetVectors
    texts: Texts
    later: Texts | None = None
    modalities: float = 0.0

    @staticmethod
    def of(transfer: Transfer, reach: Reach, loud: float, content: Content) -> Newcomers:
        """Keep it."""
        nothing, facts = (
            np.zeros((rows, 0), dtype=np.float32)
            for rows in (len(transfer.users), content.facts.shape[1])
        )
        return Newcomers(
            text=reach.text,
            ridge=reach.ridge,
            smoothing=reach.smoothing,
            caution=reach.caution,
            loud=loud,
            facets=transfer.facets or FacetVectors(nothing, nothing, facts),
            texts=content.texts,
            modalities=reach.modalities,
        )

    def tensors(self) -> dict[str, npt.NDArray[Any]]:
        """All numbers by name."""
        scalars = [self.text, self.ridge, self.smoothing, self.caution, self.loud, self.modalities]
        parts = self.facets.modalities.items()
        return {
            "newcomers.scalars": np.array(scalars, dtype=np.float64),
            "newcomers.known": self.facets.known,
            "newcomers.items": self.facets.items,
            "newcomers.facts": self.facets.facts,
            **{f"{_MODALITY}{name}": each for name, each in parts},
            **self.texts.tensors("newcomers.texts."),
            **(self.later.tensors("newcomers.later.") if self.later else {}),
        }

    @staticmethod
    def of_tensors(tensors: Mapping[str, npt.NDArray[Any]]) -> Newcomers | None:
        """The inverse of :meth:`tensors`; ``None`` if there are none.

        :raises ValueError: if tensors do not fit together or hold nonsense
        """
        if "newcomers.scalars" not in tensors:
            return None
        shapes = {tensors[name].shape for name in ("newcomers.known", "newcomers.items")}
        (shape,) = shapes
        scalars = tensors["newcomers.scalars"]
        if shape[:-1] != tensors["bias"].shape or not np.isfinite(scalars).all():
            raise ValueError("what serves new items does not fit the model")
        if (scalars < 0).any() or (scalars[1:3] == 0).any():
            raise ValueError("settings of new items are out of range")
        # Runs of before there were modalities have none.
        text, ridge, smoothing, caution, loud, modalities = (*scalars.tolist(), 0.0)[:6]
        parts = below(_MODALITY, tensors)
        known, items, facts = (tensors[f"newcomers.{part}"] for part in _FACETS)
        facets = FacetVectors(known, items, facts, parts)
        if facets.facts.shape[1:] != facets.known.shape[1:] or any(
            each.shape != shape for each in parts.values()
        ):
            raise ValueError("facets do not fit the model")
        texts = Texts.of_tensors(tensors, "newcomers.texts.")
        later = None
        if "newcomers.later.amount" in tensors:
            later = Texts.of_tensors(tensors, "newcomers.later.")
        if any(len(each.amount) != shape[0] for each in (texts, later) if each):
            raise ValueError("texts do not fit the model")
        scales = (text, ridge, smoothing, caution, loud)
        return Newcomers(*scales, facets, texts, later, modalities)


def moved(model: PairModel, items: Indices, places: Indices, num_items: int) -> PairModel:
    """Some items of a model in other places, with room for more.

    :param items: the ones that stay, shape ``(k,)``
    :param places: where each of them goes, shape ``(k,)``
    :param num_items: items afterwards
    """

    def rows(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        result = np.zeros((num_items, *values.shape[1:]), dtype=values.dtype)
        result[places] = values[items]
        return result

    def pairs(matrix: csr_matrix) -> csr_matrix:
        part = matrix[items][:, items].tocoo()
        ends = places[part.row], places[part.col]
        return _sorted(csr_matrix((part.data, ends), (num_items, num_items)))

    newcomers = model.newcomers
    if newcomers is not None:
        facets = newcomers.facets
        newcomers = replace(
            newcomers,
            facets=FacetVectors(
                rows(facets.known),
                rows(facets.items),
                facets.facts,
                {name: rows(each) for name, each in facets.modalities.items()},
            ),
            texts=newcomers.texts.moved(items, places, num_items),
            later=None,
        )
    return replace(
        model,
        weights=pairs(model.weights),
        content=pairs(model.content),
        bias=rows(model.bias),
        vectors=rows(model.vectors),
        newcomers=newcomers,
    )


def welcomed(model: PairModel, new: Indices, histories: csr_matrix, content: Content) -> PairModel:
    """The model with new items served.

    :param model: with room for them (see :func:`moved`), and with ``newcomers``
    :param new: their indices, sorted
    :param histories: what it was fitted on, nothing in the columns of ``new``, shape ``(U, I)``
    :param content: what is known of all items
    :raises DataError: if vectors of a modality are not as long as they were
    """
    newcomers = model.newcomers
    assert newcomers is not None
    content = content.only(newcomers.texts)
    reach = Reach(
        newcomers.text,
        newcomers.ridge,
        newcomers.smoothing,
        modalities=newcomers.modalities,
    )
    transfer = fit_transfer(histories, content, reach)
    reached = np.zeros_like(transfer.weights)
    reached[:, new] = transfer.weights[:, new] + _of_facets(newcomers.facets, transfer, new)
    carried = model.content + without_faint(reached) * np.float32(newcomers.loud)
    speaking = np.zeros_like(reached)
    speaking[new] = (csr_matrix(transfer.carry[:, new].T) @ (model.weights + carried)).toarray()
    np.fill_diagonal(speaking, 0.0)
    bias = model.bias.copy()
    bias[new] = transfer.popularity(model.bias, newcomers.caution)[new]
    return replace(
        model,
        content=_sorted(carried + csr_matrix(speaking)),
        bias=bias,
        newcomers=replace(newcomers, later=content.texts),
    )


def _of_facets(facets: FacetVectors, transfer: Transfer, new: Indices) -> Floats:
    return np.asarray(facets.known @ (transfer.carry[:, new].T @ facets.items).T)


def _sorted(matrix: csr_matrix) -> csr_matrix:
    matrix = csr_matrix(matrix, dtype=np.float32)
    matrix.sum_duplicates()
    matrix.sort_indices()
    return matrix
