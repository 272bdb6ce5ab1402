from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from kgrec.config import Config
from kgrec.data import Dataset
from kgrec.errors import ConfigError
from kgrec.robustness import KINDS, Plan, Robustness, attack
from kgrec.robustness.exposure import Exposure, exposures
from kgrec.robustness.inject import inject
from kgrec.robustness.profiles import Market, profiles
from kgrec.robustness.result import Model, Outcome
from kgrec.robustness.targets import choose_targets
from kgrec.testing import tiny_dataset


@pytest.fixture(scope="module")
def data() -> Dataset:
    return tiny_dataset(users=20, items=20)


@pytest.fixture(scope="module")
def attacked(data: Dataset, quick: Callable[..., Config]) -> Robustness:
    plan = Plan(kinds=("segment",), size=0.3, targets=2, selected=3, k=5, trim=0.1)
    # Without valid nothing is chosen, and a training takes a moment.
    fixed = replace(data, valid=data.valid.clear())
    return attack(fixed, quick(gnn__epochs=2, gnn__content=False), plan)


@cache
def market(items: int = 12) -> Market:
    rng = np.random.default_rng(0)
    members = csr_matrix((rng.random((items, 6)) < 0.3).astype(np.float32))
    return Market(rng.integers(1, 50, items).astype(np.float64), members)


@given(st.sampled_from(KINDS), st.integers(0, 11), st.integers(0, 15), st.integers(1, 6))
def test_a_profile_has_its_target_its_selected_items_and_its_fillers(
    kind: str, target: int, filler: int, selected: int
) -> None:
    found = profiles(
        kind,  # type: ignore[arg-type]
        target,
        market(),
        4,
        filler=filler,
        selected=selected,
        random=np.random.default_rng(1),
    )
    fixed = {target}
    if kind == "bandwagon":
        order = [item for item in np.argsort(-market().popularity) if item != target]
        fixed |= set(order[:selected])
    elif kind == "segment":
        fixed |= set(market().segment(target, selected).tolist())
    assert len(found) == 4
    for history in found:
        assert len(set(history.tolist())) == len(history)
        assert fixed <= set(history.tolist())
        assert len(history) == min(len(fixed) + filler, 12)


def test_a_segment_shares_facts_with_its_target() -> None:
    whole = market()
    facts = whole.members.toarray() > 0
    segment = whole.segment(2, 5)
    shared = [int((facts[2] & facts[item]).sum()) for item in segment]
    assert 2 not in segment
    assert shared == sorted(shared, reverse=True)
    assert min(shared) > 0


def test_average_fillers_are_what_people_take() -> None:
    whole = market(200)
    rng = np.random.default_rng(2)
    means = {}
    for kind in ("random", "average"):
        found = profiles(kind, 0, whole, 50, filler=20, selected=1, random=rng)
        means[kind] = whole.popularity[np.concatenate(found)].mean()
    assert means["average"] > 1.2 * means["random"]


def test_targets_follow_their_rule() -> None:
    popularity = np.arange(80, dtype=np.float64)
    allowed = np.arange(80) % 2 == 0
    rng = np.random.default_rng(0)
    low = choose_targets(popularity, allowed, "unpopular", 4, rng)
    middle = choose_targets(popularity, allowed, "middle", 4, rng)
    assert popularity[low].min() > 0
    assert popularity[low].max() < popularity[middle].min()
    assert allowed[low].all()
    assert allowed[middle].all()
    with pytest.raises(ConfigError, match="ask for 1 to"):
        choose_targets(popularity, allowed, "middle", 30, rng)
    with pytest.raises(ConfigError, match="There are no middle items to push"):
        choose_targets(popularity, allowed & (popularity > 74), "middle", 1, rng)


def test_what_all_have_is_no_target(data: Dataset) -> None:
    pairs = data.train.select("user", "item").unique()
    everything = pairs.select("user").unique().join(data.items.select("item"), how="cross")
    train = data.train.head(1).drop("user", "item").join(everything, how="cross")
    full = replace(data, train=train.select(data.train.columns), valid=data.valid.clear())
    with pytest.raises(ConfigError, match="There are no unpopular items to push"):
        attack(full, plan=Plan(targets=1))


def test_where_there_are_no_neighbours_none_are_told() -> None:
    result = made([0.2, 0.3])
    alone = replace(result, outcomes=(replace(result.outcomes[0], neighbours=None),))
    assert alone.to_dict()["attacks"][0]["neighbours"] is None
    assert "nan" not in str(alone)


