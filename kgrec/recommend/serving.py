"""What a service asks of a recommender beside its lists: histories that go on, other mixtures."""

from __future__ import annotations

import dataclasses
from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Self

import numpy as np

from kgrec.errors import ConfigError
from kgrec.explain import Explanation
from kgrec.explain.explains import Telling
from kgrec.explain.history import History
from kgrec.explain.languages import Language
from kgrec.gnn.linear.pairs import PairModel
from kgrec.policies import Policy
from kgrec.recommend.explaining import Explaining
from kgrec.recommend.profile import PROFILE, Profile, profile_history, profile_names, reasons_of
from kgrec.recommend.ready import Ready
from kgrec.recommend.recommendations import Recommendations
from kgrec.recommend.since import history_since

_NOTHING: Mapping[str, int | None] = MappingProxyType({})


class Serving(Explaining):
    """The part of a :class:`~kgrec.Recommender` that answers for histories.

    A user of a linear model is what is in the history, so that lists and reasons can be had for one
    that goes on, without a new version of the graph.
    """

    @abstractmethod
    def _with(self, state: Ready) -> Self:
        """Another recommender of the same settings."""

    def history(self, user: str, since: Mapping[str, int | None] = _NOTHING) -> History:
        """What a user has, and what came since.

        Lists and reasons of it are those that :meth:`Recommender.update` gives once the events are
        in the graph.

        :param user: may be new, if something came since
        :param since: item id → seconds since 1970; ``None``: no time, which is before all others
        :raises UnknownIdError: if an item is not in the graph, or a user of whom nothing came is
            not
        """
        if since:
            return history_since(self.graph, self.features, self.model.recency, user, since)
        return self._state.reasons.history(user)

    def profile(self, profile: Profile) -> History:
        """What somebody likes who is not in the graph, as a history.

        What is liked of a liked entity are the items that have it, and they are told so: "Comedy
        (such as Airplane!)". Queries of paths begin at the item.

        :raises UnknownIdError: if the graph does not have what is liked
        :raises ConfigError: if nothing is liked, or something liked is sensitive
        """
        graph, sensitive = self._state.told_graph, self.config.graph.sensitive
        features = reasons_of(self.features, self.config.graph)
        weights, liked = profile_history(profile, graph, features, sensitive)
        names = profile_names(profile, graph, features)
        seen = liked.indices.astype(np.int64)
        return History.of_stranger(PROFILE, weights, seen=seen, names=names)

    def recommend_history(
        self,
        taken: History,
        k: int = 10,
        *,
        explain: bool = False,
        policy: Policy | None = None,
        language: str | Path | Language = "en",
        brief: bool = False,
    ) -> Recommendations:
        """Return the best items for a history; see :meth:`Recommender.recommend`.

        :param taken: of :meth:`history`
        :param brief: whether explanations list only the paths that their sentences tell, which is
            faster
        :raises UnknownIdError: if what a policy names is not in the graph
        :raises ConfigError: if ``k`` is below 1, the policy names a sensitive relation, or there is
            no such language
        """
        size = self.model.num_items
        found = self._state.lists.of(
            [taken.user], taken.weights(size), k, policy, seen=taken.hidden(size)
        )
        if not explain:
            return found
        why = self._state.reasons.of_history(taken, found.table, language, brief=brief)
        return dataclasses.replace(found, explanations=why)

    def explain_history(
        self,
        taken: History,
        item: str,
        *,
        paths: int | None = 5,
        score: float | None = None,
        brief: bool = False,
        language: str | Path | Language = "en",
    ) -> Explanation:
        """Say why an item has its score for a history; see :meth:`explain`.

        With ``gnn.model = rgcn`` and ``kgat`` only the exact parts are told: edges are attributed
        to for users of the graph.

        :param taken: of :meth:`history` or :meth:`profile`
        :param score: the score, if it is known
        :param brief: as for :meth:`recommend_history`
        :raises UnknownIdError: if the item is not in the graph
        :raises ConfigError: if ``paths`` is below 0, or there is no such language
        """
        how = Telling(paths, score, brief=brief, exact=True)
        return self._state.reasons.told_in(language).explain(taken, item, how)

    def explain_for(
        self,
        profile: Profile,
        item: str,
        *,
        paths: int | None = 5,
        language: str | Path | Language = "en",
    ) -> Explanation:
        """Say why an item has its score for somebody who is not in the graph.

        The user of the result is called ``"profile"``; see :meth:`profile`.

        :param profile: as for :meth:`Recommender.recommend_for`
        :param paths: at most so many; ``None``: all
        :param language: of the sentences; see :meth:`explain`
        :raises UnknownIdError: if the graph does not have the item, or what is liked
        :raises ConfigError: as for :meth:`Recommender.recommend_for` and :meth:`explain`
        """
        return self.explain_history(self.profile(profile), item, paths=paths, language=language)

    def with_alpha(self, alpha: float) -> Self:
        """The same recommender with content as loud, against paths, as one likes.

        Explanations stay exact. What does not depend on it is shared, so that this costs little.

        :param alpha: between 0, paths and popularity alone, and 1, content and popularity alone;
            .5: as it was trained
        :raises ConfigError: if ``alpha`` is out of range, or the model is not linear
        """
        model = self.model
        if not isinstance(model, PairModel):
            raise ConfigError(
                f"A model with gnn.model = {model.kind} has no parts for content and for paths: "
                "leave alpha out."
            )
        return self._with(self._state.of_mixture(model.mixed(alpha)))
