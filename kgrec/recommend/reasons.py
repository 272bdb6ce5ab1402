"""Explanations and what-if answers of a fitted model, in any language."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from pathlib import Path

import polars as pl
from scipy.sparse import csr_matrix

from kgrec.callbacks import Progress
from kgrec.explain import Explainer, Explains, Explanation, in_language
from kgrec.explain.counterfactual import Counterfactuals
from kgrec.explain.explains import Telling
from kgrec.explain.history import History
from kgrec.explain.languages import ENGLISH, Language, read_language
from kgrec.explain.telling import Teller
from kgrec.features import Features
from kgrec.gnn.linear.pairs import PairModel
from kgrec.gnn.model import Model
from kgrec.graph import KnowledgeGraph

_TELLERS = 8
"""Explainers of so many languages are kept, each with names and words of its own."""


class Reasons:
    """Why, and what if; each is worked out when it is first asked for.

    :param graph: what is served
    :param features: the same in numbers
    :param model: the trained model
    :param histories: what the users have, weighed as the model reads it, shape ``(U, I)``
    :param make: makes what explains its scores in English
    """

    def __init__(
        self,
        graph: KnowledgeGraph,
        features: Features,
        model: Model,
        histories: csr_matrix,
        make: Callable[[], Explains],
    ) -> None:
        self.graph, self.features, self.model = graph, features, model
        self._histories, self._make = histories, make
        self._tellers: dict[Language, Explains] = {}

    @cached_property
    def explainer(self) -> Explains:
        """In English."""
        return self._make()

    def history(self, user: str) -> History:
        """What a user of the graph has.

        :raises UnknownIdError: if the user is not in the graph
        """
        return History.of_user(user, self.features, self._histories)

    def told_in(self, language: str | Path | Language) -> Explains:
        """The explainer of a language; those of the last few are kept.

        :raises ConfigError: if there is no such language
        """
        words = read_language(language)
        if words == ENGLISH:
            return self.explainer
        teller = self._tellers.pop(words, None) or in_language(self.explainer, words)
        self._tellers[words] = teller  # the latest comes last
        while len(self._tellers) > _TELLERS:
            del self._tellers[next(iter(self._tellers))]
        return teller

    def of_model(self, model: PairModel) -> Reasons:
        """The same of another mixture of the model, which shares what does not depend on it."""
        make = partial(_of_mixture, self, model)
        return Reasons(self.graph, self.features, model, self._histories, make)

    def of_history(
        self,
        taken: History,
        table: pl.DataFrame,
        language: str | Path | Language,
        *,
        brief: bool = False,
    ) -> tuple[Explanation, ...]:
        """One explanation for each row of the list of a history; of a deep model the exact parts.

        :param table: ``item, score``
        :param brief: whether each lists only the paths that its sentence tells
        :raises ConfigError: if there is no such language
        """
        explainer = self.told_in(language)
        return tuple(
            explainer.explain(taken, item, Telling(score=score, brief=brief, exact=True))
            for item, score in zip(table["item"], table["score"], strict=True)
        )

    def of_lists(
        self, table: pl.DataFrame, language: str | Path | Language, progress: Progress
    ) -> tuple[Explanation, ...]:
        """One explanation for each row.

        :param table: ``user, item, score``; fastest with the items of a user together
        :param progress: receives one stage
        :raises ConfigError: if there is no such language
        """
        explainer, explanations = self.told_in(language), []
        with progress.stage("Explaining", table.height) as bar:
            for user, item, score in table.select("user", "item", "score").iter_rows():
                taken = self.history(user)
                explanations.append(explainer.explain(taken, item, Telling(score=score)))
                bar.advance()
        return tuple(explanations)

    def asked_in(self, language: str | Path | Language) -> Counterfactuals:
        """What answers "what if" in a language.

        :raises ConfigError: if there is no such language, or the model is not linear
        """
        words = read_language(language)
        if words == ENGLISH:
            return self._counterfactuals
        explainer = self.told_in(words)
        named = explainer.graph if isinstance(explainer, Teller) else self.graph
        return self._asked(named, explainer, words)

    @cached_property
    def _counterfactuals(self) -> Counterfactuals:
        return self._asked(self.graph, self.explainer, ENGLISH)

    def _asked(
        self, graph: KnowledgeGraph, explainer: Explains, language: Language
    ) -> Counterfactuals:
        features, histories = self.features, self._histories
        return Counterfactuals(graph, features, self.model, histories, explainer, language)


def _of_mixture(reasons: Reasons, model: PairModel) -> Explainer:
    explainer = reasons.explainer
    assert isinstance(explainer, Explainer)
    return explainer.of_model(model)
