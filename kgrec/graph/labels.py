"""Readable names: where they come from, and when a name is none."""

from __future__ import annotations

import polars as pl

# An IRI, or a prefixed name such as dbr:Tom_Hanks, up to where its last part begins.
_IRI = r"^(?:https?://|urn:|[A-Za-z][\w.\-]*:).*?(?:Category:)?([^/#:]+)$"
# One word that holds a digit: m.02vxxgs, e3846, Q42, tt0114709, a UUID.
_OPAQUE = r"^[^\s]*\d[^\s]*$"


def readable(id: pl.Expr) -> pl.Expr:
    """A name made from an id: the last part of an IRI in words, else the id itself."""
    words = id.str.extract(_IRI, 1).str.replace_all("_", " ").str.strip_chars()
    return (
        pl.when(words.is_not_null() & (words != "") & ~words.str.contains(_OPAQUE))
        .then(words)
        .otherwise(id)
    )


def is_named() -> pl.Expr:
    """Whether a node (a row with ``id`` and ``label``) has a name that a person can read."""
    return (pl.col("label") != pl.col("id")) | ~pl.col("id").str.contains(_OPAQUE)


def or_else(name: str, fallback: pl.Expr) -> pl.Expr:
    """The stripped column ``name``, or ``fallback`` where it is null or blank."""
    text = pl.col(name).str.strip_chars()
    return pl.when(text != "").then(text).otherwise(fallback).alias(name)
