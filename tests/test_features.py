from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from scipy.sparse import csr_matrix

from kgrec.errors import UnknownIdError
from kgrec.features import Features
from kgrec.graph import KnowledgeGraph
from kgrec.testing import tiny_dataset
from kgrec.vocabulary import INTERACTED

Build = Callable[..., KnowledgeGraph]


def pairs_of(features: Features, matrix: csr_matrix) -> set[tuple[str, str]]:
    return {(features.users[u], features.items[i]) for u, i in zip(*matrix.nonzero(), strict=True)}


def named_facts(features: Features) -> set[tuple[str, str, str]]:
    """All facts with their names back, whatever their direction; facts of users user first."""
    plain = {
        (features.node_key(h), features.relations[r], features.node_key(t))
        for h, r, t in features.facts
    }
    of_users = {
        (f"user:{features.users[u]}", features.relations[r], features.node_key(t))
        for u, r, t in features.user_facts
    }
    return plain | of_users


def test_numbers_lead_back_to_names(tiny_graph: KnowledgeGraph, tiny_features: Features) -> None:
    keys = tiny_graph.nodes.group_by("kind", maintain_order=True).agg("id").rows()
    ids = {kind: tuple(names) for kind, names in keys}
    assert tiny_features.users == ids["user"]
    assert tiny_features.items == ids["item"]
    assert tiny_features.entities == ids["entity"]
    assert tiny_features.user_indices(ids["user"]).tolist() == list(range(len(ids["user"])))
    assert [tiny_features.item_index(item) for item in ids["item"]] == list(range(40))
    nodes = [tiny_features.node_key(node) for node in range(tiny_features.num_nodes)]
    assert nodes == tiny_graph.nodes.filter(pl.col("kind") != "user")["key"].to_list()


def test_equal_ids_of_users_items_and_entities_never_mix(tiny_features: Features) -> None:
    features = tiny_features
    assert {"1", "2"} <= set(features.users) & set(features.items) & set(features.entities)
    data = tiny_dataset()
    assert pairs_of(features, features.train) == set(data.train.select("user", "item").rows())
    assert pairs_of(features, features.valid) == set(data.valid.select("user", "item").rows())
    told = {
        (f"item:{head}", relation, f"entity:{tail}")
        for head, relation, tail in data.facts.select("head", "relation", "tail").iter_rows()
    }
    assert told <= named_facts(features)


def test_facts_are_those_of_the_graph(tiny_graph: KnowledgeGraph, tiny_features: Features) -> None:
    facts = tiny_graph.edges.filter(pl.col("relation") != INTERACTED)
    assert named_facts(tiny_features) == set(facts.select("head", "relation", "tail").rows())
    assert len(tiny_features.facts) + len(tiny_features.user_facts) == facts.height
    assert INTERACTED not in tiny_features.relations
    assert tiny_features.relations == tuple(sorted(tiny_features.relations))


def test_matrices_are_binary_float32_and_history_joins_them(tiny_features: Features) -> None:
    for matrix in (tiny_features.train, tiny_features.valid, tiny_features.history):
        assert matrix.dtype == np.float32
        assert matrix.shape == (30, 40)
        assert set(matrix.data.tolist()) == {1.0}
    joined = tiny_features.train.toarray() + tiny_features.valid.toarray()
    np.testing.assert_array_equal(tiny_features.history.toarray(), joined)


def test_weights_of_interactions_do_not_count(build: Build) -> None:
    features = Features.of(build([("1", "1"), ("1", "1"), ("2", "1")], [("2", "2")]))
    assert features.train.toarray().tolist() == [[1, 0], [1, 0]]
    assert features.valid.toarray().tolist() == [[0, 0], [0, 1]]


def test_candidates_are_sorted_indices(build: Build) -> None:
    graph = build([("1", "10"), ("1", "9"), ("2", "1")], candidates=["9", "1"])
    features = Features.of(graph)
    assert features.candidates is not None
    assert features.candidates.tolist() == sorted(features.candidates.tolist())
    assert {features.items[index] for index in features.candidates} == {"9", "1"}
    assert Features.of(build([("1", "1"), ("2", "1")])).candidates is None


