"""Graphs that kgrec did not write: from Neo4j, RDF, networkx and tables to a dataset."""

from kgrec.graph.imports.dataset import to_dataset
from kgrec.graph.imports.foreign import ForeignGraph
from kgrec.graph.imports.mapping import InteractionNode, Mapping
from kgrec.graph.imports.neo4j import read_neo4j
from kgrec.graph.imports.networkx import read_networkx
from kgrec.graph.imports.profile import profile
from kgrec.graph.imports.rdf import read_rdf
from kgrec.graph.imports.schema import Schema
from kgrec.graph.imports.suggest_mapping import suggest_mapping
from kgrec.graph.imports.tables import read_tables

__all__ = [
    "ForeignGraph",
    "InteractionNode",
    "Mapping",
    "Schema",
    "profile",
    "read_neo4j",
    "read_networkx",
    "read_rdf",
    "read_tables",
    "suggest_mapping",
    "to_dataset",
]
