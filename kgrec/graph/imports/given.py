"""What a mapping says of the nodes of a class: their id, name and description."""

from __future__ import annotations

import polars as pl

from kgrec.errors import DataError
from kgrec.graph.imports.choices import choose_ids
from kgrec.graph.imports.foreign import ForeignGraph
from kgrec.graph.imports.mapping import Mapping
from kgrec.graph.imports.names import listed
from kgrec.graph.imports.plan import ANY, SEPARATOR, below, resolve_class
from kgrec.graph.imports.routes import exact_name, property_names, values_of

KEYS = ("id", "label", "text")


def with_given(nodes: pl.DataFrame, foreign: ForeignGraph, mapping: Mapping) -> pl.DataFrame:
    """Add the properties that hold the id, the name and the description of each node.

    What the mapping says of a class holds for every node that has it, or a subclass, among its
    labels; of several such classes for the one with the fewest nodes. The id of the others is one
    property for all nodes of a class of users or items, or of the same class of entities.

    :param nodes: ``node, kind, class, labels, properties``
    :return: also ``given_id``, ``given_label`` and ``given_text``; null where the mapping says
        nothing or, of ids, where the store's own is the best there is
    :raises DataError: if the mapping names a class or a property that is not in the graph, or an
        id that is none
    """
    for key in KEYS:
        nodes = _explicit(nodes, foreign, getattr(mapping, key), key)
    _check_ids(nodes, foreign.source)
    nodes = nodes.drop(f"{key}_class" for key in KEYS)
    return nodes if foreign.public_ids else _chosen(nodes, foreign, mapping)


def best_id(properties: pl.Series, label: str | None) -> str | None:
    """The property that is the id of all of some nodes; ``None`` if there is none.

    :param properties: a JSON object of each
    :param label: their class
    """
    names = choose_ids(properties, label)
    return next((name for name in names if _is_id(properties, name)), None)


def _check_ids(nodes: pl.DataFrame, source: str) -> None:
    said = nodes.filter(pl.col("given_id").is_not_null())
    for (label, name), part in said.partition_by("id_class", "given_id", as_dict=True).items():
        for of_kind in part.partition_by("kind"):
            if not _is_id(of_kind["properties"], str(name)):
                raise DataError(
                    f"the mapping's 'id' names the property '{name}', but it is empty or the same "
                    f"in several nodes of '{label}'",
                    fix="name one that is unique or leave it out",
                    file=source,
                )


def _is_id(properties: pl.Series, name: str) -> bool:
    values = values_of(properties, name)
    return not values.null_count() and not values.is_duplicated().any()


def _explicit(
    nodes: pl.DataFrame, foreign: ForeignGraph, said: dict[str, str], key: str
) -> pl.DataFrame:
    """Add ``given_<key>``, and ``<key>_class``: the class of the mapping that says so."""
    classes = foreign.classes()
    entries = []
    for name, wanted in said.items():
        label = resolve_class(name, classes, key, foreign.source)
        has = _has(foreign, label)
        part = nodes.filter(has)
        if part.is_empty():
            continue
        names = property_names(part["properties"])
        exact = exact_name(names, wanted)
        if exact not in names and not values_of(part["properties"], exact).count():
            raise DataError(
                f"the mapping's '{key}' names the property '{wanted}', which no '{name}' has",
                fix=f"the properties are {listed(sorted(names))}",
                file=foreign.source,
            )
        entries.append((part.height, label, has, exact))
    entries.sort(key=_rank)
    given = [pl.when(has).then(pl.lit(exact)) for _, _, has, exact in entries]
    by = [pl.when(has).then(pl.lit(label)) for _, label, has, _ in entries]
    nothing = pl.lit(None, pl.String)
    return nodes.with_columns(
        pl.coalesce(*given, nothing).alias(f"given_{key}"),
        pl.coalesce(*by, nothing).alias(f"{key}_class"),
    )


def _rank(entry: tuple[int, str, pl.Expr, str]) -> tuple[int, str]:
    return entry[:2]


def _has(foreign: ForeignGraph, label: str) -> pl.Expr:
    """Whether a node has a class, or a subclass of it, among its labels."""
    own = pl.col("labels").str.split(SEPARATOR)
    return own.list.set_intersection(pl.lit(sorted(below(foreign, label)))).list.len() > 0


def _chosen(nodes: pl.DataFrame, foreign: ForeignGraph, mapping: Mapping) -> pl.DataFrame:
    """Choose the ids that the mapping leaves open, for all nodes of a class together."""
    grouped = nodes.with_columns(_group(foreign, mapping).alias("group"))
    is_open = pl.col("given_id").is_null()
    rows = [
        (kind, group, best_id(part["properties"], group))
        for (kind, group), part in grouped.filter(is_open)
        .partition_by("kind", "group", as_dict=True, maintain_order=True)
        .items()
    ]
    schema = dict.fromkeys(("kind", "group", "best"), pl.String)
    best = pl.DataFrame(rows, schema=schema, orient="row")
    return (
        grouped.join(
            best, on=["kind", "group"], how="left", nulls_equal=True, maintain_order="left"
        )
        .with_columns(pl.coalesce("given_id", "best").alias("given_id"))
        .drop("group", "best")
    )


def _group(foreign: ForeignGraph, mapping: Mapping) -> pl.Expr:
    """The class of the mapping that makes a node a user or an item; of an entity its own."""
    cases = [
        pl.when((pl.col("kind") == kind) & _has(foreign, label)).then(pl.lit(label))
        for kind, names in (("user", mapping.users), ("item", mapping.items))
        for name in names
        if name != ANY
        for label in (resolve_class(name, foreign.classes(), f"{kind}s", foreign.source),)
    ]
    return pl.coalesce(*cases, "class")
