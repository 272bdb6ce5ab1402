from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest

from kgrec.data.dataset import Dataset
from kgrec.errors import UnknownIdError
from kgrec.graph import KnowledgeGraph
from kgrec.vocabulary import INTERACTED, Vocabulary

Make = Callable[..., Dataset]

LABELS = [
    ("p", "Pia", "Person"),
    ("q", "Quo", "Person"),
    ("a", "An actor", "Actor"),
    ("s", "A station", "Station"),
    ("f", "A film that is no item", "Movie"),
    ("g", "Noir", "Genre"),
    ("n", "Nobody knows", None),
]


def facts_of(graph: KnowledgeGraph) -> list[tuple[str, ...]]:
    facts = graph.edges.filter(pl.col("relation") != INTERACTED)
    return sorted(facts.select("head", "relation", "tail").rows())


def read(make: Make, fact: tuple[str, ...], item_type: str = "Film") -> tuple[str, ...]:
    graph = KnowledgeGraph.build(make(facts=[fact], labels=LABELS, item_type=item_type))
    (found,) = facts_of(graph)
    return found


@pytest.mark.parametrize(
    "fact",
    [
        ("p", "FOLLOWS", "q", "entity", "entity"),
        ("1", "FOLLOWS", "2", "user", "user"),
        ("s", "follows", "s2", "entity", "entity"),
        ("2", "RATED", "2", "user", "item"),
        ("p", "RATED", "1", "entity", "item"),
        ("1", "director", "g", "item", "entity"),
        ("p", "ACTED_IN", "g", "entity", "entity"),
        ("1", "city", "n", "item", "entity"),
        ("p", "SUPPLIES", "1", "entity", "item"),
    ],
)
def test_an_alias_whose_ends_cannot_be_keeps_its_name(make: Make, fact: tuple[str, ...]) -> None:
    head, name, tail, head_kind, tail_kind = fact
    assert read(make, fact) == (f"{head_kind}:{head}", name, f"{tail_kind}:{tail}")


@pytest.mark.parametrize(
    ("fact", "relation"),
    [
        (("1", "FOLLOWS", "2", "item", "item"), "sequel"),
        (("1", "follows", "f", "item", "entity"), "sequel"),
        (("n", "follows", "n2", "entity", "entity"), "sequel"),
        (("p", "DIRECTED", "1", "entity", "item"), "directed_by"),
        (("a", "ACTED_IN", "1", "entity", "item"), "starring"),
        (("p", "ACTED_IN", "f", "entity", "entity"), "starring"),
        (("p", "PRODUCED", "1", "entity", "item"), "produced_by"),
        (("n", "WROTE", "1", "entity", "item"), "written_by"),
    ],
)
def test_an_inverse_alias_turns_facts_round(
    make: Make, fact: tuple[str, ...], relation: str
) -> None:
    head, _, tail, head_kind, tail_kind = fact
    assert read(make, fact) == (f"{tail_kind}:{tail}", relation, f"{head_kind}:{head}")


def test_the_type_of_the_items_decides(make: Make) -> None:
    wrote = ("p", "WROTE", "1", "entity", "item")
    assert read(make, wrote, "Movie")[1] == "written_by"
    assert read(make, wrote, "Book")[1] == "WROTE"
    assert read(make, wrote, "Item")[1] == "written_by"  # unknown: nothing speaks against it
    assert read(make, wrote, "Gadget")[1] == "written_by"
    supplies = ("n", "SUPPLIES", "1", "entity", "item")
    assert read(make, supplies, "Product") == ("item:1", "supplied_by", "entity:n")
    genre = ("1", "IN_GENRE", "g", "item", "entity")
    assert read(make, genre, "Artist")[1] == "has_genre"  # an artist is an item where it is one
    performer = ("1", "performer", "p", "item", "entity")
    assert read(make, performer, "Track")[1] == "performed_by"  # a person may be an artist


def test_names_and_iris_of_relations_always_mean_them(make: Make) -> None:
    for name in ("directed_by", "urn:kgrec:ontology#directed_by", "has_part"):
        relation = read(make, ("g", name, "s", "entity", "entity"))[1]
        assert relation in ("directed_by", "part_of")


def test_the_same_name_is_read_fact_by_fact(make: Make) -> None:
    facts = [
        ("p", "follows", "q", "entity", "entity"),
        ("2", "follows", "1", "item", "item"),
        ("1", "prequel", "3", "item", "item"),
        ("1", "sequel", "2", "item", "item"),
    ]
    graph = KnowledgeGraph.build(make(facts=facts, labels=LABELS))
    assert facts_of(graph) == [
        ("entity:p", "follows", "entity:q"),
        ("item:1", "sequel", "item:2"),
        ("item:3", "sequel", "item:1"),
    ]
    assert (graph.report.swapped, graph.report.merged) == (2, 1)
    assert graph.report.undeclared == ("follows",)


def test_an_update_decides_as_the_build_did(make: Make) -> None:
    graph = KnowledgeGraph.build(make(labels=LABELS[:1]))
    table = pl.DataFrame(
        {"head": ["p", "q", "2"], "relation": ["FOLLOWS"] * 3, "tail": ["q", "n", "1"]}
    )
    labels = pl.DataFrame({"entity": ["q"], "label": ["Quo"], "type": ["Person"]})
    updated = graph.update(facts=table, labels=labels)
    assert facts_of(updated) == [
        ("entity:p", "FOLLOWS", "entity:q"),
        ("entity:q", "FOLLOWS", "entity:n"),
        ("item:1", "sequel", "item:2"),
    ]
    later = updated.update(facts=table.head(2))
    assert facts_of(later) == facts_of(updated)
    assert later.version == updated.version
    gone = [("entity:p", "FOLLOWS", "entity:q"), ("item:2", "FOLLOWS", "item:1")]
    assert facts_of(updated.update(removed=gone)) == [("entity:q", "FOLLOWS", "entity:n")]
    with pytest.raises(UnknownIdError, match="there is no edge"):
        updated.update(removed=[("entity:n", "FOLLOWS", "entity:q")])


def test_what_fits() -> None:
    vocabulary = Vocabulary.load()
    assert vocabulary.fits("Node", "user")
    assert vocabulary.fits("User", "user", "User")
    assert not vocabulary.fits("User", "entity")
    assert not vocabulary.fits("Person", "user", "User")
    assert vocabulary.fits("Company", "entity", "Organization")  # broader: it may be one
    assert vocabulary.fits("Organization", "entity", "Seller")
    assert vocabulary.fits("Seller", "entity", "Company")
    assert not vocabulary.fits("Person", "entity", "Genre")
    assert not vocabulary.fits("Film", "item", "Book")
