from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from kgrec.data import DatasetInfo, clean
from kgrec.errors import ConfigError
from kgrec.evaluation.attributes import Attribute, read_attributes
from kgrec.evaluation.interactions import Interactions
from kgrec.graph import KnowledgeGraph
from kgrec.testing import GENRES


def read(graph: KnowledgeGraph, *names: str) -> list[Attribute]:
    return read_attributes(graph, names, Interactions.from_graph(graph))


def members(attribute: Attribute) -> dict[str, set[str]]:
    table = attribute.table()
    return {
        group: set(table.filter(pl.col("group") == group)[attribute.kind])
        for group in attribute.groups
    }


def world(**columns: list[object]) -> KnowledgeGraph:
    """Users 1 to 8 who have one thing each."""
    ids = [str(number) for number in range(1, 9)]
    tables: dict[str, object] = {
        "train": pl.DataFrame({"user": ids, "item": ids}),
        "users": pl.DataFrame({"user": ids, **columns}),
    }
    return KnowledgeGraph.build(clean(tables, DatasetInfo("made")))


def test_a_column_that_became_a_relation(tiny_graph: KnowledgeGraph) -> None:
    for name in ("genres", "has_genre", "genre"):
        (found,) = read(tiny_graph, name)
        assert (found.name, found.kind) == (name, "item")
        assert found.groups == tuple(sorted(GENRES))
        assert found.members.shape == (40, 4)
    edges = tiny_graph.edges.filter(pl.col("relation") == "has_genre").select("head", "tail")
    pairs = {
        ("item:" + i, f"entity:genre/{g}") for g, items in members(found).items() for i in items
    }
    assert pairs == set(edges.iter_rows())


def test_a_fact_counts_for_both_of_its_ends(build: Callable[..., KnowledgeGraph]) -> None:
    facts = [("x", "sequel", "y", "item", "item")]
    graph = build([("a", "x"), ("a", "y")], facts=facts, titles={"x": "One", "y": "Two"})
    (found,) = read(graph, "sequel")
    assert members(found) == {"One": {"y"}, "Two": {"x"}}


def test_of_users_and_of_both(tiny_graph: KnowledgeGraph) -> None:
    (country,) = read(tiny_graph, "country")
    assert country.kind == "user"
    assert sum(map(len, members(country).values())) == 30
    assert [each.name for each in read(tiny_graph, "country", "genres", "country")] == [
        "country",
        "genres",
    ]


def test_many_numbers_become_quarters(tiny_graph: KnowledgeGraph) -> None:
    (age,) = read(tiny_graph, "age")
    sizes = [len(group) for group in members(age).values()]
    assert len(sizes) == 4
    assert sum(sizes) == 30
    assert min(sizes) >= 5
    low, high = age.groups[0].split("–")
    assert int(low) < int(high)


def test_few_numbers_stay_what_they_are() -> None:
    (found,) = read(world(level=[1, 1, 2, 2, 3, 3, None, None]), "level")
    assert members(found) == {"1": {"1", "2"}, "2": {"3", "4"}, "3": {"5", "6"}}


def test_quarters_of_mostly_one_number() -> None:
    (found,) = read(world(spent=[0.5, 0.5, 0.5, 0.5, 0.5, 7, 8, 9]), "spent")
    assert members(found)["0.5"] == {"1", "2", "3", "4", "5"}


def test_literals_may_be_lists_and_typed() -> None:
    texts = ['{"tag": ["a", {"@value": "b", "@language": "en"}]}', '{"tag": "a"}', "{}"]
    graph = world(properties=texts + ["{}"] * 5)
    (found,) = read(graph, "tag")
    assert members(found) == {"a": {"1", "2"}, "b": {"1"}}


def test_small_groups_become_one(tiny_graph: KnowledgeGraph) -> None:
    (director,) = read(tiny_graph, "directed_by")
    few = director.largest(3)
    assert len(few.groups) == 4
    assert few.groups[-1] == "other"
    assert sum(map(len, members(few).values())) == 40
    smallest_kept = min(len(members(few)[group]) for group in few.groups[:-1])
    lost = set(director.groups) - set(few.groups)
    assert all(len(members(director)[group]) <= smallest_kept for group in lost)
    assert director.largest(len(director.groups)) is director


def test_an_unknown_attribute_is_named_with_those_there_are(tiny_graph: KnowledgeGraph) -> None:
    with pytest.raises(
        ConfigError, match=r"no attribute 'colour'.*there are: age, .*has_genre.*year"
    ):
        read(tiny_graph, "colour")
    with pytest.raises(ConfigError, match="no attribute 'interacted'"):
        read(tiny_graph, "interacted")


def test_a_graph_without_attributes_says_so(build: Callable[..., KnowledgeGraph]) -> None:
    with pytest.raises(ConfigError, match="there are: none"):
        read(build([("a", "x")]), "genres")


def test_rows_follow_the_interactions(tiny_graph: KnowledgeGraph) -> None:
    known = Interactions.from_graph(tiny_graph)
    turned = Interactions.build(
        pl.DataFrame({"user": ["1"], "item": ["1"]}),
        pl.DataFrame({"user": ["1"], "item": ["1"]}).clear(),
        users=["nobody", *known.users[::-1]],
        items=known.items[::-1],
    )
    (straight,) = read_attributes(tiny_graph, ["genres"], known)
    (found,) = read_attributes(tiny_graph, ["genres"], turned)
    assert np.array_equal(found.members.toarray()[::-1], straight.members.toarray())
    (country,) = read_attributes(tiny_graph, ["country"], turned)
    assert country.members.shape == (31, 3)
    assert country.members[0].nnz == 0
