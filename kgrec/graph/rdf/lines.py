"""N-Triples → columns, by string expressions.

The lines must be canonical, as pyoxigraph writes them: one blank between the terms, none inside an
IRI, and nothing escaped but quotation marks, backslashes and control characters.
"""

from __future__ import annotations

import polars as pl

from kgrec.graph.rdf.escape import unescaped

TermKind = pl.Enum(["iri", "bnode", "literal"])

TRIPLES = pl.Schema(
    {
        "subject": pl.String(),
        "predicate": pl.String(),
        "object": pl.String(),
        "kind": TermKind,
        "datatype": pl.String(),
        "language": pl.String(),
    }
)
"""``subject`` is an IRI, or ``_:`` and the name of a blank node; ``predicate`` an IRI; ``object``
like a subject, or the text of a literal; ``kind`` says which: ``iri``, ``bnode`` or ``literal``;
``datatype`` is the IRI of a literal's, null for a plain string and where there is a
``language``."""

_SUFFIX = r'"(?:\^\^<([^"]*)>|@([A-Za-z0-9\-]+))$'


def parse_lines(lines: pl.Series) -> pl.DataFrame:
    """Read N-Triples.

    :param lines: one triple each
    :return: columns of :data:`TRIPLES`; triples about triples (RDF 1.2) are left out
    """
    terms = lines.alias("line").str.splitn(" ", 3).struct.unnest()
    terms.columns = ["subject", "predicate", "object"]
    text = pl.col("object")
    return (
        terms.with_columns(_bare("subject"), _bare("predicate"), text.str.strip_suffix(" ."))
        .filter(~text.str.starts_with("<<"))
        .with_columns(kind=_kind())
        .with_columns(_suffix().struct.unnest())
        .with_columns(_object())
        .select(pl.col(name).cast(dtype) for name, dtype in TRIPLES.items())
    )


def _bare(column: str) -> pl.Expr:
    return pl.col(column).str.strip_prefix("<").str.strip_suffix(">")


def _kind() -> pl.Expr:
    first = pl.col("object").str.head(1)
    return (
        pl.when(first == "<")
        .then(pl.lit("iri"))
        .when(first == "_")
        .then(pl.lit("bnode"))
        .otherwise(pl.lit("literal"))
    )


def _suffix() -> pl.Expr:
    """What stands behind the last quotation mark; such a mark inside of a text has a backslash."""
    has_one = (pl.col("kind") == "literal") & ~pl.col("object").str.ends_with('"')
    groups = pl.when(has_one).then(pl.col("object")).str.extract_groups(_SUFFIX)
    return groups.struct.rename_fields(["datatype", "language"])


def _object() -> pl.Expr:
    marks = pl.coalesce(
        pl.col("datatype").str.len_chars() + 5, pl.col("language").str.len_chars() + 2, 1
    )
    literal = pl.col("object").str.head(-marks.cast(pl.Int64)).str.strip_prefix('"')
    return (
        pl.when(pl.col("kind") == "literal")
        .then(unescaped(literal))
        .otherwise(_bare("object"))
        .alias("object")
    )
