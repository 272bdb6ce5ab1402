from __future__ import annotations

import pytest

from kgrec.text.extract.direction import governing
from kgrec.text.extract.judge import words_of
from kgrec.text.extract.relations import candidate_relations, may_be_turned
from kgrec.text.extract.tokens import find_all, name_of, tokens
from kgrec.vocabulary import Vocabulary

WORDS = Vocabulary.load()
CUES = words_of(candidate_relations(WORDS, "Film"))


def said(sentence: str, name: str) -> tuple[set[str], bool] | None:
    words = tokens(sentence)
    first, last = find_all(words, name_of(name))[0]
    found = governing(words, first, last, CUES)
    return None if found is None else (set(found.relations), found.before)


@pytest.mark.parametrize(
    ("sentence", "name", "relation"),
    [
        ("It was directed by Ann Lee.", "Ann Lee", "directed_by"),
        ("Directed by Ann Lee and starring Bob Ray.", "Bob Ray", "starring"),
        ("It stars Tom Ash, Bob Ray, and Eva Moe.", "Eva Moe", "starring"),
        ("It was executive produced by Ann Lee.", "Ann Lee", "executive_produced_by"),
        ("It was produced by Ann Lee.", "Ann Lee", "produced_by"),
    ],
)
def test_the_nearest_words_before_a_name_govern_it(sentence: str, name: str, relation: str) -> None:
    found = said(sentence, name)
    assert found is not None
    assert relation in found[0]
    assert found[1]


@pytest.mark.parametrize(
    "sentence",
    [
        "It was produced by Ann Lee, who tells how Bob Ray came home.",
        "It was directed in haste while Bob Ray slept.",
        "A story that made everyone cry, Bob Ray says.",
    ],
)
def test_other_words_between_break_the_bond(sentence: str) -> None:
    assert said(sentence, "Bob Ray") is None


def test_words_behind_a_name_count_only_next_to_it() -> None:
    assert said("Ann Lee directed it.", "Ann Lee") == ({"directed_by"}, False)
    assert said("Ann Lee was the one who in the end directed it.", "Ann Lee") is None


def test_only_relations_between_nodes_of_a_kind_can_be_turned_round() -> None:
    assert may_be_turned(WORDS.relation("sequel"), WORDS, "Film")
    assert not may_be_turned(WORDS.relation("directed_by"), WORDS, "Film")
    assert not may_be_turned(WORDS.relation("similar_to"), WORDS, "Film")
    assert may_be_turned(WORDS.relation("in_band"), WORDS, "Artist")
