from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import polars as pl
import pytest
import torch

from kgrec import Config, KnowledgeGraph, Recommender
from kgrec.callbacks import Bar, Progress
from kgrec.errors import ConfigError, UnknownIdError
from kgrec.testing import tiny_dataset

Build = Callable[..., KnowledgeGraph]
Quick = Callable[..., Config]


def reached(rec: Recommender) -> dict[str, int]:
    """How many unseen items some path leads to, for each user."""
    state = rec._state
    paths = state.model.path_scores(state.features.history).toarray() != 0
    seen = state.features.history.toarray() > 0
    return dict(zip(state.features.users, (paths & ~seen).sum(axis=1).tolist(), strict=True))


def test_a_list_longer_than_the_catalog_holds_all_that_a_path_leads_to(
    fitted: Recommender,
) -> None:
    table = fitted.recommend(k=1000).to_polars()
    counts = dict(table.group_by("user").len().iter_rows())
    assert counts == reached(fitted)
    assert table.select("user", "item").is_unique().all()


def test_longer_lists_begin_with_the_shorter_ones(fitted: Recommender) -> None:
    long, short = fitted.recommend(k=12).to_polars(), fitted.recommend(k=4).to_polars()
    assert long.filter(pl.col("rank") <= 4).equals(short)


def test_a_list_does_not_depend_on_who_else_asks(fitted: Recommender) -> None:
    whole = fitted.recommend(k=6).to_polars()
    for user in ("3", "17"):
        alone = fitted.recommend(users=[user], k=6).to_polars()
        assert alone.equals(whole.filter(pl.col("user") == user))


def test_users_come_back_as_asked_even_twice(fitted: Recommender) -> None:
    table = fitted.recommend(users=["9", "2", "9"], k=2).to_polars()
    assert table["user"].to_list() == ["9", "9", "2", "2", "9", "9"]
    assert table["rank"].to_list() == [1, 2] * 3
    assert table[:2].equals(table[4:])


def test_nobody_asked_nothing_recommended(fitted: Recommender) -> None:
    top = fitted.recommend(users=[], k=3, explain=True)
    assert len(top) == len(top.explanations) == 0
    assert top.to_polars().schema == fitted.recommend(k=1).to_polars().schema
    assert fitted.path_share(top).is_empty()


def test_scores_and_labels_belong_to_their_items(fitted: Recommender) -> None:
    for user, item, _, score, label in fitted.recommend(users=["8"], k=6).to_polars().iter_rows():
        assert fitted.explain(user, item).score == pytest.approx(score, rel=1e-6)
        assert fitted.graph.label(f"item:{item}") == label


def test_explanations_align_with_the_rows_and_their_scores(fitted: Recommender) -> None:
    top = fitted.recommend(users=["5", "1"], k=3, explain=True)
    rows = top.to_polars().select("user", "item", "score", "label").rows()
    assert rows == [(why.user, why.item, why.score, why.label) for why in top.explanations]
    assert fitted.recommend(users=["5"], k=3).explanations == ()


def test_progress_counts_explanations(fitted: Recommender) -> None:
    class Counted(Progress):
        steps = 0
        total: int | None = None

        @contextmanager
        def stage(self, name: str, total: int | None = None) -> Iterator[Bar]:
            with super().stage(name, total) as bar:
                if name == "Explaining":
                    self.total = total
                    bar.advance = self.count  # type: ignore[method-assign]
                yield bar

        def count(self, steps: int = 1) -> None:
            self.steps += steps

    rec = fitted.with_model(fitted.model)
    rec._progress = counted = Counted()
    rec.recommend(users=["5", "1"], k=3)
    assert counted.total is None
    rec.recommend(users=["5", "1"], k=3, explain=True)
    assert counted.total == counted.steps == 6


def test_only_candidates_are_recommended(build: Build, quick: Quick) -> None:
    data = tiny_dataset()
    pairs = data.train.select("user", "item").rows()
    chosen = ["3", "8", "21", "22", "23"]
    rec = Recommender(quick(gnn__epochs=1)).fit(build(pairs, candidates=chosen))
    table = rec.recommend(k=40).to_polars()
    assert set(table["item"]) == set(chosen)


def test_nobody_is_left_with_nothing(build: Build, quick: Quick) -> None:
    # The first user's films lead to one another, and to nothing that is new.
    train = [("1", "1"), ("1", "2"), ("2", "3"), ("2", "4"), ("3", "4"), ("3", "5")]
    facts = [("1", "directed_by", "1"), ("2", "directed_by", "1")]
    rec = Recommender(quick(gnn__epochs=1)).fit(build(train, facts=facts))
    assert set(rec.recommend(users=["1"], k=9).items) == {"3", "4", "5"}
    assert set(rec.recommend(users=["2"], k=9).items) == {"5"}
    # A path leads somewhere, but not to a candidate.
    graph = build(train, facts=facts, candidates=["1", "2"])
    limited = Recommender(quick(gnn__epochs=1)).fit(graph)
    assert set(limited.recommend(users=["2"], k=9).items) == {"1", "2"}


