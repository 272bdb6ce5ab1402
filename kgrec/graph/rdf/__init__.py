"""A graph as RDF: names, files, and triples."""

from kgrec.graph.rdf.iris import node_iri, node_key, term
from kgrec.graph.rdf.triples import read_triples, scan_triples

__all__ = ["node_iri", "node_key", "read_triples", "scan_triples", "term"]
