"""Facts in canonical form: one name and one direction for every relation, each edge once."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from kgrec.data.dataset import Dataset
from kgrec.graph.inverses import find_inverses
from kgrec.graph.report import InversePair
from kgrec.graph.schema import key_expr
from kgrec.vocabulary import INTERACTED, Vocabulary


@dataclass(frozen=True)
class Facts:
    """Canonical facts and what happened on the way.

    :ivar edges: ``head, relation, tail`` as keys; unique
    """

    edges: pl.DataFrame
    renamed: int
    swapped: int
    merged: int
    self_loops: int
    leaking: int
    inverses: tuple[InversePair, ...]


def read_facts(
    data: Dataset,
    extra: pl.DataFrame,
    vocabulary: Vocabulary,
    inverses: tuple[InversePair, ...] | None = None,
) -> Facts:
    """Bring the facts of ``data`` and of its attribute columns into canonical form.

    :param extra: ``head, relation, tail`` (keys, canonical names) from attribute columns
    :param inverses: undeclared relations that are inverses; ``None``: those that the facts show
    """
    raw = data.facts.select(
        key_expr(pl.col("head_kind"), "head").alias("head"),
        "relation",
        key_expr(pl.col("tail_kind"), "tail").alias("tail"),
    )
    named, renamed, swapped = _canonical(raw, vocabulary)
    if inverses is None:
        inverses = find_inverses(named, vocabulary)
    turned, more = _swap(named, {pair.swapped: pair.kept for pair in inverses})
    edges = pl.concat([turned, extra])
    straight = edges.filter(pl.col("head") != pl.col("tail"))
    safe = straight.filter(~_tells_interaction(data))
    unique = _ordered(safe, vocabulary).unique(maintain_order=True)
    return Facts(
        edges=unique,
        renamed=renamed,
        swapped=swapped + more,
        merged=safe.height - unique.height,
        self_loops=edges.height - straight.height,
        leaking=straight.height - safe.height,
        inverses=inverses,
    )


def canonical_triples(
    triples: pl.DataFrame, vocabulary: Vocabulary, inverses: tuple[InversePair, ...]
) -> pl.DataFrame:
    """Give triples the names and directions of a graph; rows keep their places.

    :param triples: ``head, relation, tail``, heads and tails as keys
    :param inverses: undeclared relations that are inverses
    """
    named, _, _ = _canonical(triples, vocabulary)
    turned, _ = _swap(named, {pair.swapped: pair.kept for pair in inverses})
    return _ordered(turned, vocabulary)


def _canonical(facts: pl.DataFrame, vocabulary: Vocabulary) -> tuple[pl.DataFrame, int, int]:
    names = facts["relation"].unique().to_list()
    found = {name: vocabulary.canonical(name) for name in names}
    backward = [name for name, (_, inverse) in found.items() if inverse]
    target = {name: canonical for name, (canonical, _) in found.items() if canonical != name}
    renamed = facts.filter(pl.col("relation").is_in(list(target.keys() - set(backward)))).height
    turned, swapped = _swap(facts, {name: target.get(name, name) for name in backward})
    return turned.with_columns(pl.col("relation").replace(target)), renamed, swapped


def _swap(facts: pl.DataFrame, target: dict[str, str]) -> tuple[pl.DataFrame, int]:
    """Turn round the facts whose relation is a key of ``target`` and give them the name there."""
    turn = pl.col("relation").is_in(list(target))
    swapped = facts.select(
        pl.when(turn).then("tail").otherwise("head").alias("head"),
        pl.col("relation").replace(target),
        pl.when(turn).then("head").otherwise("tail").alias("tail"),
    )
    return swapped, facts.filter(turn).height


def _ordered(facts: pl.DataFrame, vocabulary: Vocabulary) -> pl.DataFrame:
    """Give symmetric relations one direction, so that both spellings of an edge are equal."""
    symmetric = [name for name, relation in vocabulary.relations.items() if relation.symmetric]
    turn = pl.col("relation").is_in(symmetric) & (pl.col("head") > pl.col("tail"))
    return facts.select(
        pl.when(turn).then("tail").otherwise("head").alias("head"),
        "relation",
        pl.when(turn).then("head").otherwise("tail").alias("tail"),
    )


def _tells_interaction(data: Dataset) -> pl.Expr:
    """A fact that is an interaction, or that joins user and item of a held-out one."""
    held_out = data.test.select(
        (key_expr("user", "user") + "\n" + key_expr("item", "item")).alias("pair")
    )["pair"]
    forward = pl.concat_str("head", pl.lit("\n"), "tail").is_in(held_out.implode())
    backward = pl.concat_str("tail", pl.lit("\n"), "head").is_in(held_out.implode())
    return (pl.col("relation") == INTERACTED) | forward | backward
