"""What every explainer does, and what it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, Self, runtime_checkable

from scipy.sparse import csr_matrix

from kgrec.errors import ConfigError
from kgrec.explain.explanation import Explanation
from kgrec.explain.history import History
from kgrec.explain.sentences import Sentences
from kgrec.explain.walks import Floats, Indices
from kgrec.graph import KnowledgeGraph


@dataclass(frozen=True)
class Telling:
    """How a score is to be explained.

    :ivar paths: list at most so many, at least 0; ``None``: all
    :ivar score: the score, if it is known
    :ivar method: of attribution, where a model knows several; ``None``: its first
    :ivar brief: whether to list only those of the paths that the sentence tells, which is faster
        and changes no word of it
    :ivar exact: whether to tell exact parts alone: no edge of a deep network is attributed to,
        which is faster. Shares of a linear model are exact anyway
    :raises ConfigError: if ``paths`` is below 0
    """

    paths: int | None = 5
    score: float | None = None
    method: str | None = None
    brief: bool = False
    exact: bool = False

    def __post_init__(self) -> None:
        if self.paths is not None and self.paths < 0:
            raise ConfigError(f"The number of paths must be at least 0, not {self.paths}.")


PLAINLY = Telling()
"""The five strongest paths, by the model's own method."""


class Explains(Protocol):
    """Explains scores."""

    def explain(self, taken: History, item: str, how: Telling = PLAINLY) -> Explanation:
        """Explain one score.

        :param taken: what somebody took, in the graph or not
        :param item: item id
        :raises UnknownIdError: if the item is not in the graph
        :raises ConfigError: if there is no such method
        """

    def parts(self, histories: csr_matrix, items: Indices) -> dict[str, Floats]:
        """The parts of one item's score for each history.

        :param histories: above 0 where somebody has an item, shape ``(n, I)``
        :param items: the item of each row, shape ``(n,)``
        :return: ``paths`` (of facts all, though no user may lead to one), ``content`` (texts and
            modalities included), ``latent`` and ``popularity``, each of shape ``(n,)``, which sum
            to the score
        """


@runtime_checkable
class Translatable(Explains, Protocol):
    """An explainer whose words can be changed."""

    graph: KnowledgeGraph

    def in_words(self, graph: KnowledgeGraph, sentences: Sentences) -> Self:
        """The same explainer with the names of a graph and the words of a language.

        :param graph: the same graph, with these names
        """
