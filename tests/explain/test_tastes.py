"""Explanations of items that nobody took: over what people make of their facts."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from scipy.sparse import csr_matrix

from kgrec import Config, Explanation, KnowledgeGraph, Recommender
from kgrec.explain import Path, tastes
from kgrec.explain.checks import SentenceCheck
from kgrec.gnn.linear.pairs import PairModel
from kgrec.graph.rdf import node_iri
from kgrec.testing import tiny_dataset

Quick = Callable[..., Config]
NEW = "5"


@pytest.fixture(scope="module")
def rec(quick: Quick) -> Recommender:
    """Nobody has taken item 5."""
    data = tiny_dataset(users=60)
    others = pl.col("item") != NEW
    data = dataclasses.replace(
        data, train=data.train.filter(others), valid=data.valid.filter(others)
    )
    return Recommender(quick()).fit(KnowledgeGraph.build(data))


@pytest.fixture(scope="module")
def found(rec: Recommender) -> list[Explanation]:
    users = rec.graph.nodes.filter(pl.col("kind") == "user")["id"]
    return [rec.explain(user, NEW, paths=None) for user in users[:30]]


def liked(rec: Recommender, user: str) -> set[str]:
    edges = rec.graph.edges.filter(
        (pl.col("head") == f"user:{user}") & (pl.col("relation") == "interacted")
    )
    return set(edges["tail"])


def test_shares_and_rest_sum_to_the_score(found: list[Explanation]) -> None:
    for why in found:
        total = sum(path.share for path in why.paths) + sum(why.rest.values())
        assert total == pytest.approx(why.score, rel=1e-5)
        assert abs(why.rest["latent"]) < 1e-5


def test_facts_carry_a_new_item_and_all_but_texts_is_on_paths(found: list[Explanation]) -> None:
    assert all(why.paths for why in found)
    for why in found:
        # Without texts, only how much is known of an item has no path, and this is little.
        assert why.rest["text"] == 0
        assert abs(why.rest["content"]) < 0.5 * sum(abs(path.share) for path in why.paths)


def test_paths_are_those_of_the_graph(rec: Recommender, found: list[Explanation]) -> None:
    kinds = set()
    for why in found[:8]:
        for path in why.paths:
            check_path(rec, why, path)
            kinds.add(len(path.nodes))
    assert kinds >= {4, 6}


def check_path(rec: Recommender, why: Explanation, path: Path) -> None:
    """It leads from the user, over no edge of the user's but the first, along edges that exist."""
    assert path.nodes[0].key == f"user:{why.user}"
    assert path.nodes[1].key in liked(rec, why.user)
    assert path.nodes[-1].key == f"item:{NEW}"
    assert path.nodes[0].key not in {node.key for node in path.nodes[1:]}
    assert not path.through_users
    ((seen,),) = rec.graph.cypher(path.cypher).rows
    assert [node["key"] for node in seen["nodes"]] == [node.key for node in path.nodes]
    assert rec.graph.sparql(path.sparql).rows == [[str(node_iri(n.key)) for n in path.nodes]]


def test_people_join_what_a_path_says_they_join(rec: Recommender, found: list[Explanation]) -> None:
    edges = rec.graph.edges.filter(pl.col("relation") == "interacted").select("head", "tail")
    takers = dict(edges.group_by("tail").agg("head").iter_rows())
    paths = [(why, path) for why in found for path in why.paths if len(path.nodes) == 6]
    assert paths
    for why, path in paths[:40]:
        start, other, witness = (node.key for node in path.nodes[1:4])
        assert other in set(takers[start]) & set(takers[witness]) - {f"user:{why.user}"}
        assert path.nodes[3].label in path.reason
        assert ("care less for" in path.reason) == (path.share < 0)
    assert not [fault for why in found[:8] for fault in SentenceCheck(rec.graph).faults(why)]


def test_all_paths_of_a_list_are_what_the_table_of_shares_says(
    rec: Recommender, found: list[Explanation]
) -> None:
    table = pl.DataFrame({"user": [why.user for why in found], "item": NEW, "rank": 1})
    shares = rec.path_share(Listed(table))  # type: ignore[arg-type]
    told = [why.path_share for why in found]
    # But for a fact to which no other user leads.
    close = np.isclose(shares["paths"], told, rtol=1e-3, atol=1e-5)
    assert close.mean() > 0.9
    beside = [why.rest["text"] + why.rest["content"] for why in found]
    np.testing.assert_allclose(
        shares["content"].to_numpy()[close], np.array(beside)[close], atol=1e-4
    )
    total = shares.select(pl.sum_horizontal("paths", "content", "latent", "popularity"))
    np.testing.assert_allclose(total.to_series(), [why.score for why in found], rtol=1e-5)


