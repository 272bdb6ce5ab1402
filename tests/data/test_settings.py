from pathlib import Path

import pytest

from kgrec.data.settings import Settings, read_settings
from kgrec.errors import DataError


def settings(folder: Path, text: str) -> Settings:
    (folder / "dataset.toml").write_text(text, encoding="utf-8")
    return read_settings(folder)


def test_everything_has_a_default(tmp_path: Path) -> None:
    info = read_settings(tmp_path).info(tmp_path)
    assert (info.name, info.source, info.item_type) == (tmp_path.name, str(tmp_path), "Item")


def test_every_key(tmp_path: Path) -> None:
    (tmp_path / "my.ttl").touch()
    read = settings(
        tmp_path,
        'name = "shop"\nlicence = "CC0"\nsource = "here"\nitem_type = "Film"\n'
        'ontology = ["my.ttl"]\n[columns.events]\nuser = "user_id"\n[columns.items]\n'
        'genres = "class"\n[events]\nmin_rating = 4\n',
    )
    info = read.info(tmp_path)
    assert (info.name, info.licence, info.source, info.item_type) == ("shop", "CC0", "here", "Film")
    assert info.ontologies == (str((tmp_path / "my.ttl").resolve()),)
    assert read.columns == {"events": {"user": "user_id"}, "items": {"genres": "class"}}
    assert read.events.min_rating == 4


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nmae = 'x'", "no key 'nmae', did you mean 'name'.*known are name, licence"),
        ("[events]\nmin_ratng = 4", "no key 'events.min_ratng', did you mean 'events.min_rating'"),
        ("[columns.event]\nuser = 'u'", "no key 'columns.event', did you mean 'columns.events'"),
        ("[columns.facts]\nhed = 'h'", "no key 'columns.facts.hed', did you mean 'columns.facts.h"),
        ("[events]\nmin_rating = 'four'", "'events.min_rating' cannot be 'four'"),
        ("name = ", "the file is not TOML"),
    ],
)
def test_a_fault_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        settings(tmp_path, text)
    assert "dataset.toml" in str(caught.value)


def test_an_ontology_file_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"'no\.ttl' does not exist"):
        settings(tmp_path, 'ontology = ["no.ttl"]').info(tmp_path)
