"""The knowledge graph: built from a dataset, typed by the ontology, queried in Cypher."""

from kgrec.graph.knowledge_graph import KnowledgeGraph
from kgrec.graph.report import BuildReport, ValidationReport, Violation
from kgrec.graph.result import QueryResult

__all__ = ["BuildReport", "KnowledgeGraph", "QueryResult", "ValidationReport", "Violation"]
