from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from kgrec.errors import ConfigError
from kgrec.explain.languages import ENGLISH, languages, read_language
from kgrec.explain.languages.phrases import PHRASES
from kgrec.explain.languages.plurals import category

# https://www.unicode.org/cldr/charts/latest/supplemental/language_plural_rules.html
RUSSIAN = {
    "one": "v = 0 and i % 10 = 1 and i % 100 != 11",
    "few": "v = 0 and i % 10 = 2..4 and i % 100 != 12..14",
    "many": "v = 0 and i % 10 = 0 or v = 0 and i % 10 = 5..9 or v = 0 and i % 100 = 11..14",
}
ARABIC = {
    "zero": "n = 0",
    "one": "n = 1",
    "two": "n = 2",
    "few": "n % 100 = 3..10",
    "many": "n % 100 = 11..99",
}
GERMAN = """
code = "de"
name = "German"
[plurals]
one = "i = 1 and v = 0"
[people]
one = "eine Person"
other = "{count} Personen"
[names]
thousands = "."
[reasons]
direct = "es ist {relation} {start}, das Ihnen gefiel"
[relations.directed_by]
label = "unter der Regie von"
pattern = "auch unter der Regie von {entity}"
"""


@pytest.mark.parametrize("code", languages())
def test_a_language_that_ships_has_every_phrase(code: str) -> None:
    language = read_language(code)
    assert language.code == code
    assert language.missing == ()
    given = tomllib.loads((files("kgrec.explain.languages") / f"{code}.toml").read_text("utf-8"))
    assert set(PHRASES) <= set(given)
    assert {"history", "people", "never", "function_words"} <= set(language.rewrite)


@pytest.mark.parametrize(
    ("rules", "counts"),
    [
        (
            RUSSIAN,
            {
                1: "one",
                2: "few",
                5: "many",
                11: "many",
                12: "many",
                21: "one",
                22: "few",
                100: "many",
            },
        ),
        (
            ARABIC,
            {
                0: "zero",
                1: "one",
                2: "two",
                3: "few",
                10: "few",
                11: "many",
                100: "other",
                103: "few",
            },
        ),
        ({}, {0: "other", 1: "other"}),
    ],
)
def test_plurals_follow_cldr(rules: dict[str, str], counts: dict[int, str]) -> None:
    assert {count: category(count, rules) for count in counts} == counts


def test_a_file_of_a_user_is_a_language_and_what_it_lacks_is_english(tmp_path: Path) -> None:
    file = tmp_path / "de.toml"
    file.write_text(GERMAN, encoding="utf-8")
    german = read_language(file)
    assert (german.people(1), german.people(1234)) == ("eine Person", "1.234 Personen")
    assert german.because(["x"]) == ENGLISH.because(["x"]) == "because x"
    assert "sentence.because" in german.missing
    assert "reasons.direct" not in german.missing
    assert read_language(str(file)).relations["directed_by"]["label"] == "unter der Regie von"


def test_an_english_file_changes_english(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    for code in ("en", "en_GB"):
        text = f'code = "{code}"\nname = "English"\n[reasons]\npopular = "all rave about it"\n'
        file.write_text(text, encoding="utf-8")
        mine = read_language(file)
        assert mine.is_english
        assert mine.missing == ()
        assert (mine.people(1), mine.people(1234)) == ("1 person", "1,234 people")
        assert mine.say("reasons.popular") == "all rave about it"
        assert mine.rewrite == ENGLISH.rewrite
        assert mine != ENGLISH


def test_languages_that_say_the_same_are_equal(tmp_path: Path) -> None:
    (tmp_path / "de.toml").write_text(GERMAN, encoding="utf-8")
    one, two = (read_language(tmp_path / "de.toml") for _ in range(2))
    assert one is not two
    assert {one: 1}[two] == 1
    (tmp_path / "de.toml").write_text(GERMAN.replace("gefiel", "gefallen hat"), encoding="utf-8")
    assert read_language(tmp_path / "de.toml") != one


def test_codes_are_read_with_and_without_a_region() -> None:
    assert read_language("en") is ENGLISH
    assert read_language("zh-CN") is read_language("ZH_hans") is read_language("zh")
    with pytest.raises(ConfigError, match=r"no language 'xx': kgrec brings en, zh; give the path"):
        read_language("xx")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('code = "de"', "", "code or name is missing"),
        ("eine Person", "eine {x}", r"people\] one: there is no \{x\}; write \{count\}"),
        ("{relation}", "{relation} {user}", r"there is no \{user\}; write \{relation\}"),
        ("{relation}", "", r"\{relation\} is missing"),
        ("direct =", "drect =", "nobody asks for 'drect'"),
        ("i = 1 and v = 0", "__import__('os')", "is no plural rule"),
        ("i = 1 and v = 0", "i % 0 = 1", "is no plural rule"),
        ("auch unter der Regie von {entity}", "auch {entity} {entity}", r"add \{entity\}, once"),
        ("\npattern", "\nmuster", "nobody asks for it"),
        ('"German"', '"German"\nrest = 1', "'rest' is no table"),
        ('thousands = "."', "thousands = 1", "'thousands' is no text"),
        ("[people]", "[people", "not valid TOML"),
        ("[people]", "[peeple]", "nobody reads 'peeple'"),
        ('"German"', '"German"\nnaem = 1', "nobody reads 'naem'"),
        ("[people]", "other = 'i = 2'\n[people]", r"\[plurals\] other: nobody asks for it"),
        ("[names]", "[generic]\npatern = 'x'\n[names]", r"\[generic\] patern: nobody asks"),
        ("[names]", "[generic]\npattern = '{label}'\n[names]", r"add \{entity\}, once"),
        ("[names]", "[generic]\nanonymous = '{entity}'\n[names]", r"there is no \{entity\}"),
        ("[names]", "[types.Film]\nplurall = 'x'\n[names]", r"\[types.Film\] plurall: nobody asks"),
        ("[names]", "[rewrite]\nfew = 1\n[names]", r"\[rewrite\] few: it is no text"),
        ("[names]", "[rewrite]\nfew = '{x}'\n[names]", r"there is no \{x\}; write no braces"),
        ("[names]", "[rewrite]\nhistory = ['{count}']\n[names]", r"there is no \{count\}"),
        ("[names]", "[rewrite]\nfewer = 'x'\n[names]", r"\[rewrite\] fewer: nobody asks"),
    ],
)
def test_a_broken_file_is_refused_in_a_sentence(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert old in GERMAN
    (tmp_path / "de.toml").write_text(GERMAN.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError, match=message) as caught:
        read_language(tmp_path / "de.toml")
    assert "de.toml" in str(caught.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_language(tmp_path / "no.toml")


def test_what_is_filled_in_is_never_filled_in_again() -> None:
    said = ENGLISH.say("reasons.direct", relation="{start}", start="{relation} \\1", liked="{x}")
    assert said == "it is {start} {relation} \\1, which you {x}"
