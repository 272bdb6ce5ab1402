from __future__ import annotations

import json
from typing import Any

import networkx as nx
import polars as pl
import pytest

from kgrec.data.dataset import Dataset
from kgrec.errors import DataError
from kgrec.graph import KnowledgeGraph
from kgrec.graph.imports import InteractionNode, Mapping, read_networkx

MAPPING = Mapping(
    users=("Customer",),
    items=("Product",),
    interactions=("BOUGHT",),
    timestamp="ts",
    rating="stars",
)


HELD = InteractionNode(label="Category", user="KNOWS", item="PART_OF")


def read(graph: nx.Graph, **changes: Any) -> Dataset:
    return read_networkx(graph, MAPPING.model_copy(update=changes))


def test_users_items_and_interactions_keep_their_ids(shop: nx.DiGraph) -> None:
    data = read(shop)
    bought = {(head, tail) for head, tail, kind in shop.edges(data="type") if kind == "BOUGHT"}
    assert set(data.train.vstack(data.valid).select("user", "item").iter_rows()) == bought
    assert data.test.is_empty()
    assert data.users.height == 20
    assert data.items.height == 15
    assert data.info.name == "shop"
    assert data.info.item_type == "Product"


def test_milliseconds_become_seconds_and_ratings_stay(shop: nx.DiGraph) -> None:
    row = read(shop).train.filter(item="p7").row(0, named=True)
    assert row["timestamp"] == 1_600_000_000 + 86_400 * 7
    assert row["rating"] == 3.0


def test_min_rating_rules_interactions_out(shop: nx.DiGraph) -> None:
    data = read(shop, min_rating=4.0)
    assert data.train["rating"].min() == 4.0
    assert data.quality.count("ruled out") > 0


def test_names_texts_shared_values_and_literals_reach_the_graph(shop: nx.DiGraph) -> None:
    graph = KnowledgeGraph.build(read(shop))
    product = graph.node("item:p1")
    assert product["label"] == "Product 1"
    assert product["text"] == "What product 1 is for"
    assert product["type"] == "Product"
    assert json.loads(product["properties"]) == {"price": 1.25}
    around = {(row["relation"], row["label"]) for row in graph.neighbours("item:p1").to_dicts()}
    assert {("has_gadgets", "red"), ("has_gadgets", "blue")} <= around
    assert graph.label("user:c0") == "Customer 0"
    category = graph.node("entity:k0")
    assert (category["type"], category["label"]) == ("Category", "Category 0")
    assert json.loads(category["properties"]) == {"since": 1990}


def test_literals_that_the_mapping_keeps_become_no_entities(shop: nx.DiGraph) -> None:
    graph = KnowledgeGraph.build(read(shop, literals=("gadgets", "city")))
    assert json.loads(graph.node("item:p1")["properties"])["gadgets"] == ["red", "blue"]
    assert json.loads(graph.node("user:c0")["properties"])["city"] == "Rome"


def test_test_holds_out_the_last_of_each_user(shop: nx.DiGraph) -> None:
    data = read(shop, test=True)
    assert data.test["user"].n_unique() == 20


def test_relations_are_dropped_and_renamed(shop: nx.DiGraph) -> None:
    data = read(shop, drop_relations=("KNOWS",), rename={"PART_OF": "has_category"})
    assert set(data.facts["relation"]) == {"has_category"}
    assert "left out, as the mapping says" in str(data.quality)


def test_classes_are_dropped(shop: nx.DiGraph) -> None:
    data = read(shop, drop_classes=("Category",))
    assert set(data.facts["relation"]) == {"KNOWS"}
    assert data.labels.is_empty()


