from __future__ import annotations

import polars as pl
from rdflib import Literal, URIRef
from rdflib.namespace import RDF, RDFS, XSD

from kgrec.graph.rdf import node_iri, to_rdf
from kgrec.graph.schema import EDGES, NODES
from kgrec.vocabulary import Vocabulary

MINE = """
@prefix kg: <urn:kgrec:ontology#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<http://x.org/Wine> a rdfs:Class ; rdfs:subClassOf kg:Item ; rdfs:label "wine"@en .
<http://x.org/made_in> a kg:Relation ; rdfs:label "made in"@en ;
    rdfs:domain <http://x.org/Wine> ; rdfs:range kg:Place .
"""


def test_types_and_relations_have_the_iris_of_their_ontology() -> None:
    properties = (
        '{"year": 1995, "aka": ["Nebbiolo", {"@value": "Spanna", "@language": "it"}],'
        ' "on": {"@value": "1999-03-31", "@type": "xsd:date"}, "none": null}'
    )
    nodes = pl.DataFrame(
        [
            {"key": "item:1", "kind": "item", "id": "1", "type": "Wine", "label": "Barolo"},
            {"key": "entity:p", "kind": "entity", "id": "p", "type": "Place", "label": "Alba"},
        ],
        schema=NODES,
    ).with_columns(properties=pl.Series([properties, "{}"]))
    edge = {"head": "item:1", "relation": "made_in", "tail": "entity:p", "weight": 1.0}
    vocabulary = Vocabulary.parse([("mine.ttl", MINE)])
    graph = to_rdf(nodes, pl.DataFrame([edge], schema=EDGES), vocabulary, [("mine.ttl", MINE)])
    wine = node_iri("item:1")
    assert (wine, RDF.type, URIRef("http://x.org/Wine")) in graph
    assert (wine, URIRef("http://x.org/made_in"), node_iri("entity:p")) in graph
    assert (wine, RDFS.label, Literal("Barolo")) in graph
    kg = "urn:kgrec:ontology#"
    assert set(graph.objects(wine, URIRef(f"{kg}aka"))) == {
        Literal("Nebbiolo"),
        Literal("Spanna", lang="it"),
    }
    assert graph.value(wine, URIRef(f"{kg}on")) == Literal("1999-03-31", datatype=XSD.date)
    assert graph.value(wine, URIRef(f"{kg}none")) is None
