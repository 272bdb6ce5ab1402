"""The first stage of text: a description of everything in the graph but its users."""

from __future__ import annotations

from kgrec.callbacks import Progress
from kgrec.config import TextConfig
from kgrec.text.descriptions import DescribableGraph, Describer, Descriptions
from kgrec.text.template import TemplateDescriber

__all__ = ["DescribableGraph", "Describer", "Descriptions", "TemplateDescriber", "describe"]


def describe(
    graph: DescribableGraph,
    config: TextConfig | None = None,
    describer: Describer | None = None,
    progress: Progress | None = None,
) -> Descriptions:
    """Describe every item, entity and relation of a graph; users are never described.

    :param graph: a :class:`~kgrec.graph.KnowledgeGraph`
    :param config: how many words a text has and how many neighbours it names
    :param describer: who writes; by default a :class:`TemplateDescriber`
    :param progress: receives the steps
    """
    writer = describer if describer is not None else TemplateDescriber()
    return writer.describe(graph, config or TextConfig(), progress or Progress())