def test_a_fact_that_is_called_like_an_interaction_survives(shop: nx.DiGraph) -> None:
    graph = shop.copy()
    graph.add_edge("p0", "p1", type="interacted")
    graph.add_edge("p0", "p2", type="Interacted")
    data = read(graph)
    assert "edges: 2 rows kept: kgrec calls interactions 'interacted'" in str(data.quality)
    assert "by 'rename'" in str(data.quality)
    built = KnowledgeGraph.build(data)
    facts = built.edges.filter(relation="interacted_with").select("head", "tail").rows()
    assert sorted(facts) == [("item:p0", "item:p1"), ("item:p0", "item:p2")]
    assert built.report.leaking == 0
    renamed = read(graph, rename={"interacted": "goes_with", "Interacted": "goes_with"})
    assert "interacted" not in str(renamed.quality)
    assert renamed.facts.filter(relation="goes_with").height == 2


def test_edges_may_run_from_items_to_users(shop: nx.DiGraph) -> None:
    straight, reverse = read(shop), read(shop.reverse())
    assert set(straight.train.iter_rows()) == set(reverse.train.iter_rows())


def test_several_kinds_of_interaction_are_events(shop: nx.DiGraph) -> None:
    graph = shop.copy()
    graph.add_edge("c0", "k0", type="VIEWED")  # no product: a fact
    viewed = next(f"p{n}" for n in range(15) if not graph.has_edge("c3", f"p{n}"))
    graph.add_edge("c3", viewed, type="VIEWED")
    data = read(graph, interactions=("BOUGHT", "VIEWED"))
    events = data.train.vstack(data.valid)
    assert events.filter(user="c3", item=viewed)["event"].to_list() == ["VIEWED"]
    assert data.facts.filter(relation="VIEWED").select("head", "tail").rows() == [("c0", "k0")]


def test_ids_that_classes_share_are_told_apart() -> None:
    graph = nx.DiGraph()
    for number in range(3):
        for label in ("Customer", "Product", "Category", "Brand"):
            graph.add_node((label, number), label=label, key=str(number), name=f"{label} {number}")
        graph.add_edge(("Customer", number), ("Product", number), type="BOUGHT")
        graph.add_edge(("Product", number), ("Category", number), type="IN")
        graph.add_edge(("Product", number), ("Brand", number), type="BY")
    ids = dict.fromkeys(("Customer", "Product", "Category", "Brand"), "key")
    mapping = Mapping(users=("Customer",), items=("Product",), interactions=("BOUGHT",), id=ids)
    data = read_networkx(graph, mapping)
    assert set(data.users["user"]) == set(data.items["item"]) == {"0", "1", "2"}
    assert data.facts.filter(head="1").select("relation", "tail").sort("relation").rows() == [
        ("BY", "Brand/1"),
        ("IN", "Category/1"),
    ]


def test_one_class_may_hold_users_and_others() -> None:
    graph = nx.DiGraph()
    for number in range(4):
        graph.add_node(f"a{number}", label="Person", name=f"Ann {number}")
        graph.add_node(f"m{number}", label="Movie", title=f"Movie {number}")
        graph.add_edge(f"a{number}", f"m{number}", type="RATED")
    graph.add_node("d", label="Person", name="Dee")
    graph.add_edge("d", "m0", type="MADE")
    graph.add_edge("a0", "m1", type="MADE")
    base = Mapping(users=("Person",), items=("Movie",), interactions=("RATED",))
    active = base.model_copy(update={"active_users_only": True})
    kinds = [read_networkx(graph, one).facts["head_kind"].to_list() for one in (base, active)]
    assert kinds == [["user", "user"], ["user", "entity"]]
    assert "d" in read_networkx(graph, base).users["user"]


