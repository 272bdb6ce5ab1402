from __future__ import annotations

from collections import Counter

import polars as pl
import torch

from kgrec.graph import KnowledgeGraph
from kgrec.hetero import KINDS, to_hetero_data


def test_every_node_and_edge_is_there(tiny_graph: KnowledgeGraph) -> None:
    data = to_hetero_data(tiny_graph)
    for kind in KINDS:
        nodes = tiny_graph.nodes.filter(pl.col("kind") == kind)
        assert data[kind].id == nodes["id"].to_list()
        assert data[kind].label == nodes["label"].to_list()
        assert data[kind].num_nodes == nodes.height
    found: Counter[tuple[object, ...]] = Counter()
    for head, relation, tail in data.edge_types:
        store = data[head, relation, tail]
        times = store.get("edge_time", torch.full_like(store.edge_index[0], -1))
        for h, t, weight, time in zip(
            *store.edge_index.tolist(), store.edge_weight.tolist(), times.tolist(), strict=True
        ):
            ends = f"{head}:{data[head].id[h]}", f"{tail}:{data[tail].id[t]}"
            found[(ends[0], relation, ends[1], weight, time)] += 1
    columns = ["head", "relation", "tail", "weight", pl.col("timestamp").fill_null(-1)]
    assert found == Counter(tiny_graph.edges.select(columns).iter_rows())


def test_validation_interactions_are_marked(tiny_graph: KnowledgeGraph) -> None:
    store = to_hetero_data(tiny_graph)["user", "interacted", "item"]
    held_back = tiny_graph.edges.filter(pl.col("split") == "valid").height
    assert 0 < int(store.valid_mask.sum()) == held_back < store.valid_mask.numel()


def test_pytorch_geometric_accepts_it(tiny_graph: KnowledgeGraph) -> None:
    data = to_hetero_data(tiny_graph)
    assert data.validate()
    assert data.num_nodes == tiny_graph.nodes.height
