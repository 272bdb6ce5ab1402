"""From the tables of an update to the difference that it makes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import polars as pl

from kgrec.data.additions import Present, clean_additions
from kgrec.data.clean import as_frame
from kgrec.data.dataset import Dataset, DatasetInfo
from kgrec.errors import GraphError
from kgrec.graph.attributes import Attributes, read_attributes
from kgrec.graph.build import read_interactions
from kgrec.graph.content import Change
from kgrec.graph.descriptions import keep_descriptions, with_descriptions
from kgrec.graph.extracted import extracted_edges, with_extracted_names
from kgrec.graph.facts import Facts, read_facts
from kgrec.graph.schema import TRIPLE, as_edges, key_expr
from kgrec.graph.validation.rules import require_valid
from kgrec.graph.versions.change import apply_change, edges_from, without_edges, without_nodes
from kgrec.graph.versions.difference import Rows, difference, orphans
from kgrec.graph.versions.history import Revision, Snapshot
from kgrec.graph.versions.joined import joined_facts, joined_interactions, outdone_texts
from kgrec.graph.versions.names import merged_names, new_names
from kgrec.graph.versions.removed import read_removed
from kgrec.graph.versions.renewed import (
    renewed_entities,
    renewed_items,
    renewed_users,
    touched_entities,
)
from kgrec.graph.versions.settled import replaced_values, settled_columns
from kgrec.graph.versions.tally import tally, update_report
from kgrec.vocabulary import INTERACTED, Vocabulary


@dataclass(frozen=True, eq=False)
class Read:
    """The tables of an update, read as a graph would be built from them.

    :ivar names: new names of entities
    :ivar labels: all names of entities, old and new
    """

    data: Dataset
    names: pl.DataFrame
    labels: pl.DataFrame
    columns: Mapping[str, Collection[str]]
    items: Attributes
    users: Attributes
    facts: Facts
    interactions: pl.DataFrame


def updated(
    now: Snapshot,
    tables: Mapping[str, object],
    removed: object,
    vocabulary: Vocabulary,
    info: DatasetInfo,
    stamp: tuple[int, str],
) -> tuple[Snapshot, Revision]:
    """Work out what an update changes, check it, and apply it.

    :param now: the graph before it
    :param tables: see :func:`~kgrec.data.additions.clean_additions`
    :param removed: see :func:`~kgrec.graph.versions.removed.read_removed`
    :param info: name and type of the items
    :param stamp: version and time of the graph afterwards
    :raises GraphError: if the graph would break a rule
    """
    gone = read_removed(removed, now.nodes, now.edges, vocabulary, now.report.inverses)
    nodes, edges = without_nodes(now.nodes, gone.nodes), without_edges(now.edges, gone.edges)
    left = replace(now, nodes=nodes, edges=edges)
    read = _read(tables, left, vocabulary, info)
    labels = read.labels
    rows, merged = _rows(read, replace(left, labels=labels), gone.edges, vocabulary)
    rows = replace(
        rows,
        gone_nodes=pl.concat([gone.nodes, rows.gone_nodes]),
        gone_edges=pl.concat([gone.edges, rows.gone_edges]),
    )
    # Everything is compared with the few rows that may be the same, not with the whole graph.
    near_nodes = now.nodes.join(rows.nodes, on="key", how="semi")
    near_edges = edges_from(now.edges, rows.edges["head"])
    change = difference(near_nodes, near_edges, rows, stamp)
    nodes, edges = apply_change(now.nodes, now.edges, change)
    _check(change, nodes, vocabulary)
    update = update_report(change, near_nodes, near_edges, read.facts, merged, read.data.quality)
    report = tally(now.report, update, nodes, edges, labels, (read.items, read.users), vocabulary)
    candidates = _candidates(now.candidates, read.data.candidates, change)
    return (
        Snapshot(nodes, edges, labels, candidates, report),
        Revision(change, read.names, candidates, report, update),
    )


def _read(
    tables: Mapping[str, object], left: Snapshot, vocabulary: Vocabulary, info: DatasetInfo
) -> Read:
    present = _present(left)
    frames = {name: as_frame(table, name) for name, table in tables.items()}
    data = clean_additions(frames, present, info)
    ids = pl.concat([present.items, data.items["item"]]).unique()
    of_items, of_users = (
        read_attributes(
            table,
            kind,
            vocabulary,
            ids,
            settled_columns(table.columns, left.nodes, kind, left.report),
            type_name=type_name,
        )
        for kind, table, type_name in (
            ("item", data.items, info.item_type),
            ("user", data.users, ""),
        )
    )
    extra = pl.concat([of_items.edges, of_users.edges])
    known = pl.concat([present.entities, left.labels["entity"]])
    names = new_names(with_extracted_names(data, known).labels, left.labels)
    labels = merged_names(left.labels, names)
    facts = read_facts(replace(data, labels=labels), extra, vocabulary, left.report.inverses)
    interactions, _ = read_interactions(data)
    columns = {name: frame.columns for name, frame in frames.items()}
    return Read(data, names, labels, columns, of_items, of_users, facts, interactions)


def _present(left: Snapshot) -> Present:
    ids = {
        kind: left.nodes.filter(pl.col("kind") == kind)["id"] for kind in ("item", "user", "entity")
    }
    valid = left.edges.filter((pl.col("relation") == INTERACTED) & (pl.col("split") == "valid"))
    pairs = valid.select(
        pl.col("head").str.strip_prefix("user:").alias("user"),
        pl.col("tail").str.strip_prefix("item:").alias("item"),
    )
    return Present(ids["item"], ids["user"], ids["entity"], pairs, left.labels)


def _rows(
    read: Read, left: Snapshot, gone: pl.DataFrame, vocabulary: Vocabulary
) -> tuple[Rows, int]:
    """New and changed nodes and edges, and how many rows repeated an edge.

    :param left: the graph without what is removed, and all labels
    :param gone: edges that are removed
    """
    data, facts = read.data, as_edges(read.facts.edges)
    former = pl.concat(
        replaced_values(table, attributes, left.nodes, left.edges, kind, vocabulary, type_name)
        for kind, table, attributes, type_name in (
            ("item", data.items, read.items, data.info.item_type),
            ("user", data.users, read.users, ""),
        )
    )
    former = pl.concat([former, outdone_texts(left.edges, facts)])
    edges = without_edges(left.edges, former)
    new, enriched, known = joined_facts(edges, facts)
    new = pl.concat([new, _claims(read, edges, vocabulary)])
    interactions, before, came_back = joined_interactions(edges, read.interactions)
    after = pl.concat([part.select(*TRIPLE, "properties") for part in (edges, new)])
    values = pl.concat([read.items.entities, read.users.entities]).unique("key", keep="first")
    ends_gone = pl.concat([gone, former])
    keys = touched_entities(left.nodes, new, ends_gone, data.labels["entity"])
    lost = orphans(former, after)
    keys = keys.filter(~keys.is_in(lost["key"].implode()))
    nodes = [
        renewed_users(data, read.users, left.nodes, read.columns.get("users", ())),
        renewed_items(data, read.items, left.nodes, read.columns.get("items", ()), vocabulary),
        renewed_entities(
            replace(data, labels=left.labels), keys, after, values, left.nodes, vocabulary
        ),
    ]
    rows = Rows(
        nodes=_described(pl.concat(nodes), left.nodes, data.descriptions),
        edges=pl.concat([interactions, enriched, new]),
        gone_nodes=lost,
        gone_edges=pl.concat([former, before]),
    )
    return rows, known + came_back


def _claims(read: Read, edges: pl.DataFrame, vocabulary: Vocabulary) -> pl.DataFrame:
    """Facts of texts that neither the graph nor the update states.

    :param edges: of the graph
    """
    if read.data.extracted.is_empty():
        return edges.clear()
    stated = pl.concat([edges.select(TRIPLE), read.facts.edges.select(TRIPLE)])
    return extracted_edges(read.data, replace(read.facts, edges=stated), vocabulary)


def _described(
    renewed: pl.DataFrame, nodes: pl.DataFrame, descriptions: pl.DataFrame
) -> pl.DataFrame:
    """Renewed nodes with the descriptions they had, and all nodes that get another one."""
    kept = keep_descriptions(renewed, nodes)
    keys = descriptions.select(key_expr(pl.col("kind"), "id").alias("key"))
    others = nodes.join(keys, on="key", how="semi").join(kept, on="key", how="anti")
    return with_descriptions(pl.concat([kept, others.select(kept.columns)]), descriptions)


def _check(change: Change, nodes: pl.DataFrame, vocabulary: Vocabulary) -> None:
    """Check the rules on what changed: nothing else can have become wrong."""
    keys = pl.concat([change.nodes["key"], change.edges["head"], change.edges["tail"]]).unique()
    part = nodes.join(keys.alias("key").to_frame(), on="key", how="semi")
    require_valid(part, change.edges, vocabulary)


def _candidates(
    before: tuple[str, ...] | None, added: tuple[str, ...] | None, change: Change
) -> tuple[str, ...] | None:
    if before is None:
        return None
    gone = set(change.removed_nodes["key"])
    left = {item for item in (*before, *(added or ())) if f"item:{item}" not in gone}
    if before and not left:
        raise GraphError(
            "After this update no item could be recommended; name others as candidates."
        )
    return tuple(sorted(left))
