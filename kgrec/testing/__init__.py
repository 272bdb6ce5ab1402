"""A little invented world of films, for tests, examples and first steps.

Users like a genre and a director, and choose films by both, so that a model that reads the graph
or the behaviour beats popularity. The ids of users, items and entities are ``"1", "2", …`` alike,
on purpose: whatever mixes them up fails here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl

from kgrec.data import Dataset, DatasetInfo, clean, write_folder

GENRES = ("Mystery", "Comedy", "Romance", "Adventure")

_FIRST = ("Ada", "Bruno", "Clara", "Dario", "Elif", "Femi", "Greta", "Hugo")
_LAST = ("Marlow", "Okoro", "Lindqvist", "Varga", "Tanaka")
_WHAT = ("Lantern", "Harbour", "Orchard", "Clockmaker", "Compass", "Garden", "Lighthouse", "Letter")
_HOW = ("Silent", "Crooked", "Golden", "Borrowed", "Winter", "Paper", "Hidden")
_PLACES = ("Avelle", "Port Sorrow", "Kestrel Bay", "Old Marrow")
_COUNTRIES = ("Norvia", "Estara", "Calden")
_PEOPLE = 24
_DIRECTORS = 8
_START = 1_600_000_000
_DAY = 86_400


def tiny_dataset(users: int = 30, items: int = 40, seed: int = 0) -> Dataset:
    """Invent a dataset: every table is there, and every kind of column.

    :param users: how many users, at least 1
    :param items: how many films, at least 12
    :param seed: same numbers and seed, same dataset
    """
    if users < 1 or items < 12:
        raise ValueError(f"a tiny world needs 1 user and 12 items, not {users} and {items}")
    rng = np.random.default_rng(seed)
    genre = np.arange(items) % len(GENRES)
    # Each director works in one genre; a film's second genre is only there to make it less simple.
    director = genre + len(GENRES) * rng.integers(_DIRECTORS // len(GENRES), size=items)
    tables = {
        "events": _events(rng, users, genre, director),
        "items": _items(rng, genre, director),
        "users": _users(rng, users),
        "facts": _facts(rng, director),
        "labels": _labels(),
    }
    info = DatasetInfo(
        name="tiny", source="kgrec.testing", licence="CC0 1.0 (invented)", item_type="Film"
    )
    return clean(tables, info)


def write_tiny_folder(
    folder: str | Path, format: Literal["csv", "parquet"] = "csv", **sizes: int
) -> Dataset:
    """Write a tiny dataset in the plain layout, and return it.

    :param folder: must not exist, or be empty
    :param format: of the tables
    :param sizes: ``users``, ``items``, ``seed`` as in :func:`tiny_dataset`
    """
    dataset = tiny_dataset(**sizes)
    write_folder(dataset, folder, format=format)
    return dataset


def _ids(count: int) -> list[str]:
    return [str(number) for number in range(1, count + 1)]


def _person(number: int) -> str:
    return f"{_FIRST[number % len(_FIRST)]} {_LAST[number % len(_LAST)]}"


def _title(number: int) -> str:
    what, how = _WHAT[number % len(_WHAT)], _HOW[number % len(_HOW)]
    sequel = number // (len(_WHAT) * len(_HOW))
    return f"The {how} {what}{f' {sequel + 1}' if sequel else ''}"


def _events(
    rng: np.random.Generator,
    users: int,
    genre: np.ndarray,
    director: np.ndarray,
) -> pl.DataFrame:
    """Draw films by liking: the favourite director counts most, then the genre, then fame."""
    fame = rng.normal(scale=0.5, size=len(genre))
    rows = []
    for user in range(users):
        favourite = rng.integers(len(GENRES))
        idol = favourite + len(GENRES) * rng.integers(_DIRECTORS // len(GENRES))
        liking = fame + 2.5 * (genre == favourite) + 1.5 * (director == idol)
        # Gumbel noise, then the best: draws without replacement in proportion to exp(liking).
        order = np.argsort(-(liking + rng.gumbel(size=len(genre))))
        chosen = rng.permutation(order[: rng.integers(7, 12)])
        days = np.sort(rng.choice(365, size=len(chosen), replace=False))
        rows += [
            (str(user + 1), str(item + 1), _START + int(day) * _DAY, float(rng.integers(1, 4)))
            for item, day in zip(chosen, days, strict=True)
        ]
    return pl.DataFrame(rows, schema=["user", "item", "timestamp", "weight"], orient="row")


def _items(rng: np.random.Generator, genre: np.ndarray, director: np.ndarray) -> pl.DataFrame:
    count = len(genre)
    second = rng.integers(len(GENRES), size=count)
    genres = [
        "|".join(sorted({GENRES[one], GENRES[two]})) if number % 3 == 0 else GENRES[one]
        for number, (one, two) in enumerate(zip(genre, second, strict=True))
    ]
    places = rng.integers(len(_PLACES), size=count)
    text = [
        f"This {GENRES[one].lower()} film by {_person(int(maker))} is set in {_PLACES[place]}."
        for one, place, maker in zip(genre, places, director, strict=True)
    ]
    return pl.DataFrame(
        {
            "item": _ids(count),
            "title": [_title(number) for number in range(count)],
            "text": [None if number % 10 == 9 else words for number, words in enumerate(text)],
            "year": rng.integers(1960, 2021, size=count),
            "genres": genres,
        }
    )


def _users(rng: np.random.Generator, users: int) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "user": _ids(users),
            "age": rng.integers(16, 80, size=users),
            "country": [_COUNTRIES[number] for number in rng.integers(len(_COUNTRIES), size=users)],
        }
    )


def _facts(rng: np.random.Generator, director: np.ndarray) -> pl.DataFrame:
    """Films have a director and two actors; the first four of some genres are a series."""
    facts = []
    for item, maker in enumerate(director):
        film = str(item + 1)
        actors = _DIRECTORS + rng.choice(_PEOPLE - _DIRECTORS, size=2, replace=False)
        facts += [(film, "directed_by", str(maker + 1))]
        facts += [(film, "starring", str(actor + 1)) for actor in sorted(actors)]
        if item % len(GENRES) < 2 and item < 4 * len(GENRES):
            facts += [(film, "part_of_series", str(_PEOPLE + item % len(GENRES) + 1))]
    return pl.DataFrame(facts, schema=["head", "relation", "tail"], orient="row").with_columns(
        head_kind=pl.lit("item"), tail_kind=pl.lit("entity")
    )


def _labels() -> pl.DataFrame:
    people = [(number, _person(number), "Person") for number in range(_PEOPLE)]
    series = [
        (_PEOPLE + number, f"The {place} Stories", "Series")
        for number, place in enumerate(_PLACES[:2])
    ]
    rows = [(str(number + 1), label, kind) for number, label, kind in people + series]
    return pl.DataFrame(rows, schema=["entity", "label", "type"], orient="row")
