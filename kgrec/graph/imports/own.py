"""Telling triples that kgrec wrote from those of the graph it was made from."""

from __future__ import annotations

import polars as pl

from kgrec.graph.rdf.namespaces import KEY, KG, NODE, RDF_TYPE
from kgrec.vocabulary import INTERACTED

_INTERACTED = f"{KG}{INTERACTED}"


def without_own(triples: pl.DataFrame, declared: pl.Series) -> pl.DataFrame:
    """Leave out what :meth:`~kgrec.graph.KnowledgeGraph.to_rdf` wrote beside another graph.

    A node whose id is an IRI is the same resource in both: it only loses what kgrec says of it in
    its own vocabulary. A graph that kgrec alone wrote stays as it is.

    :param triples: columns of :data:`kgrec.graph.rdf.lines.TRIPLES`
    :param declared: subjects that an ontology declares
    """
    subject, predicate = pl.col("subject"), pl.col("predicate")
    keyed = triples.filter(predicate == KEY)["subject"].unique()
    if keyed.is_empty():
        return triples
    is_literal = pl.col("kind") == "literal"
    is_own = (
        subject.str.starts_with(NODE)
        | predicate.str.starts_with(KG)
        | (~is_literal & pl.col("object").str.starts_with(NODE))
        | (~is_literal & pl.col("object").str.starts_with(KG))
    )
    rest = triples.filter(~is_own)
    others = rest.filter(
        predicate == RDF_TYPE,
        ~subject.is_in(keyed.implode()),
        ~subject.is_in(declared.implode()),
    )
    is_mixed = not others.is_empty() or _said_twice(triples, rest)
    return rest if is_mixed else triples


def _said_twice(triples: pl.DataFrame, rest: pl.DataFrame) -> bool:
    """Whether an interaction of kgrec's also stands there under another name."""
    ends = ["subject", "object"]
    acts = triples.filter(pl.col("predicate") == _INTERACTED).select(ends)
    return not rest.join(acts, on=ends, how="semi").is_empty()
