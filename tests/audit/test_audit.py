from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from kgrec import Config
from kgrec.audit import Audit, audit, trials
from kgrec.data import Dataset
from kgrec.errors import ConfigError, DataError
from kgrec.testing import tiny_dataset

World = Callable[..., Dataset]


@pytest.fixture(scope="session")
def true(world: World, quick: Config) -> Audit:
    """An audit of data that follow the facts."""
    return audit(world(true_facts=True), quick, seeds=2)


@pytest.fixture(scope="session")
def noise(world: World, quick: Config) -> Audit:
    """An audit of the same behaviour beside facts that say nothing."""
    return audit(world(true_facts=False), quick, seeds=2, arms=["no graph", "shuffled graph"])


def verdicts(found: Audit, arm: str) -> dict[str, int]:
    return {each.name: each.differences[arm].verdict for each in found.splits}


def test_a_graph_that_behaviour_follows_adds(true: Audit) -> None:
    assert verdicts(true, "no graph") == {"warm": 1, "cold": 1}
    assert verdicts(true, "shuffled graph") == {"warm": 1, "cold": 1}
    first, *_ = true.conclusions
    assert first.startswith("The graph ")
    assert "nothing measurable" not in first
    assert any("it is what the facts say that helps" in each for each in true.conclusions)


def test_a_graph_of_noise_adds_nothing(noise: Audit, true: Audit) -> None:
    assert set(verdicts(noise, "no graph").values()) <= {0, -1}
    # Of two graphs of noise one is the better by chance, and one time in forty beyond its interval.
    for of_noise, of_facts in zip(noise.splits, true.splits, strict=True):
        assert of_noise.name == of_facts.name
        without, against = (each.differences["shuffled graph"] for each in (of_noise, of_facts))
        assert without.interval.mean < against.interval.mean / 3
    first, *_ = noise.conclusions
    assert first.startswith(("The graph adds nothing measurable", "The graph costs"))


def test_what_would_be_the_same_is_not_trained(true: Audit) -> None:
    assert list(true.arms) == ["all", "no graph", "shuffled graph", "shuffled relations"]
    assert true.remarks[:2] == (
        "The arm 'no text' was left out, for text.enabled is off anyway.",
        "The arm 'no pretraining' was left out, for kge.enabled is off anyway.",
    )


def test_the_numbers_have_the_fixed_keys(true: Audit) -> None:
    tree = json.loads(json.dumps(true.to_dict(), allow_nan=False))
    assert list(tree)[:3] == ["arms", "slices", "conclusions"]
    assert {"all", "no graph", "EASE", "Popularity"} <= tree["arms"].keys()
    for numbers in tree["arms"].values():
        found = numbers["NDCG@20"]
        assert 0 <= found["low"] <= found["mean"] <= found["high"] <= 1
        assert np.mean(numbers["seeds"]) == pytest.approx(found["mean"])
    assert len(tree["arms"]["all"]["seeds"]) == 2
    assert len(tree["arms"]["EASE"]["seeds"]) == 1
    assert {"cold", "users: short history", "items: head"} <= tree["slices"].keys()
    assert {"Random", "Content"} <= tree["slices"]["cold"].keys()
    assert tree["conclusions"] == true.conclusions
    assert tree["settings"]["gnn.epochs"] == 3


def test_the_whole_measures_what_an_evaluation_measures(
    true: Audit, world: World, quick: Config
) -> None:
    from kgrec import KnowledgeGraph, Recommender, evaluate

    data = world(true_facts=True)
    rec = Recommender(quick).fit(KnowledgeGraph.build(data))
    expected = evaluate(rec, data.test, k=20).metrics["NDCG@20"]
    assert true.to_dict()["arms"]["all"]["seeds"][0] == pytest.approx(expected)


def test_it_prints_a_table_and_the_sentences(true: Audit) -> None:
    text = str(true)
    assert "warm, 150 users" in text
    assert "shuffled relations" in text
    assert text.endswith(true.conclusions[-1])