@dataclasses.dataclass
class Listed:
    """As a list of recommendations."""

    table: pl.DataFrame

    def to_polars(self) -> pl.DataFrame:
        return self.table


def test_what_is_listed_is_a_part_of_all(rec: Recommender, found: list[Explanation]) -> None:
    """However many paths are listed, each has the share that it has among all."""
    for why in found[:6]:
        shares = {path.nodes: path.share for path in why.paths}
        assert len(shares) == len(why.paths)
        for most in (1, 2, 5):
            listed = rec.explain(why.user, NEW, paths=most).paths
            assert len(listed) == min(most, len(why.paths))
            assert all(shares[path.nodes] == pytest.approx(path.share) for path in listed)


def test_later_items_change_no_share(rec: Recommender, found: list[Explanation]) -> None:
    """What is rare among the items of the training stays as rare."""
    many = [f"later {number}" for number in range(200)]
    later = rec.update(rec.graph.update(items=pl.DataFrame({"item": many, "title": many})))
    for why in found[:4]:
        again = later.explain(why.user, NEW, paths=None)
        assert [path.nodes for path in again.paths] == [path.nodes for path in why.paths]
        np.testing.assert_allclose(
            [path.share for path in again.paths], [path.share for path in why.paths], rtol=1e-4
        )


def test_a_weight_is_taken_apart_and_not_made_to_fit(rec: Recommender) -> None:
    """One factor, for all items of all histories, stands between the transfer and the model."""
    explainer, model = rec._state.reasons.explainer, rec._state.model
    assert isinstance(model, PairModel)
    taste = explainer._known_tastes.taste  # type: ignore[attr-defined]
    item = rec._state.features.item_index(NEW)
    column = model.content[:, [item]].toarray().ravel()
    starts = np.flatnonzero(column)
    np.testing.assert_allclose(
        column[starts] / taste.of(starts, item).total, model.newcomers.loud, rtol=1e-2
    )


@pytest.mark.parametrize("busiest", [0, 1, 64])
def test_what_a_history_leads_to_is_found_however_few_are_followed(
    rec: Recommender, busiest: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tastes, "_MOST_BUSY", busiest)
    taken = rec.fitted_on.toarray() > 0
    taken = taken * (np.arange(len(taken))[:, None] % 3 == 0)  # so that not all leads to all
    taste = dataclasses.replace(
        rec._state.reasons.explainer._known_tastes.taste, histories=csr_matrix(taken)
    )  # type: ignore[attr-defined]
    finder, missed = tastes.TasteFinder(taste), 0
    for user in range(12):
        history = np.flatnonzero(taken[user])[:2]
        others = taken[:, history].any(axis=1) & (np.arange(len(taken)) != user)
        reached = taken[others].any(axis=0)
        reached[history] = True
        reached &= taken.any(axis=0)
        np.testing.assert_array_equal(finder.reached_from(history, user), reached)
        missed += int((~reached & taken.any(axis=0)).sum())
    assert missed > 0


def test_a_saved_run_explains_alike(
    rec: Recommender, found: list[Explanation], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("run") / "run"
    rec.save(folder)
    again = Recommender.load(folder)
    assert again.explain(found[0].user, NEW, paths=None) == found[0]


def test_taking_a_fact_away_takes_its_share_away(rec: Recommender) -> None:
    """What a path's share says is what the model gives for the fact."""
    model = rec._state.model
    assert isinstance(model, PairModel)
    explainer = rec._state.reasons.explainer
    user = rec.graph.nodes.filter(pl.col("kind") == "user")["id"][0]
    why = rec.explain(user, NEW, paths=None)
    taste = explainer._known_tastes.taste  # type: ignore[attr-defined]
    item = rec._state.features.item_index(NEW)
    row = rec._state.features.user_indices([user])[0]
    carried = model.carried(rec._state.histories[[row]], np.array([item])).toarray().ravel()
    starts = np.flatnonzero(carried)
    whole = taste.of(starts, item)
    shares = whole.weighed(carried[starts] / whole.total).by_fact
    for column, share in enumerate(shares.tolist()):
        facts = taste.content.facts.copy().tolil()
        facts[item, whole.facts[column]] = 0
        without = dataclasses.replace(
            taste, content=dataclasses.replace(taste.content, facts=facts.tocsr())
        )
        left = without.of(starts, item).total * (carried[starts] / whole.total)
        assert carried.sum() - left.sum() == pytest.approx(share, abs=1e-5)
    assert why.path_share == pytest.approx(shares.sum(), abs=1e-5)
