from __future__ import annotations

import random
from datetime import datetime

import networkx as nx
import pytest

from kgrec.errors import DataError
from kgrec.graph import KnowledgeGraph
from kgrec.graph.imports import Mapping, read_networkx, suggest_mapping
from kgrec.graph.imports.hints import act_score, is_rating, is_time, item_score, user_score


def bipartite(
    head: str | None, relation: str, tail: str | None, *, each: int = 4, reverse: bool = False
) -> nx.MultiDiGraph:
    """Twelve heads with a few of ten tails each."""
    rng = random.Random(1)
    graph = nx.MultiDiGraph()
    for number in range(12):
        graph.add_node(f"h{number}", **({"label": head} if head else {}))
    for number in range(10):
        graph.add_node(f"t{number}", **({"label": tail} if tail else {}))
    for number in range(12):
        for other in rng.sample(range(10), each):
            ends = (f"h{number}", f"t{other}")
            graph.add_edge(*(reversed(ends) if reverse else ends), type=relation)
    return graph


def triple(mapping: Mapping) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    return mapping.users, mapping.interactions, mapping.items


def test_a_shop(shop: nx.DiGraph) -> None:
    mapping = suggest_mapping(shop)
    assert triple(mapping) == (("Customer",), ("BOUGHT",), ("Product",))
    assert (mapping.rating, mapping.timestamp) == ("stars", "ts")
    assert not mapping.active_users_only
    assert "from 'Customer' to 'Product' (120 seen)" in mapping.reasons[0]
    assert f"# {' ' * 2}{mapping.reasons[0]}" in str(mapping)


@pytest.mark.parametrize(
    ("head", "relation", "tail"),
    [
        ("User", "RATED", "Movie"),
        ("Student", "enrolledIn", "Course"),
        ("https://schema.org/Person", "https://schema.org/LikeAction", "http://x.org/Thing2"),
        ("Kunde", "BOUGHT", "Ware"),
        ("Leser", "R17", "Werk"),
        ("Visitor", "hasVisited", "Museum"),
        (None, "watched", None),
    ],
)
@pytest.mark.parametrize("reverse", [False, True])
def test_names_and_shape_tell(
    head: str | None, relation: str, tail: str | None, reverse: bool
) -> None:
    if reverse and (head is None or relation == "R17"):
        return  # nothing tells which end is which
    mapping = suggest_mapping(bipartite(head, relation, tail, reverse=reverse))
    expected = ((head or "*",), (relation,), (tail or "*",))
    if (head, reverse) == ("Kunde", True):
        expected = expected[::-1]  # the edge says who buys
    assert triple(mapping) == expected


def test_facts_are_not_taken_for_interactions() -> None:
    graph = bipartite("Person", "REVIEWED", "Movie")
    graph.update(bipartite("Person", "DIRECTED", "Movie", each=6))
    graph.add_node("a", label="Person")
    graph.add_edge("a", "t0", type="ACTED_IN")
    for number in range(10):
        graph.add_edge(f"t{number}", "g", type="HAS_GENRE")
        graph.add_edge(f"h{number}", f"h{number + 1}", type="FOLLOWS")
    graph.add_node("g", label="Genre")
    mapping = suggest_mapping(graph)
    assert triple(mapping) == (("Person",), ("REVIEWED",), ("Movie",))
    assert mapping.active_users_only
    assert any("holds others too" in reason for reason in mapping.reasons)


def test_several_acts_and_several_classes_belong_together() -> None:
    graph = bipartite("Customer", "VIEWED", "Product")
    for number in range(6):
        graph.nodes[f"h{number}"]["label"] = "Guest"
    for number in range(12):
        graph.add_edge(f"h{number}", f"t{number % 5}", type="BOUGHT")
        graph.add_edge(f"h{number}", f"t{number % 3}", type="DISLIKED")
    mapping = suggest_mapping(graph)
    assert set(mapping.interactions) == {"VIEWED", "BOUGHT"}
    assert set(mapping.users) == {"Customer", "Guest"}
    assert read_networkx(graph, mapping).facts["relation"].unique().to_list() == ["DISLIKED"]


