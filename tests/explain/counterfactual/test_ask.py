from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_matrix, diags

from kgrec import Recommender
from kgrec.config import Config
from kgrec.errors import ConfigError, UnknownIdError
from kgrec.explain.counterfactual.world import World, best
from kgrec.gnn.linear.recency import recent_histories
from kgrec.graph import KnowledgeGraph

K = 5


@pytest.fixture(scope="module")
def listed(fitted: Recommender) -> list[tuple[str, str]]:
    users = [str(number) for number in range(1, 4)]
    table = fitted.recommend(users=users, k=K).to_polars()
    return table.select("user", "item").rows()


def fewer(fitted: Recommender, user: str, removed: tuple[str, ...]) -> list[str]:
    """The list of a user whose behaviour never held some items, by the public way."""
    features, model = fitted._state.features, fitted._state.model
    row = int(features.user_indices([user])[0])
    ages = features.history_ages[[row]].tocoo()
    gone = [features.item_index(item) for item in removed]
    kept = [(int(c), float(v)) for c, v in zip(ages.col, ages.data, strict=True) if c not in gone]
    world = World(
        model,
        np.array([item for item, _ in kept]),
        np.array([age for _, age in kept]),
        model.recency,
        features.candidates,
    )
    return [features.items[item] for item in best(world.now(), K)]


def test_a_world_as_it_is_has_the_scores_of_the_model(fitted: Recommender) -> None:
    features, model = fitted._state.features, fitted._state.model
    histories = recent_histories(features, model.recency)
    for row in range(5):
        world = World.of(features, model, row)
        same = world.row(np.arange(len(world.history)), np.zeros(0, np.int64))
        assert (same != histories[[row]]).nnz == 0
        shown = fitted.recommend(features.users[row], K).to_polars()["item"].to_list()
        assert [features.items[item] for item in best(world.now(), K)] == shown


def test_without_the_named_interactions_the_item_is_gone(
    fitted: Recommender, listed: list[tuple[str, str]]
) -> None:
    for user, item in listed:
        found = fitted.counterfactual(user, item, K)
        assert found.interactions is not None
        assert found.interactions.proved
        assert item not in fewer(fitted, user, found.interactions.items)
        assert found.sentence.startswith(f"You would not see {found.label} if you had not")
        for each in found.interactions.items if len(found.interactions.items) == 2 else ():
            assert item in fewer(fitted, user, (each,))


def test_other_items_alone_need_as_many_or_more(
    fitted: Recommender, listed: list[tuple[str, str]]
) -> None:
    for user, item in listed[::5]:
        one = fitted.counterfactual(user, item, K).interactions
        other = fitted.counterfactual(user, item, K, returns=False).interactions
        assert one is not None
        assert other is None or len(other.items) >= len(one.items)


def test_facts_are_those_of_the_item_and_their_shares_are_what_it_loses(
    fitted: Recommender, listed: list[tuple[str, str]]
) -> None:
    edges = set(fitted.graph.edges.select("head", "relation", "tail").iter_rows())
    with_facts = 0
    for user, item in listed[::3]:
        facts = fitted.counterfactual(user, item, K).facts
        if facts is None:
            continue
        with_facts += 1
        assert set(facts.facts) <= edges
        assert all(f"item:{item}" in (head, tail) for head, _, tail in facts.facts)
        why = fitted.explain(user, item, paths=None)
        last = fitted.recommend(user, K + 1).to_polars()["score"][K]
        assert why.score - sum(facts.shares) <= last + 1e-5
        assert why.score - sum(facts.shares[:-1]) >= last - 1e-5
    assert with_facts


def test_why_not_names_what_would_bring_an_item_in(fitted: Recommender) -> None:
    for user in ("1", "2"):
        table = fitted.recommend(user, 40).to_polars()["item"].to_list()
        for item in (table[K], table[K + 3]):
            found = fitted.why_not(user, item, K)
            assert found.rank == table.index(item) + 1
            assert found.gap is not None
            assert found.gap >= 0
            assert found.items is not None
            world = World.of(fitted._state.features, fitted._state.model, int(user) - 1)
            features = fitted._state.features
            assert features.users[int(user) - 1] == user
            added = np.array([features.item_index(each) for each in found.items.items])
            assert features.item_index(item) in best(world.with_items(added), K)
            assert all(path.share < 0 for path in found.against)


