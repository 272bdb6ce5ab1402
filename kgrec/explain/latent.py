"""What can be said for a model of vectors: how much of a score is what, but by no path."""

from __future__ import annotations

import copy
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from kgrec.errors import ConfigError
from kgrec.explain.explanation import Explanation
from kgrec.explain.history import History
from kgrec.explain.sentences import Sentences
from kgrec.features import Features
from kgrec.gnn.linear.recency import recent_histories
from kgrec.gnn.model import Model
from kgrec.graph import KnowledgeGraph
from kgrec.graph.schema import key


class LatentExplainer:
    """Explains the scores of a model that is no sum over paths: popularity, and all else.

    :param graph: the graph it was trained on
    :param features: the same in numbers
    :param model: the trained model
    """

    def __init__(self, graph: KnowledgeGraph, features: Features, model: Model) -> None:
        self.graph, self.features, self.model = graph, features, model
        self.histories = recent_histories(features, model.recency)
        self.sentences = Sentences(graph.vocabulary, item_type=graph.item_type)

    def in_words(self, graph: KnowledgeGraph, sentences: Sentences) -> Self:
        """The same explainer with other names and words.

        :param graph: the same graph, with these names
        """
        other = copy.copy(self)
        other.graph, other.sentences = graph, sentences
        return other

    def explain(
        self,
        user: str,
        item: str,
        *,
        paths: int | None = 5,
        score: float | None = None,
        method: str | None = None,
    ) -> Explanation:
        """Explain one score; see :meth:`kgrec.explain.Explainer.explain`.

        :param paths: checked, but there are none
        :param method: there is none
        """
        if method is not None:
            raise ConfigError(f"A model of the kind '{self.model.kind}' knows no method.")
        history = self.histories[self.features.user_indices([user])]
        return self._explain(user, csr_matrix(history), item, paths, score)

    def explain_history(
        self,
        taken: History,
        item: str,
        *,
        paths: int | None = 5,
        score: float | None = None,
        brief: bool = False,  # noqa: ARG002  # there are no paths to leave out
    ) -> Explanation:
        """Explain a score for any history; see :meth:`kgrec.explain.Explainer.explain_history`."""
        return self._explain(taken.user, taken.weights(self.model.num_items), item, paths, score)

    def _explain(
        self, user: str, history: csr_matrix, item: str, paths: int | None, score: float | None
    ) -> Explanation:
        if paths is not None and paths < 0:
            raise ConfigError(f"The number of paths must be at least 0, not {paths}.")
        target = self.features.item_index(item)
        parts = self.model.parts(history, np.array([target]))
        rest = {name: float(part[0]) for name, part in parts.items() if name != "paths"}
        if score is None:
            score = float(self.model.score(history)[0, target])
        # What rounding leaves over has no other place.
        rest["latent"] += score - sum(rest.values())
        return Explanation(
            user=user,
            item=item,
            label=self.graph.label(key("item", item)),
            score=score,
            paths=(),
            rest={name: rest[name] for name in ("popularity", "content", "latent")},
            path_share=0.0,
            latent_reason=self._reason(rest) if history.nnz else "",
        )

    def parts(
        self, histories: csr_matrix, items: npt.NDArray[np.int64]
    ) -> dict[str, npt.NDArray[np.float64]]:
        """The parts of scores; see :meth:`kgrec.explain.Explainer.parts`."""
        return dict(self.model.parts(histories, items))

    def _reason(self, rest: dict[str, float]) -> str:
        """What the vectors say, unless the item is there for its popularity.

        That must be above 0, or nobody would call it popular, and louder than the vectors, held
        against that of all items.
        """
        stranger = csr_matrix((1, self.model.num_items), dtype=np.float32)
        known = rest["popularity"] - float(self.model.score(stranger).mean())
        popular = known > 0 and rest["popularity"] > 0
        if popular and rest["latent"] <= known:
            return ""
        return self.sentences.through_vectors(against=rest["latent"] < 0)
