"""Sensitive relations: in the graph, and in nothing that is learned from it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgrec import Config, KnowledgeGraph, Recommender
from kgrec.callbacks import Progress
from kgrec.errors import ConfigError
from kgrec.features import Features
from kgrec.policies import Cap, Exposure, Policy, sensitive_shares
from kgrec.recommend import Profile
from kgrec.testing import tiny_dataset

Build = Callable[..., KnowledgeGraph]
Fact = tuple[str, str, str, str, str]
SENSITIVE = ("gender", "maker_origin")

USERS, ITEMS = [str(n) for n in range(1, 13)], [str(n) for n in range(1, 21)]
OF_USERS = st.tuples(
    st.sampled_from(USERS), st.just("has_gender"), st.sampled_from("mfx"), st.just("user")
)
OF_ITEMS = st.tuples(
    st.sampled_from(ITEMS), st.just("maker_origin"), st.sampled_from("abc"), st.just("item")
)
FACTS = st.lists((OF_USERS | OF_ITEMS).map(lambda fact: (*fact, "entity")), max_size=12)


class Lengths:
    """Encodes a text by its letters, and remembers what it was shown."""

    identity, embedding_size = "letters", 8

    def __init__(self) -> None:
        self.texts: list[str] = []

    def encode(
        self,
        texts: Sequence[str],
        progress: Progress | None = None,  # noqa: ARG002
    ) -> npt.NDArray[np.float32]:
        self.texts += texts
        rows = [np.bincount([ord(letter) % 8 for letter in text], minlength=8) for text in texts]
        vectors = np.array(rows, dtype=np.float32).reshape(-1, 8)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(lengths, 1e-9), dtype=np.float32)


def world(build: Build, facts: Sequence[Fact]) -> KnowledgeGraph:
    data = tiny_dataset(users=12, items=20)
    pairs = data.train.select("user", "item").rows()
    known = [
        (head, relation, tail, "item", "entity")
        for head, relation, tail in data.facts.select("head", "relation", "tail").iter_rows()
    ]
    return build(pairs, facts=[*known, *facts], titles={item: f"Film {item}" for item in ITEMS})


@pytest.fixture(scope="module")
def without(build: Build) -> Features:
    return Features.of(world(build, []), SENSITIVE)


@settings(max_examples=5)
@given(FACTS)
def test_sensitive_facts_change_no_number(
    build: Build, without: Features, facts: list[Fact]
) -> None:
    features = Features.of(world(build, facts), SENSITIVE)
    for field in dataclasses.fields(Features):
        one, other = getattr(features, field.name), getattr(without, field.name)
        if hasattr(one, "nnz"):
            assert (one != other).nnz == 0
        else:
            np.testing.assert_array_equal(one, other)


def fit(graph: KnowledgeGraph, quick: Callable[..., Config], *sensitive: str) -> Recommender:
    config = quick(gnn__epochs=1, text__enabled=True, graph__sensitive=sensitive)
    return Recommender(config, encoder=Lengths()).fit(graph)


def several(seed: int) -> list[Fact]:
    rng = np.random.default_rng(seed)
    users = [(user, "has_gender", str(rng.choice(["m", "f"])), "user", "entity") for user in USERS]
    items = [
        (item, "maker_origin", str(rng.choice(["a", "b", "c"])), "item", "entity") for item in ITEMS
    ]
    return users + items


@pytest.fixture(scope="module")
def pair(build: Build, quick: Callable[..., Config]) -> tuple[Recommender, Recommender]:
    """The same world with other sensitive facts."""
    return tuple(fit(world(build, several(seed)), quick, *SENSITIVE) for seed in (0, 1))  # type: ignore[return-value]


def test_no_bit_of_scores_or_explanations_changes(pair: tuple[Recommender, Recommender]) -> None:
    one, other = (rec.recommend(k=4, explain=True) for rec in pair)
    assert one.to_polars().equals(other.to_polars())
    assert len(one) > 12
    assert one.explanations == other.explanations
    whole = [rec.explain("3", one.items[0], paths=None).to_dict() for rec in pair]
    assert whole[0] == whole[1]
    assert pair[0].graph.edges["relation"].is_in(["has_gender", "maker_origin"]).sum() == 32


def test_no_text_tells_it(pair: tuple[Recommender, Recommender]) -> None:
    texts = [rec._encoder.texts for rec in pair]  # type: ignore[union-attr]
    assert texts[0] == texts[1]
    assert not any("origin" in text for text in texts[0])


def test_the_check_finds_nothing_and_would_find_something(
    pair: tuple[Recommender, Recommender], build: Build, quick: Callable[..., Config]
) -> None:
    rec = pair[0]
    top = rec.recommend(["1", "2"], 4)
    table = rec.sensitive_shares(top)
    assert table["relation"].to_list() == ["has_gender", "maker_origin"]
    assert table["facts"].to_list() == [12, 20]
    for column in ("numbered", "paths", "share"):
        assert table[column].sum() == 0
    open_ = fit(rec.graph, quick)
    whys = [open_.explain("1", item, paths=None) for item in ITEMS]
    found = sensitive_shares(rec.graph, open_._state.features, SENSITIVE, whys)
    assert found["numbered"].to_list() == [12, 20]
    assert found["paths"].to_list()[1] > 0
    assert found["share"].to_list()[1] > 0
    short = [open_.explain("1", item, paths=1) for item in ITEMS]
    with pytest.raises(ConfigError, match="explain with paths=None"):
        sensitive_shares(rec.graph, open_._state.features, SENSITIVE, short)


def test_it_stays_so_in_a_run_and_after_an_update(
    pair: tuple[Recommender, Recommender], tmp_path: Path
) -> None:
    rec = pair[0]
    rec.save(tmp_path / "run")
    again = Recommender.load(tmp_path / "run", encoder=Lengths())
    assert again.config.graph.sensitive == SENSITIVE
    assert again.recommend(k=3).to_polars().equals(rec.recommend(k=3).to_polars())
    events = [{"user": "1", "item": again.recommend("1", 1).items[0]}]
    later = again.update(again.graph.update(events=events))
    assert later.sensitive_shares(later.recommend("1", 2))["numbered"].sum() == 0


def test_policies_and_profiles_may_not_use_it(pair: tuple[Recommender, Recommender]) -> None:
    rec = pair[0]
    with pytest.raises(ConfigError, match="is sensitive"):
        rec.recommend("1", 3, policy=Policy(cap=Cap(relation="maker_origin")))
    with pytest.raises(ConfigError, match="is sensitive"):
        rec.recommend_for(Profile(attributes={"maker_origin": "a"}))
    # Whoever is to be seen fairly has to be known.
    fair = Policy(exposure=Exposure(by="maker_origin", minimum={"a": 0.3, "b": 0.3}))
    found = rec.recommend(k=4, policy=fair)
    assert found.policy_report is not None
    assert found.policy_report.moved > 0


def test_a_name_that_means_nothing_protects_nobody(
    build: Build, quick: Callable[..., Config]
) -> None:
    with pytest.raises(ConfigError, match=r"'maker_origine'.*did you mean 'maker_origin'"):
        fit(world(build, several(0)), quick, "maker_origine")
    assert quick(graph__sensitive="a, b").graph.sensitive == ("a", "b")
