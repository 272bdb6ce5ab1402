from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgrec import KnowledgeGraph
from kgrec.audit.shuffle import share_changed, shuffled_names, shuffled_tails, without_facts
from kgrec.data import DatasetInfo, clean
from kgrec.graph.schema import TRIPLE
from kgrec.graph.validation.rules import require_valid
from kgrec.testing import tiny_dataset
from kgrec.vocabulary import INTERACTED

EVENTS = [(user, item) for user in "123" for item in "12345"]
NODES = [("item", id) for id in "123456"] + [("entity", id) for id in "abcde"]
NODES += [("user", id) for id in "123"]
RELATIONS = ("directed_by", "starring", "similar_to", "part_of", "whatever")

Fact = tuple[tuple[str, str], str, tuple[str, str], int | None]
facts = st.lists(
    st.tuples(
        st.sampled_from(NODES),
        st.sampled_from(RELATIONS),
        st.sampled_from(NODES),
        st.sampled_from([None, 1, 2]),
    ),
    max_size=60,
)


def build(rows: list[Fact]) -> KnowledgeGraph:
    """A graph with facts between anything and anything; some are there at several times."""
    table = [(head[1], name, tail[1], head[0], tail[0], time) for head, name, tail, time in rows]
    columns = ["head", "relation", "tail", "head_kind", "tail_kind", "timestamp"]
    tables = {
        "events": pl.DataFrame(EVENTS, schema=["user", "item"], orient="row"),
        "facts": pl.DataFrame(
            table,
            schema={**dict.fromkeys(columns, pl.String), "timestamp": pl.Int64},
            orient="row",
        ),
        "items": pl.DataFrame({"item": list("123456"), "year": list(range(1990, 1996))}),
    }
    return KnowledgeGraph.build(clean(tables, DatasetInfo("odd")))


def facts_of(graph: KnowledgeGraph) -> pl.DataFrame:
    return graph.edges.filter(pl.col("relation") != INTERACTED)


def interactions_of(graph: KnowledgeGraph) -> pl.DataFrame:
    return graph.edges.filter(pl.col("relation") == INTERACTED)


def degrees(table: pl.DataFrame, end: str, *columns: str) -> dict[tuple[str, ...], int]:
    counts = table.group_by(end, *columns).len()
    return {tuple(row[:-1]): row[-1] for row in counts.iter_rows()}


def check_degrees(before: KnowledgeGraph, after: KnowledgeGraph) -> None:
    """By relation and end; of a relation without direction, by either end."""
    one, two = facts_of(before), facts_of(after)
    for table in (lambda t: t, lambda t: t.unique(TRIPLE)):
        old, new = table(one), table(two)
        for is_symmetric in (False, True):
            part = (pl.col("relation") == "similar_to") == is_symmetric
            first, second = old.filter(part), new.filter(part)
            if is_symmetric:
                first, second = (
                    pl.concat([t.select(n="head"), t.select(n="tail")]) for t in (first, second)
                )
                assert degrees(first, "n") == degrees(second, "n")
                continue
            for end in ("head", "tail"):
                assert degrees(first, end, "relation") == degrees(second, end, "relation")


@settings(max_examples=15, deadline=None)
@given(facts, st.integers(0, 9))
def test_shuffled_tails_keep_all_degrees_and_a_valid_graph(rows: list[Fact], seed: int) -> None:
    graph = build(rows)
    shuffled = shuffled_tails(graph, seed)
    require_valid(shuffled.nodes, shuffled.edges, shuffled.vocabulary)
    check_degrees(graph, shuffled)
    assert interactions_of(shuffled).equals(interactions_of(graph))
    assert shuffled.nodes.drop("properties").equals(graph.nodes.drop("properties"))
    kept = ["relation", "weight", "timestamp", "event", "split", "properties"]
    assert shuffled.edges.select(kept).equals(graph.edges.select(kept))
    kinds = [pl.col(end).str.extract(r"^(\w+)") for end in ("head", "tail")]
    columns = [pl.col("relation"), *kinds]
    assert shuffled.edges.select(columns).equals(graph.edges.select(columns))
    assert not facts_of(shuffled).filter(pl.col("head") == pl.col("tail")).height


@settings(max_examples=15, deadline=None)
@given(facts, st.integers(0, 9))
def test_shuffled_names_keep_the_pairs_and_the_counts(rows: list[Fact], seed: int) -> None:
    graph = build(rows)
    shuffled = shuffled_names(graph, seed)
    require_valid(shuffled.nodes, shuffled.edges, shuffled.vocabulary)
    one, two = facts_of(graph), facts_of(shuffled)
    assert sorted(one["relation"]) == sorted(two["relation"])

    def pairs(table: pl.DataFrame) -> list[list[str]]:
        return sorted(sorted(pair) for pair in table.select("head", "tail").iter_rows())

    assert pairs(one) == pairs(two)
    assert interactions_of(shuffled).equals(interactions_of(graph))
    assert shuffled.nodes.equals(graph.nodes)


@settings(max_examples=10, deadline=None)
@given(facts)
def test_without_facts_nothing_but_behaviour_and_texts_is_left(rows: list[Fact]) -> None:
    graph = build(rows)
    bare = without_facts(graph)
    require_valid(bare.nodes, bare.edges, bare.vocabulary)
    assert set(bare.edges["relation"]) == {INTERACTED}
    assert bare.edges.equals(interactions_of(graph))
    assert set(bare.nodes["kind"]) == {"user", "item"}
    assert set(bare.nodes["properties"]) == {"{}"}


@pytest.mark.parametrize("shuffle", [shuffled_tails, shuffled_names])
def test_a_shuffle_changes_much_and_depends_on_its_seed(shuffle: object) -> None:
    graph = KnowledgeGraph.build(tiny_dataset(items=80))
    one, same, other = (shuffle(graph, seed) for seed in (1, 1, 2))  # type: ignore[operator]
    assert one.identity == same.identity
    assert len({graph.identity, one.identity, other.identity}) == 3
    assert share_changed(graph, graph) == 0
    assert share_changed(graph, one) > 0.4


def test_a_shuffle_forgets_what_the_facts_say() -> None:
    """Films of one director are in one genre; afterwards they are no more often than by chance."""
    graph = KnowledgeGraph.build(tiny_dataset(items=200))

    def agreement(shuffled: KnowledgeGraph) -> float:
        facts = facts_of(shuffled)
        makers, genres = (
            facts.filter(pl.col("relation") == name).select("head", "tail")
            for name in ("directed_by", "has_genre")
        )
        both = makers.join(genres, on="head").group_by("tail", "tail_right").len()
        return float((both["len"] ** 2).sum()) / both["len"].sum()

    assert agreement(graph) > 1.5 * agreement(shuffled_tails(graph, 0))


def test_literals_go_to_another_node_of_the_same_type() -> None:
    graph = KnowledgeGraph.build(tiny_dataset())
    shuffled = shuffled_tails(graph, 3)
    for kind in ("user", "item"):
        one, two = (g.nodes.filter(pl.col("kind") == kind)["properties"] for g in (graph, shuffled))
        assert sorted(one) == sorted(two)
        assert one.to_list() != two.to_list()


def test_a_shuffled_graph_has_no_history() -> None:
    graph = KnowledgeGraph.build(tiny_dataset())
    later = graph.update(
        facts=pl.DataFrame({"head": ["1"], "relation": ["starring"], "tail": ["x"]})
    )
    assert later.version == 1
    assert shuffled_tails(later, 0).version == 0
    assert shuffled_tails(later, 0).identity != shuffled_tails(graph, 0).identity
