"""The IRIs of nodes and edges.

A node whose id is an IRI keeps it, so that no name is lost; any other node is ``urn:kgrec:``, its
kind and its id.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from urllib.parse import quote, unquote

import polars as pl
from rdflib import URIRef

from kgrec.graph.rdf.namespaces import EDGE, KEY, KG, NODE
from kgrec.graph.schema import id_of, kind_of
from kgrec.vocabulary.turtle import is_iri

_OTHERS = "\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef\U00010000-\U0001fffd\U00020000-\U0002fffd"
_CHAR = rf"(?:[A-Za-z0-9\-._~!$&'()*+,;={_OTHERS}]|%[0-9A-Fa-f]{{2}})"
_MORE = rf"(?:{_CHAR}|[:@/?])*"
# The grammar of RFC 3987, without user names and numeric addresses: these keep a name of kgrec's.
_STRICT = (
    rf"(?i)^(?:urn:{_MORE}|[a-z][a-z0-9+.\-]*://{_CHAR}*(?::[0-9]*)?(?:[/?]{_MORE})?)"
    rf"(?:#{_MORE})?$"
)
_IS_STRICT = re.compile(_STRICT.removesuffix("$") + r"\Z")
_SAFE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\x00-\x20<>\"{}|^`\\\ud800-\udfff]*")
_UNRESERVED = r"^[A-Za-z0-9_.\-~]*$"


def valid_iri(name: str) -> bool:
    """Whether a name is an absolute IRI that every RDF tool takes, and none of kgrec's own."""
    return is_iri(name) and _IS_STRICT.match(name) is not None


def safe_iri(text: str) -> bool:
    """Whether a text is an absolute IRI that cannot break out of its angle brackets."""
    return _SAFE.fullmatch(text) is not None


def node_iri(node: str) -> URIRef:
    """The IRI of a node: ``item:42`` is ``urn:kgrec:item:42``, odd characters percent-encoded."""
    id = id_of(node)
    return URIRef(id if valid_iri(id) else f"{NODE}{kind_of(node)}:{quote(id, safe='')}")


def node_key(iri: str) -> str:
    """The key of a node, from an IRI that begins with ``urn:kgrec:``; else the IRI itself.

    >>> node_key("urn:kgrec:item:a%20b"), node_key("http://x.org/heat")
    ('item:a b', 'http://x.org/heat')
    """
    return unquote(iri.removeprefix(NODE)) if iri.startswith(NODE) else iri


def term(name: str) -> URIRef:
    """The IRI of a property, or of a type or relation that nobody declared."""
    return URIRef(name if valid_iri(name) else KG + quote(name, safe=""))


def term_name(iri: str) -> str:
    """Undo :func:`term`."""
    return unquote(iri.removeprefix(KG)) if iri.startswith(KG) else iri


def node_iris(keys: pl.Series) -> pl.Series:
    """The same as :func:`node_iri`, for a column of keys."""
    frame = keys.alias("key").to_frame().select("key", *_parts("key"))
    own = f"{NODE}" + pl.col("kind") + ":" + quoted(frame["id"])
    named = valid_iris(frame["id"])
    return frame.select(pl.when(named).then("id").otherwise(own).alias("iri"))["iri"]


def valid_iris(names: pl.Series) -> pl.Series:
    """The same as :func:`valid_iri`, for a column."""
    own = names.str.starts_with(NODE)
    return names.str.contains(_STRICT) & names.str.contains(r"(?i)^(urn:.|[^:]+://.)") & ~own


def quoted(texts: pl.Series) -> pl.Series:
    """Percent-encode like :func:`urllib.parse.quote` with nothing safe."""
    odd = texts.filter(~texts.str.contains(_UNRESERVED)).unique()
    if odd.is_empty():
        return texts
    chars = odd.str.split("").explode().unique().drop_nulls().to_list()
    codes = {char: quote(char, safe="") for char in chars if char and quote(char, safe="") != char}
    return texts.str.replace_many(codes)


def quoted_keys(keys: pl.Series) -> pl.Series:
    """Keys as a part of an IRI: the id percent-encoded."""
    frame = keys.alias("key").to_frame().select(*_parts("key"))
    return frame.select(pl.col("kind") + ":" + quoted(frame["id"]))["kind"]


def edge_iris(edges: pl.DataFrame) -> pl.Series:
    """Names for edges that need a node of their own: made from what identifies an edge.

    ``urn:kgrec:edge:user:5/interacted/item:7/t=1600000000/e=purchase``, without time and event
    where an edge has none.

    :param edges: columns of :data:`~kgrec.graph.schema.IDENTITY` at least
    """
    return edges.select(
        pl.concat_str(
            pl.lit(EDGE),
            quoted_keys(edges["head"]),
            pl.lit("/"),
            quoted(edges["relation"]),
            pl.lit("/"),
            quoted_keys(edges["tail"]),
            "/t=" + pl.col("timestamp").cast(pl.String),
            pl.lit("/e=") + quoted(edges["event"].cast(pl.String)),
            ignore_nulls=True,
        ).alias("iri")
    )["iri"]


def _parts(column: str) -> tuple[pl.Expr, pl.Expr]:
    halves = pl.col(column).str.splitn(":", 2).struct
    return halves.field("field_0").alias("kind"), halves.field("field_1").alias("id")


def key_of(iri: str, select: Callable[[str, str], Sequence[Sequence[str | None]]]) -> str | None:
    """The key of the node with an IRI in a store; ``None`` if there is none.

    :param select: asks the store for variables of a pattern
    """
    if not safe_iri(iri):
        return None
    rows = select("?k", f"<{iri}> <{KEY}> ?k")
    return rows[0][0] if rows else None
