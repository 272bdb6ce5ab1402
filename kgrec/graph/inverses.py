"""Inverse relations that no ontology declares, found in the data."""

from __future__ import annotations

import polars as pl

from kgrec.graph.report import InversePair
from kgrec.vocabulary import Vocabulary

_MIN_PAIRS = 20
_MIN_SHARE = 0.99


def find_inverses(facts: pl.DataFrame, vocabulary: Vocabulary) -> tuple[InversePair, ...]:
    """Find relations whose pairs nearly all stand in another relation, the other way round.

    A pair needs at least 20 facts of which 99 % are mirrored. A declared relation is kept, else the
    one whose heads are items more often. Each relation is part of one pair at most.

    :param facts: ``head, relation, tail`` with canonical names
    """
    names = facts["relation"].unique().sort().to_list()
    undeclared = [name for name in names if not vocabulary.relation(name).known]
    if not undeclared or len(names) < 2:
        return ()
    unique = facts.unique()
    mirrored = _mirrored(unique, undeclared)
    if not mirrored.height:
        return ()
    heads = dict(
        unique.group_by("relation").agg(pl.col("head").str.starts_with("item:").mean()).iter_rows()
    )
    taken: set[str] = set()
    pairs = []
    for name, other, share in mirrored.iter_rows():
        if name in taken or other in taken:
            continue
        taken |= {name, other}
        keep_name = other in undeclared and (heads[name], other) > (heads[other], name)
        kept, swapped = (name, other) if keep_name else (other, name)
        pairs.append(InversePair(kept, swapped, share))
    return tuple(pairs)


def _mirrored(facts: pl.DataFrame, undeclared: list[str]) -> pl.DataFrame:
    """Candidate pairs: an undeclared relation, its mirror and the share mirrored; best first."""
    candidates = facts.filter(pl.col("relation").is_in(undeclared))
    sizes = candidates.group_by("relation").len("pairs").filter(pl.col("pairs") >= _MIN_PAIRS)
    return (
        candidates.join(sizes, on="relation")
        .join(facts, left_on=["head", "tail"], right_on=["tail", "head"], suffix="_other")
        .filter(pl.col("relation") != pl.col("relation_other"))
        .group_by("relation", "relation_other", "pairs")
        .len("mirrored")
        .with_columns((pl.col("mirrored") / pl.col("pairs")).alias("share"))
        .filter(pl.col("share") >= _MIN_SHARE)
        .sort(["share", "mirrored", "relation"], descending=[True, True, False])
        .select("relation", "relation_other", "share")
    )
