"""Facts and descriptions of films, keyed by the ids of MovieLens-100K, written for kgrec: CC0 1.0.

Four tables, tab-separated, UTF-8, without quoting. ``README.md`` beside them says how they were
made and checked; ``themes.tsv`` is the closed list of themes.

===============  ===========================  ===========================================
file             columns
===============  ===========================  ===========================================
``films.tsv``    ``film, title, year, text``  a film and what it is about, in 20–60 words
``facts.tsv``    ``film, relation, entity``   the order of a film's actors is the billing
``entities.tsv`` ``entity, type, label``      one id and one spelling for each
``themes.tsv``   ``entity, label``            what ``has_theme`` may say
===============  ===========================  ===========================================
"""

from __future__ import annotations

from importlib.resources import files

import polars as pl

__all__ = ["entities", "facts", "films", "themes"]


def films() -> pl.DataFrame:
    """The films: ``film, title, year, text``; ``year`` is a number, the rest is text."""
    return _table("films.tsv").with_columns(pl.col("year").cast(pl.Int64))


def facts() -> pl.DataFrame:
    """What is known about the films: ``film, relation, entity``."""
    return _table("facts.tsv")


def entities() -> pl.DataFrame:
    """Names of everything that the facts speak of: ``entity, type, label``."""
    return _table("entities.tsv")


def themes() -> pl.DataFrame:
    """The themes that a film may have: ``entity, label``."""
    return _table("themes.tsv")


def _table(name: str) -> pl.DataFrame:
    text = (files(__package__) / name).read_bytes()
    return pl.read_csv(text, separator="\t", quote_char=None, infer_schema=False)
