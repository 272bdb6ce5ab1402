"""What must hold of every explanation, on the tiny world in which all kinds share their ids."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from kgrec import Recommender
from kgrec.errors import UnknownIdError
from kgrec.gnn.linear.recency import recent_histories
from kgrec.graph.rdf import node_iri


@pytest.fixture(scope="module")
def explained(fitted: Recommender) -> list:
    users = [str(number) for number in range(1, 9)]
    table = fitted.recommend(users=users, k=4).to_polars()
    return [
        fitted.explain(user, item, paths=None)
        for user, item in table.select("user", "item").iter_rows()
    ]


def test_shares_and_rest_sum_to_the_score_and_nothing_is_latent(explained: list) -> None:
    assert len(explained) == 32
    for why in explained:
        total = sum(path.share for path in why.paths) + sum(why.rest.values())
        assert total == pytest.approx(why.score, rel=1e-5, abs=1e-6)
        assert why.rest["latent"] == pytest.approx(0, abs=1e-4 * max(1, abs(why.score)))
        assert why.path_share == pytest.approx(sum(path.share for path in why.paths))


def test_every_edge_of_every_path_is_in_the_graph(fitted: Recommender, explained: list) -> None:
    edges = set(fitted.graph.edges.select("head", "relation", "tail").iter_rows())
    for why in explained:
        assert why.paths
        for path in why.paths:
            assert path.nodes[0].key == f"user:{why.user}"
            assert path.nodes[-1].key == f"item:{why.item}"
            assert (path.nodes[0].key, "interacted", path.nodes[1].key) in edges
            for left, relation, right in zip(
                path.nodes, path.relations, path.nodes[1:], strict=False
            ):
                ends = (left, right) if relation.forward else (right, left)
                assert (ends[0].key, relation.name, ends[1].key) in edges


def test_both_kinds_of_path_occur(explained: list) -> None:
    kinds = {path.nodes[2].type for why in explained for path in why.paths}
    assert {"User", "Person"} <= kinds


def test_cypher_returns_exactly_the_path(fitted: Recommender, explained: list) -> None:
    for path in [path for why in explained[:6] for path in why.paths[:6]]:
        ((found,),) = fitted.graph.cypher(path.cypher).rows
        assert [node["key"] for node in found["nodes"]] == [node.key for node in path.nodes]


def test_sparql_returns_exactly_the_path(fitted: Recommender, explained: list) -> None:
    graph = fitted.graph
    for path in [path for why in explained[:3] for path in why.paths[:5]]:
        assert graph.sparql(path.sparql).rows == [[str(node_iri(n.key)) for n in path.nodes]]


def test_a_history_item_takes_exactly_its_share_with_it(fitted: Recommender) -> None:
    state = fitted._state
    user, item = "3", fitted.recommend(users=["3"], k=1).items[0]
    why = fitted.explain(user, item, paths=None)
    row = state.features.user_indices([user])[0]
    history = recent_histories(state.features, state.model.recency)[[row]]
    size = history.nnz
    first = why.paths[0].nodes[1].id
    lost = sum(path.share for path in why.paths if path.nodes[1].id == first)
    without = history.copy().tolil()
    without[0, state.features.item_index(first)] = 0
    target = state.features.item_index(item)
    power = state.model.history_power
    scale = (size / (size - 1)) ** power
    after = float(state.model.path_scores(without.tocsr())[0, target])
    assert after == pytest.approx((why.path_share - lost) * scale, rel=1e-4, abs=1e-5)


def test_the_strongest_paths_keep_the_sum_and_a_place_for_facts(fitted: Recommender) -> None:
    item = fitted.recommend(users=["5"], k=1).items[0]
    full, short = fitted.explain("5", item, paths=None), fitted.explain("5", item, paths=2)
    assert len(short.paths) == 2
    assert short.paths[0] == full.paths[0]
    assert sum(path.share for path in short.paths) + sum(short.rest.values()) == pytest.approx(
        full.score, rel=1e-5
    )
    facts = [path for path in full.paths if path.nodes[-2].type != "User" and path.share > 0]
    if facts:
        assert any(path.nodes[-2].type != "User" for path in short.paths)


def test_unknown_ids_are_named(fitted: Recommender) -> None:
    with pytest.raises(UnknownIdError, match="no user 'nobody'"):
        fitted.explain("nobody", "1")
    with pytest.raises(UnknownIdError, match="no item 'nothing'"):
        fitted.explain("1", "nothing")


def test_the_json_has_the_fixed_keys(fitted: Recommender) -> None:
    tree = fitted.explain("1", fitted.recommend(users=["1"], k=1).items[0]).to_dict()
    fixed = {"user", "item", "label", "score", "paths", "rest"}
    assert set(tree) == fixed | {"method", "left_out", "language", "notes"}
    assert {"nodes", "relations", "share", "sentence", "cypher", "sparql"} <= set(tree["paths"][0])
    assert set(tree["paths"][0]["nodes"][0]) == {"id", "kind", "label", "type"}
    assert np.isfinite(tree["score"])


def test_of_an_item_of_the_history_only_what_oneself_joins_is_on_no_path(
    fitted: Recommender,
) -> None:
    graph = fitted.graph.edges.filter(pl.col("relation") == "interacted")
    seen = 0
    for user, item in graph.select("head", "tail").head(60).iter_rows():
        why = fitted.explain(user.removeprefix("user:"), item.removeprefix("item:"), paths=None)
        assert abs(why.rest["latent"]) < 1e-5
        total = sum(path.share for path in why.paths) + sum(why.rest.values())
        assert total == pytest.approx(why.score, rel=1e-5, abs=1e-6)
        seen += bool(why.paths)
    assert seen
