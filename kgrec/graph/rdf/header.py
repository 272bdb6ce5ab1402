"""The header of a graph as the description of one resource."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import polars as pl

from kgrec.errors import StoreError
from kgrec.graph.rdf.namespaces import DCTERMS, GRAPH, KG, RDF_JSON, RDF_TYPE, XSD
from kgrec.graph.rdf.values import quote

_TEXTS = {
    "name": f"{DCTERMS}title",
    "licence": f"{DCTERMS}license",
    "identity": f"{KG}identity",
    "item_type": f"{KG}itemType",
}
_VERSION = f"{KG}version"
_REST = f"{KG}header"


def header_lines(header: Mapping[str, Any], end: str) -> list[str]:
    """Write a header: what others may want to know as plain literals, the rest as JSON."""
    rest = dict(header)
    pairs = [(RDF_TYPE, f"<{KG}Graph>")]
    for name, predicate in _TEXTS.items():
        if isinstance(rest.get(name), str):
            pairs.append((predicate, quote(rest.pop(name))))
    if isinstance(rest.get("version"), int):
        pairs.append((_VERSION, quote(str(rest.pop("version")), f"{XSD}integer")))
    text = json.dumps(rest, ensure_ascii=False, separators=(",", ":"))
    pairs.append((_REST, quote(text, RDF_JSON)))
    return [f"<{GRAPH}> <{predicate}> {value}{end}" for predicate, value in pairs]


def read_header(triples: pl.DataFrame, where: str = "") -> dict[str, Any]:
    """Read a header again.

    :param triples: those about the resource; columns ``predicate, object``
    :param where: for messages, with a colon and a blank behind it
    :raises StoreError: if there is none
    """
    said = dict(triples.select("predicate", "object").iter_rows())
    if _REST not in said:
        raise StoreError(
            f"{where}there is no graph of kgrec's; import any other RDF with "
            "KnowledgeGraph.from_rdf and a mapping."
        )
    try:
        header = dict(json.loads(said[_REST]))
        version = {"version": int(said[_VERSION])} if _VERSION in said else {}
    except ValueError as error:
        raise StoreError(
            f"{where}the header of the graph ({_REST}) is broken; write the graph again."
        ) from error
    texts = {name: said[iri] for name, iri in _TEXTS.items() if iri in said}
    return {**texts, **version, **header}
