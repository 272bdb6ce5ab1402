from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from kgrec.errors import ConfigError, UnknownIdError
from kgrec.graph import KnowledgeGraph
from kgrec.graph.view import Neighbourhood, neighbourhood

Build = Callable[..., KnowledgeGraph]


@pytest.fixture(scope="module")
def films(build: Build) -> KnowledgeGraph:
    """Three films: two by one maker, all of one genre; and five people who saw them."""
    facts = [(film, "genre", "drama") for film in "abc"]
    facts += [("a", "directed_by", "mia"), ("b", "directed_by", "mia"), ("c", "directed_by", "tom")]
    train = [(str(user), film) for user in range(5) for film in "abc"[: 1 + user % 3]]
    labels = [("mia", "Mia", "Person"), ("tom", "Tom", "Person")]
    return build(train, facts=facts, titles={"a": "A", "b": "B", "c": "C"}, labels=labels)


def keys(view: Neighbourhood) -> list[str]:
    return [node.key for node in view.nodes]


def test_one_hop_gives_each_relation_its_turn(films: KnowledgeGraph) -> None:
    view = neighbourhood(films, "item:a")
    assert keys(view)[0] == "item:a"
    assert set(keys(view)) == {"item:a", "entity:mia", "entity:drama"}
    assert {(e.head, e.relation, e.tail) for e in view.edges} == {
        ("item:a", "directed_by", "entity:mia"),
        ("item:a", "has_genre", "entity:drama"),
    }
    assert (view.left_out, view.interactions) == (0, 5)


def test_further_out_comes_first_what_shares_more(films: KnowledgeGraph) -> None:
    view = neighbourhood(films, "item:a", hops=2, most=4)
    assert keys(view)[3] == "item:b"  # shares maker and genre, c only the genre
    assert view.left_out == 1
    assert {node.hop for node in view.nodes} == {0, 1, 2}
    assert "not drawn: 1 further node" in view.caption


def test_a_user_in_the_middle_shows_the_history_and_nobody_else(films: KnowledgeGraph) -> None:
    view = neighbourhood(films, "user:2", hops=2)
    assert {"item:a", "item:b", "item:c", "entity:mia"} <= set(keys(view))
    assert not [key for key in keys(view)[1:] if key.startswith("user:")]
    assert view.centre.name == "user 2"
    assert view.interactions == 0


def test_behaviour_is_walked_where_it_is_asked_for(films: KnowledgeGraph) -> None:
    view = neighbourhood(films, "item:a", relations=["interacted"])
    assert {node.kind for node in view.nodes[1:]} == {"user"}
    assert len(view.edges) == 5


def test_a_node_without_facts_shows_its_behaviour(build: Build) -> None:
    view = neighbourhood(build([("1", "a"), ("2", "a")]), "item:a")
    assert set(keys(view)) == {"item:a", "user:1", "user:2"}


def test_every_edge_is_an_edge_of_the_graph(tiny_graph: KnowledgeGraph) -> None:
    edges = set(tiny_graph.edges.select("head", "relation", "tail").iter_rows())
    for key in ("item:1", "entity:1", "user:1"):
        view = neighbourhood(tiny_graph, key, hops=3, most=60)
        shown = set(keys(view))
        assert len(view.nodes) == len(shown) <= 60
        assert {(e.head, e.relation, e.tail) for e in view.edges} <= edges
        assert all({e.head, e.tail} <= shown for e in view.edges)


@pytest.mark.parametrize("most", [1, 2, 7, 20])
def test_it_is_never_larger_than_asked(tiny_graph: KnowledgeGraph, most: int) -> None:
    view = neighbourhood(tiny_graph, "item:1", hops=2, most=most)
    assert len(view.nodes) == most
    assert keys(view) == keys(neighbourhood(tiny_graph, "item:1", hops=2, most=most))


def test_nodes_are_found_by_key_id_and_label(films: KnowledgeGraph) -> None:
    for name in ("entity:mia", "mia", "Mia", "MIA "):
        assert neighbourhood(films, name).centre.key == "entity:mia"


def test_an_ambiguous_or_unknown_name_is_told_with_what_is_near(build: Build) -> None:
    labels = [("1", "Heat", "Film"), ("2", "Heat", "Theme"), ("3", "Heathers", "Film")]
    facts = [("a", "related_to", number) for number in "123"]
    graph = build([("1", "a")], facts=facts, labels=labels)
    with pytest.raises(UnknownIdError, match=r"2 nodes are called 'heat': 'entity:1'.*'entity:2'"):
        neighbourhood(graph, "heat")
    with pytest.raises(UnknownIdError, match="near it are 'entity:3'"):
        neighbourhood(graph, "Heatherz")
    with pytest.raises(UnknownIdError, match="near it are 'entity:3'"):
        neighbourhood(graph, "Heathers (1989)")
    with pytest.raises(UnknownIdError, match="'item:42'"):
        neighbourhood(graph, "")


@pytest.mark.parametrize("wrong", [{"hops": 0}, {"hops": 6}, {"most": 0}, {"most": 501}])
def test_numbers_out_of_range(tiny_graph: KnowledgeGraph, wrong: dict[str, int]) -> None:
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        neighbourhood(tiny_graph, "item:1", **wrong)


def test_an_unknown_relation_is_told_with_the_nearest(films: KnowledgeGraph) -> None:
    with pytest.raises(ConfigError, match="did you mean 'directed_by'"):
        neighbourhood(films, "item:a", relations=["directd_by"])


def test_it_can_be_written_as_json(tiny_graph: KnowledgeGraph) -> None:
    values = neighbourhood(tiny_graph, "item:1").to_dict()
    assert json.loads(json.dumps(values))["nodes"][0]["key"] == "item:1"
    assert values["nodes"][0].keys() >= {"id", "kind", "type", "label", "name", "text", "facts"}
