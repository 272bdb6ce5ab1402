"""Sampling a big RDF store through SPARQL, in queries that each stop early."""

from __future__ import annotations

import polars as pl

from kgrec.graph.imports.ask import Ask
from kgrec.graph.imports.foreign import ForeignGraph
from kgrec.graph.imports.profile import profile
from kgrec.graph.imports.rdf import triples_graph
from kgrec.graph.imports.schema import Schema
from kgrec.graph.rdf.iris import safe_iri
from kgrec.graph.rdf.namespaces import KG, NODE

_COUNTED = 1_000_000  # type statements that are looked at
_CLASSES = 60
_SAMPLED = 400  # nodes of each class

_COUNT = f"""
SELECT ?class (COUNT(*) AS ?n) WHERE {{
  {{ SELECT ?class WHERE {{ ?s a ?class }} LIMIT {_COUNTED} }}
}} GROUP BY ?class ORDER BY DESC(?n) LIMIT {_CLASSES}
"""
_SUBCLASSES = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
CONSTRUCT { ?s rdfs:subClassOf ?o } WHERE { ?s rdfs:subClassOf ?o } LIMIT 10000
"""
# All that these nodes say, and of what class the nodes are that they speak of.
_NODES = """
CONSTRUCT { ?s ?p ?o . ?o a ?class } WHERE {
  { SELECT ?s WHERE { ?s a <CLASS> } LIMIT LIMITED }
  ?s ?p ?o . OPTIONAL { ?o a ?class }
}
"""


def sparql_sample(ask: Ask, source: str) -> tuple[ForeignGraph, Schema]:
    """Read some nodes of each class with all that they say, and count the others.

    :param ask: the store
    :param source: what to call it
    :raises StoreError: if it does not answer
    """
    counts = {name: int(number) for name, number in ask.select(_COUNT) if safe_iri(name)}
    if any(name.startswith(KG) for name in counts) and (other := _others(ask)):
        counts = other
    parts = [ask.construct(_SUBCLASSES)]
    for number, name in enumerate(counts):
        query = _NODES.replace("CLASS", name).replace("LIMITED", str(_SAMPLED))
        parts.append(_own_blanks(ask.construct(query), number))
    foreign = triples_graph(pl.concat(parts).unique(maintain_order=True), source)
    if sum(counts.values()) < _COUNTED and max(counts.values(), default=0) <= _SAMPLED:
        return foreign, profile(foreign)
    return foreign, profile(foreign, classes=counts, types={})


def _others(ask: Ask) -> dict[str, int]:
    """The classes of what kgrec did not write."""
    # A blank node has no STR, and is none of kgrec's.
    node = f'(ISBLANK(?s) || !STRSTARTS(STR(?s), "{NODE}"))'
    keep = f'?s a ?class FILTER({node} && !STRSTARTS(STR(?class), "{KG}"))'
    found = ask.select(_COUNT.replace("?s a ?class", keep))
    return {name: int(number) for name, number in found if safe_iri(name)}


def _own_blanks(triples: pl.DataFrame, number: int) -> pl.DataFrame:
    """Blank nodes of two answers are not the same, even if they have the same name."""
    return triples.with_columns(
        pl.col(name).str.replace("^_:", f"_:{number}.")
        if name == "subject"
        else pl.when(pl.col("kind") == "bnode")
        .then(pl.col(name).str.replace("^_:", f"_:{number}."))
        .otherwise(name)
        .alias(name)
        for name in ("subject", "object")
    )
