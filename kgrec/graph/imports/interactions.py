"""The interactions of a foreign graph: relationships, or nodes of their own."""

from __future__ import annotations

import polars as pl

from kgrec.errors import DataError
from kgrec.graph.imports.carried import left_over, without_empty
from kgrec.graph.imports.foreign import ForeignGraph
from kgrec.graph.imports.mapping import InteractionNode, Mapping, Route
from kgrec.graph.imports.names import listed
from kgrec.graph.imports.plan import Plan, below
from kgrec.graph.imports.routes import Found, exact_name, follow, pick, property_names

EVENT_COLUMNS = ("weight", "rating", "timestamp", "event")

Sides = tuple[pl.Series, pl.Series]


def read_interactions(
    foreign: ForeignGraph, plan: Plan, mapping: Mapping, nodes: pl.DataFrame
) -> pl.DataFrame:
    """All interactions.

    :param nodes: as :func:`~kgrec.graph.imports.cast.candidates` returns them
    :return: ``user, item`` (nodes), then those of ``weight, rating, timestamp, event`` that there
        are, as text, and ``properties``: what else they carry; repeated pairs are kept
    :raises DataError: if there is none, or if a property is not in the graph
    """
    usable = nodes.filter(~pl.col("is_dropped"), ~pl.col("is_interaction"))
    sides = usable.filter("is_user")["node"], usable.filter("is_item")["node"]
    parts = [_direct(foreign, name, sides) for name in plan.interactions]
    found = Found()
    tables = [_columns(part, mapping, foreign, found) for part in parts]
    for spec in plan.interaction_nodes:
        part = _nary(foreign, spec, nodes, sides)
        parts.append(part)
        tables.append(_columns(part, spec, foreign, found))
    table = pl.concat(tables, how="diagonal")
    if table.is_empty():
        raise _none(foreign, plan, mapping, nodes)
    for owner in (mapping, *plan.interaction_nodes):
        found.check(owner, EVENT_COLUMNS, foreign.source)
    several = len([part for part in parts if not part.is_empty()]) > 1
    return without_empty(_named_events(table, several))


def is_direct(plan: Plan, user: pl.Expr, item: pl.Expr) -> pl.Expr:
    """Whether an edge, by the kinds of its ends, is one of the interactions."""
    return pl.col("type").is_in(plan.interactions) & user & item


def _direct(foreign: ForeignGraph, name: str, sides: Sides) -> pl.DataFrame:
    """Edges of one type between a user and an item, in whichever direction."""
    edges = foreign.edges.filter(pl.col("type") == name)
    users, items = (side.implode() for side in sides)
    forward = pl.col("head").is_in(users) & pl.col("tail").is_in(items)
    backward = pl.col("tail").is_in(users) & pl.col("head").is_in(items)
    return edges.filter(forward | backward).select(
        pl.when(forward).then("head").otherwise("tail").alias("user"),
        pl.when(forward).then("tail").otherwise("head").alias("item"),
        pl.lit(None, pl.String).alias("act"),
        pl.col("properties").alias("own"),
        pl.lit(None, pl.String).alias("link"),
        pl.lit(name).alias("source"),
    )


def _nary(
    foreign: ForeignGraph, spec: InteractionNode, nodes: pl.DataFrame, sides: Sides
) -> pl.DataFrame:
    """Every user with every item of each interaction node."""
    labels = foreign.nodes.filter(
        pl.col("labels").list.eval(pl.element().is_in(list(below(foreign, spec.label)))).list.any()
    )
    acts = labels.join(nodes.filter("is_interaction"), left_on="id", right_on="node", how="semi")
    users = _links(foreign, spec.user, acts["id"], sides[0]).rename({"end": "user"}).drop("link")
    items = _links(foreign, spec.item, acts["id"], sides[1]).rename({"end": "item"})
    joined = users.unique(["act", "user"], maintain_order=True).join(items, on="act")
    own = acts.select(pl.col("id").alias("act"), pl.col("properties").alias("own"))
    return joined.join(own, on="act").select(
        "user", "item", "act", "own", "link", pl.lit(spec.label).alias("source")
    )


def _links(foreign: ForeignGraph, relation: str, acts: pl.Series, ends: pl.Series) -> pl.DataFrame:
    """Links of interaction nodes to users or items: ``act, end, link`` (properties of the edge)."""
    edges = foreign.edges.filter(pl.col("type") == relation)
    parts = [
        edges.filter(pl.col(act).is_in(acts.implode()) & pl.col(end).is_in(ends.implode())).select(
            pl.col(act).alias("act"), pl.col(end).alias("end"), pl.col("properties").alias("link")
        )
        for act, end in (("head", "tail"), ("tail", "head"))
    ]
    return pl.concat(parts)


def _columns(
    part: pl.DataFrame, owner: Mapping | InteractionNode, foreign: ForeignGraph, found: Found
) -> pl.DataFrame:
    """Look up weight, rating, time and event of interactions; the rest are properties."""
    columns, own, link = {}, part["own"], part["link"]
    used: tuple[set[str], set[str]] = (set(), set())
    for name in EVENT_COLUMNS:
        route: Route | None = getattr(owner, name)
        if route is None:
            continue
        if isinstance(route, tuple) and len(route) > 1:
            values = follow(part["act"], route, foreign, found, (owner, name))
        else:
            wanted = route if isinstance(route, str) else route[0]
            values = pick([own, link], wanted, found, (owner, name))
            for column, names in zip((own, link), used, strict=True):
                names.add(exact_name(property_names(column), wanted))
        columns[name] = values
    rest = left_over(own, used[0], link, used[1]).alias("properties")
    return part.select("user", "item", "source", rest).with_columns(
        values.alias(name) for name, values in columns.items()
    )


def _named_events(table: pl.DataFrame, several: bool) -> pl.DataFrame:
    """Without an event of its own an interaction is called by its type, if there are several."""
    if not several:
        return table.drop("source")
    given = pl.col("event") if "event" in table.columns else pl.lit(None, pl.String)
    return table.with_columns(pl.coalesce(given, "source").alias("event")).drop("source")


def _none(foreign: ForeignGraph, plan: Plan, mapping: Mapping, nodes: pl.DataFrame) -> DataError:
    wanted = [*plan.interactions, *(node.user for node in plan.interaction_nodes)]
    classes = nodes.select("node", "class")
    runs = (
        foreign.edges.filter(pl.col("type").is_in(wanted))
        .join(classes, left_on="head", right_on="node")
        .join(classes, left_on="tail", right_on="node", suffix="_tail")
        .group_by("class", "class_tail")
        .len()
        .sort("len", descending=True)
    )
    seen = ", ".join(f"{head} → {tail}" for head, tail, _ in runs.head(5).iter_rows())
    return DataError(
        f"no interactions: nothing of {listed([*mapping.interactions, *_labels(mapping)])} joins "
        f"a node of {listed(mapping.users)} to one of {listed(mapping.items)}"
        + (f" (they run {seen})" if seen else ""),
        fix="change users, items or interactions in the mapping",
        file=foreign.source,
    )


def _labels(mapping: Mapping) -> list[str]:
    return [node.label for node in mapping.interaction_nodes]
