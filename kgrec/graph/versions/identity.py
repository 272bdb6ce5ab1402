"""A short name for the content of a graph."""

from __future__ import annotations

import hashlib

import numpy as np
import polars as pl

from kgrec.graph.content import Change

_ROWS = 1_000_000
_LENGTH = 16


def identity_of(name: str, *tables: pl.DataFrame) -> str:
    """Hash a name and tables (SHA-256); the same rows give the same letters on every machine.

    :return: 16 hexadecimal digits
    """
    hashed = hashlib.sha256(name.encode("utf-8", "surrogatepass"))
    for table in tables:
        hashed.update(f"\n{table.height} {' '.join(table.columns)}\n".encode())
        for part in table.iter_slices(_ROWS):
            for column in part:
                for piece in _pieces(column):
                    hashed.update(piece)
    return hashed.hexdigest()[:_LENGTH]


def identity_after(change: Change) -> str:
    """The name of the graph that a change leads to."""
    tables = (change.nodes, change.edges, change.removed_nodes, change.removed_edges)
    return identity_of(change.previous, *tables)


def _pieces(column: pl.Series) -> tuple[bytes, bytes]:
    """Which values are there, and these values; independent of how polars lays them out."""
    if column.dtype == pl.String:
        lengths = column.str.len_bytes().cast(pl.Int64).fill_null(-1)
        text = column.fill_null("").str.join("").item()
        return _bytes(lengths, "<i8"), text.encode()
    kind = "<f8" if column.dtype.is_float() else "<i8"
    return _bytes(column.is_null(), "|u1"), _bytes(column.fill_null(0), kind)


def _bytes(column: pl.Series, kind: str) -> bytes:
    return np.ascontiguousarray(column.to_numpy(), dtype=kind).tobytes()
