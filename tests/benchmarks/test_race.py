from __future__ import annotations

from typing import Any

import pytest

from benchmarks.race import Clock, valid_lists
from benchmarks.race_table import compare, seconds_to, table
from kgrec import Config, KnowledgeGraph, Recommender
from kgrec.testing import tiny_dataset

OURS: dict[str, Any] = {
    "learning": {"cpu": 10.0, "wall": 20.0},
    "finished": {"cpu": 16.0, "wall": 30.0},
    "NDCG@10": 0.3,
    "curve": [
        {"cpu": 11.0, "wall": 22.0, "NDCG@10": 0.1},
        {"cpu": 12.0, "wall": 24.0, "NDCG@10": 0.2},
    ],
}


def peer(value: float, cpu: float, model: str = "KGAT") -> dict[str, Any]:
    point = {"training_cpu": cpu, "training_wall": cpu, "validation_cpu": 1.0}
    curve = [{**point, "training_cpu": 1.0}, point]
    best = {"epoch": 2, "NDCG@10": value}
    return {"model": model, "best": best, "curve": curve, "stopped": "no better epoch"}


@pytest.mark.parametrize(
    ("target", "seconds"), [(0.1, (1, 11)), (0.15, (2, 12)), (0.25, (6, 16)), (0.4, None)]
)
def test_when_a_value_is_reached(target: float, seconds: tuple[float, float] | None) -> None:
    assert seconds_to(OURS, target, "cpu") == seconds


def test_the_end_of_the_fit_counts_where_epochs_do_not_tell() -> None:
    curve = [{"cpu": 11.0, "wall": 22.0, "NDCG@20": 0.9}]
    assert seconds_to({**OURS, "curve": curve}, 0.1, "cpu") == (6, 16)


def test_what_is_asked_is_met_or_not() -> None:
    assert compare(OURS, peer(0.2, cpu=40))["met"]
    assert not compare(OURS, peer(0.2, cpu=39))["met"]
    assert not compare(OURS, peer(0.2, cpu=99, model="KGIN"))["met"]
    assert compare(OURS, peer(0.2, cpu=100, model="KGIN"))["times_faster"] == 50
    assert not compare(OURS, peer(0.4, cpu=9e9))["met"]


def test_the_table_has_a_line_for_each_peer() -> None:
    head, rule, *lines = table([compare(OURS, peer(0.2, 40)), compare(OURS, peer(0.4, 40))]).split(
        "\n"
    )
    assert {line.count("|") for line in (head, rule, *lines)} == {10}
    assert "20: met" in lines[0]
    assert "never" in lines[1]


def test_valid_lists_hold_what_train_does_not() -> None:
    data = tiny_dataset()
    settings = {"text.enabled": False, "kge.enabled": False, "gnn.epochs": 2}
    clock = Clock()
    rec = Recommender(Config().replace(settings), progress=clock).fit(KnowledgeGraph.build(data))
    lists = valid_lists(rec)
    assert set(lists["user"]) == set(data.valid["user"])
    assert lists.join(data.train, on=["user", "item"], how="semi").is_empty()
    assert not lists.join(data.valid, on=["user", "item"], how="semi").is_empty()
    assert clock.learning
    assert len(clock.curve) >= 2