def test_facts_of_users_keep_the_user_first_in_either_direction(build: Build) -> None:
    graph = build(
        [("1", "1"), ("2", "2")],
        facts=[
            ("1", "dwells in", "1", "user", "entity"),
            ("2", "made", "1", "user", "item"),
            ("2", "praises", "2", "item", "user"),
            ("1", "knows", "2", "user", "user"),
            ("1", "portrays", "1", "item", "entity"),
        ],
    )
    features = Features.of(graph)
    assert named_facts(features) == {
        ("user:1", "dwells in", "entity:1"),
        ("user:2", "made", "item:1"),
        ("user:2", "praises", "item:2"),
        ("item:1", "portrays", "entity:1"),
    }
    assert "knows" in features.relations
    assert len(features.facts) == 1
    degrees = {features.node_key(n): int(d) for n, d in enumerate(features.degrees)}
    assert degrees == {"item:1": 2, "item:2": 1, "entity:1": 2}


def test_core_leaves_out_entities_of_a_single_fact(build: Build) -> None:
    graph = build(
        [("1", "1"), ("2", "2"), ("2", "3")],
        facts=[
            ("1", "portrays", "a"),
            ("2", "portrays", "b"),
            ("3", "portrays", "b"),
            ("3", "portrays", "c"),
        ],
    )
    features = Features.of(graph)
    assert [features.node_key(node) for node in features.core] == [
        "item:1",
        "item:2",
        "item:3",
        "entity:b",
    ]
    assert features.core_facts.tolist() == [[1, 0, 3], [2, 0, 3]]


def test_core_facts_are_the_facts_between_core_nodes(
    random_features: Callable[..., Features],
) -> None:
    for seed in range(20):
        features = random_features(seed, items=6, entities=30)
        core = features.core
        assert core[:6].tolist() == list(range(6))
        assert (np.diff(core) > 0).all()
        back = features.core_facts.copy()
        back[:, [0, 2]] = core[features.core_facts[:, [0, 2]]]
        inside = np.isin(features.facts[:, [0, 2]], core).all(axis=1)
        np.testing.assert_array_equal(back, features.facts[inside])


def test_pretraining_sees_facts_and_training_interactions_alone(build: Build) -> None:
    graph = build(
        [("1", "1"), ("2", "2"), ("2", "3")],
        [("1", "2")],
        facts=[
            ("1", "portrays", "1"),
            ("2", "portrays", "1"),
            ("3", "portrays", "2"),
            ("2", "made", "3", "user", "item"),
        ],
    )
    features = Features.of(graph)
    names = [features.node_key(int(node)) for node in features.core]
    names += [f"user:{user}" for user in features.users]
    assert len(names) == features.num_kge_entities
    relations = [*features.relations, INTERACTED]
    triples = [(names[h], relations[r], names[t]) for h, r, t in features.pretraining_triples()]
    assert len(triples) == len(set(triples))
    assert set(triples) == {
        ("item:1", "portrays", "entity:1"),
        ("item:2", "portrays", "entity:1"),
        ("user:2", "made", "item:3"),
        ("user:1", INTERACTED, "item:1"),
        ("user:2", INTERACTED, "item:2"),
        ("user:2", INTERACTED, "item:3"),
    }


def test_pretraining_on_facts_alone(tiny_features: Features) -> None:
    whole = tiny_features.pretraining_triples()
    facts = tiny_features.pretraining_triples(interactions=False)
    assert np.array_equal(facts, whole[whole[:, 1] < len(tiny_features.relations)])
    assert 0 < len(facts) < len(whole)


def test_pretraining_holds_nothing_of_valid_or_test(tiny_features: Features) -> None:
    features, data = tiny_features, tiny_dataset()
    triples = features.pretraining_triples()
    taken = triples[triples[:, 1] == len(features.relations)]
    pairs = {(features.users[h - len(features.core)], features.items[t]) for h, _, t in taken}
    held_out = pl.concat([data.valid, data.test]).select("user", "item").rows()
    assert pairs == set(data.train.select("user", "item").rows())
    assert not pairs & set(held_out)


def test_unknown_names_are_refused(tiny_features: Features) -> None:
    with pytest.raises(UnknownIdError, match="There is no user '99' in the graph"):
        tiny_features.user_indices(["1", "99"])
    with pytest.raises(UnknownIdError, match="There is no item '99' in the graph"):
        tiny_features.item_index("99")
    assert tiny_features.user_indices([]).dtype == np.int64


def test_a_graph_without_facts_has_empty_tables(build: Build) -> None:
    features = Features.of(build([("1", "1"), ("2", "1")]))
    assert features.relations == ()
    assert features.facts.shape == features.user_facts.shape == (0, 3)
    assert features.core.tolist() == [0]
    assert features.pretraining_triples().shape == (2, 3)
