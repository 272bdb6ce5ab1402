"""What every explainer does."""

from __future__ import annotations

from typing import Protocol, Self, runtime_checkable

from scipy.sparse import csr_matrix

from kgrec.explain.explanation import Explanation
from kgrec.explain.history import History
from kgrec.explain.sentences import Sentences
from kgrec.explain.walks import Floats, Indices
from kgrec.graph import KnowledgeGraph


class Explains(Protocol):
    """Explains scores."""

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

        :param method: of attribution, where a model knows several
        :raises ConfigError: if there is no such method
        """

    def explain_history(
        self,
        taken: History,
        item: str,
        *,
        paths: int | None = 5,
        score: float | None = None,
        brief: bool = False,
    ) -> Explanation:
        """Explain a score for any history; see :meth:`kgrec.explain.Explainer.explain_history`."""

    def parts(self, histories: csr_matrix, items: Indices) -> dict[str, Floats]:
        """The parts of scores; see :meth:`kgrec.explain.Explainer.parts`."""


@runtime_checkable
class Translatable(Explains, Protocol):
    """An explainer whose words can be changed."""

    graph: KnowledgeGraph

    def in_words(self, graph: KnowledgeGraph, sentences: Sentences) -> Self:
        """The same explainer with the names of a graph and the words of a language."""
