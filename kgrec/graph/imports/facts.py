"""All edges of a foreign graph that are no interactions."""

from __future__ import annotations

import polars as pl

from kgrec.data.quality import Finding
from kgrec.graph.imports.carried import carried, without_empty
from kgrec.graph.imports.cast import DROPPED, INTERACTION
from kgrec.graph.imports.foreign import ForeignGraph
from kgrec.graph.imports.interactions import is_direct
from kgrec.graph.imports.names import local_name
from kgrec.graph.imports.plan import Plan
from kgrec.vocabulary import INTERACTED
from kgrec.vocabulary.words import snake

_OTHER_NAME = f"{INTERACTED}_with"


def read_facts(
    foreign: ForeignGraph, plan: Plan, kinds: pl.DataFrame
) -> tuple[pl.DataFrame, list[Finding]]:
    """Edges between users, items and entities, but for the interactions.

    :param kinds: ``node, kind`` of every node
    :return: ``head, relation, tail`` (nodes) and, if any edge has some, ``properties`` (null where
        it has none); and what was left out
    """
    own = kinds.select("node", "kind")
    edges = foreign.edges.join(
        own.rename({"kind": "head_kind"}), left_on="head", right_on="node", maintain_order="left"
    ).join(
        own.rename({"kind": "tail_kind"}), left_on="tail", right_on="node", maintain_order="left"
    )
    head, tail = pl.col("head_kind"), pl.col("tail_kind")
    interaction = is_direct(plan, head == "user", tail == "item") | is_direct(
        plan, tail == "user", head == "item"
    )
    act = (head == INTERACTION) | (tail == INTERACTION)
    out = (head == DROPPED) | (tail == DROPPED) | pl.col("type").is_in(plan.drop_relations)
    taken = [spec for node in plan.interaction_nodes for spec in (node.user, node.item)]
    findings = [
        _finding(edges.filter(out), "left out, as the mapping says", ""),
        _finding(
            edges.filter(~out & act & ~pl.col("type").is_in(taken)),
            "the edge belongs to an interaction and not to a user or an item",
            "take the class out of 'interaction_nodes' to keep it",
        ),
        _finding(
            foreign.edges.join(own, left_on="head", right_on="node", how="anti"),
            "the head of the edge is no node",
            "add the node",
        ),
        _finding(
            foreign.edges.join(own, left_on="tail", right_on="node", how="anti"),
            "the tail of the edge is no node",
            "add the node",
        ),
    ]
    facts = edges.filter(~(interaction | act | out)).select(
        "head", pl.col("type").replace(plan.rename).alias("relation"), "tail", carried("properties")
    )
    facts, called_so = _not_interactions(facts)
    findings += called_so
    return without_empty(facts), [finding for finding in findings if finding.rows]


def _not_interactions(facts: pl.DataFrame) -> tuple[pl.DataFrame, list[Finding]]:
    """Facts that are called as only interactions are get another name."""
    names = facts["relation"].unique().sort().to_list()
    taken = [name for name in names if snake(local_name(name)) == INTERACTED]
    if not taken:
        return facts, []
    is_called_so = pl.col("relation").is_in(taken)
    finding = Finding(
        table="edges",
        column="",
        problem=f"kgrec calls interactions '{INTERACTED}', so that these facts, which are none by "
        f"the mapping, are called '{_OTHER_NAME}'",
        rows=facts.filter(is_called_so).height,
        action="kept",
        fix="give the relationship a name of its own by 'rename', or name it in 'interactions'",
        examples=tuple(taken),
    )
    renamed = pl.when(is_called_so).then(pl.lit(_OTHER_NAME)).otherwise("relation")
    return facts.with_columns(renamed.alias("relation")), [finding]


def _finding(rows: pl.DataFrame, problem: str, fix: str) -> Finding:
    types = rows["type"].unique().sort().head(5).to_list()
    return Finding("edges", "", problem, rows.height, "ruled out", fix, tuple(types))
