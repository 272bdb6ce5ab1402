from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgrec.explain.sentences import Reason, Sentences
from kgrec.vocabulary import Vocabulary

WORDS = Vocabulary.load()
SAY = Sentences(WORDS)
HEAT = Reason(item="Heat", start="Ronin")
AGAINST = Reason(item="Heat", start="Ronin", against=True)
ODD = ["{entity}", "{0}", "{", "}", "100%", "%s", "it's", 'the "Q"', "a\nb", "\\1", "日本", ""]


@pytest.mark.parametrize("count", [1, 2, 12345])
def test_people_are_counted(count: int) -> None:
    people = {1: "1 person", 2: "2 people", 12345: "12,345 people"}[count]
    assert SAY.through_users(HEAT, count) == (
        f"{people} who liked Ronin, as you did, also liked Heat."
    )
    assert SAY.through_users(AGAINST, count) == (
        f"Only {people} who liked Ronin, as you did, also liked Heat: fewer than expected."
    )


def test_words_come_from_the_vocabulary() -> None:
    directed = WORDS.relation("directed_by")
    assert SAY.through_entity(HEAT, directed, True, "Ada", "person") == (
        f"Heat is {directed.pattern.replace('{entity}', 'Ada')}, like Ronin, which you liked."
    )
    assert SAY.through_entity(HEAT, directed, True, None, "person") == (
        f"Heat is {directed.anonymous} as Ronin, which you liked."
    )
    backward = directed.inverse_pattern
    assert SAY.through_entity(HEAT, directed, False, "Ada", "person") == (
        f"Heat is {backward.replace('{entity}', 'Ada')}, like Ronin, which you liked."
    )
    assert "the same person" in SAY.through_entity(HEAT, directed, False, None, "person")


def test_a_direct_fact_reads_from_the_item() -> None:
    series = WORDS.relation("directed_by")
    forward, backward = SAY.direct(HEAT, series, True), SAY.direct(HEAT, series, False)
    assert forward == f"Heat is {series.inverse_label} Ronin, which you liked."
    assert backward == f"Heat is {series.label} Ronin, which you liked."


def test_what_speaks_against_says_so() -> None:
    directed = WORDS.relation("directed_by")
    for sentence in (
        SAY.through_entity(AGAINST, directed, True, "Ada", "person"),
        SAY.direct(AGAINST, directed, True),
    ):
        assert sentence.endswith("which you liked, which speaks against it here.")


@given(st.sampled_from(ODD) | st.text(), st.sampled_from(ODD) | st.text())
def test_labels_are_never_read_as_patterns(label: str, relation: str) -> None:
    reason = Reason(item=label, start=label)
    for forward in (True, False):
        known = SAY.through_entity(reason, WORDS.relation("starring"), forward, label, "person")
        assert known.startswith(f"{label} is ")
        assert label in known[len(label) + 3 :]
        generic = WORDS.relation(relation or "x")
        assert label in SAY.through_entity(reason, generic, forward, label, "thing")
        assert SAY.direct(reason, generic, forward).startswith(f"{label} is ")


def test_every_pattern_of_the_ontology_has_one_place_for_the_entity() -> None:
    for relation in WORDS.relations.values():
        for pattern in (relation.pattern, relation.inverse_pattern):
            assert pattern.count("{entity}") == 1, relation.name
            assert "{" not in pattern.replace("{entity}", ""), relation.name
        assert "{" not in relation.anonymous
