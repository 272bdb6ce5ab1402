"""A baseline for items that nobody has taken yet: those most like the history, by facts and text.

Features are weighed by TF-IDF and scaled to length one. The score of an item is the sum, over the
history, of its cosines to the power ``power``, as far as the other is among its ``neighbours``
nearest. Both are chosen by hiding other items as the candidates are hidden: see :func:`pretended`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import ClassVar, Self

import numpy as np
from scipy.sparse import csr_matrix, diags

import kgrec
from kgrec.evaluation import Baseline, Interactions

Bag = Counter[str]


@dataclass
class Content(Baseline):
    """Neighbours of the history; subclasses say in which features.

    Cosines of all pairs of items are held: catalogs of bench sets have a few thousand.

    :cvar vectors: one matrix of unit rows for each kind of feature, shape ``(items, features)``;
        their cosines are added
    :ivar neighbours: 0: all items are neighbours
    :ivar power: above 1, the nearest count for more
    """

    name: ClassVar[str] = "Content"
    grid: ClassVar[dict[str, tuple[float, ...]]] = {"neighbours": (0, 20, 50), "power": (1, 2)}
    vectors: ClassVar[tuple[csr_matrix, ...]] = ()

    neighbours: int = 0
    power: float = 1
    _weights: np.ndarray = field(init=False, repr=False)

    def fit(self, train: csr_matrix) -> Self:
        """Take as neighbours the items that anybody has; nothing else is learned from users."""
        cosines = sum((part @ part.T).toarray() for part in self.vectors)
        taken = np.asarray(train.sum(axis=0)).ravel() > 0
        weights = np.asarray(cosines, dtype=np.float32) ** self.power * taken[:, None]
        np.fill_diagonal(weights, 0)
        if 0 < self.neighbours < len(weights):
            least = -np.partition(-weights, self.neighbours - 1, axis=0)[self.neighbours - 1]
            weights[weights < least] = 0
        self._weights = weights
        return self

    def score(self, rows: csr_matrix) -> np.ndarray:
        """Add up the weights of each row's items."""
        return np.asarray(rows @ self._weights, dtype=np.float32)


def content_baselines(data: kgrec.Dataset) -> list[type[Content]]:
    """The baseline by facts, by texts and by both, as far as the set has them."""
    kinds: dict[str, tuple[csr_matrix, ...]] = {}
    if data.facts.height:
        kinds["Facts"] = (tf_idf(_facts(data)),)
    if "text" in data.items.columns and data.items["text"].drop_nulls().len():
        kinds["Text"] = (tf_idf(_texts(data)),)
    if len(kinds) == 2:
        kinds["Facts + text"] = kinds["Facts"] + kinds["Text"]
    return [
        type("Content", (Content,), {"name": name, "vectors": vectors})
        for name, vectors in kinds.items()
    ]


def pretended(interactions: Interactions, seed: int = 0) -> Interactions:
    """Interactions in which a tenth of the known items is new.

    Valid of a cold set holds known items only, so it cannot tell what is good for new ones.

    :return: train: the history without those items; valid: the rest of it; candidates: those items
    """
    history = interactions.history
    known = np.flatnonzero(np.diff(history.tocsc().indptr))
    share = max(1, len(known) // 10)
    new = np.sort(np.random.default_rng(seed).choice(known, share, replace=False))
    is_new = diags(np.isin(np.arange(history.shape[1]), new).astype(np.float32))
    hidden = csr_matrix(history @ is_new)
    return replace(interactions, train=history - hidden, valid=hidden, candidates=new)


def tf_idf(bags: Iterable[Bag]) -> csr_matrix:
    """Rows of unit length: count × (1 + log((1 + n) / (1 + items with the feature)))."""
    bags = list(bags)
    columns = {word: place for place, word in enumerate(sorted(set().union(*bags)))}
    sizes = [len(bag) for bag in bags]
    places = [columns[word] for bag in bags for word in bag]
    counts = [count for bag in bags for count in bag.values()]
    starts = np.concatenate([[0], np.cumsum(sizes)])
    matrix = csr_matrix((counts, places, starts), (len(bags), len(columns)), dtype=np.float32)
    holders = np.bincount(places, minlength=len(columns))
    weighed = matrix @ diags(1 + np.log((1 + len(bags)) / (1 + holders)))
    lengths = np.sqrt(np.asarray(weighed.multiply(weighed).sum(axis=1)).ravel())
    return csr_matrix(diags(1 / np.maximum(lengths, 1e-12)) @ weighed, dtype=np.float32)


def _facts(data: kgrec.Dataset) -> list[Bag]:
    bags = {item: Counter[str]() for item in data.items["item"]}
    for head, relation, tail in data.facts.select("head", "relation", "tail").iter_rows():
        if head in bags:
            bags[head][f"{relation} {tail}"] = 1
        if tail in bags:
            bags[tail][f"{head} {relation}"] = 1
    return list(bags.values())


def _texts(data: kgrec.Dataset) -> list[Bag]:
    return [Counter(re.findall(r"\w\w+", (text or "").lower())) for text in data.items["text"]]
