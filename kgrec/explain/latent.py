"""What can be said for a model of vectors: how much of a score is what, but by no path."""

from __future__ import annotations

import copy
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from kgrec.errors import ConfigError
from kgrec.explain.explains import PLAINLY, Telling
from kgrec.explain.explanation import Explanation
from kgrec.explain.history import History
from kgrec.explain.sentences import Sentences
from kgrec.features import Features
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
        self.sentences = Sentences(graph.vocabulary, item_type=graph.item_type)

    def in_words(self, graph: KnowledgeGraph, sentences: Sentences) -> Self:
        """The same explainer with other names and words.

        :param graph: the same graph, with these names
        """
        other = copy.copy(self)
        other.graph, other.sentences = graph, sentences
        return other

    def explain(self, taken: History, item: str, how: Telling = PLAINLY) -> Explanation:
        """Explain one score, by no path.

        :param how: without a method
        """
        if how.method is not None:
            raise ConfigError(f"A model of the kind '{self.model.kind}' knows no method.")
        target = self.features.item_index(item)
        history = taken.weights(self.model.num_items)
        parts = self.model.parts(history, np.array([target]))
        rest = {name: float(part[0]) for name, part in parts.items() if name != "paths"}
        score = float(self.model.score(history)[0, target]) if how.score is None else how.score
        # What rounding leaves over has no other place.
        rest["latent"] += score - sum(rest.values())
        return Explanation(
            user=taken.user,
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
        """The parts of scores; see :meth:`Explains.parts <kgrec.explain.Explains.parts>`."""
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