def test_invented_users_are_in_train_alone(data: Dataset) -> None:
    items = data.items["item"].to_list()
    after = inject(data, [items[:3], items[5:7]], np.random.default_rng(0))
    new = after.train.join(data.train, on=["user", "item"], how="anti")
    assert new.select("user", "item").rows() == [
        *(("attacker-1", item) for item in items[:3]),
        *(("attacker-2", item) for item in items[5:7]),
    ]
    assert after.train.head(data.train.height).equals(data.train)
    assert set(new["timestamp"]) <= set(data.train["timestamp"])
    assert after.users.height == data.users.height + 2
    assert after.valid is data.valid
    twice = inject(after, [items[:1]], np.random.default_rng(0))
    assert twice.train["user"][-1] == "attacker--1"


def test_exposure_is_counted_over_those_who_do_not_have_the_item() -> None:
    rows = [("a", "x", 1), ("a", "y", 2), ("b", "y", 1), ("b", "z", 2), ("c", "z", 1)]
    lists = pl.DataFrame(rows, schema=["user", "item", "rank"], orient="row")
    owners = pl.DataFrame({"user": ["b"], "item": ["x"]})
    found = exposures(lists, owners, ["x", "y"], 1)
    assert found["x"] == Exposure(hits=0.5, attention=0.5, rank=1.5)
    assert found["y"].hits == pytest.approx(1 / 3)
    assert found["y"].rank == pytest.approx((2 + 1 + 2) / 3)


def test_an_attack_lifts_its_targets(attacked: Robustness) -> None:
    plain, trimmed = attacked.outcomes
    assert (plain.model, trimmed.model) == ("plain", "trimmed")
    assert plain.shift("rank").mean < 0
    assert plain.caught is None
    assert trimmed.caught is not None
    assert 0 <= trimmed.caught <= 1
    assert set(plain.before) == set(attacked.targets) == set(plain.after)


def test_the_result_is_plain_values_a_table_and_sentences(attacked: Robustness) -> None:
    values = json.loads(json.dumps(attacked.to_dict()))
    assert values["NDCG@20"].keys() == {"plain", "trimmed"}
    assert values["cost"]["low"] <= values["cost"]["mean"] <= values["cost"]["high"]
    assert "segment" in str(attacked)
    assert any("On clean data" in sentence for sentence in attacked.conclusions)
    assert all(sentence.endswith(".") for sentence in attacked.conclusions)


def made(after: list[float]) -> Robustness:
    before = {str(n): Exposure(0.01, 0.01, 50.0) for n in range(len(after))}
    there = {str(n): Exposure(value, 0.01, 40.0) for n, value in enumerate(after)}
    near = Exposure(0.1, 0.1, 9.0)
    outcome = Outcome("random", "plain", before, there, (near, near))
    return Robustness(
        name="made",
        k=10,
        size=0.01,
        filler=3,
        rule="unpopular",
        rounds=len(after),
        targets=tuple(before),
        users=9,
        models=(Model("plain", ()),),
        outcomes=(outcome,),
    )


def test_sentences_follow_the_intervals() -> None:
    assert "lifts" in made([0.2, 0.21, 0.22]).conclusions[0]
    assert "lowers" in made([0.001, 0.002, 0.0]).conclusions[0]
    assert "nothing measurable" in made([0.0, 0.3, 0.01]).conclusions[0]
    single = made([0.2])
    assert "nothing measurable" in single.conclusions[0]
    assert single.to_dict()["attacks"][0]["shift"]["hits"]["low"] is None
    assert single.cost is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kinds": ("love",)}, "no attack 'love'"),
        ({"rule": "any"}, "no rule 'any'"),
        ({"size": 0.0}, "size above 0"),
        ({"targets": 0}, "at least one kind"),
        ({"trim": 0.5}, "below 0.5"),
        ({"targets": 2, "rounds": 9}, "2 targets cannot be divided among 9 rounds"),
        ({"kinds": ("random", "random")}, "each attack once"),
    ],
)
def test_a_plan_out_of_range_is_told_in_a_sentence(
    data: Dataset, change: dict[str, object], words: str
) -> None:
    with pytest.raises(ConfigError, match=words):
        attack(data, plan=Plan(**change))  # type: ignore[arg-type]


def test_a_shift_is_over_targets_that_were_seen_before_and_after() -> None:
    outcome = made([0.2, 0.4]).outcomes[0]
    fewer = replace(outcome, before={"1": outcome.before["1"]})
    assert fewer.shift("hits").mean == pytest.approx(0.39)
