"""New interactions and facts beside those that a graph has."""

from __future__ import annotations

import polars as pl

from kgrec.graph.extracted import is_extracted
from kgrec.graph.schema import EDGES, IDENTITY, TRIPLE
from kgrec.graph.versions.change import IDENTITIES, edges_from
from kgrec.graph.versions.times import LAST
from kgrec.vocabulary import INTERACTED


def joined_interactions(
    edges: pl.DataFrame, new: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    """Interactions that come back add their weight and keep the last time, as in a built graph.

    Where the graph holds several interactions of one user and one item, it is a log: then only
    one at the same time, of the same kind, is the same.

    :param edges: of the graph
    :param new: interactions; each pair once
    :return: new and changed interactions, the identities of those they take the place of, and how
        many came back
    """
    if new.is_empty():
        return new, IDENTITIES.to_frame(), 0
    same = IDENTITY if _is_log(edges) else TRIPLE
    former = edges_from(edges, new["head"]).join(
        new, on=same, how="semi", nulls_equal=True, maintain_order="left"
    )
    if former.is_empty():
        return new, IDENTITIES.to_frame(), 0
    # A user who has the item in train has it there: in valid the answer would leak.
    both = pl.concat([former, new]).sort(pl.col("split") == "valid", maintain_order=True)
    firsts = [name for name in ("timestamp", "event") if name in same]
    merged = both.group_by(same, maintain_order=True).agg(
        pl.col("weight").sum(),
        *([] if firsts else [LAST, pl.col("event").first()]),
        pl.col("split", "properties").first(),
    )
    return merged.select(EDGES.names()), former.select(IDENTITY), former.height


def joined_facts(
    edges: pl.DataFrame, facts: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    """Facts beside the edges of a graph; one that is there stays, as in a built graph.

    :param edges: of the graph
    :param facts: columns of :data:`~kgrec.graph.schema.EDGES`; each edge once
    :return: new facts; edges that had no properties and now have those of a fact; and how many
        facts were there already
    """
    near = edges_from(edges, facts["head"])
    known = near.join(facts, on=IDENTITY, how="semi", nulls_equal=True)
    new = facts.join(known, on=IDENTITY, how="anti", nulls_equal=True, maintain_order="left")
    said = facts.filter(pl.col("properties").is_not_null()).select(*IDENTITY, "properties")
    enriched = (
        known.filter(pl.col("properties").is_null())
        .drop("properties")
        .join(said, on=IDENTITY, how="inner", nulls_equal=True, maintain_order="left")
    )
    return new, enriched.select(EDGES.names()), known.height


def outdone_texts(edges: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    """Edges that only texts state, and that the catalog now states as well.

    :param edges: of the graph
    :param facts: of the catalog
    :return: columns of :data:`~kgrec.graph.schema.IDENTITY`
    """
    told = edges_from(edges, facts["head"]).filter(is_extracted())
    return told.join(facts, on=TRIPLE, how="semi").select(IDENTITY)


def _is_log(edges: pl.DataFrame) -> bool:
    pairs = edges.lazy().filter(pl.col("relation") == INTERACTED).select("head", "tail").collect()
    # Numbers made of the pairs are compared far faster; where they differ, the pairs do.
    numbers = pairs["head"].hash(1) ^ pairs["tail"].hash(2)
    if numbers.n_unique() == pairs.height:
        return False
    return bool(pairs.select(pl.struct("head", "tail").is_duplicated().any()).item())
