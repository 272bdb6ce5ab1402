"""The knowledge graph: built from a dataset, typed by the ontology, queried in Cypher."""

from kgrec.graph.knowledge_graph import KnowledgeGraph
from kgrec.graph.report import BuildReport, ValidationReport, Violation
from kgrec.graph.result import QueryResult
from kgrec.graph.stores import Store
from kgrec.graph.stores.open import open_store

__all__ = [
    "BuildReport",
    "KnowledgeGraph",
    "QueryResult",
    "Store",
    "ValidationReport",
    "Violation",
    "open_store",
]
