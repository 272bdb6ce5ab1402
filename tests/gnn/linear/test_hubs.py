from __future__ import annotations

from collections.abc import Callable

import numpy as np

from kgrec.features import Features
from kgrec.gnn.linear.hubs import FactHubs
from kgrec.graph import KnowledgeGraph

Build = Callable[..., KnowledgeGraph]
Named = dict[tuple[str, str, bool], set[str]]


def named(features: Features, hubs: FactHubs) -> Named:
    """(node, relation, forward) → ids of the items attached."""
    result = {}
    for column, (node, role) in enumerate(zip(hubs.nodes, hubs.roles, strict=True)):
        relation, forward = hubs.relations[role]
        items = hubs.members[:, [column]].nonzero()[0]
        name = (features.node_key(int(node)), features.relations[relation], forward)
        result[name] = {features.items[item] for item in items}
    assert len(result) == len(hubs.nodes)
    return result


def of(graph: KnowledgeGraph) -> Named:
    features = Features.of(graph)
    return named(features, FactHubs.of(features))


FOUR = [("1", "1"), ("1", "2"), ("2", "3"), ("2", "4")]


def test_a_shared_tail_is_a_hub_and_a_lonely_one_is_none(build: Build) -> None:
    facts = [("1", "directed_by", "1"), ("2", "directed_by", "1"), ("3", "directed_by", "2")]
    assert of(build(FOUR, facts=facts)) == {("entity:1", "directed_by", True): {"1", "2"}}


def test_a_node_is_one_hub_for_each_of_its_roles(build: Build) -> None:
    facts = [(item, "directed_by", "1") for item in "12"] + [("2", "starring", "1")]
    facts += [("3", "starring", "1"), ("4", "starring", "1")]
    assert of(build(FOUR, facts=facts)) == {
        ("entity:1", "directed_by", True): {"1", "2"},
        ("entity:1", "starring", True): {"2", "3", "4"},
    }


def test_a_shared_head_is_a_hub_too(build: Build) -> None:
    facts = [("1", "lists", "1", "entity", "item"), ("1", "lists", "3", "entity", "item")]
    assert of(build(FOUR, facts=facts)) == {("entity:1", "lists", False): {"1", "3"}}


def test_a_fact_between_items_joins_its_ends_and_all_that_share_one(build: Build) -> None:
    facts = [("1", "remakes", "2", "item", "item"), ("3", "remakes", "2", "item", "item")]
    assert of(build(FOUR, facts=facts)) == {
        ("item:2", "remakes", True): {"1", "2", "3"},
        ("item:1", "remakes", False): {"1", "2"},
        ("item:3", "remakes", False): {"2", "3"},
    }


def test_facts_of_users_and_among_entities_make_no_hub(build: Build) -> None:
    facts = [
        ("1", "lives_in", "1", "user", "entity"),
        ("1", "praises", "1", "user", "item"),
        ("1", "praises", "2", "user", "item"),
        ("1", "part_of", "2", "entity", "entity"),
    ]
    graph = build(FOUR, facts=facts)
    hubs = FactHubs.of(Features.of(graph))
    assert hubs.members.shape == (4, 0)
    assert hubs.relations == ()


def test_hubs_are_binary_and_hold_two_items_at_least(
    random_features: Callable[..., Features],
) -> None:
    for seed in range(30):
        features = random_features(seed)
        hubs = FactHubs.of(features)
        items = len(features.items)
        assert hubs.members.shape == (items, len(hubs.nodes))
        assert set(hubs.members.data.tolist()) <= {1.0}
        assert (np.asarray(hubs.members.sum(axis=0)) > 1).all()
        assert set(hubs.roles.tolist()) == set(range(len(hubs.relations)))
        for (node, relation, forward), attached in named(features, hubs).items():
            near, far = (0, 2) if forward else (2, 0)
            facts = features.facts
            same = facts[:, 1] == features.relations.index(relation)
            names = np.array([features.node_key(int(n)) for n in facts[:, far]])
            ends = facts[same & (names == node)][:, near]
            expected = {features.items[end] for end in ends if end < items}
            own = {node.removeprefix("item:")} if node.startswith("item:") else set()
            assert attached == expected | own
