"""The explainer that fits a model."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from scipy.sparse import csr_matrix

from kgrec.explain.explainer import Explainer
from kgrec.explain.explanation import Explanation
from kgrec.explain.languages import Language
from kgrec.explain.latent import LatentExplainer
from kgrec.explain.telling import Teller, Translatable
from kgrec.explain.walks import Floats, Indices
from kgrec.features import Features
from kgrec.gnn.linear.pairs import PairModel
from kgrec.gnn.model import Model
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

    def parts(self, histories: csr_matrix, items: Indices) -> dict[str, Floats]:
        """The parts of scores; see :meth:`kgrec.explain.Explainer.parts`."""


def make_explainer(
    graph: KnowledgeGraph,
    features: Features,
    model: Model,
    fitted_on: csr_matrix,
    fitted: Features | None = None,
    known: Indices | None = None,
    *,
    version: int | None = None,
    sensitive: Iterable[str] = (),
    seed: int = 0,
) -> Explains:
    """Paths where a model is made of them; elsewhere what can honestly be said.

    See :class:`kgrec.explain.Explainer`.

    :param version: of the graph that the model was fitted on; ``None``: that is ``graph``
    :param sensitive: relations that the features have no number for
    :param seed: of what is learned to explain a deep model
    """
    if isinstance(model, PairModel):
        return Explainer(graph, features, model, fitted_on, fitted, known)
    # Imported late: who takes the default has no use for it.
    from kgrec.explain.deep.explainer import DeepExplainer
    from kgrec.gnn.deep.model import VectorModel

    if isinstance(model, VectorModel):
        return DeepExplainer(
            graph, features, model, fitted_on, version=version, sensitive=sensitive, seed=seed
        )
    return LatentExplainer(graph, features, model)


def in_language(explainer: Explains, language: Language) -> Explains:
    """The same explanations in another language.

    :param explainer: of :func:`make_explainer`
    :param language: see :func:`kgrec.explain.languages.read_language`
    """
    if not isinstance(explainer, Translatable):
        raise TypeError(f"{type(explainer).__name__} has no words of a graph to translate.")
    return Teller(explainer, language)
