"""Columns of the catalog and of the users: which become relations, which stay literals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from kgrec.data.columns import is_vector
from kgrec.graph.schema import TRIPLE, key_expr
from kgrec.vocabulary import Relation, Vocabulary

SEPARATOR = "|"
"""Between the values of a multi-valued cell."""
_UNIQUE_SHARE = 0.5  # a column with more distinct values than this share says nothing in common
_NUMERIC_SHARE = 0.95
_LONG = 200  # characters: longer values are texts, not names
RESERVED = ("title", "text", "properties")
"""Columns that are no attributes."""


@dataclass(frozen=True)
class Attributes:
    """The columns of one table, sorted out.

    :ivar edges: ``head, relation, tail`` as keys
    :ivar entities: ``key, id, label, type`` of the values that became entities
    :ivar properties: ``key, properties``: a JSON object of literals for each row
    :ivar relations: column and relation of each attribute column
    :ivar literals: names of the literal columns
    """

    edges: pl.DataFrame
    entities: pl.DataFrame
    properties: pl.DataFrame
    relations: tuple[tuple[str, str], ...]
    literals: tuple[str, ...]


def read_attributes(
    table: pl.DataFrame,
    kind: str,
    vocabulary: Vocabulary,
    items: pl.Series,
    decided: Mapping[str, bool] | None = None,
    *,
    type_name: str = "",
) -> Attributes:
    """Sort out all columns of ``items`` or ``users`` but id, title, text and properties.

    Strings become entities through a relation (``a|b`` is multi-valued). Numbers, strings that are
    numbers and long texts become literals, and so do columns that an ontology declares to be
    literals, and strings of a column that none declares and that mostly differ from row to row.

    :param table: the table; its first column is the id
    :param kind: ``"item"`` or ``"user"``
    :param items: ids of all items: a value of a relation to items is one of them if it can be
    :param decided: whether a column holds literals, for columns of which that is settled
    :param type_name: of the items, where it is known: what a column means depends on it
    """
    settled = decided or {}
    rows = table.select(key_expr(kind, table.columns[0]).alias("key"), pl.all().exclude("key"))
    linked: list[tuple[str, pl.DataFrame]] = []
    literals: dict[str, pl.Series] = {}
    for name in (name for name in table.columns[1:] if name not in RESERVED):
        column, relation = _plain(table[name]), vocabulary.attribute(name, kind, type_name)
        declared = vocabulary.is_literal(name, kind, type_name)
        if settled[name] if name in settled else declared or _is_literal(column, relation):
            literals[name] = _literal(column)
        else:
            values = _values(rows["key"], column)
            linked.append((name, _link(values, relation, vocabulary, items)))
    frame = pl.concat([part for _, part in linked]) if linked else _NO_LINKS
    return Attributes(
        edges=frame.select(TRIPLE),
        entities=frame.filter(pl.col("tail").str.starts_with("entity:"))
        .select(pl.col("tail").alias("key"), "id", "label", "type")
        .unique("key", maintain_order=True),
        properties=rows.select("key", _json(literals)),
        relations=tuple((name, part["relation"][0]) for name, part in linked if part.height),
        literals=tuple(literals),
    )


_NO_LINKS = pl.DataFrame(schema=dict.fromkeys([*TRIPLE, "id", "label", "type"], pl.String))


def _plain(column: pl.Series) -> pl.Series:
    """Lists become ``a|b``, categories strings, blank strings null."""
    if isinstance(column.dtype, pl.List) and not is_vector(column.dtype):
        column = column.cast(pl.List(pl.String)).list.join(SEPARATOR)
    if column.dtype in (pl.Categorical, pl.Enum):
        column = column.cast(pl.String)
    if column.dtype == pl.String:
        column = column.str.strip_chars()
        column = column.set(column == "", None)
    return column


def _is_literal(column: pl.Series, relation: Relation) -> bool:
    present = column.drop_nulls()
    if column.dtype != pl.String or not present.len() or _is_numeric(present):
        return True
    if present.str.contains(SEPARATOR, literal=True).any():
        return False
    if present.str.len_chars().max() > _LONG:  # type: ignore[operator]
        return True
    return not relation.known and present.n_unique() > _UNIQUE_SHARE * present.len()


def _is_numeric(column: pl.Series) -> bool:
    """Whether the strings are numbers, but for a few slips of the pen."""
    return column.cast(pl.Float64, strict=False).count() >= _NUMERIC_SHARE * column.len()


def _literal(column: pl.Series) -> pl.Series:
    """Whole numbers written as strings become numbers, unless that would lose a leading zero."""
    if column.dtype != pl.String:
        return column.cast(pl.String) if column.dtype.is_temporal() else column
    numbers = column.cast(pl.Int64, strict=False)
    return numbers if (numbers.cast(pl.String) == column).all() and numbers.count() else column


def _values(keys: pl.Series, column: pl.Series) -> pl.DataFrame:
    return (
        pl.DataFrame({"head": keys, "label": column.str.split(SEPARATOR)})
        .explode("label")
        .with_columns(pl.col("label").str.strip_chars())
        .filter(pl.col("label") != "")
        .unique(maintain_order=True)
    )


def _link(
    values: pl.DataFrame, relation: Relation, vocabulary: Vocabulary, items: pl.Series
) -> pl.DataFrame:
    to_items = relation.range == "Node" or vocabulary.type(relation.range).kind == "item"
    type_name = "Entity" if relation.range == "Node" else relation.range
    is_item = pl.col("label").is_in(items.implode()) & pl.lit(to_items)
    entity = pl.lit(f"{type_name.lower()}/") + pl.col("label")
    return values.with_columns(
        pl.lit(relation.name).alias("relation"),
        pl.lit(type_name).alias("type"),
        entity.alias("id"),
        pl.when(is_item)
        .then(pl.lit("item:") + pl.col("label"))
        .otherwise(pl.lit("entity:") + entity)
        .alias("tail"),
    ).select(*TRIPLE, "id", "label", "type")


def _json(literals: dict[str, pl.Series]) -> pl.Expr:
    if not literals:
        return pl.lit("{}").alias("properties")
    struct = pl.struct(pl.lit(column).alias(name) for name, column in literals.items())
    return struct.struct.json_encode().alias("properties")
