"""What a fitted recommender says of its scores: why, what if, and how much is made of paths."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.sparse import csr_matrix

from kgrec.config import Config
from kgrec.explain import Explanation
from kgrec.explain.counterfactual import Counterfactual, WhyNot
from kgrec.explain.explains import Telling
from kgrec.explain.languages import Language
from kgrec.features import Features
from kgrec.gnn.model import Model
from kgrec.graph import KnowledgeGraph
from kgrec.policies import sensitive_shares
from kgrec.recommend.ready import Ready
from kgrec.recommend.recommendations import Recommendations
from kgrec.threads import limited_threads

_PARTS = ("paths", "extracted", "content", "latent", "popularity")


class Explaining(ABC):
    """The part of a :class:`~kgrec.Recommender` that explains.

    :ivar config: all settings
    """

    config: Config

    @property
    @abstractmethod
    def graph(self) -> KnowledgeGraph:
        """The graph that is served."""

    @property
    @abstractmethod
    def features(self) -> Features:
        """The same in numbers."""

    @property
    @abstractmethod
    def model(self) -> Model:
        """What was trained."""

    @property
    @abstractmethod
    def _state(self) -> Ready: ...

    def explain(
        self,
        user: str,
        item: str,
        *,
        paths: int | None = 5,
        language: str | Path | Language = "en",
        method: Literal["gradients", "paths"] | None = None,
    ) -> Explanation:
        """Say why an item has its score for a user.

        With ``gnn.model = linear`` shares of paths are exact; with ``rgcn`` and ``kgat`` they are
        attributions (see :attr:`Explanation.method <kgrec.explain.Explanation.method>`).
        Of the strongest paths the last place is kept for a fact, if there is one and people would
        otherwise fill the list.

        :param paths: at most so many; ``None``: all
        :param language: of the sentences: a code that kgrec brings (``"en"``, ``"zh"``), or the
            path of a file like ``kgrec/explain/languages/en.toml``
        :param method: how to find what a deep model's score rests on: integrated ``gradients``, or
            ``paths`` by a learned mask of edges; ``None``: gradients
        :raises UnknownIdError: if the user or the item is not in the graph
        :raises ConfigError: if ``paths`` is below 0, there is no such language or method, or a
            method is given for ``gnn.model = linear``
        """
        reasons, how = self._state.reasons, Telling(paths, method=method)
        return reasons.told_in(language).explain(reasons.history(user), item, how)

    def counterfactual(
        self,
        user: str,
        item: str,
        k: int = 10,
        *,
        returns: bool = True,
        language: str | Path | Language = "en",
    ) -> Counterfactual:
        """Find the fewest interactions, and the fewest facts, that keep an item in a list.

        Only for ``gnn.model = linear``; every answer was checked by scoring again.

        :param item: one of the ``k`` best that are new to the user
        :param k: length of the list, at least 1
        :param returns: whether removed items may be recommended again, as they would
        :param language: of the sentences; see :meth:`explain`
        :raises UnknownIdError: if the user or the item is not in the graph
        :raises ConfigError: if the user has no history, the item is not in the list, the model is
            not linear, or there is no such language
        """
        with limited_threads(self.config.threads):
            return self._state.reasons.asked_in(language).counterfactual(
                user, item, k, returns=returns
            )

    def why_not(
        self, user: str, item: str, k: int = 10, *, language: str | Path | Language = "en"
    ) -> WhyNot:
        """Say what holds an item back, and the fewest items that would bring it in if liked.

        Only for ``gnn.model = linear``; every answer was checked by scoring again.

        :param item: new to the user and not among the ``k`` best
        :param k: length of the list, at least 1
        :param language: of the sentences; see :meth:`explain`
        :raises UnknownIdError: if the user or the item is not in the graph
        :raises ConfigError: if the user has no history, the item is in the list or may not be
            recommended at all, the model is not linear, or there is no such language
        """
        with limited_threads(self.config.threads):
            return self._state.reasons.asked_in(language).why_not(user, item, k)

    def path_share(self, recommendations: Recommendations) -> pl.DataFrame:
        """How much of each recommended score is made of paths.

        :return: ``user, item, rank, paths, extracted, content, latent, popularity`` (the last five
            sum to the score) and ``share``, the size of the paths' part against all sizes, between
            0 and 1; ``extracted`` are paths that rest on a fact that only a text states, where
            ``graph.extracted`` lets none be a reason
        """
        features = self.features
        table = recommendations.to_polars()
        items = np.array([features.item_index(item) for item in table["item"]], dtype=np.int64)
        histories = csr_matrix(self._state.histories[features.user_indices(table["user"])])
        parts = dict(self._state.reasons.explainer.parts(histories, items))
        parts["extracted"] = self._no_reasons(table)
        parts["paths"] = parts["paths"] - parts["extracted"]
        sizes = pl.sum_horizontal(pl.col(name).abs() for name in parts)
        share = pl.when(sizes > 0).then(pl.col("paths").abs() / sizes).otherwise(0.0)
        return (
            table.select("user", "item", "rank")
            .with_columns(pl.Series(name, parts[name], dtype=pl.Float64) for name in _PARTS)
            .with_columns(share=share)
        )

    def _no_reasons(self, table: pl.DataFrame) -> npt.NDArray[np.float64]:
        """Of the paths' part of each score, what rests on facts that may not be told."""
        if self.config.graph.extracted != "train" or self.model.kind != "linear":
            return np.zeros(table.height)
        reasons, how = self._state.reasons, Telling(0)
        pairs = table.select("user", "item").iter_rows()
        explain, history = reasons.explainer.explain, reasons.history
        told = (explain(history(user), item, how) for user, item in pairs)
        return np.array([why.rest.get("extracted", 0.0) for why in told], dtype=np.float64)

    def sensitive_shares(self, recommendations: Recommendations) -> pl.DataFrame:
        """What the relations of ``graph.sensitive`` add to recommended scores: nothing.

        Explains every recommendation by all of its paths; see
        :func:`kgrec.policies.sensitive_shares`.

        :return: ``relation, facts, numbered, paths, share``; all but ``facts`` must be 0
        """
        pairs = recommendations.to_polars().select("user", "item").iter_rows()
        return sensitive_shares(
            self.graph,
            self.features,
            self.config.graph.sensitive,
            (self.explain(user, item, paths=None) for user, item in pairs),
        )
