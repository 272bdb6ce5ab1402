from __future__ import annotations

import pytest

from kgrec.text.extract.clauses import clause_words, clauses_of
from kgrec.text.extract.direction import governing
from kgrec.text.extract.judge import words_of
from kgrec.text.extract.relations import candidate_relations
from kgrec.text.extract.tokens import find_all, name_of, tokens
from kgrec.vocabulary import Vocabulary

WORDS = Vocabulary.load()
CUES = words_of(candidate_relations(WORDS, "Film"))
OWN = {name_of("The Red Kite")}


def doubt(sentence: str, *, opens: bool = False) -> str:
    """Why a sentence may not state what the words say of Bob Ray."""
    words = tokens(sentence)
    first = words if opens else []
    said = governing(words, *find_all(words, name_of("Bob Ray"))[0], CUES)
    assert said is not None
    clauses = clauses_of(sentence, first, OWN, CUES, WORDS, "Film")
    return clauses.doubt(words, said, find_all(words, name_of("Bob Ray"))[0][0])


@pytest.mark.parametrize(
    "sentence",
    [
        "A comedy directed by Bob Ray.",
        "It was written, produced and directed by Bob Ray.",
        "It is not only directed by Bob Ray.",
        "The film did not please; it was directed by Bob Ray.",
        "Critics did not like it, but it was directed by Bob Ray.",
        "The Red Kite, directed by Bob Ray, is a film.",
        "The Red Kite (1995), starring Bob Ray, is a film.",
        "Kite, directed by Bob Ray, is a film.",
        "Released in 1995, starring Bob Ray.",
        "Released in December 1995 and starring Bob Ray.",
        "A film from Toho and Gaumont, directed by Bob Ray.",
        "Written by Ann Lee and directed by Bob Ray.",
        "It is a sequel to Heat and was directed by Bob Ray.",
        "It is one of the films directed by Bob Ray.",
        "Shot without a script, the film stars Bob Ray.",
        "It was directed by the Polish director Bob Ray.",
        "Director: Bob Ray.",
        "It stars Ann Lee (as Eve) and Bob Ray.",
        "Bob Ray directed the film.",
    ],
)
def test_what_is_said_of_the_item_is_stated(sentence: str) -> None:
    assert doubt(sentence) == ""


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("A film not directed by Bob Ray.", "'not'"),
        ("It was never directed by Bob Ray.", "'never'"),
        ("It wasn't directed by Bob Ray.", "'wasn't'"),
        ("Rumours said that it would be directed by Bob Ray.", "'Rumours'"),
        ("The project was to be directed by Bob Ray.", "'was to'"),
        ("The film could have starred Bob Ray.", "'could'"),
        ("Unlike Heat, directed by Bob Ray, it is long.", "'Unlike'"),
        ("It was inspired by films directed by Bob Ray.", "'films'"),
        ("Two sequels were directed by Bob Ray.", "'sequels'"),
        ("A sequel directed by Bob Ray came in 1984.", "a sequel"),
        ("A sequel, Heat, was released in 1982, starring Bob Ray.", "Heat"),
        ("A remake of the 1954 film starring Bob Ray.", "another film"),
        ("It is based on a novel written by Bob Ray.", "novel"),
        ("It follows the classic Nosferatu (1922), starring Bob Ray.", "'Nosferatu'"),
        ("A remake of The Cat and the Moon (1931) directed by Bob Ray.", "'The Cat and the Moon'"),
        ("A remake of The Red Kite starring Bob Ray.", "a remake"),
        ("It follows Heat, which was directed by Bob Ray.", "'Heat'"),
        ("The actor Ann Lee was directed by Bob Ray.", "'Ann Lee'"),
        ("Director Bob Ray liked it.", "'Director' does not say"),
        ("Nominated for Best Director and Best Actor Bob Ray.", "'Actor' does not say"),
        ("It was made by Ann Lee for Bob Ray.", "behind 'for'"),
        ("It stars Ann Lee as Bob Ray.", "behind 'as'"),
        ("Bob Ray directed Heat.", "'Heat'"),
    ],
)
def test_what_is_denied_left_open_or_said_of_something_else_is_in_doubt(
    sentence: str, reason: str
) -> None:
    assert reason in doubt(sentence)


def test_a_text_opens_with_its_item_however_that_is_called_there() -> None:
    other = "Der rote Drachen was directed by Bob Ray."
    assert "Drachen" in doubt(other)
    assert doubt("Red Dragon (Spanish: Uno) is a film directed by Bob Ray.", opens=True) == ""
    assert "'Unlike'" in doubt("Unlike Heat, directed by Bob Ray, this is one.", opens=True)


def test_brackets_bind_what_is_in_them_alone() -> None:
    words = tokens("It stars Ann Lee (who also directed), Bob Ray and Eva Moe (wife of Gus Orr).")
    for name in ("Bob Ray", "Eva Moe"):
        found = governing(words, *find_all(words, name_of(name))[0], CUES)
        assert found is not None
        assert "starring" in found.relations
        assert not found.doubt
    assert governing(words, *find_all(words, name_of("Gus Orr"))[0], CUES) is None


@pytest.mark.parametrize(
    ("sentence", "relation"),
    [
        ("Set in Bob Ray.", "set_in"),
        ("Based on Bob Ray.", "based_on"),
        ("Filmed in Ann Lee and Bob Ray.", "filming_location"),
        ("It was nominated for Bob Ray.", "award_nomination"),
        ("The music was composed by Bob Ray.", "music_by"),
    ],
)
def test_the_preposition_of_a_relation_is_part_of_its_words(sentence: str, relation: str) -> None:
    words = tokens(sentence)
    found = governing(words, *find_all(words, name_of("Bob Ray"))[0], CUES)
    assert found is not None
    assert set(found.relations) == {relation}
    assert doubt(sentence) == ""


@pytest.mark.parametrize("sentence", ["A film in Bob Ray.", "It was shown on Monday in Bob Ray."])
def test_other_prepositions_break_the_bond(sentence: str) -> None:
    words = tokens(sentence)
    assert governing(words, *find_all(words, name_of("Bob Ray"))[0], CUES) is None


def test_languages_bring_their_negations() -> None:
    assert {"nicht", "keine"} <= clause_words("de", "Film").negations
    text = "Der Film ist nicht für die Kinder und er wurde von einem directed by Bob Ray."
    assert "'nicht'" in doubt(text)
    # As they are written: "notes" is no "not".
    assert not clause_words("en", "film").negations & {"note", "notes", "noted"}


def test_kinds_of_works_are_others_where_the_items_are_of_one() -> None:
    assert "novel" in clause_words("en", "film").kinds
    assert "novel" not in clause_words("en", "book").kinds
    assert not clause_words("en", "item").kinds
