"""MovieLens-100K with a Freebase graph: 943 users, 1,682 films, 100,000 ratings, 91,631 facts.

The files travel in the wheel of ``recbole`` 1.2.1 on the Python package index, which is downloaded
once and neither installed nor imported. A film that a user rated 4 or better is an interaction
(55,375 of them); the behaviour of each user is split by time. Titles are put in reading order
("The Net" for "Net, The"); the years and genres that the files call unknown are empty.

F. Maxwell Harper and Joseph A. Konstan. The MovieLens Datasets: History and Context. ACM TiiS
5(4), 2015. https://doi.org/10.1145/2827872
"""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl

from kgrec.callbacks import Progress
from kgrec.data import Dataset, DatasetInfo, cache_folder, clean
from kgrec.errors import DataError

from .download import Wheel, unpack_from_index
from .recbole import linked, read_atomic

WHEEL = Wheel("recbole==1.2.1", "9c9948202011f37eb0a7c6768129313f00d6403ad221ec940d5e2d5d5f33a407")
MEMBERS = tuple(
    f"recbole/dataset_example/ml-100k/ml-100k.{ending}"
    for ending in ("inter", "item", "user", "kg", "link")
)
MIN_RATING = 4.0

INFO = DatasetInfo(
    name="ml-100k",
    source="https://pypi.org/project/recbole/1.2.1/",
    licence=(
        "MovieLens-100K by GroupLens, University of Minnesota: research use only, no "
        "redistribution and no commercial use without permission; cite Harper and Konstan 2015, "
        "https://doi.org/10.1145/2827872. "
        "Facts from Freebase: CC BY."
    ),
    item_type="Film",
)

_UNKNOWN = ("unknown", "unkonwn")
_ARTICLES = ("The", "An", "A", "La", "Le", "Les", "L'", "Il", "O", "Der", "Die", "Das", "Det")


def load(progress: Progress) -> Dataset:
    """Load MovieLens-100K, from the cache or else from the package index.

    :raises DataError: if it is not in the cache and cannot be downloaded
    """
    folder = cache_folder("datasets") / "ml-100k"
    if not _is_complete(folder):
        with progress.stage("Download ml-100k", total=1) as bar:
            _fetch(folder)
            bar.advance()
    return read(folder)


def _is_complete(folder: Path) -> bool:
    return all((folder / Path(member).name).is_file() for member in MEMBERS)


def _fetch(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)  # somebody took files out of the cache
    try:
        unpack_from_index(WHEEL, MEMBERS, folder)
    except DataError:
        if not _is_complete(folder):  # else another process was faster
            raise


def read(folder: Path) -> Dataset:
    """Read the five files.

    :param folder: holds ``ml-100k.inter`` and its siblings
    """
    path = {Path(member).suffix[1:]: folder / Path(member).name for member in MEMBERS}
    tables = {
        "events": read_atomic(path["inter"]),
        "items": read_films(path["item"]),
        "users": read_atomic(path["user"]),
        "facts": linked(read_atomic(path["kg"]), read_atomic(path["link"])),
    }
    names = {"events": "inter", "items": "item", "users": "user", "facts": "kg"}
    files = {table: path[ending].name for table, ending in names.items()}
    return clean(tables, INFO, files=files, min_rating=MIN_RATING)


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
