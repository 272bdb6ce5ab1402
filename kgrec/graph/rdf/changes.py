"""A change of a graph as one SPARQL update."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from kgrec.errors import StoreError
from kgrec.graph.content import Change
from kgrec.graph.rdf.edges import (
    ITEM,
    OBJECT,
    PREDICATE,
    SUBJECT,
    USER,
    WEIGHT,
    is_plain,
    needs_node,
    node_blocks,
    triple_lines,
)
from kgrec.graph.rdf.header import header_lines
from kgrec.graph.rdf.iris import edge_iris, node_iris
from kgrec.graph.rdf.names import Names
from kgrec.graph.rdf.namespaces import GRAPH, KEY, NODE, RDF, RDF_TYPE, XSD
from kgrec.graph.rdf.nodes import describe
from kgrec.graph.rdf.select import Select
from kgrec.graph.schema import IDENTITY
from kgrec.vocabulary import INTERACTED

_END = " ."
_OTHER = f"?x <{SUBJECT}> ?s ; <{PREDICATE}> ?p ; <{OBJECT}> ?o ; <{WEIGHT}> ?w"


def change_update(change: Change, header: Mapping[str, Any], graph: str | None) -> str:
    """Write a change as a sequence of updates that a store does as one.

    Doing it twice does nothing more.

    :param graph: the IRI of the named graph that is changed; ``None``: the default graph
    :raises StoreError: if two names would have one IRI
    """
    writer = Writer(Names.of(header), graph)
    return " ;\n".join([*writer.steps(change), *writer.header(header)])


def check_version(
    change: Change, header: Mapping[str, Any], held: Mapping[str, Any], where: str
) -> None:
    """Make sure that a store holds the graph just before a change.

    :raises StoreError: if it does not
    """
    if not change.follows(held, header):
        version = held.get("version", 0)
        raise StoreError(
            f"{where} holds version {version} of a graph, from which this change to version "
            f"{change.version} does not lead on; write the whole graph to it."
        )


def refuse_twins(change: Change, select: Select) -> None:
    """Make sure that no new node would be one with a node that is there.

    :raises StoreError: if an item and an entity, say, would have the same IRI
    """
    new = change.nodes.select("key", iri=node_iris(change.nodes["key"]))
    named = new.filter(~pl.col("iri").str.starts_with(NODE))
    kept = ~named["key"].is_in(change.removed_nodes["key"].implode())
    terms = " ".join(_angled(named["iri"].filter(kept)))
    found = select("?n ?k", f"VALUES ?n {{ {terms} }} ?n <{KEY}> ?k") if terms else []
    there = pl.DataFrame(found, schema={"iri": pl.String, "other": pl.String}, orient="row")
    removed = change.removed_nodes.select(pl.col("key").alias("other"))
    twins = (
        named.join(there, on="iri")
        .filter(pl.col("key") != pl.col("other"))
        .join(removed, on="other", how="anti")
    )
    double = named.filter(pl.col("iri").is_duplicated())
    if twins.height or double.height:
        one, other = (
            twins.select("key", "other").row(0) if twins.height else double["key"].head(2).to_list()
        )
        raise StoreError(
            f"the nodes '{one}' and '{other}' would be one in RDF, as both have the same IRI; "
            "rename one of them."
        )


class Writer:
    """Writes the steps of an update.

    :param names: of the types and relations
    :param graph: the IRI of the named graph that is changed; ``None``: the default graph
    """

    def __init__(self, names: Names, graph: str | None) -> None:
        self._names = names
        self._with = f"WITH <{graph}> " if graph else ""
        self._into = (f"GRAPH <{graph}> {{\n", "\n}") if graph else ("", "")

    def steps(self, change: Change) -> list[str]:
        """Everything but the header, in an order in which no step undoes another."""
        return [
            *self.promoted(change.edges),
            *self.without_edges(change.removed_edges),
            *self.without_nodes(change.removed_nodes["key"]),
            *self.without_nodes(change.nodes["key"]),
            *self.without_descriptions(edge_iris(change.edges)),
            *self.beside(change.edges),
            *self.added_nodes(change.nodes),
            *self.added_edges(change.edges),
        ]

    def header(self, header: Mapping[str, Any]) -> list[str]:
        """Another header in the place of the one that is there."""
        return [
            self.forget("true", [f"<{GRAPH}>"]),
            self.insert(header_lines(header, _END)),
        ]

    def insert(self, lines: Iterable[str]) -> str:
        """Add triples."""
        before, behind = self._into
        return f"INSERT DATA {{ {before}" + "\n".join(lines) + f"{behind} }}"

    def forget(self, condition: str, terms: Iterable[str]) -> str:
        """Delete what is said of resources."""
        return (
            f"{self._with}DELETE {{ ?s ?p ?o }} WHERE {{ VALUES ?s {{ {' '.join(terms)} }} "
            f"?s ?p ?o . FILTER({condition}) }}"
        )

    def promoted(self, edges: pl.DataFrame) -> list[str]:
        """Give a node to each plain edge of the store that gets a sibling with a node.

        A triple alone is an edge; beside an edge node of the same triple it would not be one.
        """
        new = pl.any_horizontal(pl.col("timestamp", "event").is_not_null())
        some = edges.filter(new & (pl.col("relation") != INTERACTED))
        plain = some.with_columns(
            pl.lit(None, pl.Int64).alias("timestamp"), pl.lit(None, pl.String).alias("event")
        ).unique(IDENTITY)
        return self._statements(plain, f"?s ?p ?o . FILTER NOT EXISTS {{ {_OTHER} }}")

    def beside(self, edges: pl.DataFrame) -> list[str]:
        """Give a node to each plain edge of the change that has such a sibling in the store."""
        return self._statements(edges.filter(is_plain()), f"FILTER EXISTS {{ {_OTHER} }}")

    def _statements(self, edges: pl.DataFrame, condition: str) -> list[str]:
        if edges.is_empty():
            return []
        rows = zip(*self._terms(edges), _angled(edge_iris(edges)), strict=True)
        values = "\n".join(f"({' '.join(row)})" for row in rows)
        return [
            f"{self._with}INSERT {{ ?e a <{RDF}Statement> ; <{SUBJECT}> ?s ; <{PREDICATE}> ?p ; "
            f'<{OBJECT}> ?o ; <{WEIGHT}> "1.0"^^<{XSD}double> }} '
            f"WHERE {{ VALUES (?s ?p ?o ?e) {{ {values} }} {condition} }}"
        ]

    def without_edges(self, edges: pl.DataFrame) -> list[str]:
        """Delete edge nodes, then triples of which no other edge node speaks."""
        if edges.is_empty():
            return []
        rows = pl.DataFrame(self._terms(edges)).unique(maintain_order=True).iter_rows()
        values = "\n".join(f"({' '.join(row)})" for row in rows)
        act = self._names.relations([INTERACTED])[INTERACTED]
        no_act = f"FILTER(?p != <{act}> || NOT EXISTS {{ ?x <{USER}> ?s ; <{ITEM}> ?o }})"
        return [
            *self.without_descriptions(edge_iris(edges)),
            f"{self._with}DELETE {{ ?s ?p ?o }} WHERE {{ VALUES (?s ?p ?o) {{ {values} }} "
            f"?s ?p ?o . FILTER NOT EXISTS {{ {_OTHER} }} {no_act} }}",
        ]

    def without_descriptions(self, iris: pl.Series) -> list[str]:
        """Delete all that is said of resources that are kgrec's own."""
        return [self.forget("true", _angled(iris))] if len(iris) else []

    def without_nodes(self, keys: pl.Series) -> list[str]:
        """Delete the types and literals of nodes, and no triple between nodes."""
        own = f"isLiteral(?o) || ?p = <{RDF_TYPE}>"
        return [self.forget(own, _angled(node_iris(keys)))] if len(keys) else []

    def added_nodes(self, nodes: pl.DataFrame) -> list[str]:
        """Describe nodes."""
        if nodes.is_empty():
            return []
        types = self._names.types(nodes["type"].unique().to_list())
        terms = _angled(node_iris(nodes["key"]))
        return [self.insert(describe(nodes, terms, types, _END))]

    def added_edges(self, edges: pl.DataFrame) -> list[str]:
        """Add the triples of edges, and the nodes of those that need one."""
        if edges.is_empty():
            return []
        lines = triple_lines(*self._terms(edges), _END)
        own = edges.filter(needs_node(edges))
        return [self.insert([*lines, *node_blocks(own, *self._terms(own), _END)])]

    def _terms(self, edges: pl.DataFrame) -> tuple[pl.Series, pl.Series, pl.Series]:
        iris = self._names.relations(edges["relation"].unique().to_list())
        relations = edges["relation"].replace_strict(iris, return_dtype=pl.String)
        heads, tails = (node_iris(edges[end]) for end in ("head", "tail"))
        return (
            _angled(heads).alias("s"),
            _angled(relations).alias("p"),
            _angled(tails).alias("o"),
        )


def _angled(iris: pl.Series) -> pl.Series:
    return pl.select(pl.concat_str(pl.lit("<"), iris, pl.lit(">")).alias("term"))["term"]
