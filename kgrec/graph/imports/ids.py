"""Ids that are unique among the users, the items and the entities."""

from __future__ import annotations

import polars as pl

from kgrec.graph.imports.names import local_name


def separate(nodes: pl.DataFrame) -> pl.DataFrame:
    """Keep apart nodes of one kind that come from different classes and have the same id.

    Users, items and entities have ids of their own. Within a kind, a class keeps its ids unless
    one of them is also an id of another class: then all of its nodes are called
    ``"<class>/<id>"`` (of an IRI its last part).

    :param nodes: ``node, kind, class, id``
    :return: ``node, kind, id``
    """
    classes = nodes.with_columns(pl.col("class").fill_null(""))
    shared = classes.filter(pl.col("class").n_unique().over("kind", "id") > 1)
    crowded = shared.select("kind", "class").unique().with_columns(crowded=pl.lit(True))
    prefix = pl.col("class").replace(short_names(crowded["class"].to_list()))
    return (
        classes.join(crowded, on=["kind", "class"], how="left", maintain_order="left")
        .with_columns(
            pl.when(pl.col("crowded").fill_null(False))
            .then(pl.concat_str(prefix, pl.lit("/"), "id"))
            .otherwise("id")
            .alias("id")
        )
        .select("node", "kind", "id")
    )


def short_names(classes: list[str]) -> dict[str, str]:
    """Class → its last part, or the whole of it where several end alike."""
    short = {name: local_name(name) for name in set(classes)}
    values = list(short.values())
    return {name: last if values.count(last) == 1 else name for name, last in short.items()}
