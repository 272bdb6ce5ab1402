from __future__ import annotations

import polars as pl

from benchmarks.hub import around_entity, around_item

NEIGHBOURS = 4_000


def test_a_world_has_a_hub_of_so_many_neighbours() -> None:
    facts = around_entity(NEIGHBOURS).facts
    assert facts.filter(pl.col("tail") == "hub").n_unique() == NEIGHBOURS
    data = around_item(NEIGHBOURS)
    events = pl.concat([data.train, data.valid])
    assert events.filter(pl.col("item") == "i0")["user"].n_unique() == NEIGHBOURS
    assert events.select("user", "item").is_unique().all()
    assert set(events["user"]) == set(data.users["user"])
