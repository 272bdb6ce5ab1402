r"""How alike items are in what is known of them, whoever took them: a kernel over the catalog.

.. math:: K_{il} = \langle f_i, f_l\rangle + a\,\langle w_i, w_l\rangle
    + \tfrac a2 \langle v_i, v_l\rangle + \tfrac c2 \sum_k \langle x^k_i, x^k_l\rangle
    + \delta\,(1 + m_i m_l)

:math:`f` are the item's facts, rare ones louder, :math:`w` the words of its text, :math:`v` the
vector of its description, :math:`x^k` those of further modalities, each of length 1; what an item
does not have is left out of the sums. :math:`m` says how much is known of the item, which is
more for those that many people take. Facts count 1; :math:`a` and :math:`c` are chosen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, vstack

from kgrec.errors import DataError
from kgrec.gnn.inputs import NodeInputs, directions
from kgrec.gnn.linear.hubs import FactHubs
from kgrec.sparse import dense_row, unit_rows
from kgrec.text.words import weigh_rare

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]

# How loud the amount is (delta). On held-out items 0.03 and 0.3 did alike, and 0 worse.
_AMOUNT = 0.03
_MODALITY = "modality."


@dataclass(frozen=True, eq=False)
class Texts:
    """What is known of the items beside the facts, which are in the graph; see :class:`Content`."""

    words: csr_matrix
    vectors: Floats | None
    amount: Floats
    modalities: Mapping[str, Floats] = field(default_factory=dict)

    def tensors(self, prefix: str) -> dict[str, npt.NDArray[Any]]:
        """All numbers by name."""
        words = self.words
        vectors = {} if self.vectors is None else {"vectors": self.vectors}
        parts = {
            "words.data": words.data.astype(np.float32),
            "words.indices": words.indices.astype(np.int32),
            "words.indptr": words.indptr.astype(np.int64),
            "words.shape": np.array(words.shape, dtype=np.int64),
            "amount": self.amount,
            **vectors,
            **{f"{_MODALITY}{name}": each for name, each in self.modalities.items()},
        }
        return {prefix + name: values for name, values in parts.items()}

    @staticmethod
    def of_tensors(tensors: Mapping[str, npt.NDArray[Any]], prefix: str) -> Texts:
        """The inverse of :meth:`tensors`.

        :raises KeyError: if a tensor is missing
        :raises ValueError: if tensors do not fit together
        """
        parts = tuple(tensors[f"{prefix}words.{part}"] for part in ("data", "indices", "indptr"))
        rows, columns = tensors[f"{prefix}words.shape"].tolist()
        words = csr_matrix(parts, shape=(rows, columns))
        words.check_format(full_check=True)  # a place out of range would crash the process
        amount, vectors = tensors[f"{prefix}amount"], tensors.get(f"{prefix}vectors")
        modalities = below(prefix + _MODALITY, tensors)
        every = [*modalities.values(), *([] if vectors is None else [vectors])]
        if amount.shape != (rows,) or any(each.shape[:-1] != (rows,) for each in every):
            raise ValueError("texts do not fit the items")
        return Texts(words, vectors, amount, modalities)

    def moved(self, items: Indices, places: Indices, num_items: int) -> Texts:
        """Some items in other places, with room for more, of which nothing is known."""
        back = np.full(num_items, len(items))
        back[places] = np.arange(len(items))
        empty = csr_matrix((1, self.words.shape[1]), dtype=np.float32)
        words = csr_matrix(vstack([self.words[items], empty]))[back]

        def rows(values: Floats) -> Floats:
            blank = np.zeros((1, *values.shape[1:]), dtype=np.float32)
            return np.asarray(np.concatenate([values[items], blank])[back])

        vectors = None if self.vectors is None else rows(self.vectors)
        modalities = {name: rows(each) for name, each in self.modalities.items()}
        return Texts(csr_matrix(words), vectors, rows(self.amount), modalities)


@dataclass(frozen=True, eq=False)
class Content:
    """What is known of the items.

    :ivar facts: rows of length 1, shape ``(I, F)``
    :ivar words: the same of texts, shape ``(I, W)``
    :ivar vectors: the same of descriptions, shape ``(I, s)``; ``None``: there are none
    :ivar amount: how much is known of an item, standardised, shape ``(I,)``
    :ivar modalities: further vectors by name, rows of length 1 or 0, shapes ``(I, m)``
    """

    facts: csr_matrix
    words: csr_matrix
    vectors: Floats | None
    amount: Floats
    modalities: Mapping[str, Floats] = field(default_factory=dict)

    @staticmethod
    def with_texts(hubs: FactHubs, texts: Texts, num_items: int | None = None) -> Content:
        """Put facts and texts together.

        :param num_items: how many items could have a fact; ``None``: all of the hubs
        """
        facts = unit_rows(weigh_rare(hubs.members, num_items))
        return Content(facts, texts.words, texts.vectors, texts.amount, texts.modalities)

    @staticmethod
    def of(hubs: FactHubs, inputs: NodeInputs) -> Content:
        """Collect facts, words, descriptions and further modalities."""
        num_items = hubs.members.shape[0]
        empty = csr_matrix((num_items, 0), dtype=np.float32)
        words = empty if inputs.words is None else inputs.words
        known = np.log1p(np.diff(hubs.members.indptr) + np.diff(words.indptr))
        texts = Texts(
            words=words,
            vectors=None if inputs.text is None else directions(inputs.text[:num_items]),
            amount=((known - known.mean()) / max(float(known.std()), 1e-9)).astype(np.float32),
            modalities={
                name: directions(each[:num_items]) for name, each in inputs.modalities.items()
            },
        )
        return Content.with_texts(hubs, texts)

    @property
    def texts(self) -> Texts:
        """All but the facts."""
        return Texts(self.words, self.vectors, self.amount, self.modalities)

    def only(self, fitted: Texts) -> Content:
        """Without the modalities of which a model that was fitted before has never heard.

        :param fitted: what the model knows
        :raises DataError: if vectors are not as long as they were
        """
        found = {name: each for name, each in self.modalities.items() if name in fitted.modalities}
        for name, each in found.items():
            length = fitted.modalities[name].shape[1]
            if each.shape[1] != length:
                raise DataError(
                    f"the vectors of '{name}' have {each.shape[1]} numbers, and those that the "
                    f"model was fitted on have {length}",
                    fix="make them with the same encoder, or fit again",
                )
        return replace(self, modalities=found)

    @property
    def has_text(self) -> bool:
        """Whether there is any word or description."""
        return bool(self.words.nnz) or self.vectors is not None

    def kernel(self, text: float, modalities: float = 0.0) -> Floats:
        """The kernel of all items, shape ``(I, I)``.

        :param text: :math:`a`, at least 0
        :param modalities: :math:`c`, at least 0
        """
        kernel = np.asarray((self.facts @ self.facts.T).toarray(), dtype=np.float32)
        if text and self.words.nnz:
            kernel += np.float32(text) * (self.words @ self.words.T).toarray()
        if text and self.vectors is not None:
            kernel += np.float32(text / 2) * (self.vectors @ self.vectors.T)
        if modalities:
            for each in self.modalities.values():
                kernel += np.float32(modalities / 2) * (each @ each.T)
        kernel += np.float32(_AMOUNT) * (1 + np.outer(self.amount, self.amount))
        return kernel

    def text_kernel_with(self, item: int, text: float) -> Floats:
        """What words and descriptions have in a column of :meth:`kernel`, shape ``(I,)``."""
        column = np.zeros(len(self.amount), dtype=np.float32)
        if text and self.words.nnz:
            own = dense_row(self.words, item, self.words.shape[1])
            column += np.float32(text) * (self.words @ own)
        if text and self.vectors is not None:
            column += np.float32(text / 2) * (self.vectors @ self.vectors[item])
        return column

    def modality_kernel_with(self, name: str, item: int, modalities: float) -> Floats:
        """What one modality has in a column of :meth:`kernel`, shape ``(I,)``."""
        vectors = self.modalities[name]
        return np.asarray(np.float32(modalities / 2) * (vectors @ vectors[item]))

    def amount_kernel_with(self, item: int) -> Floats:
        """What the amount that is known has in a column of :meth:`kernel`, shape ``(I,)``."""
        return np.asarray(np.float32(_AMOUNT) * (1 + self.amount * self.amount[item]))


def below(prefix: str, tensors: Mapping[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
    """The tensors whose names begin with a prefix, without it, in the order of their names."""
    names = sorted(name for name in tensors if name.startswith(prefix))
    return {name.removeprefix(prefix): tensors[name] for name in names}
