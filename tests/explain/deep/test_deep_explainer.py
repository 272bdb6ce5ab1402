"""Explanations of trained R-GCN and KGAT on the tiny world."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from kgrec import Config, KnowledgeGraph, Recommender
from kgrec.errors import ConfigError, UnknownIdError
from kgrec.explain import Explanation
from kgrec.explain.checks import SentenceCheck
from kgrec.explain.deep import choose
from kgrec.explain.deep.explainer import METHODS, DeepExplainer
from kgrec.graph.rdf import node_iri

Quick = Callable[..., Config]


@pytest.fixture(scope="module", params=["rgcn", "kgat"])
def rec(request: pytest.FixtureRequest, tiny_graph: KnowledgeGraph, quick: Quick) -> Recommender:
    config = quick(gnn__model=request.param, gnn__layers=2, gnn__epochs=4, gnn__refit=False)
    return Recommender(config).fit(tiny_graph)


@pytest.fixture(scope="module")
def explained(rec: Recommender) -> list[Explanation]:
    table = rec.recommend(users=["1", "2", "3"], k=1).to_polars()
    return [
        rec.explain(user, item, paths=None, method=method)
        for user, item in table.select("user", "item").iter_rows()
        for method in METHODS
    ]


def test_shares_and_rest_sum_to_the_score(explained: list[Explanation]) -> None:
    for why in explained:
        assert why.paths
        total = sum(path.share for path in why.paths) + sum(why.rest.values())
        assert total == pytest.approx(why.score, rel=1e-5, abs=1e-6)
        assert why.path_share == pytest.approx(sum(path.share for path in why.paths))
        assert list(why.rest) == ["popularity", "content", "latent", "other_edges"]
    assert {why.method for why in explained} == set(METHODS)


def test_every_path_is_in_the_graph_and_its_queries_return_it(
    rec: Recommender, explained: list[Explanation]
) -> None:
    graph = rec.graph
    edges = set(graph.edges.select("head", "relation", "tail").iter_rows())
    kinds = set()
    for why in explained:
        for path in why.paths:
            assert path.nodes[0].key == f"user:{why.user}"
            assert path.nodes[-1].key == f"item:{why.item}"
            assert len({node.key for node in path.nodes}) == len(path.nodes)
            kinds.add(path.nodes[2].key.partition(":")[0])
            ends = zip(path.nodes, path.relations, path.nodes[1:], strict=False)
            for left, relation, right in ends:
                head, tail = (left, right) if relation.forward else (right, left)
                assert (head.key, relation.name, tail.key) in edges
        for path in (*why.paths[:2], *why.paths[-2:]):
            ((found,),) = graph.cypher(path.cypher).rows
            assert [node["key"] for node in found["nodes"]] == [node.key for node in path.nodes]
            iris = [str(node_iri(node.key)) for node in path.nodes]
            assert graph.sparql(path.sparql).rows == [iris]
    assert {"user", "entity"} <= kinds


def test_without_its_strongest_paths_a_score_is_lower(
    rec: Recommender, explained: list[Explanation]
) -> None:
    explainer = rec._state.reasons.explainer
    assert isinstance(explainer, DeepExplainer)
    rng = np.random.default_rng(0)
    for method in METHODS:
        drops, random = [], []
        for why in explained:
            if why.method == method:
                some = rng.choice(len(why.paths), min(3, len(why.paths)), replace=False)
                others = [why.paths[place] for place in some]
                drops.append(
                    why.score - explainer.without(rec.history(why.user), why.item, why.paths[:3])
                )
                random.append(
                    why.score - explainer.without(rec.history(why.user), why.item, others)
                )
        assert np.mean(drops) > 0
        assert np.mean(drops) > np.mean(random)
    why = explained[0]
    assert explainer.without(rec.history(why.user), why.item, []) == pytest.approx(
        why.score, rel=1e-5
    )


def test_the_strongest_are_listed_and_the_others_summed_up(
    rec: Recommender, explained: list[Explanation]
) -> None:
    whole = explained[0]
    why = rec.explain(whole.user, whole.item, paths=2)
    assert len(why.paths) == 2
    assert why.paths[0] == whole.paths[0]
    listed = sum(path.share for path in why.paths)
    assert why.rest["other_paths"] == pytest.approx(whole.path_share - listed)
    assert why.reasons
    assert "attributions" in str(why)
    assert rec.explain(whole.user, whole.item, paths=0).paths == ()


def test_for_a_history_the_exact_parts_are_told(
    rec: Recommender, explained: list[Explanation]
) -> None:
    whole = explained[0]
    why = rec.explain_history(rec.history(whole.user), whole.item)
    assert why.paths == ()
    assert why.score == pytest.approx(whole.score, rel=1e-5)
    assert why.rest["popularity"] == whole.rest["popularity"]
    assert sum(why.rest.values()) == pytest.approx(why.score, rel=1e-5)


def test_a_run_that_is_read_again_explains_the_same(
    rec: Recommender, explained: list[Explanation], tmp_path: Path
) -> None:
    rec.save(tmp_path / "run")
    again = Recommender.load(tmp_path / "run")
    for why in explained[:2]:
        assert again.explain(why.user, why.item, paths=None, method=why.method) == why


def test_who_came_after_the_training_is_told_why(rec: Recommender) -> None:
    events = pl.DataFrame({"user": ["aa new"] * 3, "item": ["1", "2", "3"]})
    later = rec.update(rec.graph.update(events=events))
    item = later.recommend(users=["aa new"], k=1).to_polars()["item"][0]
    why = later.explain("aa new", item, paths=None)
    assert why.paths
    assert {path.nodes[1].id for path in why.paths} <= {"1", "2", "3"}
    total = sum(path.share for path in why.paths) + sum(why.rest.values())
    assert total == pytest.approx(why.score, rel=1e-5)
    edges = set(later.graph.edges.select("head", "relation", "tail").iter_rows())
    assert all((p.nodes[0].key, "interacted", p.nodes[1].key) in edges for p in why.paths)


def test_of_one_layer_too_new_facts_change_no_reason(
    build: Callable[..., KnowledgeGraph], quick: Quick
) -> None:
    """The network knows nodes by the numbers that they had at version 0."""
    config = quick(gnn__model="rgcn", gnn__layers=1, gnn__epochs=1, graph__sensitive=("made_in",))
    taken = [(user, item) for user in "1234" for item in "12345" if user != item]
    secret = [("1", "made_in", "a"), ("2", "made_in", "a"), ("1", "made_in", "b")]
    graph = build(taken, facts=[*secret, ("1", "about", "x"), ("2", "about", "x")])
    rec = Recommender(config).fit(graph)
    assert graph.version == 0
    before = rec.explain("1", "1", paths=None)
    new = {"head": ["1", "5"], "relation": ["about"] * 2, "tail": ["aa new"] * 2}
    later = rec.update(graph.update(facts=pl.DataFrame(new)))
    after = later.explain("1", "1", paths=None)
    assert after.paths
    assert [(path.nodes, path.share) for path in after.paths] == [
        (path.nodes, path.share) for path in before.paths
    ]


def test_people_are_counted_whatever_was_looked_at(
    rec: Recommender, explained: list[Explanation], monkeypatch: pytest.MonkeyPatch
) -> None:
    check = SentenceCheck(rec.graph, fitted_on=rec.fitted_on)
    monkeypatch.setattr(choose, "WIDEST", 2)
    counts = []
    for whole in explained[::2]:
        why = rec.explain(whole.user, whole.item, paths=None)
        assert why.left_out
        for path in (path for path in why.paths if path.through_users):
            counts.append(path.walks)
            assert list(check._path(path, False)) == []
            assert "than expected" not in path.reason
            assert ("the network counts against it" in path.reason) == (path.share < 0)
    assert max(counts) > choose.WIDEST


def test_bad_questions_are_refused(rec: Recommender, fitted: Recommender) -> None:
    with pytest.raises(ConfigError, match="no method 'attention'"):
        rec.explain("1", "1", method="attention")  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="no method ''"):
        rec.explain("1", "1", method="")  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="at least 0"):
        rec.explain("1", "1", paths=-1)
    with pytest.raises(UnknownIdError):
        rec.explain("1", "nothing")
    with pytest.raises(ConfigError, match="are exact"):
        fitted.explain("1", "1", method="paths")
