"""The three answers to what a fact of a text may do: nothing, teach, or be a reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import polars as pl
import pytest

from kgrec.config import Config
from kgrec.data import Dataset
from kgrec.data.extracted import no_extracted
from kgrec.evaluation.explanations.case import cases_of
from kgrec.graph import KnowledgeGraph
from kgrec.recommend import Recommender
from kgrec.testing import tiny_dataset

Fit = Callable[..., Recommender]


def plain() -> Dataset:
    """The tiny world without its genres, which people go by."""
    data = tiny_dataset()
    return replace(data, items=data.items.drop("genres"))


def from_texts() -> KnowledgeGraph:
    """The same, and its genres as texts state them."""
    genres = (
        tiny_dataset()
        .items.select(head="item", tail_label=pl.col("genres").str.split("|"))
        .explode("tail_label")
    )
    rows = genres.with_columns(
        relation=pl.lit("has_genre"),
        tail=pl.format("text:Genre/{}", "tail_label"),
        tail_kind=pl.lit("entity"),
        tail_type=pl.lit("Genre"),
        asserted_by=pl.lit("gazetteer"),
        state=pl.lit("accepted"),
    )
    table = pl.concat([no_extracted(), rows], how="diagonal_relaxed")
    return KnowledgeGraph.build(replace(plain(), extracted=table))


@pytest.fixture(scope="module")
def fit(quick: Callable[..., Config]) -> Fit:
    return lambda graph, **settings: Recommender(quick(**settings)).fit(graph)


@pytest.fixture(scope="module")
def graph() -> KnowledgeGraph:
    return from_texts()


@pytest.fixture(scope="module", params=["linear", "rgcn"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def silent(fit: Fit, graph: KnowledgeGraph, kind: str) -> Recommender:
    return fit(graph, graph__extracted="train", gnn__model=kind, gnn__layers=2)


@pytest.fixture(scope="module")
def telling(fit: Fit, graph: KnowledgeGraph, kind: str) -> Recommender:
    return fit(graph, graph__extracted="explain", gnn__model=kind, gnn__layers=2)


def test_by_default_nothing_learns_from_them(fit: Fit, graph: KnowledgeGraph) -> None:
    rec, other = fit(graph), fit(KnowledgeGraph.build(plain()))
    lists = [each.recommend(k=5).to_polars() for each in (rec, other)]
    assert lists[0].equals(lists[1])
    assert "has_genre" not in {
        relation.name
        for user in ("1", "2")
        for path in rec.explain(user, lists[0]["item"][0], paths=None).paths
        for relation in path.relations
    }


def test_trained_on_they_are_no_reasons_and_the_sum_holds(silent: Recommender) -> None:
    hidden = 0.0
    for user, item in pairs(silent):
        why = silent.explain(user, item, paths=None)
        assert all(step.name != "has_genre" for path in why.paths for step in path.relations)
        total = sum(path.share for path in why.paths) + sum(why.rest.values())
        assert total == pytest.approx(why.score, abs=1e-5)
        assert why.path_share == pytest.approx(sum(path.share for path in why.paths), abs=1e-6)
        hidden += abs(why.rest.get("extracted", 0.0))
        few = silent.explain(user, item, paths=2)
        total = sum(path.share for path in few.paths) + sum(few.rest.values())
        assert total == pytest.approx(few.score, abs=1e-5)
    assert hidden > 0


def test_told_they_are_said_to_be_a_texts(silent: Recommender, telling: Recommender) -> None:
    told = 0
    for user, item in pairs(telling):
        why = telling.explain(user, item, paths=None)
        assert "extracted" not in why.rest
        before = silent.explain(user, item, paths=None)
        assert before.score == pytest.approx(why.score, abs=1e-6)
        for path in why.paths:
            by_text = any(step.name == "has_genre" for step in path.relations)
            assert ("according to the text" in path.reason) == by_text
            told += by_text
    assert told


def test_a_counterfactual_names_them_only_where_they_may_be_reasons(
    fit: Fit, graph: KnowledgeGraph
) -> None:
    named = {}
    for setting in ("train", "explain"):
        rec = fit(graph, graph__extracted=setting)
        found = [rec.counterfactual(user, item, k=10).facts for user, item in pairs(rec)]
        named[setting] = {fact[1] for facts in found if facts for fact in facts.facts}
    assert "has_genre" in named["explain"]
    assert "has_genre" not in named["train"]


def test_no_share_of_the_score_counts_them_as_paths(
    silent: Recommender, telling: Recommender
) -> None:
    top = silent.recommend(users=["1", "2", "3"], k=3)
    exact = silent.model.kind == "linear"
    hidden = 0.0
    for row, score in zip(
        silent.path_share(top).iter_rows(named=True), top.to_polars()["score"], strict=True
    ):
        names = ("paths", "extracted", "content", "latent", "popularity")
        sizes = [abs(row[name]) for name in names]
        assert sum(row[name] for name in names) == pytest.approx(score, abs=1e-5)
        assert row["share"] == pytest.approx(abs(row["paths"]) / sum(sizes))
        why = silent.explain(row["user"], row["item"], paths=None)
        if exact:
            assert row["extracted"] == pytest.approx(why.rest.get("extracted", 0.0), abs=1e-6)
            assert row["paths"] == pytest.approx(why.path_share, abs=1e-4)
        hidden += abs(row["extracted"])
    assert (hidden > 0) == exact
    told = telling.path_share(telling.recommend(users=["1", "2", "3"], k=3))
    assert (told["extracted"] == 0).all()


def test_an_evaluation_of_explanations_names_them_apart(silent: Recommender) -> None:
    cases = [case for user in ("1", "2", "3") for case in cases_of(silent, user, 3)]
    assert max(case.extracted_share for case in cases) > 0
    for case in cases:
        assert case.path_share + case.extracted_share + case.latent_share <= 1 + 1e-6


def pairs(rec: Recommender) -> list[tuple[str, str]]:
    table = rec.recommend(users=["1", "2", "3"], k=3).to_polars()
    return list(table.select("user", "item").iter_rows())
