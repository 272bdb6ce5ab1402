"""Facts in canonical form: one name and one direction for every relation, each edge once."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from kgrec.data.dataset import Dataset
from kgrec.graph.canonical import misread
from kgrec.graph.inverses import find_inverses
from kgrec.graph.report import InversePair
from kgrec.graph.schema import IDENTITY, TRIPLE, key_expr
from kgrec.vocabulary import INTERACTED, Vocabulary

_CARRIED = ("weight", "timestamp", "event", "properties")


@dataclass(frozen=True)
class Facts:
    """Canonical facts and what happened on the way.

    :ivar edges: ``head, relation, tail`` as keys, and those of ``weight, timestamp, event,
        properties`` that any fact has; each edge once
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

    A name that is an alias of a relation is read so where the ends do not contradict it, as far as
    their types are known: those of items, and those that labels state.

    :param data: of an update, with all labels that are known
    :param extra: ``head, relation, tail`` (keys, canonical names) from attribute columns
    :param inverses: undeclared relations that are inverses; ``None``: those that the facts show
    """
    raw = data.facts.select(
        key_expr(pl.col("head_kind"), "head").alias("head"),
        "relation",
        key_expr(pl.col("tail_kind"), "tail").alias("tail"),
        *(name for name in _CARRIED if name in data.facts.columns),
    )
    stays = misread(raw, vocabulary, data)
    named, renamed, swapped = _canonical(raw, vocabulary, stays)
    if inverses is None:
        inverses = find_inverses(named.select(TRIPLE), vocabulary)
    turned, more = _swap(named, {pair.swapped: pair.kept for pair in inverses}, None)
    edges = pl.concat([turned, extra], how="diagonal")
    if "weight" in edges.columns:
        edges = edges.with_columns(pl.col("weight").fill_null(1.0))
    straight = edges.filter(pl.col("head") != pl.col("tail"))
    safe = straight.filter(~_tells_interaction(data))
    unique = merged_facts(_ordered(safe, vocabulary))
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
    triples: pl.DataFrame,
    vocabulary: Vocabulary,
    inverses: tuple[InversePair, ...],
    edges: pl.DataFrame,
) -> pl.DataFrame:
    """Give triples the names and directions of a graph; rows keep their places.

    :param triples: ``head, relation, tail``, heads and tails as keys
    :param inverses: undeclared relations that are inverses
    :param edges: of the graph; a triple that is one of them stays as it is
    """
    there = edges.select(TRIPLE).join(triples, on=TRIPLE, how="semi").unique()
    stays = triples.select(pl.struct(TRIPLE).is_in(there.to_struct().implode())).to_series()
    named, _, _ = _canonical(triples, vocabulary, stays)
    turned, _ = _swap(named, {pair.swapped: pair.kept for pair in inverses}, stays)
    return _ordered(turned, vocabulary).select(TRIPLE)


def _canonical(
    facts: pl.DataFrame, vocabulary: Vocabulary, stays: pl.Series | None
) -> tuple[pl.DataFrame, int, int]:
    """Canonical names and directions, and how many facts were renamed and turned round.

    :param stays: facts that are left as they are; ``None``: there are none
    """
    names = facts["relation"].unique().to_list()
    found = {name: vocabulary.canonical(name) for name in names}
    backward = {name: canonical for name, (canonical, inverse) in found.items() if inverse}
    forward = {
        name: canonical
        for name, (canonical, inverse) in found.items()
        if canonical != name and not inverse
    }
    changes = pl.col("relation").is_in(list(forward)) & _free(stays)
    renamed = facts.filter(changes).height
    named = pl.when(changes).then(pl.col("relation").replace(forward)).otherwise("relation")
    turned, swapped = _swap(facts.with_columns(named) if renamed else facts, backward, stays)
    return turned, renamed, swapped


def _swap(
    facts: pl.DataFrame, target: dict[str, str], stays: pl.Series | None
) -> tuple[pl.DataFrame, int]:
    """Turn round the facts whose relation is a key of ``target`` and give them the name there."""
    turn = pl.col("relation").is_in(list(target)) & _free(stays)
    count = facts.filter(turn).height if target else 0
    if not count:
        return facts, 0
    swapped = facts.with_columns(
        pl.when(turn).then("tail").otherwise("head").alias("head"),
        pl.when(turn).then(pl.col("relation").replace(target)).otherwise("relation"),
        pl.when(turn).then("head").otherwise("tail").alias("tail"),
    )
    return swapped, count


def _free(stays: pl.Series | None) -> pl.Expr:
    return pl.lit(True) if stays is None else ~pl.lit(stays)


def _ordered(facts: pl.DataFrame, vocabulary: Vocabulary) -> pl.DataFrame:
    """Give symmetric relations one direction, so that both spellings of an edge are equal."""
    symmetric = [name for name, relation in vocabulary.relations.items() if relation.symmetric]
    turn = pl.col("relation").is_in(symmetric) & (pl.col("head") > pl.col("tail"))
    return facts.with_columns(
        pl.when(turn).then("tail").otherwise("head").alias("head"),
        pl.when(turn).then("head").otherwise("tail").alias("tail"),
    )


def merged_facts(facts: pl.DataFrame) -> pl.DataFrame:
    """Each edge once: the first row of several, with the first properties that any of them has.

    :param facts: ``head, relation, tail`` and maybe further columns of
        :data:`~kgrec.graph.schema.EDGES`
    """
    same = [name for name in IDENTITY if name in facts.columns]
    if "properties" in facts.columns:
        facts = facts.with_columns(pl.col("properties").drop_nulls().first().over(same))
    return facts.unique(same, keep="first", maintain_order=True)


def _tells_interaction(data: Dataset) -> pl.Expr:
    """A fact that is an interaction, or that joins user and item of a held-out one."""
    held_out = data.test.select(
        (key_expr("user", "user") + "\n" + key_expr("item", "item")).alias("pair")
    )["pair"]
    forward = pl.concat_str("head", pl.lit("\n"), "tail").is_in(held_out.implode())
    backward = pl.concat_str("tail", pl.lit("\n"), "head").is_in(held_out.implode())
    return (pl.col("relation") == INTERACTED) | forward | backward
