"""The ontology of a graph as triples, so that other tools see its words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kgrec.graph.rdf.oxigraph import oxigraph
from kgrec.vocabulary.turtle import builtin_ontology


def ontology_lines(header: Mapping[str, Any], end: str) -> Iterator[str]:
    """The package's ontology and the graph's own, as lines.

    :param header: of the graph
    :param end: of a line
    """
    ox = oxigraph()
    texts = [*builtin_ontology(), *(header.get("ontologies") or ())]
    for number, (_, text) in enumerate(texts):
        for quad in ox.parse(text.encode(), ox.RdfFormat.TURTLE, rename_blank_nodes=number > 0):
            yield f"{quad.triple}{end}"
