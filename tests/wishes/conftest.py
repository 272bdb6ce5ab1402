from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from kgrec.loaders import movies

from kgrec.data import DatasetInfo, clean
from kgrec.graph import KnowledgeGraph
from kgrec.wishes import WishParser

HERE = Path(__file__).parent


def catalogue() -> KnowledgeGraph:
    """The films that ship with kgrec, with genres for some of them and invented users."""
    genres: dict[str, list[str]] = tomllib.loads((HERE / "genres.toml").read_text("utf-8"))
    films = movies.films().select("title", "year", "text", item="film")
    known = {title: "|".join(each) for title, each in genres.items()}
    facts = movies.facts().select(
        "relation", head="film", tail="entity", head_kind=pl.lit("item"), tail_kind=pl.lit("entity")
    )
    tables = {
        "events": _events(facts),
        "items": films.with_columns(
            genres=pl.col("title").replace_strict(known, default=None, return_dtype=pl.String)
        ),
        "facts": facts,
        "labels": movies.entities(),
    }
    info = DatasetInfo(
        name="films", source="kgrec.loaders.movies", licence="CC0 1.0", item_type="Film"
    )
    return KnowledgeGraph.build(clean(tables, info))


def _events(facts: pl.DataFrame) -> pl.DataFrame:
    """Users, each of whom took ten films about something."""
    themes = (
        facts.filter(pl.col("relation") == "has_theme").group_by("tail").agg("head").sort("tail")
    )
    rng = np.random.default_rng(0)
    rows = [
        (f"u{user}", film)
        for user, liked in enumerate(themes.filter(pl.col("head").list.len() >= 20)["head"])
        for film in rng.choice(liked.to_list(), size=10, replace=False).tolist()
    ]
    return pl.DataFrame(rows, schema=["user", "item"], orient="row")


@pytest.fixture(scope="session")
def films() -> KnowledgeGraph:
    return catalogue()


@pytest.fixture(scope="session")
def parser(films: KnowledgeGraph) -> WishParser:
    return WishParser(films)
