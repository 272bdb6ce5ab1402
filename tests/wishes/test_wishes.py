"""Wishes as people write them: what is meant is found, and what is not wanted is not."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

from kgrec.graph.years import item_years
from kgrec.wishes import WishParser

HERE = Path(__file__).parent


def _module(name: str) -> Any:
    """A module beside this one: test folders are no packages."""
    spec = importlib.util.spec_from_file_location(f"wishes_{name}", HERE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


judge, written = _module("judge"), _module("written")


@pytest.mark.parametrize(("name", "count"), [("development", 30), ("wishes", 60)])
def test_what_is_meant_is_found(parser: WishParser, name: str, count: int) -> None:
    wishes = written.wishes(name)
    assert len(wishes) == count
    years = item_years(parser.gazetteer.graph.nodes)
    verdicts = [judge.judge(each, parser.parse(each["text"]), years) for each in wishes]
    faults = [
        f"{each['text']}: missing {v.missing}, extra {v.extra}"
        for each, v in zip(wishes, verdicts, strict=True)
        if v.missing or v.extra
    ]
    assert judge.f1(verdicts) >= 0.85, "\n".join(faults)


def test_a_slip_of_the_pen_is_heard(parser: WishParser) -> None:
    assert [link.label for link in parser.parse("a commedy").want] == ["Comedy"]


@pytest.mark.parametrize(
    ("text", "avoided"),
    [
        ("no horror, war or musicals", {"Horror", "War", "Musical"}),
        ("comedy, no romance, action", {"Romance"}),
        ("nothing with robots, something with dogs", {"robots and artificial intelligence"}),
        ("without romance with Tom Hanks", {"Romance"}),
        ("not only comedies", set()),
        ("I don't mind horror", set()),
        ("musicals excluded", {"Musical"}),
        ("a non-animated comedy", {"Animation"}),
        ("anything but horror. Comedy!", {"Horror"}),
        ("a comedy instead of a drama", {"Drama"}),
        ("no gore, war or musicals", {"War", "Musical"}),
        ("不要血腥，战争或歌舞", {"War", "Musical"}),
        ("不要血腥，战争或者歌舞", {"War", "Musical"}),
    ],
)
def test_a_negation_ends_where_it_ends(parser: WishParser, text: str, avoided: set[str]) -> None:
    assert {link.label for link in parser.parse(text).avoid} == avoided


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("films from the 90s", "1990-1999"),
        ("films from the early 80s", "1980-1983"),
        ("before 1960", "-1959"),
        ("before 1700", "-1699"),
        ("since 1605", "1605-"),
        ("made after 1985", "1986-"),
        ("seventies or later", "1970-"),
        ("between 1950 and 1955", "1950-1955"),
        ("from 1599 to 1650", "1599-1650"),
        ("1962", "1962-1962"),
    ],
)
def test_years(parser: WishParser, text: str, found: str) -> None:
    assert [link.id for link in parser.parse(text).want] == [found]


@pytest.mark.parametrize(
    ("text", "liked"),
    [
        ("we felt safe in the heat, with speed and fear", set()),
        ("like Safe", {"Safe"}),
        ('"Heat"', {"Heat"}),
        ("something like heat or speed", {"Heat", "Speed"}),
        ("I loved Fear", {"Fear"}),
    ],
)
def test_common_words_are_titles_only_where_they_are_written_so(
    parser: WishParser, text: str, liked: set[str]
) -> None:
    assert {link.label for link in parser.parse(text).like} == liked


def test_what_is_ambiguous_is_shown_and_not_chosen(parser: WishParser) -> None:
    intent = parser.parse("something like Sabrina")
    assert intent.like == ()
    (shown,) = intent.ambiguous
    assert [link.label for link in shown.choices[:2]] == ["Sabrina", "Sabrina"]
    assert intent.text[slice(*shown.span)] == "Sabrina"
    (dated,) = parser.parse("something like Sabrina (1954)").like
    assert item_years(parser.gazetteer.graph.nodes)[dated.id] == 1954


def test_what_cannot_be_excluded_is_said(parser: WishParser) -> None:
    assert parser.parse("a comedy without zombies").not_excluded == ("zombies",)


def test_what_is_no_name_is_free_text(parser: WishParser) -> None:
    intent = parser.parse("a melancholy comedy about lighthouses")
    assert intent.free_text == "melancholy lighthouses"


def test_own_words(films: Any, tmp_path: Path) -> None:
    own = tmp_path / "words.toml"
    own.write_text('[en]\nnever = ["spare me"]\n[en.words]\nbuddy = ["friendship"]\n', "utf-8")
    parser = WishParser(films, str(own))
    intent = parser.parse("a buddy film, spare me romance")
    assert [link.label for link in intent.want] == ["friendship"]
    assert [link.label for link in intent.avoid] == ["Romance"]


def test_any_graph_can_be_wished_of(tiny_graph: Any) -> None:
    intent = WishParser(tiny_graph).parse("a funny film, no mystery")
    assert [link.id for link in intent.want] == ["genre/Comedy"]
    assert [link.id for link in intent.avoid] == ["genre/Mystery"]


def test_years_between_in_either_language(parser: WishParser) -> None:
    for text in ("from 1980 to 1985", "between 1980 and 1985", "1980到1985", "1980至1985"):
        assert [link.id for link in parser.parse(text).want] == ["1980-1985"], text


def test_a_language_of_ones_own_is_a_section_of_a_file(films: Any, tmp_path: Path) -> None:
    file = tmp_path / "de.toml"
    file.write_text(
        """
        [de]
        never = ["ohne", "kein", "keine"]
        joins = ["oder", "und"]
        either = ["oder"]
        before = ["vor"]
        between = ["bis"]
        articles = ["dem", "der"]
        [de.words]
        krieg = ["War"]
        horror = ["Horror"]
        musical = ["Musical"]
        """,
        encoding="utf-8",
    )
    german = WishParser(films, str(file))
    avoided = {link.label for link in german.parse("ohne Horror, Krieg oder Musical").avoid}
    assert avoided == {"Horror", "War", "Musical"}
    assert [link.id for link in german.parse("1980 bis 1985").want] == ["1980-1985"]
    assert [link.id for link in german.parse("vor dem 1980").want] == ["-1979"]
