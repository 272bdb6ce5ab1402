"""Which items have what a wish asks for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from kgrec.errors import ConfigError, UnknownIdError
from kgrec.graph.extracted import without_extracted
from kgrec.graph.years import item_years
from kgrec.policies import Rule
from kgrec.policies.names import RuleNames
from kgrec.recommend import Recommender
from kgrec.wishes.intent import Link

Mask = npt.NDArray[np.bool_]


class Facts:
    """Finds items by links; what stands below an entity in the graph counts, as for policies.

    What only texts state counts as ``graph.extracted`` says: with ``explain`` an item has it, and
    it is known to be a text's; else it has not. What is to be avoided is avoided in any case.

    :param rec: whose items
    """

    def __init__(self, rec: Recommender) -> None:
        self._features = rec.features
        self._tells_texts = rec.config.graph.extracted == "explain"
        catalog, sensitive = without_extracted(rec.graph), rec.config.graph.sensitive
        self._stated = self._said = RuleNames(catalog, sensitive)
        if catalog is not rec.graph:
            self._said = RuleNames(rec.graph, sensitive)
        years = item_years(rec.graph.nodes)
        self._years = np.array([years.get(item, 0) for item in rec.features.items])
        self._known: dict[tuple[str, str, bool], Mask] = {}

    def having(self, link: Link) -> Mask:
        """Whether each item is, or has, what a link means, shape ``(I,)``.

        :raises UnknownIdError: if the graph does not have it
        :raises ConfigError: if no item has it, or only by a sensitive relation, or by facts of
            texts that may be no reasons
        """
        if self._tells_texts:
            return self._all(link, texts=True)
        try:
            return self._all(link, texts=False)
        except (ConfigError, UnknownIdError):
            self._all(link, texts=True)  # raises, too, if the link is a mistake
            raise ConfigError(
                f"Only texts state which items have '{link.label}', and such facts are no reasons: "
                "set graph.extracted=explain, or leave it out of the wish."
            ) from None

    def avoiding(self, links: Sequence[Link]) -> Mask:
        """Whether each item has any of what is not wanted, be it as a text states, ``(I,)``."""
        return np.asarray(self._rows(self._all(link, texts=True) for link in links).any(axis=0))

    def by_text(self, links: Sequence[Link]) -> Mask:
        """For each link and item, whether the item has it and only a text says so, ``(n, I)``."""
        stated = self._rows(map(self._catalog, links))
        return np.asarray(self.all_of(links) & ~stated)

    def all_of(self, links: Sequence[Link]) -> Mask:
        """For each link and item, shape ``(n, I)``."""
        return self._rows(map(self.having, links))

    def _rows(self, masks: Iterable[Mask]) -> Mask:
        return np.array(list(masks), dtype=bool).reshape(-1, len(self._years))

    def _catalog(self, link: Link) -> Mask:
        try:
            return self._all(link, texts=False)
        except (ConfigError, UnknownIdError):
            return np.zeros(len(self._years), dtype=bool)

    def _all(self, link: Link, *, texts: bool) -> Mask:
        """Whether each item is, or has, what a link means.

        :param texts: whether what only texts state counts
        """
        key = (link.kind, link.id, texts)
        if key not in self._known:
            self._known[key] = self._find(link, self._said if texts else self._stated)
        return self._known[key]

    def _find(self, link: Link, names: RuleNames) -> Mask:
        if link.kind == "years":
            first, last = link.years
            latest = np.inf if last is None else last
            return np.asarray((self._years >= (first or 1)) & (self._years <= latest))
        if link.kind == "item":
            mask = np.zeros(len(self._years), dtype=bool)
            mask[self._features.item_index(link.id)] = True
            return mask
        return names.items_of(Rule(name=link.id))
