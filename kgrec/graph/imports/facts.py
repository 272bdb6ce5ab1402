"""All edges of a foreign graph that are no interactions."""

from __future__ import annotations

import polars as pl

from kgrec.data.quality import Finding
from kgrec.graph.imports.carried import carried, without_empty
from kgrec.graph.imports.cast import DROPPED, INTERACTION
from kgrec.graph.imports.foreign import ForeignGraph
from kgrec.graph.imports.interactions import is_direct
from kgrec.graph.imports.plan import Plan


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
    return without_empty(facts), [finding for finding in findings if finding.rows]


def _finding(rows: pl.DataFrame, problem: str, fix: str) -> Finding:
    types = rows["type"].unique().sort().head(5).to_list()
    return Finding("edges", "", problem, rows.height, "ruled out", fix, tuple(types))