def test_a_graph_without_classes_can_be_read() -> None:
    graph = nx.DiGraph()
    graph.add_edges_from([("u1", "i1"), ("u1", "i2"), ("u2", "i1")], type="liked")
    graph.add_edge("i1", "e", type="about")
    mapping = Mapping(users=("*",), items=("*",), interactions=("liked",))
    data = read_networkx(graph, mapping)
    assert set(data.users["user"]) == {"u1", "u2"}
    assert set(data.items["item"]) == {"i1", "i2"}
    assert data.facts.select("head", "tail_kind").rows() == [("i1", "entity")]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"users": ("Custmer",)}, "'users' names the label 'Custmer'.*did you mean 'Customer'"),
        ({"drop_classes": ("Nothing",)}, "'drop_classes' names the label 'Nothing', which is not"),
        ({"drop_classes": ("*",)}, r"'drop_classes' names the label '\*', which is not"),
        ({"drop_classes": ("Categry",)}, "'Categry'.*did you mean 'Category'"),
        ({"drop_relations": ("KNOW",)}, "'drop_relations' names.*'KNOW'.*did you mean 'KNOWS'"),
        ({"drop_relations": ("BOUGHT",)}, "'interactions' needs the relationship 'BOUGHT', but"),
        ({"drop_classes": ("Customer",)}, "'users' needs the label 'Customer', but its 'drop_cl"),
        ({"drop_classes": ("Product",)}, "'items' needs the label 'Product', but its 'drop_clas"),
        (
            {"drop_relations": ("KNOWS",), "rename": {"KNOWS": "knows"}},
            "'rename' needs the relationship 'KNOWS'",
        ),
        ({"interaction_nodes": (HELD,), "drop_classes": ("Category",)}, r"nodes\.label' needs"),
        ({"interaction_nodes": (HELD,), "drop_relations": ("PART_OF",)}, r"nodes\.item' needs"),
        ({"interactions": ("BUYS",)}, "relationship 'BUYS'.*are 'BOUGHT', 'KNOWS', 'PART_OF'"),
        ({"rename": {"BUYS": "x"}}, "'rename' names the relationship 'BUYS'"),
        ({"timestamp": "when"}, "'timestamp' names the property 'when'.*are 'stars', 'ts'"),
        ({"items": ("Category",)}, r"no interactions: .*they run Customer → Product"),
        ({"id": {"Product": "nope"}}, "'id' names the property 'nope', which no 'Product' has"),
        ({"id": {"Customer": "city"}}, "'city', but it is empty or the same in several nodes"),
        ({"label": {"Shop": "x"}}, "'label' names the label 'Shop'"),
        ({"min_rating": 9.0}, "none of the 120 rows can be used"),
    ],
)
def test_a_mapping_that_does_not_fit_is_told_why(
    shop: nx.DiGraph, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        read(shop, **changes)


def test_min_rating_needs_a_rating(shop: nx.DiGraph) -> None:
    with pytest.raises(DataError, match="min_rating"):
        read(shop, rating=None, min_rating=3.0)


def test_nobody_is_a_user_and_an_item() -> None:
    graph = nx.DiGraph()
    nx.add_path(graph, "abc", type="FOLLOWS")
    mapping = Mapping(users=("*",), items=("*",), interactions=("FOLLOWS",))
    with pytest.raises(DataError, match=r"1 node.* both users and items.*'b'"):
        read_networkx(graph, mapping)


def test_hostile_and_exotic_names_stay_what_they_are() -> None:
    odd = [
        "'}) DETACH DELETE n //",
        "עברית",
        "👩\u200d🚀",
        "a|b",
        "line\nbreak",
        "http://x.org/ä?q=1#f",
    ]
    graph = nx.DiGraph()
    for name in odd:
        graph.add_node(name, label="U", name=name)
        graph.add_node(f"item {name}", label="I", title=name, tags=[name])
        graph.add_edge(name, f"item {name}", type="LIKES")
        graph.add_edge(f"item {name}", f"entity {name}", type=name)
    data = read_networkx(graph, Mapping(users=("U",), items=("I",), interactions=("LIKES",)))
    assert set(data.users["user"]) == set(odd)
    assert set(data.items["title"]) == set(odd)
    assert set(data.facts["relation"]) == set(odd)
    assert KnowledgeGraph.build(data).label("user:a|b") == "a|b"


def test_acts_may_hang_on_nodes_without_a_class() -> None:
    graph = nx.MultiDiGraph()
    for number in range(6):
        graph.add_node(f"loan{number}", label="Loan", day=f"2024-01-0{number + 1}")
        graph.add_edge(f"loan{number}", f"u{number % 2}", type="who")
        graph.add_edge(f"loan{number}", f"i{number % 3}", type="what", copies=number + 1)
    node = InteractionNode(label="Loan", user="who", item="what", timestamp="day", weight="copies")
    mapping = Mapping(users=("*",), items=("*",), interaction_nodes=(node,))
    data = read_networkx(graph, mapping)
    events = pl.concat([data.train, data.valid])
    assert set(events.select("user", "item", "weight").iter_rows()) == {
        (f"u{number % 2}", f"i{number % 3}", number + 1.0) for number in range(6)
    }
    assert events["timestamp"].min() == 1_704_067_200
    assert data.facts.is_empty()


def test_an_act_with_an_unknown_property_is_named() -> None:
    graph = nx.DiGraph([("loan", "u", {"type": "who"}), ("loan", "i", {"type": "what"})])
    graph.add_node("loan", label="Loan", labels=["Loan"])
    node = InteractionNode(label="Loan", user="who", item="what", rating=("what", "stars"))
    mapping = Mapping(users=("*",), items=("*",), interaction_nodes=(node,))
    with pytest.raises(DataError, match="'rating' names the property 'what / stars'"):
        read_networkx(graph, mapping)


def test_what_edges_carry_stays(shop: nx.DiGraph) -> None:
    graph = shop.copy()
    graph.edges["c0", "c1"].update(since=2009, close=True)
    graph.edges["p0", "k0"]["shelves"] = ["a", "b"]
    data = read(graph)
    facts = {
        (row["head"], row["relation"], row["tail"]): row["properties"]
        for row in data.facts.to_dicts()
    }
    assert facts["c0", "KNOWS", "c1"] == '{"since": 2009, "close": true}'
    assert facts["p0", "PART_OF", "k0"] == '{"shelves": ["a", "b"]}'
    assert facts["p1", "PART_OF", "k1"] is None
    edges = KnowledgeGraph.build(data).edges
    found = edges.filter(head="user:c0", relation="knows")["properties"].to_list()
    assert found == ['{"since": 2009, "close": true}']


def test_interactions_keep_what_the_mapping_does_not_name(shop: nx.DiGraph) -> None:
    graph = shop.copy()
    for head, tail, _ in list(graph.edges(data=True)):
        if graph.edges[head, tail]["type"] == "BOUGHT":
            graph.edges[head, tail]["gift"] = head == "c0"
    data = read(graph)
    gifts = dict(pl.concat([data.train, data.valid]).select("user", "properties").iter_rows())
    assert json.loads(gifts["c0"])["gift"] is True
    assert json.loads(gifts["c1"])["gift"] is False
    assert "ts" not in gifts["c0"]
    assert "properties" not in read(shop).facts.columns


def test_a_node_that_is_an_interaction_gives_it_what_it_says() -> None:
    graph = nx.DiGraph()
    for name, label in (("u", "User"), ("i", "Item"), ("j", "Item")):
        graph.add_node(name, label=label)
    graph.add_node("o", label="Order", when=5, coupon="x")
    graph.add_edge("u", "o", type="PLACED")
    graph.add_edge("o", "i", type="OF", count=2, price=1.5)
    graph.add_edge("o", "j", type="OF")
    order = InteractionNode(
        label="Order", user="PLACED", item="OF", timestamp="when", weight="count"
    )
    mapping = Mapping(users=("User",), items=("Item",), interaction_nodes=(order,))
    rows = read_networkx(graph, mapping).train.sort("item")
    assert rows["properties"].to_list() == ['{"price": 1.5, "coupon": "x"}']
    order = order.model_copy(update={"weight": None})
    mapping = mapping.model_copy(update={"interaction_nodes": (order,)})
    rows = read_networkx(graph, mapping).train.sort("item")
    assert rows["properties"].to_list() == [
        '{"count": 2, "price": 1.5, "coupon": "x"}',
        '{"coupon": "x"}',
    ]
