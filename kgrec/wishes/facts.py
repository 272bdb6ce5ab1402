"""Which items have what a wish asks for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from kgrec.graph.years import item_years
from kgrec.policies import Rule
from kgrec.policies.names import RuleNames
from kgrec.recommend import Recommender
from kgrec.wishes.intent import Link

Mask = npt.NDArray[np.bool_]


class Facts:
    """Finds items by links; what stands below an entity in the graph counts, as for policies.

    :param rec: whose items
    """

    def __init__(self, rec: Recommender) -> None:
        self._features = rec.features
        self._names = RuleNames(rec.graph, rec.config.graph.sensitive)
        years = item_years(rec.graph.nodes)
        self._years = np.array([years.get(item, 0) for item in rec.features.items])
        self._known: dict[tuple[str, str], Mask] = {}

    def having(self, link: Link) -> Mask:
        """Whether each item is, or has, what a link means, shape ``(I,)``.

        :raises UnknownIdError: if the graph does not have it
        :raises ConfigError: if no item has it, or only by a sensitive relation
        """
        key = (link.kind, link.id)
        if key not in self._known:
            self._known[key] = self._find(link)
        return self._known[key]

    def all_of(self, links: Sequence[Link]) -> Mask:
        """For each link and item, shape ``(n, I)``."""
        found = [self.having(link) for link in links]
        return np.array(found, dtype=bool).reshape(len(links), len(self._years))

    def _find(self, link: Link) -> Mask:
        if link.kind == "years":
            first, last = link.years
            late = self._years >= (first or 1)
            return late & (self._years <= last) if last is not None else late
        if link.kind == "item":
            mask = np.zeros(len(self._years), dtype=bool)
            mask[self._features.item_index(link.id)] = True
            return mask
        return self._names.items_of(Rule(name=link.id))
