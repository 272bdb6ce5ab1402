"""A graph for PyTorch Geometric, the data type of the field for relational networks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl
import torch

from kgrec.graph import KnowledgeGraph

if TYPE_CHECKING:
    from torch_geometric.data import HeteroData

KINDS = ("user", "item", "entity")


def to_hetero_data(graph: KnowledgeGraph) -> HeteroData:
    """Copy nodes and edges into tensors; nothing is turned round or made undirected.

    Node types are ``user``, ``item`` and ``entity``, with ``id``, ``label`` and ``type`` (lists of
    strings) and ``num_nodes``; they are numbered in the order of ``graph.nodes``. Edge types are
    ``(kind of the head, relation, kind of the tail)``, with

    - ``edge_index``, int64, shape ``(2, edges)``,
    - ``edge_weight``, float64, shape ``(edges,)``,
    - ``edge_time``, int64, seconds since 1970, -1 where unknown, where any edge has a time,
    - ``valid_mask``, bool, on interactions: held back for choosing the model.
    """
    from torch_geometric.data import HeteroData

    data = HeteroData()
    for kind in KINDS:
        nodes = graph.nodes.filter(pl.col("kind") == kind)
        for column in ("id", "label", "type"):
            data[kind][column] = nodes[column].to_list()
        data[kind].num_nodes = nodes.height
    for (head, relation, tail), edges in _by_type(graph):
        store = data[head, relation, tail]
        ends = [torch.from_numpy(edges[end].to_numpy(writable=True)) for end in ("head", "tail")]
        store.edge_index = torch.stack(ends)
        store.edge_weight = torch.from_numpy(edges["weight"].to_numpy(writable=True))
        if edges["timestamp"].count():
            times = edges["timestamp"].fill_null(-1)
            store.edge_time = torch.from_numpy(times.to_numpy(writable=True))
        if edges["split"].count():
            valid = (edges["split"] == "valid").fill_null(False)
            store.valid_mask = torch.from_numpy(valid.to_numpy(writable=True))
    return data


def _by_type(graph: KnowledgeGraph) -> Iterator[tuple[tuple[str, str, str], pl.DataFrame]]:
    """Edges of each type, with the number of a node within its kind in place of its key."""
    numbers = graph.nodes.select(
        "key", "kind", pl.int_range(pl.len(), dtype=pl.Int64).over("kind").alias("number")
    )
    heads, tails = (
        numbers.rename({"number": f"{end}_number", "kind": f"{end}_kind"})
        for end in ("head", "tail")
    )
    edges = (
        graph.edges.select("head", "relation", "tail", "weight", "timestamp", "split")
        .join(heads, left_on="head", right_on="key", maintain_order="left")
        .join(tails, left_on="tail", right_on="key", maintain_order="left")
        .drop("head", "tail")
        .rename({"head_number": "head", "tail_number": "tail"})
    )
    kinds = ["head_kind", "relation", "tail_kind"]
    for (head, relation, tail), part in edges.group_by(kinds, maintain_order=True):
        yield (str(head), str(relation), str(tail)), part
