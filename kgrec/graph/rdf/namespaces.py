"""IRIs of the vocabularies that a graph is written in."""

from __future__ import annotations

from kgrec.vocabulary.turtle import NAMESPACE

KG = str(NAMESPACE)
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
XSD = "http://www.w3.org/2001/XMLSchema#"
DCTERMS = "http://purl.org/dc/terms/"

NODE = "urn:kgrec:"
"""In front of the kind and the quoted id of a node whose id is no IRI."""

EDGE = "urn:kgrec:edge:"
"""In front of the identity of an edge that has a node of its own."""

GRAPH = "urn:kgrec:graph"
"""The resource that the header describes; a named graph of N-Quads begins like it."""

KEY = f"{KG}key"
"""What has one is a node of the graph."""

RDF_TYPE = f"{RDF}type"
RDF_JSON = f"{RDF}JSON"
RDFS_LABEL = f"{RDFS}label"

PREFIXES = {
    "kg": KG,
    "user": f"{NODE}user:",
    "item": f"{NODE}item:",
    "entity": f"{NODE}entity:",
    "edge": EDGE,
    "rdf": RDF,
    "rdfs": RDFS,
    "xsd": XSD,
    "dcterms": DCTERMS,
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "prov": "http://www.w3.org/ns/prov#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "dbo": "http://dbpedia.org/ontology/",
    "dbr": "http://dbpedia.org/resource/",
    "wd": "http://www.wikidata.org/entity/",
    "wdt": "http://www.wikidata.org/prop/direct/",
}
"""Short names for readable Turtle."""
