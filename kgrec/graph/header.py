"""What a graph is beside its tables, ready for JSON, in stores and in files alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kgrec.graph.report import BuildReport
from kgrec.vocabulary import Vocabulary

if TYPE_CHECKING:
    from kgrec.graph.knowledge_graph import KnowledgeGraph


def header_of(graph: KnowledgeGraph) -> dict[str, Any]:
    """The header of a graph; its keys are those of :attr:`Content.header`."""
    return {
        "name": graph.name,
        "licence": graph.licence,
        "item_type": graph.item_type,
        "candidates": None if graph.candidates is None else list(graph.candidates),
        "report": graph.report.to_dict(),
        "ontologies": [list(pair) for pair in graph.ontologies],
        "identity": graph.identity,
        "version": graph.version,
    }


def fields_of(header: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a graph that its header tells.

    :raises KeyError, TypeError, ValueError, AttributeError: if it is broken
    """
    ontologies = tuple((str(name), str(text)) for name, text in header["ontologies"])
    candidates = header["candidates"]
    return {
        "vocabulary": Vocabulary.parse(ontologies),
        "name": header["name"],
        "licence": header["licence"],
        "item_type": header["item_type"],
        "candidates": None if candidates is None else tuple(candidates),
        "report": BuildReport.from_dict({**BuildReport().to_dict(), **header["report"]}),
        "ontologies": ontologies,
    }
