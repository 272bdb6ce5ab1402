"""A whole graph as N-Triples or N-Quads, in parts of bounded size."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from kgrec.errors import StoreError
from kgrec.graph.content import Content
from kgrec.graph.rdf.edges import needs_node, node_blocks, triple_lines
from kgrec.graph.rdf.header import header_lines
from kgrec.graph.rdf.iris import node_iris
from kgrec.graph.rdf.names import Names
from kgrec.graph.rdf.nodes import describe
from kgrec.graph.schema import TRIPLE

CHUNK = 50_000
"""Nodes or edges in a part."""


class Serialiser:
    """Writes one graph.

    :param content: the graph
    :param end: of a line: ``" ."``, with a graph's IRI before it for N-Quads
    :raises StoreError: if an edge leads to no node, or two names would have one IRI
    """

    def __init__(self, content: Content, end: str = " .") -> None:
        self.nodes, self.edges, self.header = content.nodes, content.edges, content.header
        self.end = end
        names = Names.of(content.header)
        self._types = names.types(content.nodes["type"].unique().to_list())
        self._relations = names.relations(content.edges["relation"].unique().to_list())
        self._terms = _terms(content.nodes)
        self._heads, self._tails = (self._rows(end) for end in ("head", "tail"))

    def blocks(self) -> Iterator[pl.Series]:
        """Everything: the header, the nodes with the triples that begin at them, the edge nodes.

        :return: texts of one or more lines about one subject, without the last line's end
        """
        yield pl.Series("block", ["\n".join(header_lines(self.header, self.end))])
        yield from self.node_blocks()
        yield from self.edge_blocks()

    def node_blocks(self) -> Iterator[pl.Series]:
        """The nodes, each followed by the triples that begin at it."""
        order = self._heads.arg_sort()
        sorted_heads = self._heads.gather(order)
        for start in range(0, self.nodes.height, CHUNK):
            stop = min(start + CHUNK, self.nodes.height)
            first, last = (sorted_heads.search_sorted(row, side="left") for row in (start, stop))
            rows = pl.int_range(start, stop, dtype=pl.UInt32, eager=True)
            described = describe(
                self.nodes.slice(start, stop - start),
                self._terms[start:stop],
                self._types,
                self.end,
            )
            triples = self._triples(order.slice(first, last - first))
            parts = pl.DataFrame({"row": rows, "block": described})
            yield pl.concat([parts, triples]).sort("row", maintain_order=True)["block"]

    def edge_blocks(self) -> Iterator[pl.Series]:
        """The edges that have a node of their own."""
        rows = needs_node(self.edges).arg_true()
        for start in range(0, len(rows), CHUNK):
            some = rows.slice(start, CHUNK)
            edges = self.edges[some]
            yield node_blocks(edges, *self._ends(some, edges), self.end)

    def _triples(self, rows: pl.Series) -> pl.DataFrame:
        edges = self.edges[rows].select(TRIPLE).with_columns(index=rows)
        edges = edges.unique(TRIPLE, maintain_order=True)
        heads = self._heads.gather(edges["index"])
        lines = triple_lines(*self._ends(edges["index"], edges), self.end)
        return pl.DataFrame({"row": heads, "block": lines})

    def _ends(self, rows: pl.Series, edges: pl.DataFrame) -> tuple[pl.Series, pl.Series, pl.Series]:
        relations = edges["relation"].replace_strict(
            list(self._relations),
            [f"<{iri}>" for iri in self._relations.values()],
            return_dtype=pl.String,
        )
        heads, tails = (self._terms.gather(end.gather(rows)) for end in (self._heads, self._tails))
        return heads, relations, tails

    def _rows(self, end: str) -> pl.Series:
        """The row of each edge's end among the nodes."""
        keys = self.nodes.select(pl.col("key").alias(end)).with_row_index("row")
        rows = self.edges.select(end).join(keys, on=end, how="left", maintain_order="left")["row"]
        if rows.null_count():
            key = self.edges[end].filter(rows.is_null())[0]
            raise StoreError(
                f"{rows.null_count():,} edges have a {end} that is no node of the graph, for "
                f"instance '{key}'; add the node or leave out the edge."
            )
        return rows


def _terms(nodes: pl.DataFrame) -> pl.Series:
    """The IRI of each node, in angle brackets."""
    iris = node_iris(nodes["key"])
    if iris.n_unique() < len(iris):
        twice = iris.filter(iris.is_duplicated())[0]
        keys = nodes["key"].filter(iris == twice).head(2).to_list()
        raise StoreError(
            f"the nodes '{keys[0]}' and '{keys[1]}' would be one in RDF, as both have the IRI "
            f"{twice}; rename one of them."
        )
    return pl.select(pl.concat_str(pl.lit("<"), iris, pl.lit(">")).alias("term"))["term"]
