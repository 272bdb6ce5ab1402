from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from kgrec.graph import KnowledgeGraph
from kgrec.text.extract.claim import Claim
from kgrec.text.extract.linking import Linker, only_spelling
from kgrec.text.extract.names import Names

Catalog = Callable[..., KnowledgeGraph]


class Letters:
    """Vectors of the first letter alone: all names with one are near."""

    identity, embedding_size = "letters", 26

    def encode(self, texts: Sequence[str], _: object = None) -> np.ndarray:
        found = np.zeros((len(texts), 26), dtype=np.float32)
        for row, text in enumerate(texts):
            found[row, ord(text.lower()[0]) - ord("a")] = 1
        return found


def link(graph: KnowledgeGraph, name: str, relation: str = "directed_by", encoder=None) -> Claim:
    claim = Claim("3", relation, name, 0, len(name), name, "model")
    linker = Linker(Names(graph), graph.vocabulary, encoder)
    return linker.link(claim, graph.vocabulary.relation(relation))


def test_a_slip_of_spelling_is_linked_and_a_likeness_waits(catalog: Catalog) -> None:
    graph = catalog()
    assert link(graph, "ANN LEE").tail == "ann"
    waits = link(graph, "Anne Lee")
    assert (waits.state, waits.tail) == ("quarantined", "")
    assert waits.candidates == ("entity:ann",)


def test_the_same_name_of_another_type_is_another_node(catalog: Catalog) -> None:
    paris = link(catalog(), "Paris", "based_on")
    assert (paris.state, paris.tail) == ("accepted", "text:Work/paris")
    assert link(catalog(), "Paris", "filming_location").tail == "paris"


@pytest.mark.parametrize(
    ("name", "reason", "candidates"),
    [
        ("Ann Lee and Gus Orr", "several names", ("entity:ann",)),
        ("Ann Lee, Bob Ray", "several names", ("entity:ann", "entity:bob")),
        ("Gus Orr & Eva Moe", "several names", ()),
        ("Ann Lee Smith", "known name", ("entity:ann",)),
        ("Lee", "one word", ("entity:ann",)),
        ("Paris", "one word", ()),
    ],
)
def test_new_names_that_may_be_others_or_several_wait(
    catalog: Catalog, name: str, reason: str, candidates: tuple[str, ...]
) -> None:
    found = link(catalog(), name)
    assert (found.state, found.tail) == ("quarantined", "")
    assert reason in found.reason
    assert found.candidates == candidates


@pytest.mark.parametrize(
    ("name", "relation"),
    [("Gus Orr, Jr.", "directed_by"), ("Pride and Prejudice", "based_on"), ("Rome", "set_in")],
)
def test_titles_and_places_may_be_what_names_of_people_may_not(
    catalog: Catalog, name: str, relation: str
) -> None:
    assert link(catalog(), name, relation).state == "accepted"


def test_items_are_found_and_never_made(catalog: Catalog) -> None:
    assert link(catalog(), "dawn", "sequel").tail == "2"
    lost = link(catalog(), "The Long Goodbye", "sequel")
    assert (lost.state, lost.reason) == ("quarantined", "there is no such film")


def test_neighbours_in_vectors_are_only_shown(catalog: Catalog) -> None:
    near = link(catalog(), "Axel Nord", encoder=Letters())
    assert (near.state, near.candidates) == ("quarantined", ("entity:ann",))
    assert link(catalog(), "Zed Nord", encoder=Letters()).tail == "text:Person/zed nord"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Steven Spielberg", "Stephen Spielberg", True),
        ("Rocky II", "Rocky III", False),
        ("Studio 54", "Studio 55", False),
        ("Dream Works", "Dreamworks", True),
        ("Anna Lee", "Hanna Lee", False),
    ],
)
def test_names_may_differ_in_the_spelling_of_long_words(one: str, other: str, same: bool) -> None:
    assert only_spelling(one, other) is same
