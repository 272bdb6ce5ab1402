from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgrec.explain.sentences import Sentences, because
from kgrec.vocabulary import Vocabulary

WORDS = Vocabulary.load()
SAY = Sentences(WORDS)
ODD = ["{entity}", "{0}", "{", "}", "100%", "%s", "it's", 'the "Q"', "a\nb", "\\1", "日本", ""]


@pytest.mark.parametrize("count", [1, 2, 12345])
def test_people_are_counted(count: int) -> None:
    people = {1: "1 person", 2: "2 people", 12345: "12,345 people"}[count]
    assert SAY.through_users("Ronin", count) == (
        f"{people} who liked Ronin, as you did, liked it too"
    )
    assert SAY.through_users("Ronin", count, against=True) == (
        f"only {people} who liked Ronin, as you did, liked it too, fewer than expected"
    )


def test_words_come_from_the_vocabulary() -> None:
    directed = WORDS.relation("directed_by")
    assert SAY.through_entity("Ronin", directed, True, "Ada", "person") == (
        "you liked Ronin, also directed by Ada"
    )
    assert SAY.through_entity("Ronin", directed, True, None, "person") == (
        f"you liked Ronin, {directed.anonymous}"
    )
    backward = directed.inverse_pattern
    assert SAY.through_entity("Ronin", directed, False, "Ada", "person") == (
        f"you liked Ronin, {backward.replace('{entity}', 'Ada')}"
    )
    assert "the same person" in SAY.through_entity("Ronin", directed, False, None, "person")


def test_a_direct_fact_reads_from_the_item() -> None:
    sequel = WORDS.relation("sequel")
    assert SAY.direct("Alien", sequel, True) == "it is a sequel to Alien, which you liked"
    assert SAY.direct("Aliens", sequel, False) == "it is followed by Aliens, which you liked"


def test_reasons_for_and_against() -> None:
    assert because(["a"]) == "because a"
    assert because(["a", "b"]) == "because a, and because b"
    assert because(["a"], against=True) == "although a"


@given(st.sampled_from(ODD) | st.text(), st.sampled_from(ODD) | st.text())
def test_labels_are_never_read_as_patterns(label: str, relation: str) -> None:
    for forward in (True, False):
        known = SAY.through_entity(label, WORDS.relation("starring"), forward, label, "person")
        assert known.startswith(f"you liked {label}, ")
        assert label in known[len(label) + 11 :]
        generic = WORDS.relation(relation or "x")
        assert label in SAY.through_entity(label, generic, forward, label, "thing")
        assert SAY.direct(label, generic, forward).endswith(f" {label}, which you liked")


@pytest.mark.parametrize(
    ("relation", "entity", "reason"),
    [
        ("directed_by", "John Lasseter", "also directed by John Lasseter"),
        ("starring", "Tom Hanks", "also starring Tom Hanks"),
        ("music_by", "John Williams", "also with music by John Williams"),
        ("has_theme", "time travel", "also about time travel"),
        ("part_of_series", "James Bond", "also in the series James Bond"),
        ("based_on_author", "Stephen King", "also based on a work by Stephen King"),
        ("won", "Palme d'Or", "also winner of the Palme d'Or"),
        ("country", "the United States", "also made in the United States"),
    ],
)
def test_facts_about_films_read_well(relation: str, entity: str, reason: str) -> None:
    words = SAY.through_entity("Toy Story", WORDS.relation(relation), True, entity, "x")
    assert words == f"you liked Toy Story, {reason}"


def test_every_pattern_of_the_ontology_has_one_place_for_the_entity() -> None:
    for relation in WORDS.relations.values():
        for pattern in (relation.pattern, relation.inverse_pattern):
            assert pattern.count("{entity}") == 1, relation.name
            assert "{" not in pattern.replace("{entity}", ""), relation.name
        assert "{" not in relation.anonymous
