"""The explainer that fits a model."""

from __future__ import annotations

from kgrec.config import Config
from kgrec.explain.explainer import Explainer
from kgrec.explain.explains import Explains, Translatable
from kgrec.explain.languages import Language
from kgrec.explain.latent import LatentExplainer
from kgrec.explain.telling import Teller
from kgrec.features import Features
from kgrec.gnn.fitted import Fitted
from kgrec.gnn.linear.pairs import PairModel
from kgrec.gnn.model import Model
from kgrec.graph import KnowledgeGraph


def make_explainer(
    graph: KnowledgeGraph, features: Features, model: Model, fitted: Fitted, config: Config
) -> Explains:
    """Paths where a model is made of them; elsewhere what can honestly be said.

    :param graph: the graph that the model was fitted on, or a later version of it
    :param features: the same in numbers
    :param model: the fitted model
    :param fitted: what it was fitted on
    :param config: the settings it was fitted with
    """
    if isinstance(model, PairModel):
        return Explainer(graph, features, model, fitted, config)
    # Imported late: who takes the default has no use for it.
    from kgrec.explain.deep.explainer import DeepExplainer
    from kgrec.gnn.deep.model import VectorModel

    if isinstance(model, VectorModel):
        return DeepExplainer(graph, features, model, fitted, config)
    return LatentExplainer(graph, features, model)


def in_language(explainer: Explains, language: Language) -> Explains:
    """The same explanations in another language.

    :param explainer: of :func:`make_explainer`
    :param language: see :func:`kgrec.explain.languages.read_language`
    """
    if not isinstance(explainer, Translatable):
        raise TypeError(f"{type(explainer).__name__} has no words of a graph to translate.")
    return Teller(explainer, language)
