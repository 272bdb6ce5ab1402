r"""How alike items are in what is known of them, whoever took them: a kernel over the catalog.

.. math:: K_{il} = \langle f_i, f_l\rangle + a\,\langle w_i, w_l\rangle
    + \tfrac a2 \langle v_i, v_l\rangle + \delta\,(1 + m_i m_l)

:math:`f` are the item's facts, rare ones louder, :math:`w` the words of its text, :math:`v` the
vector of its description, each of length 1. :math:`m` says how much is known of the item, which is
more for those that many people take. Facts count 1; :math:`a` is chosen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from kgrec.gnn.inputs import NodeInputs
from kgrec.gnn.linear.hubs import FactHubs
from kgrec.sparse import unit_rows
from kgrec.text.words import weigh_rare

Floats = npt.NDArray[np.float32]

# How loud the amount is (delta). On held-out items 0.03 and 0.3 did alike, and 0 worse.
_AMOUNT = 0.03


@dataclass(frozen=True, eq=False)
class Content:
    """What is known of the items.

    :ivar facts: rows of length 1, shape ``(I, F)``
    :ivar words: the same of texts, shape ``(I, W)``
    :ivar vectors: the same of descriptions, shape ``(I, s)``; ``None``: there are none
    :ivar amount: how much is known of an item, standardised, shape ``(I,)``
    """

    facts: csr_matrix
    words: csr_matrix
    vectors: Floats | None
    amount: Floats

    @staticmethod
    def of(hubs: FactHubs, inputs: NodeInputs) -> Content:
        """Collect facts, words and descriptions."""
        num_items = hubs.members.shape[0]
        empty = csr_matrix((num_items, 0), dtype=np.float32)
        words = empty if inputs.words is None else inputs.words
        known = np.log1p(np.diff(hubs.members.indptr) + np.diff(words.indptr))
        return Content(
            facts=unit_rows(weigh_rare(hubs.members)),
            words=words,
            vectors=None if inputs.text is None else _directions(inputs.text[:num_items]),
            amount=((known - known.mean()) / max(float(known.std()), 1e-9)).astype(np.float32),
        )

    @property
    def has_text(self) -> bool:
        """Whether there is any word or description."""
        return bool(self.words.nnz) or self.vectors is not None

    def kernel(self, text: float) -> Floats:
        """The kernel of all items, shape ``(I, I)``.

        :param text: :math:`a`, at least 0
        """
        kernel = np.asarray((self.facts @ self.facts.T).toarray(), dtype=np.float32)
        if text and self.words.nnz:
            kernel += np.float32(text) * (self.words @ self.words.T).toarray()
        if text and self.vectors is not None:
            kernel += np.float32(text / 2) * (self.vectors @ self.vectors.T)
        kernel += np.float32(_AMOUNT) * (1 + np.outer(self.amount, self.amount))
        return kernel


def _directions(vectors: Floats) -> Floats:
    """Centred and of length 1; what has no description stays 0."""
    known = vectors.any(axis=1, keepdims=True)
    mean = vectors.sum(axis=0) / max(int(known.sum()), 1)
    centred = np.where(known, vectors - mean, 0)
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    return np.asarray(centred / np.maximum(lengths, 1e-12), dtype=np.float32)
