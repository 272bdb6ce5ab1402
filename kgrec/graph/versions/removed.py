"""What a user wants out of a graph: nodes by key, edges as triples or as a table of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from kgrec.data.clean import as_frame
from kgrec.data.columns import as_seconds, as_text
from kgrec.errors import DataError, UnknownIdError
from kgrec.graph.facts import canonical_triples
from kgrec.graph.report import InversePair
from kgrec.graph.schema import EDGES, IDENTITY, TRIPLE
from kgrec.graph.versions.change import IDENTITIES, KEYS
from kgrec.vocabulary import Vocabulary

_TABLE: Final = "removed"


@dataclass(frozen=True, eq=False)
class Removed:
    """What is taken out.

    :ivar nodes: column ``key``
    :ivar edges: columns of :data:`~kgrec.graph.schema.IDENTITY`; those of removed nodes included
    """

    nodes: pl.DataFrame
    edges: pl.DataFrame


def read_removed(
    removed: object,
    nodes: pl.DataFrame,
    edges: pl.DataFrame,
    vocabulary: Vocabulary,
    inverses: tuple[InversePair, ...],
) -> Removed:
    """Find what is to be removed.

    :param removed: keys and triples of ``(head key, relation, tail key)``; or a table with
        ``key``, or with ``head, relation, tail`` and maybe ``timestamp, event``, which where they
        are filled in choose among several edges of one triple
    :raises UnknownIdError: if there is no such node or edge
    :raises DataError: if it is neither
    """
    keys, triples = _asked(removed)
    _require_nodes(keys, nodes)
    named = canonical_triples(triples, vocabulary, inverses, edges).hstack(
        triples.select(IDENTITY[3:])
    )
    found = _edges(named, edges)
    if not keys.is_empty():
        gone = keys["key"].implode()
        at_nodes = edges.filter(pl.col("head").is_in(gone) | pl.col("tail").is_in(gone))
        found = pl.concat([found, at_nodes.select(IDENTITY)])
    return Removed(keys, found.unique(maintain_order=True))


def _asked(removed: object) -> tuple[pl.DataFrame, pl.DataFrame]:
    if removed is None:
        return KEYS.to_frame(), IDENTITIES.to_frame()
    if hasattr(removed, "__arrow_c_stream__") or hasattr(removed, "columns"):
        return _of_table(as_frame(removed, _TABLE))
    if isinstance(removed, str):
        return _of_list([removed])
    if isinstance(removed, Iterable):
        return _of_list(list(removed))
    raise _neither(removed)


def _of_list(entries: Sequence[Any]) -> tuple[pl.DataFrame, pl.DataFrame]:
    keys = [entry for entry in entries if isinstance(entry, str)]
    triples = [tuple(entry) for entry in entries if isinstance(entry, tuple | list)]
    strange = [entry for entry in entries if not isinstance(entry, str | tuple | list)]
    strange += [
        entry for entry in triples if len(entry) != 3 or not all(isinstance(x, str) for x in entry)
    ]
    if strange:
        raise _neither(strange[0])
    frame = pl.DataFrame(triples, schema=dict.fromkeys(TRIPLE, pl.String), orient="row")
    return _keys(pl.Series(keys, dtype=pl.String)), _with_identity(frame)


def _of_table(table: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    if "key" in table.columns:
        return _keys(as_text(table, "key", _TABLE).drop_nulls()), IDENTITIES.to_frame()
    missing = [name for name in TRIPLE if name not in table.columns]
    if missing:
        raise DataError(
            "the column is missing",
            fix="name nodes in a column key, or edges in head, relation, tail",
            file=_TABLE,
            column=missing[0],
        )
    texts = [name for name in (*TRIPLE, "event") if name in table.columns]
    columns = [as_text(table, name, _TABLE) for name in texts]
    if "timestamp" in table.columns:
        columns.append(as_seconds(table, "timestamp"))
    return KEYS.to_frame(), _with_identity(pl.DataFrame(columns).drop_nulls(TRIPLE))


def _keys(column: pl.Series) -> pl.DataFrame:
    return pl.DataFrame({"key": column.unique(maintain_order=True)}, schema=KEYS)


def _with_identity(triples: pl.DataFrame) -> pl.DataFrame:
    missing = [name for name in IDENTITY if name not in triples.columns]
    filled = triples.with_columns(pl.lit(None, EDGES[name]).alias(name) for name in missing)
    return filled.select(IDENTITY).unique(maintain_order=True)


def _require_nodes(keys: pl.DataFrame, nodes: pl.DataFrame) -> None:
    unknown = keys.join(nodes, on="key", how="anti", maintain_order="left")
    if not unknown.is_empty():
        raise UnknownIdError(
            f"there is no node '{unknown['key'][0]}' in the graph that could be removed; "
            "a key looks like 'item:42'."
        )


def _edges(asked: pl.DataFrame, edges: pl.DataFrame) -> pl.DataFrame:
    if asked.is_empty():
        return IDENTITIES.to_frame()
    numbered = asked.with_row_index("asked")
    chosen = (
        numbered.rename({"timestamp": "time", "event": "what"})
        .join(edges.select(IDENTITY), on=TRIPLE)
        .filter(
            pl.col("time").is_null() | pl.col("time").eq_missing(pl.col("timestamp")),
            pl.col("what").is_null() | pl.col("what").eq_missing(pl.col("event")),
        )
    )
    unknown = numbered.join(chosen, on="asked", how="anti", maintain_order="left")
    if not unknown.is_empty():
        head, relation, tail, *_ = unknown.select(IDENTITY).row(0)
        raise UnknownIdError(
            f"there is no edge '{head}' {relation} '{tail}' in the graph that could be removed; "
            "heads and tails are keys like 'item:42'."
        )
    return chosen.select(IDENTITY)


def _neither(entry: object) -> DataError:
    return DataError(
        f"{entry!r} is neither a node nor an edge",
        fix="write 'item:42', or ('item:42', 'directed_by', 'entity:7')",
        file=_TABLE,
    )
