"""Triples that kgrec wrote → the graph again."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from kgrec.errors import StoreError
from kgrec.graph.content import Content
from kgrec.graph.rdf import edges as edge_terms
from kgrec.graph.rdf import nodes as node_terms
from kgrec.graph.rdf.header import read_header
from kgrec.graph.rdf.names import Names
from kgrec.graph.rdf.namespaces import GRAPH, KEY, RDF_TYPE, RDFS_LABEL
from kgrec.graph.rdf.parts import Parts
from kgrec.graph.rdf.properties import properties_of
from kgrec.graph.schema import EDGES, NODES, TRIPLE
from kgrec.vocabulary import INTERACTED


def read_content(chunks: Iterable[pl.DataFrame]) -> Content:
    """Read a graph.

    Triples that say nothing of a graph of kgrec's are passed over.

    :param chunks: columns of :data:`~kgrec.graph.rdf.lines.TRIPLES`
    :raises StoreError: if there is no graph of kgrec's in them, or a broken one
    """
    parts = Parts(chunks)
    header = _header(parts)
    names = Names.of(header)
    keys = _keys(parts)
    nodes = _nodes(parts, keys, names)
    return Content(nodes, _edges(parts, keys, names), header)


def _header(parts: Parts) -> dict[str, object]:
    rows = parts.texts.filter(pl.col("s") == parts.code(GRAPH))
    predicates = parts.iris(rows["p"]).alias("predicate")
    return read_header(rows.select(pl.col("text").alias("object")).with_columns(predicates))


def _keys(parts: Parts) -> pl.DataFrame:
    """``s, key`` of all nodes."""
    keys = parts.said(KEY, "key")
    odd = keys.filter(~pl.col("key").str.contains(r"^(user|item|entity):"))["key"]
    if odd.len():
        raise StoreError(f"'{odd[0]}' is no key of a node ({KEY}); write it like 'item:42'.")
    return keys


def _nodes(parts: Parts, keys: pl.DataFrame, names: Names) -> pl.DataFrame:
    halves = pl.col("key").str.splitn(":", 2).struct
    table = keys.with_columns(kind=halves.field("field_0"), id=halves.field("field_1"))
    for more in (
        _types(parts, table, names),
        parts.said(RDFS_LABEL, "label"),
        parts.said(node_terms.TEXT, "text"),
        properties_of(parts, keys["s"], node_terms.TAKEN),
    ):
        table = table.join(more, on="s", how="left")
    place = pl.col("kind").replace_strict({"user": 0, "item": 1, "entity": 2})
    filled = table.with_columns(pl.col("properties").fill_null("{}")).sort(place, "s")
    return filled.select(pl.col(name).cast(dtype) for name, dtype in NODES.items())


def _types(parts: Parts, nodes: pl.DataFrame, names: Names) -> pl.DataFrame:
    """``s, type``: what a node is besides a user, an item or an entity."""
    links = parts.links.filter(pl.col("p") == parts.code(RDF_TYPE)).select("s", "o")
    codes = {code: names.type_name(iri) for code, iri in parts.names(links["o"]).items()}
    known = {code: (name in names.declared_types) for code, name in codes.items()}
    typed = nodes.select("s", kind=pl.col("kind").str.to_titlecase()).join(
        links.with_columns(
            type=pl.col("o").replace_strict(codes, return_dtype=pl.String),
            known=pl.col("o").replace_strict(known, return_dtype=pl.Boolean),
        ),
        on="s",
        how="left",
    )
    # Others may have added types: one that the ontology knows goes before the rest.
    own = pl.col("type") == pl.col("kind")
    best = typed.sort(own, ~pl.col("known"), "type", nulls_last=True).unique("s", keep="first")
    return best.select("s", pl.coalesce("type", "kind").alias("type"))


def _edges(parts: Parts, keys: pl.DataFrame, names: Names) -> pl.DataFrame:
    described = _described(parts, keys, names)
    links = parts.links.filter(pl.col("p") != parts.code(RDF_TYPE)).rename(
        {"s": "head", "p": "relation", "o": "tail"}
    )
    plain = _between_nodes(links, keys).join(described, on=TRIPLE, how="anti")
    table = pl.concat(
        [
            plain.with_columns(
                pl.lit(None, dtype).alias(name)
                for name, dtype in described.schema.items()
                if name not in TRIPLE
            ).select(described.columns),
            described,
        ]
    )
    return _readable(parts, table, keys, names)


def _between_nodes(links: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    nodes = keys["s"].implode()
    return links.filter(pl.col("head").is_in(nodes) & pl.col("tail").is_in(nodes))


def _described(parts: Parts, keys: pl.DataFrame, names: Names) -> pl.DataFrame:
    """Edges that have a node of their own, with numbers for names."""
    acts = parts.linked(edge_terms.USER, "head").join(parts.linked(edge_terms.ITEM, "tail"), on="s")
    interacted = pl.lit(parts.code(names.relations([INTERACTED])[INTERACTED]), pl.UInt32).alias(
        "relation"
    )
    facts = (
        parts.linked(edge_terms.SUBJECT, "head")
        .join(parts.linked(edge_terms.OBJECT, "tail"), on="s")
        .join(parts.linked(edge_terms.PREDICATE, "relation"), on="s")
        # Others make statements about triples, too, but give them no weight.
        .join(parts.said(edge_terms.WEIGHT, "weight"), on="s", how="semi")
    )
    columns = ("s", *TRIPLE)
    both = pl.concat([acts.with_columns(interacted).select(columns), facts.select(columns)])
    table = _between_nodes(both.join(keys, on="s", how="anti"), keys)
    for predicate, name in edge_terms.VALUES.items():
        table = table.join(parts.said(predicate, name), on="s", how="left")
    properties = properties_of(parts, table["s"], edge_terms.TAKEN)
    return table.join(properties, on="s", how="left").drop("s")


def _readable(parts: Parts, table: pl.DataFrame, keys: pl.DataFrame, names: Names) -> pl.DataFrame:
    relations = {
        code: names.relation_name(iri) for code, iri in parts.names(table["relation"]).items()
    }
    for end in ("head", "tail"):
        ends = keys.select(pl.col("s").alias(end), pl.col("key").alias(f"{end}_key"))
        table = table.join(ends, on=end, how="left", maintain_order="left")
    named = table.select(
        pl.col("head_key").alias("head"),
        pl.col("relation").replace_strict(relations, return_dtype=pl.String),
        pl.col("tail_key").alias("tail"),
        pl.col("weight").fill_null("1"),
        "timestamp",
        "event",
        "split",
        "properties",
    )
    try:
        return named.select(pl.col(name).cast(dtype) for name, dtype in EDGES.items())
    except pl.exceptions.PolarsError as error:
        raise StoreError(
            f"a weight or a time of an edge is no number ({error}); correct it."
        ) from error