def test_a_class_of_orders_is_seen_through() -> None:
    rng = random.Random(2)
    graph = nx.MultiDiGraph()
    for number in range(10):
        graph.add_node(f"c{number}", label="Customer", companyName=f"C{number}")
        graph.add_node(f"p{number}", label="Product", productName=f"P{number}")
        graph.add_edge(f"p{number}", f"k{number % 3}", type="PART_OF")
        graph.add_node(f"k{number % 3}", label="Category", categoryName="K")
    for number in range(30):
        graph.add_node(f"o{number}", label="Order", orderDate=f"2024-01-{number % 28 + 1:02d}")
        graph.add_edge(f"c{number % 10}", f"o{number}", type="PURCHASED")
        for product in rng.sample(range(10), 3):
            graph.add_edge(f"o{number}", f"p{product}", type="ORDERS", quantity=number % 4 + 1)
    mapping = suggest_mapping(graph)
    (node,) = mapping.interaction_nodes
    assert (node.label, node.user, node.item) == ("Order", "PURCHASED", "ORDERS")
    assert node.timestamp == "orderDate"
    assert (mapping.users, mapping.items) == (("Customer",), ("Product",))
    data = read_networkx(graph, mapping)
    assert set(data.facts["relation"]) == {"PART_OF"}
    assert data.users["title"].to_list()[0] == "C0"
    pairs = {
        (buyer, product)
        for buyer, order, kind in graph.edges(data="type")
        if kind == "PURCHASED"
        for product in graph.successors(order)
    }
    assert set(data.train.vstack(data.valid).select("user", "item").iter_rows()) == pairs


def test_a_graph_of_kgrec_is_known_again(graph: KnowledgeGraph) -> None:
    mapping = suggest_mapping(graph)
    assert triple(mapping) == (("User",), ("interacted",), ("Film",))


def test_alternatives_are_mappings(shop: nx.DiGraph) -> None:
    graph = nx.MultiDiGraph(shop)
    for number in range(20):
        for other in range(3):
            graph.add_edge(f"c{number}", f"k{other}", type="LIKES")
    (other,) = suggest_mapping(graph).alternatives
    assert triple(other) == (("Customer",), ("LIKES",), ("Category",))


def test_nothing_that_fits_is_said_with_what_there_is() -> None:
    graph = nx.MultiDiGraph()
    nx.add_path(graph, ["Rome", "Bonn", "Oslo"], type="NEAR")
    with pytest.raises(DataError, match=r"nothing here .* there is \(\)-\[NEAR\]->\(\) × 2"):
        suggest_mapping(graph)
    with pytest.raises(DataError, match="no relationship at all"):
        suggest_mapping(nx.Graph())


def test_what_is_no_graph_is_refused() -> None:
    with pytest.raises(DataError, match="a int holds no graph"):
        suggest_mapping(3)


def test_words() -> None:
    assert act_score("hasRated") == act_score("RATED") == act_score("http://x.org/rated") == 1
    assert act_score("DISLIKED") < 0 < act_score("INTERESTED_IN")
    assert user_score("Customer") > user_score("Person") > user_score("Widget") > user_score("Film")
    assert item_score("schema:Movie") > 0 > item_score("Genre")
    assert is_rating("ratingValue")
    assert not is_rating("narrating")
    assert is_time("createdAt")
    assert not is_time("birthDate")


def test_real_dates_are_the_time_whatever_their_name() -> None:
    graph = bipartite("User", "BOUGHT", "Film")
    for number, (*_, data) in enumerate(graph.edges(data=True)):
        data.update(on=datetime(2024, 1, number % 28 + 1), expiry=datetime(2025, 1, 1), day="Mon")
    assert suggest_mapping(graph).timestamp == "on"


def test_users_and_items_are_never_offered_as_interactions() -> None:
    graph = bipartite("Person", "WATCHED", "Movie")
    for number in range(10):
        graph.add_node(f"d{number % 3}", label="Director")
        graph.add_node(f"s{number % 2}", label="Studio")
        graph.add_edge(f"t{number}", f"d{number % 3}", type="MADE_BY")
        graph.add_edge(f"t{number}", f"s{number % 2}", type="OF_STUDIO")
    mapping = suggest_mapping(graph)
    taken = {*mapping.users, *mapping.items}
    assert taken == {"Person", "Movie"}
    nodes = [node.label for other in mapping.alternatives for node in other.interaction_nodes]
    assert not taken & set(nodes)
