"""The explainer that fits a model."""

from __future__ import annotations

from scipy.sparse import csr_matrix

from kgrec.config import GraphConfig
from kgrec.explain.explainer import Explainer
from kgrec.explain.explains import Explains, Translatable
from kgrec.explain.languages import Language
from kgrec.explain.latent import LatentExplainer
from kgrec.explain.telling import Teller
from kgrec.explain.walks import Indices
from kgrec.features import Features
from kgrec.gnn.linear.pairs import PairModel
from kgrec.gnn.model import Model
from kgrec.graph import KnowledgeGraph


def make_explainer(
    graph: KnowledgeGraph,
    features: Features,
    model: Model,
    fitted_on: csr_matrix,
    fitted: Features | None = None,
    known: Indices | None = None,
    *,
    version: int | None = None,
    settings: GraphConfig | None = None,
    seed: int = 0,
) -> Explains:
    """Paths where a model is made of them; elsewhere what can honestly be said.

    See :class:`kgrec.explain.Explainer`.

    :param version: of the graph that the model was fitted on; ``None``: that is ``graph``
    :param settings: which facts the features have no number for, and which are no reasons
    :param seed: of what is learned to explain a deep model
    """
    settings = settings or GraphConfig()
    if isinstance(model, PairModel):
        told = settings.extracted == "explain"
        return Explainer(graph, features, model, fitted_on, fitted, known, extracted=told)
    # Imported late: who takes the default has no use for it.
    from kgrec.explain.deep.explainer import DeepExplainer
    from kgrec.gnn.deep.model import VectorModel

    if isinstance(model, VectorModel):
        return DeepExplainer(
            graph, features, model, fitted_on, version=version, settings=settings, seed=seed
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
