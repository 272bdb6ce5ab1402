r"""Texts as weighted words: what an item's own text mentions, without any model of language.

.. math:: x_{iw} = (1 + \ln n_{iw}) \left(\ln\frac{1 + N}{1 + N_w} + 1\right)

for a word that occurs :math:`n_{iw}` times in text :math:`i` and in :math:`N_w` of :math:`N` texts;
rows have length 1 (Salton and Buckley 1988, "Term-weighting approaches in automatic text
retrieval"). A sentence encoder blurs names that these keep apart, so the two add to one another.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

import numpy as np
from scipy.sparse import csr_matrix, diags

from kgrec.sparse import unit_rows
from kgrec.text.tokens import UNSPACED

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_IDEOGRAPHS = re.compile(f"[{UNSPACED}]{{2,}}")


def word_vectors(texts: Iterable[str]) -> csr_matrix:
    """Count, weigh and normalise the words of texts.

    Words of a single text are left out: they tell nothing about another. Where words are not set
    apart by spaces (Chinese, Japanese, Korean), pairs of characters stand for them.

    :return: float32, shape ``(texts, words)``; rows of length 1, or 0 where nothing is left
    """
    places: dict[str, int] = {}
    starts, columns, counts = [0], [], []
    for text in texts:
        found = Counter(_words(text.lower()))
        columns += [places.setdefault(word, len(places)) for word in found]
        counts += [1 + np.log(count) for count in found.values()]
        starts.append(len(columns))
    shape = (len(starts) - 1, len(places))
    return unit_rows(weigh_rare(csr_matrix((counts, columns, starts), shape=shape)))


def _words(text: str) -> Iterable[str]:
    for word in _WORD.findall(text):
        if _IDEOGRAPHS.search(word):
            yield from (word[at : at + 2] for at in range(len(word) - 1))
        else:
            yield word


def weigh_rare(matrix: csr_matrix, num_rows: int | None = None) -> csr_matrix:
    """Weigh every column by how few rows have it; columns of one row alone are dropped.

    :param num_rows: how many rows there are to have it; ``None``: all of the matrix
    """
    num_rows = matrix.shape[0] if num_rows is None else num_rows
    used = np.bincount(matrix.indices, minlength=matrix.shape[1])
    kept = np.flatnonzero(used > 1)
    rarity = np.log((1 + num_rows) / (1 + used[kept])) + 1
    return csr_matrix(matrix[:, kept] @ diags(rarity))
