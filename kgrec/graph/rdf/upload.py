"""Sending a whole graph to an endpoint in batches, and going on where a connection was lost."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import polars as pl

from kgrec.callbacks import Progress
from kgrec.graph.content import Content
from kgrec.graph.rdf.changes import Writer
from kgrec.graph.rdf.namespaces import GRAPH, KG, XSD
from kgrec.graph.rdf.serialise import Serialiser

WRITING, WRITTEN = f"{KG}writing", f"{KG}written"
"""Which graph is being written, and how many batches of it are there."""

_BYTES = 2_000_000


@dataclass(frozen=True)
class Marker:
    """What a write that is not finished leaves in the store.

    :ivar graph: a fingerprint of the graph and its order
    :ivar written: number of batches
    """

    graph: str
    written: int = 0


def fingerprint(content: Content) -> str:
    """A name for a graph, rows in this order."""
    digest = hashlib.sha256(json.dumps(dict(content.header), sort_keys=True).encode())
    digest.update(str(_BYTES).encode())
    for table in (content.nodes, content.edges):
        digest.update(table.hash_rows().to_numpy().tobytes())
    return digest.hexdigest()[:32]


def upload(
    content: Content,
    update: Callable[[str], None],
    writer: Writer,
    marker: Marker,
    progress: Progress,
) -> None:
    """Send the batches that are not there yet, then the header.

    The store counts each batch in the request that brings it.

    :param update: sends one request; it may be repeated
    :param marker: what is there
    """
    serialiser = Serialiser(content)
    total = content.nodes.height + content.edges.height
    with progress.stage("write to endpoint", total) as bar:
        for number, blocks in enumerate(_batches(serialiser), start=1):
            if number > marker.written:
                update(" ;\n".join([writer.insert(blocks), *marks(writer, marker.graph, number)]))
            bar.advance(len(blocks))
    update(" ;\n".join(writer.header(content.header)))


def marks(writer: Writer, graph: str, written: int) -> list[str]:
    """Say how far the writing is."""
    return [
        writer.forget(f"?p IN (<{WRITING}>, <{WRITTEN}>)", [f"<{GRAPH}>"]),
        writer.insert(
            [
                f'<{GRAPH}> <{WRITING}> "{graph}" .',
                f'<{GRAPH}> <{WRITTEN}> "{written}"^^<{XSD}integer> .',
            ]
        ),
    ]


def _batches(serialiser: Serialiser) -> Iterator[pl.Series]:
    for part in (serialiser.node_blocks, serialiser.edge_blocks):
        for blocks in part():
            sizes = blocks.str.len_bytes().cast(pl.Int64)
            frame = pl.DataFrame({"block": blocks, "batch": (sizes.cum_sum() - 1) // _BYTES})
            for batch in frame.partition_by("batch", maintain_order=True):
                yield batch["block"]
