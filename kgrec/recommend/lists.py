"""Lists of the best items: the search, what a policy makes of it, and the table."""

from __future__ import annotations

import copy

import numpy as np
import polars as pl
from scipy.sparse import csr_matrix

from kgrec.callbacks import Progress
from kgrec.config import Config
from kgrec.errors import ConfigError
from kgrec.features import Features
from kgrec.gnn.model import Model
from kgrec.graph import KnowledgeGraph
from kgrec.index import TopK, top_k
from kgrec.policies import BoundPolicy, Policy, apply_policy, bind
from kgrec.recommend.recommendations import Recommendations
from kgrec.threads import limited_threads


class Lists:
    """Makes lists.

    :param graph: what is served, without facts that nothing is to learn from
    :param features: the same in numbers
    :param model: the trained model
    :param config: the settings it was fitted with
    :param progress: receives the stages of the search
    """

    def __init__(
        self,
        graph: KnowledgeGraph,
        features: Features,
        model: Model,
        config: Config,
        progress: Progress,
    ) -> None:
        self.graph, self.features, self.model = graph, features, model
        self.config, self.progress = config, progress
        self._policed: BoundPolicy | None = None

    def of_model(self, model: Model) -> Lists:
        """The same with another model of the same items."""
        other = copy.copy(self)
        other.model = model
        return other

    def of(
        self,
        users: list[str],
        histories: csr_matrix,
        k: int,
        policy: Policy | None,
        *,
        seen: csr_matrix | None = None,
    ) -> Recommendations:
        """The lists of some users, one for each history.

        :param users: their names in the result
        :param histories: above 0 where a user has an item, shape ``(n, I)``
        :param k: items for each user, at least 1
        :param seen: what each must not be given; ``None``: the histories
        :raises ConfigError: if ``k`` is below 1, or the policy names a sensitive relation
        :raises UnknownIdError: if what a policy names is not in the graph
        """
        seen = histories if seen is None else seen
        candidates = self.features.candidates
        if policy is None:
            return Recommendations(self._table(users, self._top(histories, k, seen, candidates)))
        if k < 1:
            raise ConfigError(f"k must be at least 1, not {k}.")

        def search(rows: np.ndarray, k: int, allowed: np.ndarray | None) -> TopK:
            within = candidates if allowed is None else allowed
            return self._top(csr_matrix(histories[rows]), k, csr_matrix(seen[rows]), within)

        lists = apply_policy(self._bound(policy), search, histories, users, k)
        table = self._table(users, lists.top)
        there = lists.top.items >= 0
        table = table.with_columns(
            place=pl.Series(lists.places[there], dtype=pl.Int64).replace(0, None),
            moved=pl.Series(lists.moved[there].tolist(), dtype=pl.String),
        )
        return Recommendations(table, policy_report=lists.report)

    def _bound(self, policy: Policy) -> BoundPolicy:
        """The policy in this graph; the last one is kept, for requests come one by one."""
        bound = self._policed  # another thread may bind another policy meanwhile
        if bound is None or bound.policy != policy:
            sensitive = self.config.graph.sensitive
            bound = self._policed = bind(policy, self.graph, self.features, sensitive)
        return bound

    def _top(
        self,
        histories: csr_matrix,
        k: int,
        seen: csr_matrix,
        candidates: np.ndarray | None,
    ) -> TopK:
        model = self.model
        users, items = histories.shape
        with limited_threads(self.config.threads):
            return top_k(
                lambda start, stop: model.ranking(csr_matrix(histories[start:stop]), candidates),
                users,
                items,
                k,
                seen=seen,
                candidates=candidates,
                progress=self.progress,
            )

    def _table(self, users: list[str], top: TopK) -> pl.DataFrame:
        """Columns ``user, item, rank, score, label``."""
        rows, places = np.nonzero(top.items >= 0)
        chosen = top.items[rows, places]
        labels = self.graph.nodes.filter(pl.col("kind") == "item")["label"]
        return pl.DataFrame(
            {
                "user": pl.Series(users, dtype=pl.String).gather(rows),
                "item": pl.Series(self.features.items, dtype=pl.String).gather(chosen),
                "rank": pl.Series(places + 1, dtype=pl.Int64),
                "score": pl.Series(top.scores[rows, places], dtype=pl.Float32),
                "label": labels.gather(chosen),
            }
        )