def test_an_interrupted_audit_goes_on(
    world: World, quick: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, trained = world(true_facts=True, users=40), []
    real = trials.Recommender

    def counting(*arguments: object, **more: object) -> object:
        trained.append(1)
        if len(trained) == 2:
            raise KeyboardInterrupt
        return real(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(trials, "Recommender", counting)
    chosen = {"arms": ["no graph"], "seeds": 1, "cold": False, "folder": tmp_path / "cells"}
    with pytest.raises(KeyboardInterrupt):
        audit(data, quick, **chosen)
    assert len(list((tmp_path / "cells").iterdir())) == 1
    later = audit(data, quick, **chosen)
    assert len(trained) == 2 + 1  # one of two was there
    again = audit(data, quick, **chosen)
    assert len(trained) == 3
    assert again.to_dict() == later.to_dict()
    fresh = audit(data, quick, **{**chosen, "folder": None})
    assert fresh.to_dict()["arms"] == later.to_dict()["arms"]


def test_cells_of_other_data_settings_or_seeds_are_not_mixed_up(
    world: World, quick: Config, tmp_path: Path
) -> None:
    chosen = {"arms": [], "seeds": 1, "cold": False, "folder": tmp_path}
    data = world(true_facts=True, users=40)

    def cells() -> int:
        return len(list(tmp_path.iterdir()))

    audit(data, quick, **chosen)
    assert cells() == 1
    audit(data, quick.replace({"gnn.epochs": 2}), **chosen)
    assert cells() == 2
    audit(data, quick.replace({"seed": 7}), **chosen)
    assert cells() == 3
    audit(replace(data, train=data.train.head(-1)), quick, **chosen)
    assert cells() == 4
    audit(replace(data, test=data.test.head(20)), quick, **chosen)
    assert cells() == 5
    audit(data, quick, **chosen)
    assert cells() == 5


def test_a_broken_cell_is_made_anew(world: World, quick: Config, tmp_path: Path) -> None:
    chosen = {"arms": [], "seeds": 1, "cold": False, "folder": tmp_path}
    data = world(true_facts=True, users=40)
    first = audit(data, quick, **chosen)
    (cell,) = tmp_path.iterdir()
    cell.write_bytes(cell.read_bytes()[:100])
    assert audit(data, quick, **chosen).to_dict()["arms"] == first.to_dict()["arms"]


def test_leaks_are_refused_or_told(world: World, quick: Config) -> None:
    data = world(true_facts=True, users=40)
    buyers = data.test.group_by("item").agg(pl.col("user").str.join("|").alias("buyers"))
    leaky = replace(data, items=data.items.join(buyers, on="item", how="left"))
    with pytest.raises(DataError, match="give test answers away"):
        audit(leaky, quick)
    told = audit(leaky, quick, arms=[], seeds=1, cold=False, allow_leaks=True)
    assert len(told.leaks) == 1
    assert told.to_dict()["leaks"] == list(told.leaks)


def test_bad_requests_are_one_sentence(world: World, quick: Config) -> None:
    data = world(true_facts=True, users=40)
    with pytest.raises(ConfigError, match="at least 1 seed, not 0"):
        audit(data, quick, seeds=0)
    with pytest.raises(ConfigError, match="no arm 'no grph'; did you mean 'no graph'"):
        audit(data, quick, arms=["no grph"])
    with pytest.raises(DataError, match="there is no test"):
        audit(replace(data, test=data.test.clear()), quick)


def test_data_without_facts_say_so(quick: Config) -> None:
    data = tiny_dataset()
    bare = replace(
        data,
        facts=data.facts.clear(),
        items=data.items.select("item", "title"),
        users=data.users.select("user"),
    )
    found = audit(bare, quick, seeds=1, cold=False)
    assert list(found.arms) == ["all"]
    assert "The arm 'no graph' was left out, for there are no facts." in found.conclusions
    assert not any(each.startswith("The graph") for each in found.conclusions)
    assert any("There was one seed only" in each for each in found.conclusions)
