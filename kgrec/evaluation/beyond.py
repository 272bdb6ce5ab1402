"""What accuracy does not tell: coverage, novelty, popularity bias, diversity, fairness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.sparse import csr_matrix

from kgrec.evaluation.attributes import MOST_GROUPS, Attribute
from kgrec.evaluation.calibration import miscalibration
from kgrec.evaluation.diversity import intra_list_distance
from kgrec.evaluation.fairness import exposure, exposure_gap, group_shares, largest_gap
from kgrec.evaluation.interactions import Interactions
from kgrec.evaluation.metrics import catalog_coverage
from kgrec.evaluation.spread import (
    Lists,
    average_popularity,
    gini,
    novelty,
    recommendation_counts,
)

Exposures = dict[str, dict[str, dict[str, float]]]


@dataclass(frozen=True, eq=False)
class Yardstick:
    """What recommendations are measured by, besides the test.

    :ivar interactions: the histories
    :ivar facts: of items, shape ``(I, F)``; ``None``: diversity is not measured
    :ivar attributes: groups of users and items to be fair to
    """

    interactions: Interactions
    facts: csr_matrix | None = None
    attributes: Sequence[Attribute] = ()

    def measure(self, lists: pl.DataFrame, per_user: pl.DataFrame, k: int) -> dict[str, float]:
        """Measure one system.

        :param lists: columns ``user, item, rank``
        :param per_user: what :func:`~kgrec.evaluation.metrics.ranking_metrics` says of them
        :param k: only this cut-off
        :return: ``Coverage@k, Novelty@k, ARP@k, Gini@k``; with facts ``Diversity@k``; and for each
            attribute of users ``NDCG gap@k by NAME``, of items ``Miscalibration@k by NAME`` and
            ``Exposure gap@k by NAME``
        :raises DataError: if an item is unknown
        """
        users = per_user["user"].to_list()
        items = self.interactions.lists(lists, users, k)
        found = self._spread(lists, items, k)
        if self.facts is not None and self.facts.nnz:
            found[f"Diversity@{k}"] = intra_list_distance(items, self.facts)
        history = self.interactions.rows(users)
        for each in self.attributes:
            if each.kind == "user":
                gap = largest_gap(per_user, each.largest(MOST_GROUPS).table(), f"NDCG@{k}")
                found[f"NDCG gap@{k} by {each.name}"] = gap
            else:
                given, taken, _ = self._shares(items, each)
                off = miscalibration(items, history, each.members)
                found[f"Miscalibration@{k} by {each.name}"] = off
                found[f"Exposure gap@{k} by {each.name}"] = exposure_gap(given, taken)
        return found

    def exposures(self, lists: pl.DataFrame, users: Sequence[str], k: int) -> Exposures:
        """Which share of the attention the groups of items get, and how much they have otherwise.

        :return: attribute of items → group → ``exposure``, ``history`` (of the interactions) and
            ``catalog`` (of the items that may be recommended)
        """
        items = self.interactions.lists(lists, users, k)
        found: Exposures = {}
        for each in self.attributes:
            if each.kind == "item":
                few = each.largest(MOST_GROUPS)
                shares = np.stack(self._shares(items, few), axis=1).tolist()
                names = ("exposure", "history", "catalog")
                found[each.name] = {
                    group: dict(zip(names, row, strict=True))
                    for group, row in zip([*few.groups, "unknown"], shares, strict=True)
                    if any(row)
                }
        return found

    def _spread(self, lists: pl.DataFrame, items: Lists, k: int) -> dict[str, float]:
        candidates = self._candidates
        shown = recommendation_counts(items, len(self.interactions.items))[candidates]
        return {
            f"Coverage@{k}": catalog_coverage(lists, len(candidates), k),
            f"Novelty@{k}": novelty(items, self._taken, len(self.interactions.users)),
            f"ARP@{k}": average_popularity(items, self._taken),
            f"Gini@{k}": gini(shown),
        }

    def _shares(self, items: Lists, attribute: Attribute) -> list[npt.NDArray[np.float64]]:
        size = len(self.interactions.items)
        catalog = np.bincount(self._candidates, minlength=size)
        weights = (exposure(items, size), self._taken, catalog)
        return [group_shares(each, attribute.members) for each in weights]

    @property
    def _candidates(self) -> npt.NDArray[np.int64]:
        given = self.interactions.candidates
        return np.arange(len(self.interactions.items)) if given is None else given

    @property
    def _taken(self) -> npt.NDArray[np.float64]:
        """How many users have each item."""
        return np.asarray(self.interactions.history.sum(axis=0), dtype=np.float64).ravel()
