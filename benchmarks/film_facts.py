"""How well kgrec's own facts about films agree with another table about the same films.

    python benchmarks/film_facts.py FOLDER [--list]

FOLDER is a dataset folder whose facts come from elsewhere, with the relations ``directed_by`` and
``starring`` (for instance MovieLens and DBpedia). Films are the same if their titles, without
articles, case and accents, are equal and their years differ by at most one; where neither a
director nor an actor is in both tables, the other one speaks of another film of that title, and
the pair is left out. Of our directors and actors it is counted how many are in the other table,
and how many of the others are at least named in its text about the film. ``--list`` shows the rest.
"""

from __future__ import annotations

import argparse
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from kgrec.loaders import movies

import kgrec

_RELATIONS = ("directed_by", "starring")
_ARTICLES = {"the", "a", "an", "la", "le", "les", "il", "l", "der", "die", "das"}


@dataclass(frozen=True)
class Film:
    """A film in both tables.

    :ivar name: title and year
    :ivar ours: for each relation the names in our table, in billing order
    :ivar theirs: the same in the other table
    :ivar text: the other table's words about the film, as keys
    """

    name: str
    ours: dict[str, list[str]]
    theirs: dict[str, list[str]]
    text: frozenset[str]

    def agrees(self, relation: str, name: str) -> bool:
        """Whether the other table has one of our names."""
        return person_key(name) in {
            key for each in self.theirs[relation] for key in keys(each, name)
        }

    def names(self, name: str) -> bool:
        """Whether the other table's text has the first and the last word of a name."""
        words = person_key(name).split()
        return {words[0], words[-1]} <= self.text

    @property
    def is_same(self) -> bool:
        """Whether anybody is in both."""
        return any(self.agrees(r, name) for r in _RELATIONS for name in self.ours[r])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folder")
    parser.add_argument("--list", action="store_true", help="show every disagreement")
    arguments = parser.parse_args()
    if not Path(arguments.folder).is_dir():
        print(f"{arguments.folder} is not there: nothing is compared.")
        return
    everything = films_in_both(kgrec.load(arguments.folder))
    films = [film for film in everything if film.is_same]
    others = [film.name for film in everything if not film.is_same]
    print(f"{len(films)} films are in both; of {len(others)} the other table has a namesake.\n")
    print("| relation | films | ours | in theirs | share | or in their text | share |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for relation in _RELATIONS:
        row(relation, films, slice(None))
    row("starring", films, slice(3), "starring, first three")
    for place in range(6):
        row("starring", films, slice(place, place + 1), f"starring, place {place + 1}")
    if arguments.list:
        print("\nNamesakes: " + "; ".join(others))
        for film in films:
            disagreements(film)


def row(relation: str, films: list[Film], places: slice, title: str = "") -> None:
    """Print how many names of a relation agree, where both tables have any."""
    both = [film for film in films if film.theirs[relation] and film.ours[relation][places]]
    names = [(film, name) for film in both for name in film.ours[relation][places]]
    if not names:
        print(f"| {title or relation} | 0 | 0 | | | | |")
        return
    agree = sum(film.agrees(relation, name) for film, name in names)
    more = sum(not film.agrees(relation, name) and film.names(name) for film, name in names)
    strict, share = (f"{part / len(names):.1%}" for part in (agree, agree + more))
    counts = f"{len(both)} | {len(names)} | {agree} | {strict} | {agree + more} | {share}"
    print(f"| {title or relation} | {counts} |")


def disagreements(film: Film) -> None:
    """Print the names that the other table does not have at all."""
    for relation in _RELATIONS:
        rest = [
            name
            for name in film.ours[relation]
            if film.theirs[relation] and not film.agrees(relation, name) and not film.names(name)
        ]
        if rest:
            print(f"{film.name}, {relation}: {', '.join(rest)}")
            print(f"    theirs: {', '.join(film.theirs[relation])}")


def films_in_both(data: kgrec.Dataset) -> list[Film]:
    """Every film that both tables have."""
    facts = data.facts.join(data.labels.select(tail="entity", name="label"), on="tail")
    theirs = _people(facts.select("head", "relation", "name"))
    ours = _people(
        movies.facts().join(movies.entities(), on="entity").select("film", "relation", "label")
    )
    texts = dict(data.items.select("item", pl.col("text").fill_null("")).rows())
    return [
        Film(
            f"{title} ({year})",
            {relation: ours.get((film, relation), []) for relation in _RELATIONS},
            {relation: theirs.get((item, relation), []) for relation in _RELATIONS},
            frozenset(plain(texts[item]).split()),
        )
        for film, item, title, year in same_films(movies.films(), data.items).rows()
    ]


def _people(facts: pl.DataFrame) -> dict[tuple[str, str], list[str]]:
    grouped = facts.group_by(facts.columns[:2], maintain_order=True).agg(pl.col(facts.columns[2]))
    return {(film, relation): names for film, relation, names in grouped.rows()}


def same_films(ours: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    """Pairs of films: ``film, item, title, year``."""
    ours = ours.with_columns(name=_names(ours["title"])).explode("name")
    theirs = theirs.select("item", other="year", name=_names(theirs["title"])).explode("name")
    pairs = ours.join(theirs, on="name").filter((pl.col("year") - pl.col("other")).abs() <= 1)
    nearest = pairs.sort((pl.col("year") - pl.col("other")).abs(), maintain_order=True)
    return nearest.unique("film", keep="first", maintain_order=True).select(
        "film", "item", "title", "year"
    )


def _names(titles: pl.Series) -> pl.Series:
    """Of each title: itself and what is in brackets or before them, in comparable form."""
    return pl.Series([sorted(title_keys(title)) for title in titles], dtype=pl.List(pl.String))


def title_keys(title: str) -> set[str]:
    """Comparable forms of a title.

    >>> sorted(title_keys("Postman, The (Postino, Il) (1994)"))
    ['postino', 'postman']
    """
    title = re.sub(r"\s*\((19|20)\d\d\)$", "", title)
    parts = [re.sub(r"\(.*?\)", "", title), *re.findall(r"\((.*?)\)", title)]
    return {key for key in map(_words, parts) if key}


def _words(text: str) -> str:
    words = plain(text).replace("&", "and").split()
    return " ".join(word for word in words if word not in _ARTICLES)


def person_key(name: str) -> str:
    """A name without accents, case, initials, suffixes and brackets."""
    words = plain(re.sub(r"\(.*?\)", "", name)).split()
    kept = [word for word in words if len(word) > 1 and word not in {"jr", "sr", "ii", "iii"}]
    return " ".join(kept)


def keys(theirs: str, ours: str) -> set[str]:
    """The keys of a name in the other table; ``Coen brothers`` is everybody called Coen.

    >>> sorted(keys("Coen brothers", "Joel Coen"))
    ['coen brothers', 'joel coen']
    """
    found = {person_key(each) for each in theirs.split(" and ")} | {person_key(theirs)}
    family = plain(theirs).split()
    is_family = family[-1:] in (["brothers"], ["sisters"]) and plain(ours).split()[-1] == family[0]
    return found | ({person_key(ours)} if is_family else set())


def plain(text: str) -> str:
    """Lower-case ASCII letters and digits; anything else is a space."""
    bare = unicodedata.normalize("NFKD", text.lower().replace("ł", "l").replace("ø", "o"))
    bare = "".join(sign for sign in bare if not unicodedata.combining(sign))
    return re.sub(r"[^a-z0-9&]+", " ", bare.replace("'", ""))


if __name__ == "__main__":
    main()
