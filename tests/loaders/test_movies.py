"""What must hold for the table of facts about films; its README says how it was checked besides."""

from __future__ import annotations

import re
import unicodedata
from itertools import combinations

import polars as pl
import pytest
from kgrec.loaders import ml_100k, movies

from kgrec.callbacks import Progress
from kgrec.errors import DataError
from kgrec.vocabulary import Vocabulary

FILMS, FACTS = movies.films(), movies.facts()
ENTITIES, THEMES = movies.entities(), movies.themes()
NAMED = FACTS.join(ENTITIES, on="entity", how="left").join(
    FILMS.select("film", "year"), on="film", how="left"
)
LONGEST_CAREER = {"directed_by": 45, "starring": 62, "written_by": 45, "music_by": 45}
LONGEST_SILENCE = 20
# People who did change their trade so late.
LATE_CHANGES = {"person/bernardo-bertolucci"}  # wrote in 1968, directed in 1996
# Letters that Unicode does not take apart.
PLAIN = str.maketrans({"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "æ": "ae", "ß": "ss", "ð": "d"})
INITIAL_OR_SUFFIX = re.compile(r"\b([a-z]|jr|sr|ii|iii)\b")
# Different people whose names differ by an initial only.
DIFFERENT = {
    frozenset({"arthur-c-miller", "arthur-miller"}),
    frozenset({"ed-begley", "ed-begley-jr"}),
    frozenset({"george-miller", "george-t-miller"}),
    frozenset({"william-daniels", "william-h-daniels"}),
}


def slug(label: str) -> str:
    """The id that a label has: ASCII, lower case, hyphens."""
    text = unicodedata.normalize("NFKD", re.sub(r"['’]", "", label).translate(PLAIN))
    text = "".join(sign for sign in text if not unicodedata.combining(sign))
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def count(relation: str) -> pl.DataFrame:
    return FACTS.filter(pl.col("relation") == relation).group_by("film").len()


def test_it_is_as_large_as_promised() -> None:
    assert FILMS.height >= 1_100
    assert FACTS.height >= 19_000
    assert ENTITIES.height >= 6_000
    joined = FACTS.unique(["film", "entity"]).group_by("entity").len()
    assert joined.filter(pl.col("len") > 1).height >= 2_000


def test_almost_every_film_has_a_director_and_three_actors() -> None:
    cast = count("starring").filter(pl.col("len") >= 3)
    complete = cast.join(count("directed_by"), on="film", how="semi").height
    assert complete / FILMS.height >= 0.95
    assert FILMS.join(count("directed_by"), on="film", how="anti").is_empty()
    assert count("starring")["len"].max() <= 6


def test_nothing_is_empty_or_twice() -> None:
    for table, key in ((FILMS, "film"), (ENTITIES, "entity"), (THEMES, "entity")):
        assert table.null_count().sum_horizontal().item() == 0
        assert table[key].is_unique().all()
        text = table.select(pl.col(pl.String))
        assert text.equals(text.select(pl.all().str.strip_chars()))
        assert not text.select(pl.any_horizontal(pl.all() == "").any()).item()
    assert FACTS.is_unique().all()
    assert FACTS.null_count().sum_horizontal().item() == 0


def test_facts_speak_of_films_and_entities_of_the_tables() -> None:
    assert FACTS.join(FILMS, on="film", how="anti").is_empty()
    assert set(FACTS["entity"]) == set(ENTITIES["entity"])


def test_every_relation_leads_to_its_type() -> None:
    words = Vocabulary.load()
    for relation, kind in NAMED.select("relation", "type").unique().rows():
        assert words.relation(relation).known
        assert words.relation(relation).name == relation
        assert words.relation(relation).range == kind


def test_an_id_is_its_type_and_its_label() -> None:
    for entity, kind, label in ENTITIES.rows():
        prefix, _, name = entity.partition("/")
        assert prefix == kind.lower()
        # What follows the label tells namesakes apart: person/graham-greene-actor.
        assert name == slug(label) or name.startswith(f"{slug(label)}-")


def test_one_entity_has_one_spelling() -> None:
    groups = ENTITIES.filter(pl.col("type") == "Person")["entity"].str.strip_prefix("person/")
    same: dict[str, list[str]] = {}
    for name in groups:
        core = "".join(INITIAL_OR_SUFFIX.sub(" ", name.replace("-", " ")).split())
        same.setdefault(core, []).append(name)  # robert-de-niro and robert-deniro
    doubtful = {
        frozenset(pair)
        for names in same.values()
        for pair in combinations(names, 2)
        if all(len(name.split("-")) > 1 for name in pair)
    }
    assert doubtful == DIFFERENT


def test_a_label_is_shared_by_namesakes_only() -> None:
    shared = ENTITIES.filter(pl.struct("type", "label").is_duplicated())
    for label in shared["label"].unique():
        ids = sorted(shared.filter(pl.col("label") == label)["entity"], key=len)
        assert all(other.startswith(f"{ids[0]}-") for other in ids[1:])


def test_themes_are_from_the_list_and_join_films() -> None:
    assert THEMES.height <= 150
    used = NAMED.filter(pl.col("relation") == "has_theme")
    assert used.join(THEMES, on=["entity", "label"], how="anti").is_empty()
    films = used.group_by("entity").len()
    assert films.height == THEMES.height
    assert films["len"].min() >= 2
    each = count("has_theme")
    assert each["len"].max() <= 6
    assert each.filter(pl.col("len") >= 2).height == FILMS.height


def test_descriptions_are_short_whole_sentences_without_praise() -> None:
    words = FILMS["text"].str.split(" ").list.len()
    assert words.min() >= 20
    assert words.max() <= 60
    assert FILMS["text"].str.contains(r"[.!?]$").all()
    twice = FILMS.filter(pl.col("text").is_duplicated())
    assert twice.group_by("text").agg(pl.col("title").n_unique())["title"].max() == 1
    praise = r"(?i)\b(masterpiece|unforgettable|must-see|stunning|award-winning|hilarious)\b"
    assert not FILMS["text"].str.contains(praise).any()


def test_descriptions_do_not_name_the_director() -> None:
    directors = NAMED.filter(pl.col("relation") == "directed_by").join(FILMS, on="film")
    named = directors.filter(pl.col("text").str.contains(pl.col("label"), literal=True))
    itself = named.join(
        FACTS.filter(pl.col("relation") == "starring"), on=["film", "entity"], how="anti"
    )
    assert itself.is_empty()


@pytest.mark.parametrize("relation", LONGEST_CAREER)
def test_nobody_works_for_longer_than_a_life_allows(relation: str) -> None:
    years = NAMED.filter(pl.col("relation") == relation).group_by("label", "entity")
    careers = years.agg(pl.col("year").max() - pl.col("year").min())
    assert careers.filter(pl.col("year") > LONGEST_CAREER[relation]).is_empty()


def test_nobody_changes_trade_after_a_long_silence() -> None:
    people = NAMED.filter(pl.col("type") == "Person", pl.col("relation") != "based_on_author")
    strangers = set()
    for (entity,), person in people.group_by("entity"):
        trades = {r: set(g["year"]) for (r,), g in person.group_by("relation")}
        for one, other in combinations(trades.values(), 2):
            if min(abs(a - b) for a in one for b in other) > LONGEST_SILENCE:
                strangers.add(entity)
    assert strangers == LATE_CHANGES


def test_films_of_a_series_are_in_it() -> None:
    """A title that another film's title continues belongs to the same series."""
    series = dict(FACTS.filter(pl.col("relation") == "part_of_series")["film", "entity"].rows())
    sequel = re.compile(r"^(.+?)(?: (?:II|III|IV|V|VI|[2-6])(?::.*)?|: Part II)$")
    titles = dict(FILMS.select("title", "film").rows())
    for title, film in titles.items():
        found = sequel.match(title)
        if found and found[1] in titles:
            assert film in series, title
            assert series[film] == series.get(titles[found[1]]), title


def test_only_other_languages_than_english_are_named() -> None:
    assert "language/english" not in ENTITIES["entity"]


def test_a_prize_of_a_year_goes_to_one_film() -> None:
    # Categories that once were two, and years of a festival or an award that may differ from the
    # film's, are left out.
    single = ["Picture", "Director", "Actor", "Actress", "Film Editing"]
    awards = NAMED.filter(pl.col("label").is_in([f"Academy Award for Best {s}" for s in single]))
    titled = awards.join(FILMS.select("film", "title"), on="film")
    winners = titled.group_by("label", "year").agg(pl.col("title").n_unique())
    assert winners["title"].max() == 1


def test_films_under_two_ids_have_the_same_facts() -> None:
    twins = FILMS.filter(pl.struct("title", "year").is_duplicated())
    assert twins.height >= 2
    for _, group in twins.group_by("title", "year"):
        facts = [
            FACTS.filter(pl.col("film") == film).select("relation", "entity").rows()
            for film in group["film"]
        ]
        assert all(each == facts[0] for each in facts)


def test_its_ids_are_those_of_movielens() -> None:
    try:
        data = ml_100k.load(Progress())
    except DataError as error:
        pytest.skip(f"MovieLens-100K cannot be had here: {error}")
    both = FILMS.join(data.items, left_on="film", right_on="item", how="left", suffix="_there")
    assert both.filter(pl.col("title") != pl.col("title_there")).is_empty()
    assert both.filter(pl.col("year") != pl.col("year_there")).is_empty()
    assert both["title_there"].null_count() == 0
    assert data.facts.height == FACTS.height
    assert data.labels.filter(pl.col("label") == "John Lasseter").height == 1
