from __future__ import annotations

from dataclasses import replace

import polars as pl

from kgrec import KnowledgeGraph
from kgrec.audit.splits import COLD, WARM, cold_dataset, splits_of
from kgrec.testing import tiny_dataset

PAIR = ["user", "item"]


def test_a_cold_item_is_nowhere_in_training() -> None:
    data = tiny_dataset(users=100, items=60)
    cold = cold_dataset(data)
    chosen = set(cold.candidates or ())
    assert len(chosen) == 15  # a quarter: a tenth would be too few for lists of 20
    for known in (cold.train, cold.valid):
        assert not chosen & set(known["item"])
    assert set(cold.test["item"]) <= chosen
    assert set(cold.test["user"]) <= set(cold.train["user"]) | set(cold.valid["user"])
    everything = pl.concat([data.train, data.valid, data.test])
    assert cold.test.height == everything.filter(pl.col("item").is_in(list(chosen))).height
    assert cold.candidates == cold_dataset(data).candidates
    assert cold.candidates != cold_dataset(data, seed=1).candidates


def test_a_large_catalog_gives_up_a_tenth() -> None:
    data = tiny_dataset(users=400, items=600)
    assert len(cold_dataset(data).candidates or ()) == round(0.1 * _taken(data))


def _taken(data: object) -> int:
    parts = [getattr(data, name)["item"] for name in ("train", "valid", "test")]
    return int(pl.concat(parts).n_unique())


def test_facts_about_who_took_a_cold_item_stay_out_of_the_graph() -> None:
    """Reading keeps facts that repeat training interactions; of cold items these are answers."""
    data = tiny_dataset(users=100, items=60)
    told = data.train.select(
        pl.col("user").alias("head"),
        pl.lit("admires").alias("relation"),
        pl.col("item").alias("tail"),
        pl.lit("user").alias("head_kind"),
        pl.lit("item").alias("tail_kind"),
    )
    data = replace(data, facts=pl.concat([data.facts, told.select(data.facts.columns)]))
    cold = cold_dataset(data)
    edges = KnowledgeGraph.build(cold).edges
    answers = cold.test.select(
        (pl.lit("user:") + pl.col("user")).alias("head"),
        (pl.lit("item:") + pl.col("item")).alias("tail"),
    )
    assert edges.filter(pl.col("relation") == "admires").height
    assert edges.join(answers, on=["head", "tail"], how="semi").is_empty()


def test_both_questions_are_asked() -> None:
    data = tiny_dataset(users=100, items=60)
    splits, remarks = splits_of(data)
    assert [split.name for split in splits] == [WARM, COLD]
    assert splits[0].data is data
    assert remarks == ()
    assert splits[0].sizes() == {"users": 100, "interactions": 100, "candidates": 60}
    assert [split.name for split in splits_of(data, cold=False)[0]] == [WARM]


def test_a_dataset_of_cold_candidates_has_one_question() -> None:
    cold = cold_dataset(tiny_dataset(users=100, items=60))
    splits, remarks = splits_of(cold)
    assert [split.name for split in splits] == [COLD]
    assert splits[0].data is cold
    assert remarks == ()


def test_cold_items_whose_buyers_are_told_are_not_measured() -> None:
    """A column made from train is honest, until the items leave train."""
    data = tiny_dataset(users=100, items=60)
    buyers = data.train.group_by("item").agg(pl.col("user").str.join("|").alias("buyers"))
    data = replace(data, items=data.items.join(buyers, on="item", how="left"))
    splits, remarks = splits_of(data)
    assert [split.name for split in splits] == [WARM]
    (remark,) = remarks
    assert remark.startswith("Cold items were not measured, for the data say who takes them")
