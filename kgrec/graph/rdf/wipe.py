"""Taking kgrec's triples out of a store, and no others."""

from __future__ import annotations

from collections.abc import Callable

from kgrec.graph.rdf.edges import ITEM, SUBJECT, USER, WEIGHT
from kgrec.graph.rdf.namespaces import GRAPH, KEY, RDF_TYPE
from kgrec.graph.rdf.select import Select

_MANY = 50_000

_OWN = (
    f"?s <{KEY}> ?k . ?s ?p ?o . ?o <{KEY}> ?l",
    f"?s <{USER}> ?u ; <{ITEM}> ?i ; ?p ?o . FILTER(?p NOT IN (<{USER}>, <{ITEM}>))",
    f"?s <{USER}> ?u ; <{ITEM}> ?o . BIND(<{ITEM}> AS ?p)",
    f"?s <{SUBJECT}> ?x ; <{WEIGHT}> ?w ; ?p ?o . FILTER(?p NOT IN (<{SUBJECT}>, <{WEIGHT}>))",
    f"?s <{SUBJECT}> ?x ; <{WEIGHT}> ?o . BIND(<{WEIGHT}> AS ?p)",
    f"?s <{KEY}> ?k . ?s ?p ?o . FILTER((isLiteral(?o) || ?p = <{RDF_TYPE}>) && ?p != <{KEY}>)",
    f"?s <{KEY}> ?o . BIND(<{KEY}> AS ?p)",
    f"?s ?p ?o . FILTER(?s = <{GRAPH}>)",
)
"""What is kgrec's, in an order in which it can still be told from the rest until it is gone."""


def wipe(select: Select, update: Callable[[str], None], graph: str | None) -> None:
    """Delete a graph of kgrec's, so much at a time that a server can bear it."""
    for pattern in _OWN:
        some = f"{{ SELECT ?s ?p ?o WHERE {{ {_in(graph, pattern)} }} LIMIT {_MANY} }}"
        while select("?s", pattern, "LIMIT 1"):
            update(f"DELETE {{ {_in(graph, '?s ?p ?o')} }} WHERE {{ {some} }}")


def _in(graph: str | None, pattern: str) -> str:
    return f"GRAPH <{graph}> {{ {pattern} }}" if graph else pattern
