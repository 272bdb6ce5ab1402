"""Rules about edges: their ends exist, fit the relation, and no edge is there twice."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from kgrec.graph.coded import Coded, distinct, together
from kgrec.graph.report import Violation
from kgrec.graph.validation.rules_found import violations
from kgrec.vocabulary import INTERACTED, NodeType, Vocabulary

_UNTYPED = ("Item", "Entity")


def interaction_rules(graph: Coded) -> Iterator[Violation]:
    """Weight, split and ends of interactions."""
    rows = graph.rows_of(INTERACTED)
    some = graph.edges.select("weight", "split").gather(pl.Series(rows))
    good = some.select(
        _is_weight(),
        pl.col("split").is_in(["train", "valid"]).fill_null(False),
    )
    checks = {
        "bad-weight": good["weight"].to_numpy(),
        "bad-split": good["split"].to_numpy(),
        "not-a-user": _states(graph, "user")[graph.kind[graph.head[rows]]],
        "not-an-item": _states(graph, "item")[graph.kind[graph.tail[rows]]],
    }
    for constraint, fine in checks.items():
        yield from violations(constraint, graph.arrows(rows[~fine]).select("node"))


def fact_rules(graph: Coded, vocabulary: Vocabulary) -> Iterator[Violation]:
    """Weights, split and ends of facts, and edges that are there twice."""
    facts = np.array([name != INTERACTED for name in graph.relations], dtype=bool)
    checks = {"bad-fact-weight": ~_is_weight(), "bad-fact-split": pl.col("split").is_not_null()}
    for constraint, is_bad in checks.items():
        rows = np.flatnonzero(graph.edges.select(is_bad).to_series().to_numpy())
        bad = rows[facts[graph.relation[rows]]]
        yield from violations(constraint, graph.arrows(bad).select("node"))
    for constraint, side in (("wrong-domain", "domain"), ("wrong-range", "range")):
        ends = graph.head if side == "domain" else graph.tail
        unfit = _unfit(graph, side, vocabulary)
        bad = np.flatnonzero(unfit[graph.relation, graph.kind[ends]])
        yield from violations(constraint, _by_relation(graph, bad, ends))
    unknown = (
        _by_relation(graph, np.flatnonzero((ends >= graph.known) & facts[graph.relation]), ends)
        for ends in (graph.head, graph.tail)
    )
    yield from violations("unknown-node", together(unknown))
    yield from violations("duplicate-edge", graph.arrows(_repeated(graph)))


def fits(wanted: str, type_name: str, kind: str, vocabulary: Vocabulary) -> bool:
    """Whether a node is of a class, by its type or by its kind."""
    return is_a(type_name, kind, wanted, vocabulary) or (
        type_name in _UNTYPED and kind != "user" and wanted != "User"
    )


def is_a(type_name: str, kind: str, wanted: str, vocabulary: Vocabulary) -> bool:
    """Whether a node is surely of a class."""
    known: NodeType | None = vocabulary.types.get(vocabulary.type(type_name).name)
    return wanted in ("Node", kind.capitalize()) or (known is not None and known.is_a(wanted))


def _is_weight() -> pl.Expr:
    weight = pl.col("weight")
    return ((weight > 0) & weight.is_finite()).fill_null(False)


def _states(graph: Coded, kind: str) -> np.ndarray:
    """For each combination of kind and type, and for none: whether it is of the kind."""
    word = kind.capitalize()
    return np.array([word == t or kind == k for k, t in graph.kinds] + [False], dtype=bool)


def _unfit(graph: Coded, side: str, vocabulary: Vocabulary) -> np.ndarray:
    """Shape ``(R, K + 1)``: whether a kind and type does not fit; decided once, not once a row."""
    table = np.zeros((len(graph.relations), len(graph.kinds) + 1), dtype=bool)
    for row, name in enumerate(graph.relations):
        if name != INTERACTED:
            wanted = getattr(vocabulary.relation(name), side)
            table[row, :-1] = [not fits(wanted, t, k, vocabulary) for k, t in graph.kinds]
    return table


def _by_relation(graph: Coded, rows: np.ndarray, ends: np.ndarray) -> pl.DataFrame:
    """``relation, node`` of edges, each pair once."""
    size = max(len(graph.keys), 1)
    codes = distinct(graph.relation[rows].astype(np.int64) * size + ends[rows])
    relation = codes // size
    return together(
        graph.named(graph.relations[number], codes[relation == number] % size)
        for number in np.unique(relation)
    )


def _repeated(graph: Coded) -> np.ndarray:
    """Rows of edges that agree in all columns of IDENTITY with another one."""
    size = len(graph.keys)
    if len(graph.relations) * size**2 >= 2**63:  # beyond a billion names of nodes
        identity = ["head", "relation", "tail", "timestamp", "event"]
        return np.flatnonzero(graph.edges.select(identity).is_duplicated().to_numpy())
    codes = (graph.relation.astype(np.int64) * size + graph.head) * size + graph.tail
    ordered = np.sort(codes)
    twice = distinct(ordered[1:][ordered[1:] == ordered[:-1]])
    rows = np.flatnonzero(_among(codes, twice))
    some = graph.edges.select("timestamp", "event").gather(pl.Series(rows))
    same = some.with_columns(pl.Series("code", codes[rows])).is_duplicated()
    repeated: np.ndarray = rows[same.to_numpy()]
    return repeated


def _among(codes: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    if not len(wanted):
        return np.zeros(len(codes), dtype=bool)
    place = np.minimum(np.searchsorted(wanted, codes), len(wanted) - 1)
    found: np.ndarray = wanted[place] == codes
    return found
