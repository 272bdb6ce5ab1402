from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgrec.config import Config
from kgrec.errors import ConfigError, UnknownIdError
from kgrec.graph import KnowledgeGraph
from kgrec.recommend import Profile, Recommender
from kgrec.testing import tiny_dataset

ITEMS = [str(number) for number in range(1, 41)]


@pytest.fixture(scope="module")
def recent(quick: Callable[..., Config], tiny_graph: KnowledgeGraph) -> Recommender:
    """What was taken lately counts more."""
    return Recommender(quick(gnn__recency=0.75)).fit(tiny_graph)


@pytest.fixture(scope="module")
def untimed(quick: Callable[..., Config]) -> Recommender:
    data = tiny_dataset()
    splits = {name: getattr(data, name).drop("timestamp") for name in ("train", "valid")}
    graph = KnowledgeGraph.build(dataclasses.replace(data, **splits))
    return Recommender(quick(gnn__recency=0.75)).fit(graph)


def updated(rec: Recommender, user: str, since: dict[str, int | None]) -> Recommender:
    rows = [(user, item, time) for item, time in since.items()]
    schema = {"user": pl.String, "item": pl.String, "timestamp": pl.Int64}
    return rec.update(rec.graph.update(events=pl.DataFrame(rows, schema=schema, orient="row")))


events = st.dictionaries(
    st.sampled_from(ITEMS),
    st.none() | st.integers(min_value=0, max_value=2**31),
    min_size=1,
    max_size=5,
)


@pytest.mark.parametrize("name", ["recent", "untimed"])
def test_a_history_that_goes_on_is_served_as_the_updated_graph_serves_it(
    name: str, request: pytest.FixtureRequest
) -> None:
    rec: Recommender = request.getfixturevalue(name)

    @settings(max_examples=6)
    @given(user=st.sampled_from(["1", "17", "somebody new"]), since=events)
    def law(user: str, since: dict[str, int | None]) -> None:
        later = updated(rec, user, since)
        wanted = later.recommend(user, k=4, explain=True)
        found = rec.recommend_history(rec.history(user, since), k=4, explain=True)
        assert found.table.equals(wanted.table)
        assert [each.to_dict() for each in found.explanations] == [
            each.to_dict() for each in wanted.explanations
        ]
        assert not set(since) & set(found.items)

    law()


def test_a_history_without_news_is_that_of_the_graph(recent: Recommender) -> None:
    found = recent.recommend_history(recent.history("3"), explain=True)
    wanted = recent.recommend("3", explain=True)
    assert found.table.equals(wanted.table)
    assert found.explanations == wanted.explanations


def test_nobody_has_no_history(recent: Recommender) -> None:
    with pytest.raises(UnknownIdError, match="no user 'nobody'"):
        recent.history("nobody")
    with pytest.raises(UnknownIdError, match="no item 'x'"):
        recent.history("1", {"x": None})


@pytest.mark.parametrize("user", ["1", "9", "30"])
def test_a_brief_explanation_says_the_same(recent: Recommender, user: str) -> None:
    taken = recent.history(user)
    full = recent.recommend_history(taken, explain=True).explanations
    brief = recent.recommend_history(taken, explain=True, brief=True).explanations
    assert [each.sentence for each in brief] == [each.sentence for each in full]
    assert all(len(each.paths) <= 2 for each in brief)
    for each in brief:
        parts = sum(path.share for path in each.paths) + sum(each.rest.values())
        assert parts == pytest.approx(each.score, abs=1e-6)


def test_a_brief_explanation_in_another_language_says_the_same(recent: Recommender) -> None:
    taken = recent.history("1")
    full, brief = (
        recent.recommend_history(taken, 3, explain=True, language="zh", brief=brief).explanations
        for brief in (False, True)
    )
    assert [each.sentence for each in brief] == [each.sentence for each in full]


@given(alpha=st.floats(0, 1), user=st.sampled_from(["1", "5", "12"]))
def test_shares_sum_to_the_score_however_loud_content_is(
    fitted: Recommender, alpha: float, user: str
) -> None:
    rec = fitted.with_alpha(alpha)
    for why in rec.recommend(user, k=5, explain=True).explanations:
        told = sum(path.share for path in why.paths)
        assert told + sum(why.rest.values()) == pytest.approx(why.score, abs=1e-6)
        assert why.rest["latent"] == pytest.approx(0, abs=1e-5)


@given(alpha=st.floats(0, 1))
def test_the_score_is_what_the_mixture_says(fitted: Recommender, alpha: float) -> None:
    rows = fitted.features.history[:6]
    whole = fitted.with_alpha(alpha).model.score(rows)
    paths, content = (fitted.with_alpha(end).model.score(rows) for end in (0.0, 1.0))
    # The bias is in both ends.
    assert whole.numpy() == pytest.approx(((1 - alpha) * paths + alpha * content).numpy(), abs=1e-5)


def test_the_middle_is_the_model_as_it_was_trained(fitted: Recommender) -> None:
    middle = fitted.with_alpha(0.5).recommend(k=5, explain=True)
    trained = fitted.recommend(k=5, explain=True)
    assert middle.table.equals(trained.table)
    assert middle.explanations == trained.explanations


def test_a_mixture_that_is_saved_scores_alike(fitted: Recommender, tmp_path: Any) -> None:
    mixed = fitted.with_alpha(0.2)
    mixed.save(tmp_path / "run")
    again = Recommender.load(tmp_path / "run")
    rows = fitted.features.history
    assert again.model.score(rows).numpy() == pytest.approx(
        mixed.model.score(rows).numpy(), abs=1e-5
    )
    why, wanted = (rec.recommend("4", 3, explain=True).explanations for rec in (again, mixed))
    for one, other in zip(why, wanted, strict=True):
        assert one.sentence == other.sentence
        assert one.rest["latent"] == pytest.approx(0, abs=1e-5)


def test_what_if_knows_of_the_mixture(fitted: Recommender) -> None:
    mixed = fitted.with_alpha(0.1)
    item = mixed.recommend("2", 3).items[0]
    answer = mixed.counterfactual("2", item, 3)
    settled = fitted.with_model(mixed.model.settled()).counterfactual("2", item, 3)
    assert answer.interactions == settled.interactions
    assert str(answer) == str(settled)


@pytest.mark.parametrize("alpha", [-0.1, 1.5, float("nan")])
def test_alpha_is_between_0_and_1(fitted: Recommender, alpha: float) -> None:
    with pytest.raises(ConfigError, match="between 0 and 1"):
        fitted.with_alpha(alpha)


def test_a_deep_model_has_no_parts_to_mix(quick: Callable[..., Config], tiny_graph: Any) -> None:
    deep = Recommender(quick(gnn__model="rgcn", gnn__epochs=1)).fit(tiny_graph)
    with pytest.raises(ConfigError, match="leave alpha out"):
        deep.with_alpha(0.3)
    found = deep.recommend_history(deep.history("1"), 2, explain=True)
    for why in found.explanations:  # only what is exact is told
        assert not why.paths
        assert sum(why.rest.values()) == pytest.approx(why.score, rel=1e-5)


def test_a_profile_is_a_history(fitted: Recommender) -> None:
    profile = Profile(("3",), attributes={"has_genre": ("Comedy", "Mystery")})
    found = fitted.recommend_history(fitted.profile(profile), 5, explain=True)
    assert found.items == fitted.recommend_for(profile, 5).items
    for why in found.explanations:
        told = sum(path.share for path in why.paths)
        assert told + sum(why.rest.values()) == pytest.approx(why.score, abs=1e-6)