def test_path_shares_sum_to_the_score(fitted: Recommender) -> None:
    top = fitted.recommend(k=5, explain=True)
    shares = fitted.path_share(top)
    table = top.to_polars()
    assert shares.select("user", "item", "rank").equals(table.select("user", "item", "rank"))
    for row, score, why in zip(
        shares.iter_rows(named=True), table["score"], top.explanations, strict=True
    ):
        parts = {name: row[name] for name in ("paths", "content", "latent", "popularity")}
        assert sum(parts.values()) == pytest.approx(score, rel=1e-6)
        assert row["paths"] == pytest.approx(why.path_share, rel=1e-3, abs=1e-6)
        for name in ("content", "latent", "popularity"):
            assert row[name] == pytest.approx(why.rest[name], rel=1e-3, abs=1e-6)
        whole = sum(map(abs, parts.values()))
        assert row["share"] == pytest.approx(abs(row["paths"]) / whole)
        assert 0 <= row["share"] <= 1
    assert (shares["latent"] == 0).all()


def test_a_user_of_facts_alone_is_given_what_is_popular(build: Build, quick: Quick) -> None:
    graph = build(
        [("1", "1"), ("1", "2"), ("2", "2"), ("3", "2"), ("3", "1")],
        facts=[("9", "knows", "1", "user", "user")],
    )
    rec = Recommender(quick()).fit(graph)
    top = rec.recommend(users=["9"], k=5)
    assert set(top.items) == {"1", "2"}
    assert (rec.path_share(top)["share"] == 0).all()


def test_a_number_is_no_user_id(fitted: Recommender) -> None:
    with pytest.raises(UnknownIdError):
        fitted.recommend(users=[1])  # type: ignore[list-item]


def test_a_graph_without_behaviour_is_refused(tiny_graph: KnowledgeGraph, quick: Quick) -> None:
    facts = tiny_graph.edges.filter(pl.col("split").is_null())
    empty = dataclasses.replace(tiny_graph, edges=facts)
    with pytest.raises(ConfigError, match="no interaction to learn from"):
        Recommender(quick()).fit(empty)


def test_a_failed_fit_leaves_the_earlier_model(
    tiny_graph: KnowledgeGraph, build: Build, quick: Quick
) -> None:
    rec = Recommender(quick(gnn__epochs=1)).fit(tiny_graph)
    before = rec.recommend(k=2).to_polars()

    class Stop(Progress):
        def epoch(self, *_: object) -> None:
            raise KeyboardInterrupt

    rec._progress = Stop()
    with pytest.raises(KeyboardInterrupt):
        rec.fit(build([("1", "1"), ("1", "2"), ("2", "1")]))
    rec._progress = Progress()
    assert rec.graph is tiny_graph
    assert rec.recommend(k=2).to_polars().equals(before)


def test_a_seed_in_the_call_overrules_the_configuration() -> None:
    assert Recommender(Config(seed=3), seed=5).config.seed == 5
    assert Recommender(Config(seed=3)).config.seed == 3
    assert repr(Recommender(seed=5)) == "Recommender(seed=5, not fitted)"


def test_everything_on_leaves_the_generator_alone_and_is_the_same_twice(
    tiny_graph: KnowledgeGraph, quick: Quick
) -> None:
    class Letters:
        """Texts as counts of letters: no transformer is needed to see that text arrives."""

        identity = "letters"
        embedding_size = 26

        def encode(self, texts: list[str], *_: object) -> np.ndarray:
            counts = np.array([[t.lower().count(chr(97 + n)) for n in range(26)] for t in texts])
            norms = np.linalg.norm(counts, axis=1, keepdims=True)
            return (counts / np.maximum(norms, 1e-9)).astype(np.float32)

    def lists() -> tuple[Recommender, pl.DataFrame]:
        config = quick(text__enabled=True, kge__enabled=True, kge__epochs=1, gnn__epochs=2)
        rec = Recommender(config, encoder=Letters()).fit(tiny_graph)
        return rec, rec.recommend(k=4).to_polars()

    state = torch.get_rng_state()
    (rec, first), (_, second) = lists(), lists()
    assert torch.equal(torch.get_rng_state(), state)
    assert first.equals(second)
    assert {"Describe", "Pretrain DistMult", "Train graph network"} <= set(rec.log.seconds)
