"""The first stage of text: a description of everything in the graph but its users."""

from __future__ import annotations

from kgrec.callbacks import Progress
from kgrec.config import TextConfig
from kgrec.graph.descriptions import descriptions_of
from kgrec.text.descriptions import DescribableGraph, Describer, Descriptions
from kgrec.text.template import TemplateDescriber
from kgrec.text.told import told

__all__ = ["DescribableGraph", "Describer", "Descriptions", "TemplateDescriber", "describe"]


def describe(
    graph: DescribableGraph,
    config: TextConfig | None = None,
    describer: Describer | None = None,
    progress: Progress | None = None,
) -> Descriptions:
    """Describe every item, entity and relation of a graph; users are never described.

    Where the data brought a description of a node (``kgrec describe`` writes them), it stands for
    the template's catalog text and facts, if ``config.descriptions`` says so.

    :param graph: a :class:`~kgrec.graph.KnowledgeGraph`
    :param config: how many words a text has and how many neighbours it names
    :param describer: who writes; by default those of the data, and a :class:`TemplateDescriber`
    :param progress: receives the steps
    """
    settings = config or TextConfig()
    if describer is not None:
        return describer.describe(graph, settings, progress or Progress())
    plain = TemplateDescriber().describe(graph, settings, progress or Progress())
    if not settings.descriptions:
        return plain
    return told(plain, descriptions_of(graph.nodes), graph, settings)