def test_what_cannot_be_asked_is_told_in_a_sentence(
    fitted: Recommender, listed: list[tuple[str, str]]
) -> None:
    user, item = listed[0]
    table = fitted.recommend(user, 40).to_polars()["item"].to_list()
    own = fitted.graph.edges.filter(head=f"user:{user}")["tail"][0].removeprefix("item:")
    with pytest.raises(ConfigError, match=r"is not among the 5 best .* it is number 7"):
        fitted.counterfactual(user, table[6], K)
    with pytest.raises(ConfigError, match="as number 1: ask counterfactual"):
        fitted.why_not(user, item, K)
    with pytest.raises(ConfigError, match="already"):
        fitted.counterfactual(user, own, K)
    with pytest.raises(ConfigError, match="k=0"):
        fitted.counterfactual(user, item, 0)
    with pytest.raises(UnknownIdError):
        fitted.why_not(user, "no such film")
    with pytest.raises(UnknownIdError):
        fitted.counterfactual("nobody", item)


def test_a_user_without_history_has_no_counterfactual(fitted: Recommender) -> None:
    graph = fitted.graph.update(users={"user": ["stranger"]})
    later = fitted.update(graph)
    item = later.recommend("stranger", 1).to_polars()["item"][0]
    with pytest.raises(ConfigError, match="no history"):
        later.counterfactual("stranger", item)


def test_what_nothing_leads_to_is_said(fitted: Recommender) -> None:
    state, item = fitted._state, fitted.recommend("1", K + 1).items[K]
    others = np.ones(state.model.num_items)
    others[state.features.item_index(item)] = 0
    weights, content = (
        csr_matrix(part @ diags(others)) for part in (state.model.weights, state.model.content)
    )
    model = replace(state.model, weights=weights, content=content)
    rec = fitted.with_model(model)
    found = rec.why_not("1", item, K)
    assert not found.reachable
    assert found.items is None
    assert found.sentence.endswith(": nothing leads to it, whatever else you had liked.")


def test_deep_models_have_no_counterfactuals(
    tiny_graph: KnowledgeGraph, quick: Callable[..., Config]
) -> None:
    config = quick(gnn__model="rgcn", gnn__epochs=1)
    rec = Recommender(config).fit(tiny_graph)
    item = rec.recommend("1", 1).to_polars()["item"][0]
    with pytest.raises(ConfigError, match=r"gnn\.model = rgcn"):
        rec.counterfactual("1", item)


def test_answers_are_told_in_the_language(
    fitted: Recommender, listed: list[tuple[str, str]]
) -> None:
    user, item = listed[0]
    english, chinese = (fitted.counterfactual(user, item, K, language=x) for x in ("en", "zh"))
    assert english.interactions == chinese.interactions
    other = fitted.recommend(user, 40).to_polars()["item"].to_list()[K]
    wanted = fitted.why_not(user, other, K, language="zh")
    assert wanted.items == fitted.why_not(user, other, K).items
    for answer in (chinese, wanted, replace(chinese, interactions=None, facts=None)):
        assert answer.sentence.startswith(
            ("如果您没有喜欢过“", f"“{answer.label}”不在", "在已搜索")
        )
        for word in ("You ", "It ", "liked", " and ", "set"):
            assert word not in str(answer), word
    assert wanted.sentence == wanted.to_dict()["sentence"]
    with pytest.raises(ConfigError, match="no language 'xx'"):
        fitted.why_not(user, other, K, language="xx")


def test_answers_are_plain_values(fitted: Recommender, listed: list[tuple[str, str]]) -> None:
    user, item = listed[0]
    found = fitted.counterfactual(user, item, K)
    table = fitted.recommend(user, 40).to_polars()["item"].to_list()
    wanted = fitted.why_not(user, table[K], K)
    for answer in (found, wanted):
        values = json.loads(json.dumps(answer.to_dict()))
        assert values["user"] == user
        assert values["sentence"] in str(answer)
